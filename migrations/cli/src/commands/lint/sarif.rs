//! SARIF 2.1.0 (OASIS, "Static Analysis Results Interchange Format").

use lint::{LintFinding, lint_rule};
use serde_json::{Value, json};

pub(super) fn document(findings: &[LintFinding]) -> String {
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
            "results": findings.iter().map(result).collect::<Vec<_>>(),
        }],
    });
    // Our own values have string keys and no failing serializer.
    serde_json::to_string_pretty(&document).unwrap_or_default()
}

fn rule(name: &str) -> Value {
    let (title, page) = lint_rule(name).map_or((name, name), |rule| (rule.title(), rule.page));
    json!({ "id": name, "shortDescription": { "text": title }, "help": { "text": page } })
}

fn result(finding: &LintFinding) -> Value {
    json!({
        "ruleId": finding.rule,
        "level": finding.severity.as_str(),
        "message": { "text": finding.message },
        "locations": [{ "physicalLocation": {
            "artifactLocation": { "uri": finding.file },
            "region": {
                "startLine": finding.line,
                "startColumn": finding.column,
                "endColumn": finding.column + finding.length,
            },
        }}],
    })
}
