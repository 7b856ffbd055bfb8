//! A file as the parser gets it.

use std::ops::Range;

use squawk_syntax::{Parse, SourceFile};

use super::finding::LintFinding;
use super::rules::lint_rule;
use crate::migrations::Script;
use crate::statement::Statement;

/// Parentheses within parentheses that the parser gets. It goes down a level for each, on the stack.
const DEEPEST: usize = 500;

/// A file's text and its syntax tree.
pub(super) struct Source {
    /// As long as the file, with blanks for the rows of COPY and for psql's commands, which are no SQL.
    pub(super) text: String,
    pub(super) parse: Parse<SourceFile>,
    /// Statements that are too deep for the parser, which gets blanks for them, too.
    deep: Vec<Range<usize>>,
}

impl Source {
    pub(super) fn of(script: &Script) -> Self {
        let rows = script.statements().filter_map(|statement| {
            let data = statement.data?;
            Some(data.start..data.end)
        });
        let commands = script.psql_commands().map(|command| command.start..command.end);
        let deep = script.statements().filter(|statement| depth(statement) > DEEPEST);
        let deep: Vec<Range<usize>> =
            deep.map(|statement| statement.start..statement.start + statement.text.len()).collect();
        let mut text = script.sql.clone().into_bytes();
        for range in rows.chain(commands).chain(deep.iter().cloned()) {
            for byte in text.get_mut(range).into_iter().flatten().filter(|byte| **byte != b'\n') {
                *byte = b' ';
            }
        }
        // Whole characters became blanks, so that it is still UTF-8.
        let text = String::from_utf8(text).unwrap_or_default();
        let parse = SourceFile::parse(&text);
        Self { text, parse, deep }
    }

    /// The first place in each statement that does not parse.
    pub(super) fn syntax_errors(&self, script: &Script) -> Vec<LintFinding> {
        let Some(rule) = lint_rule("syntax-error") else { return Vec::new() };
        let of_deep = |range: &Range<usize>| {
            let message =
                format!("This is nested deeper than {DEEPEST} levels, and no rule has looked at it");
            LintFinding::over(rule, script, range.clone(), message)
        };
        let mut errors = self.parse.errors().into_iter().peekable();
        let mut findings: Vec<LintFinding> = self.deep.iter().map(of_deep).collect();
        let starts = script.statements().map(|statement| statement.start).skip(1);
        for end in starts.chain([usize::MAX]) {
            let mut first = None;
            while let Some(error) = errors.next_if(|error| usize::from(error.range().start()) < end) {
                first.get_or_insert(error);
            }
            findings.extend(first.map(|error| {
                let range = usize::from(error.range().start())..usize::from(error.range().end());
                let message = format!("This does not parse: {}", lower_first(error.message()));
                LintFinding::over(rule, script, range, message)
            }));
        }
        findings
    }
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

/// How deep a statement's parentheses and brackets go.
fn depth(statement: &Statement<'_>) -> usize {
    let opening = statement.text.bytes().filter(|byte| matches!(byte, b'(' | b'[')).count();
    if opening <= DEEPEST {
        return opening;
    }
    let (mut depth, mut deepest) = (0_usize, 0);
    for (_, range) in statement.tokens() {
        match &statement.text[range] {
            "(" | "[" => depth += 1,
            ")" | "]" => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}
