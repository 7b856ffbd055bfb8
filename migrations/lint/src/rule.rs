//! A rule: what it is called, how much it weighs, who looks.

use std::ops::Range;

use files::{Script, Statement};
use squawk_linter::Rule as Squawk;

/// The severity of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It hurts nobody today, but will be regretted.
    Warning,
    /// It holds others up, breaks them, or fails.
    Error,
}

impl Severity {
    /// Its name in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A rule.
#[derive(Clone, Copy)]
pub struct LintRule {
    /// Its name, as `allow` has it.
    pub name: &'static str,
    /// Severity of its findings.
    pub severity: Severity,
    /// Why, what to write instead, and an example: text for a terminal of 80 columns, its title first.
    pub page: &'static str,
    pub(super) check: Check,
}

/// The ways to check a rule.
#[derive(Clone, Copy)]
pub(super) enum Check {
    Squawk(Squawk),
    Custom(fn(&Script) -> Vec<Match>),
    /// The syntax tree: `tree`.
    Tree,
    /// The parser, and where there is a server, the server's.
    Syntax,
    /// Running the file.
    Observed,
    /// The directives themselves.
    Directives,
}

impl LintRule {
    /// The problem, in one line.
    #[must_use]
    pub fn title(&self) -> &'static str {
        self.page.lines().next().unwrap_or(self.name)
    }
}

/// A match of a rule: bytes of the file.
pub(super) struct Match(pub(super) Range<usize>);

impl Match {
    /// A whole statement.
    pub(super) fn whole(statement: &Statement<'_>) -> Self {
        Self(statement.start..statement.start + statement.text.len())
    }
}
