//! One thing that a rule has to say about one place.

use std::ops::Range;

use super::rule::{LintRule, Match, Severity};
use files::Script;

/// A finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LintFinding {
    /// The rule's name.
    pub rule: &'static str,
    /// The finding's severity.
    pub severity: Severity,
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// Length of the marked part of that line, in characters; at least 1.
    pub length: usize,
    /// The line's text.
    pub text: String,
    /// The problem.
    pub message: String,
}

impl LintFinding {
    /// A finding about a place in a file.
    #[must_use]
    pub fn at(
        rule: &LintRule,
        script: &Script,
        line: usize,
        column: usize,
        length: usize,
        message: String,
    ) -> Self {
        let text = script.line_text(line).to_owned();
        let length = length.clamp(1, (text.chars().count() + 1).saturating_sub(column).max(1));
        Self {
            rule: rule.name,
            severity: rule.severity,
            file: script.file.clone(),
            line,
            column,
            length,
            text,
            message,
        }
    }

    /// A rule's match as a finding, in the words of its title.
    pub(super) fn new(found: Match, rule: &LintRule, script: &Script) -> Self {
        Self::over(rule, script, found.0, rule.title().to_owned())
    }

    /// A finding about bytes of a file; of several lines, the first.
    pub(super) fn over(rule: &LintRule, script: &Script, range: Range<usize>, message: String) -> Self {
        let line = script.line_of(range.start);
        let before = script.sql.get(script.line_start(line)..range.start).unwrap_or_default();
        let column = 1 + before.chars().count();
        let about = script.sql.get(range).unwrap_or_default();
        let length = about.lines().next().unwrap_or_default().chars().count();
        Self::at(rule, script, line, column, length, message)
    }
}
