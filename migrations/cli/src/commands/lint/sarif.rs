//! SARIF 2.1.0 (OASIS, "Static Analysis Results Interchange Format").

use lint::{LintFinding, lint_rule};
use serde_json::{Value, json};

use super::location::Location;

pub(super) fn document(findings: &[LintFinding], location: &Location) -> String {
    let mut names: Vec<&str> = findings.iter().map(|finding| finding.rule).collect();
    names.sort_unstable();
    names.dedup();
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "branchline",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": names.iter().map(|name| rule(name)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": findings.iter().map(|finding| result(finding, location)).collect::<Vec<_>>(),
        }],
    });
    // Our own values have string keys and no failing serializer.
    serde_json::to_string_pretty(&document).unwrap_or_default()
}

fn rule(name: &str) -> Value {
    let (title, page) = lint_rule(name).map_or((name, name), |rule| (rule.title(), rule.page));
    json!({ "id": name, "shortDescription": { "text": title }, "help": { "text": page } })
}

fn result(finding: &LintFinding, location: &Location) -> Value {
    json!({
        "ruleId": finding.rule,
        "level": finding.severity.as_str(),
        "message": { "text": finding.message },
        "locations": [{ "physicalLocation": {
            "artifactLocation": { "uri": location.uri(&finding.file) },
            "region": {
                "startLine": finding.line,
                "startColumn": finding.column,
                "endColumn": finding.column + finding.length,
            },
        }}],
    })
}
