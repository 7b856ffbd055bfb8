//! What is wrong with a migration before it runs: who would be held up, what would break, what would be regretted.
//!
//! Most rules are squawk's (<https://squawkhq.com>), which reads the syntax; some are ours, for what it does not look at.
//! Each rule is one row of [`rules`] and one page of `lint/pages`, which `--explain` shows.

mod finding;
mod ours;
mod rules;

use squawk_linter::Linter;
use squawk_syntax::SourceFile;

pub use finding::{LintFinding, Severity};
pub use rules::{LintRule, lint_rule, lint_rules};

use crate::migrations::{Migration, Script};
use rules::Check;

/// The rules that a down breaks by its nature, since it takes back what its up has made.
const UNDOING: [&str; 4] = ["ban-drop-", "ban-set-", "renaming-", "ban-alter-identity"];

/// Lints both files of a migration: what they break, and `allow` directives that excuse nothing.
#[must_use]
pub fn lint_migration(migration: &Migration) -> Vec<LintFinding> {
    let of = |script: &Script| {
        let mut findings = lint(script);
        findings.extend(unused_allows(script));
        findings.sort_by_key(|finding| (finding.line, finding.column));
        findings
    };
    let is_undoing = |finding: &LintFinding| UNDOING.iter().any(|rule| finding.rule.starts_with(rule));
    let down = migration.down.iter().flat_map(of).filter(|finding| !is_undoing(finding));
    of(&migration.up).into_iter().chain(down).collect()
}

/// Lints one file. What its `allow` directives excuse is left out.
#[must_use]
pub fn lint(script: &Script) -> Vec<LintFinding> {
    let is_allowed = |finding: &LintFinding| allows(script, finding.rule);
    every(script).into_iter().filter(|finding| !is_allowed(finding)).collect()
}

/// Whether a file is excused from a rule.
#[must_use]
pub fn allows(script: &Script, rule: &str) -> bool {
    script.directives.allows.iter().any(|allow| allow.rule == rule)
}

/// The `allow` directives of a file that excuse nothing or name no rule. What only running the file can tell is not held
/// against one.
#[must_use]
pub fn unused_allows(script: &Script) -> Vec<LintFinding> {
    let found = every(script);
    let mut findings = Vec::new();
    for allow in &script.directives.allows {
        let (name, message) = match lint_rule(&allow.rule) {
            None => ("unknown-rule", format!("there is no rule {}", allow.rule)),
            Some(rule) if matches!(rule.check, Check::Observed) => continue,
            Some(_) if found.iter().any(|finding| finding.rule == allow.rule) => continue,
            Some(_) => ("unused-allow", format!("nothing in this file breaks {}", allow.rule)),
        };
        if let Some(rule) = lint_rule(name) {
            let line = script.sql.lines().nth(allow.line.saturating_sub(1)).unwrap_or_default();
            findings.push(LintFinding::at(rule, script, allow.line, 1, line.chars().count(), message));
        }
    }
    findings
}

/// Everything that the rules find, in the order of the file.
fn every(script: &Script) -> Vec<LintFinding> {
    let mut findings = squawks(script);
    for rule in lint_rules() {
        if let Check::Ours(check) = rule.check {
            findings.extend(check(script).into_iter().map(|found| found.of(rule, script)));
        }
    }
    findings.sort_by_key(|finding| (finding.line, finding.column));
    findings
}

/// What squawk finds, by the rules of the Postgres that it takes for the current one.
fn squawks(script: &Script) -> Vec<LintFinding> {
    let theirs = |rule: &LintRule| match rule.check {
        Check::Squawk(theirs) => Some(theirs),
        _ => None,
    };
    let mut linter = Linter::from(lint_rules().iter().filter_map(theirs));
    linter.settings.assume_in_transaction = !script.directives.no_transaction;
    let mut findings = Vec::new();
    for violation in linter.lint(&SourceFile::parse(&script.sql), &script.sql) {
        let rule = lint_rules().iter().find(|rule| theirs(rule) == Some(violation.code));
        let range = usize::from(violation.text_range.start())..usize::from(violation.text_range.end());
        findings.extend(rule.map(|rule| LintFinding::over(rule, script, range, rule.title().to_owned())));
    }
    findings
}
