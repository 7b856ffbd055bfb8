//! Findings for people and for GitHub.

use std::fmt::Write as _;

use lint::{LintFinding, Severity};
use serde_json::{Value, json};

use super::Observed;
use super::location::Location;
use crate::output::{ERROR, SUCCESS, WARNING};
use text::counted;

/// The longest line of a file that is quoted whole.
const QUOTED: usize = 72;

pub(super) fn value(finding: &LintFinding) -> Value {
    json!({
        "rule": finding.rule,
        "severity": finding.severity.as_str(),
        "file": finding.file,
        "line": finding.line,
        "column": finding.column,
        "length": finding.length,
        "message": finding.message,
    })
}

/// Each finding with its line and a caret, then the observations and the number of findings.
pub(super) fn text(findings: &[LintFinding], migrations: usize, observed: Option<&Observed>) -> String {
    let mut text = String::new();
    for finding in findings {
        let style = if finding.severity == Severity::Error { ERROR } else { WARNING };
        let word = finding.severity.as_str();
        let LintFinding { rule, file, line, column, message, .. } = finding;
        // Writing to a String does not fail.
        let quoted = quoted(finding);
        let _ = writeln!(
            text,
            "{style}{word}{style:#}: {message}\n  {file}:{line}:{column}\n{quoted}\n    = {rule}\n"
        );
    }
    if let Some(observed) = observed {
        text.push_str(&observed.text());
    }
    if findings.is_empty() {
        let _ = write!(text, "{SUCCESS}Nothing found{SUCCESS:#} {}.", in_migrations(migrations));
    } else {
        let _ = write!(text, "{} branchline lint --explain RULE says more.", sum(findings, migrations));
    }
    text
}

/// The number of findings as a sentence.
pub(super) fn sum(findings: &[LintFinding], migrations: usize) -> String {
    let plural = |severity: Severity| {
        let count = findings.iter().filter(|finding| finding.severity == severity).count();
        (count > 0).then(|| counted(count, severity.as_str()))
    };
    let counts: Vec<String> = [Severity::Error, Severity::Warning].into_iter().filter_map(plural).collect();
    format!("{} {}.", counts.join(", "), in_migrations(migrations))
}

fn in_migrations(migrations: usize) -> String {
    format!("in {}", counted(migrations, "migration"))
}

/// The line with a mark below what it is about; of a long line, the part around it.
fn quoted(finding: &LintFinding) -> String {
    let line: Vec<char> = finding.text.chars().collect();
    let start = finding.column - 1;
    let from = if line.len() <= QUOTED { 0 } else { start.saturating_sub(8) };
    let shown: String =
        line.iter().skip(from).take(QUOTED).map(|c| if *c == '\t' { ' ' } else { *c }).collect();
    let marked = finding.length.min(QUOTED.saturating_sub(start - from)).max(1);
    format!("    {}\n    {}{}", shown.trim_end(), " ".repeat(start - from), "^".repeat(marked))
}

/// Workflow commands, a line each (GitHub's documentation, "Workflow commands for GitHub Actions").
pub(super) fn annotations(findings: &[LintFinding], location: &Location) -> String {
    let escaped = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |text: &str| escaped(text).replace(':', "%3A").replace(',', "%2C");
    let line = |finding: &LintFinding| {
        let file = location.path(&finding.file);
        format!(
            "::{} file={},line={},col={},endColumn={},title={}::{}",
            finding.severity.as_str(),
            property(&file.display().to_string()),
            finding.line,
            finding.column,
            finding.column + finding.length,
            property(finding.rule),
            escaped(&finding.message),
        )
    };
    findings.iter().map(line).collect::<Vec<_>>().join("\n")
}
