//! A file as the parser gets it.

use std::ops::Range;

use squawk_syntax::{Parse, SourceFile};

use super::finding::LintFinding;
use super::rules::lint_rule;
use files::Script;
use files::{Statement, Token};

/// Levels of a statement's tree that the parser gets, as far as its tokens tell: parentheses within
/// parentheses, and a level for each operator of a chain. For each it goes down on the stack.
const DEEPEST: usize = 10_000;

/// A parenthesis takes the parser through about as many levels of the grammar.
const OF_PARENTHESIS: usize = 20;

/// Words that open a level.
const OPERATORS: [&str; 8] = ["NOT", "AND", "OR", "CASE", "UNION", "EXCEPT", "INTERSECT", "JOIN"];

/// A file's text and its syntax tree.
pub(super) struct Source {
    /// As long as the file, with blanks for the rows of COPY and for psql's commands, which are no SQL.
    pub(super) text: String,
    pub(super) parse: Parse<SourceFile>,
    /// Statements that are too deep for the parser, which gets blanks for them, too.
    deep: Vec<Range<usize>>,
}

impl Source {
    pub(super) fn new(script: &Script) -> Self {
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
            let message = format!(
                "This is nested too deep for the parser (past {DEEPEST} levels), and no rule has looked at it"
            );
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
                let message = format!("This does not parse: {}", in_words(error.message()));
                LintFinding::over(rule, script, range, message)
            }));
        }
        findings
    }
}

/// The parser's message, with signs for the names of its tokens.
fn in_words(message: &str) -> String {
    const TOKENS: [(&str, &str); 9] = [
        ("R_PAREN", "\")\""),
        ("L_PAREN", "\"(\""),
        ("R_BRACK", "\"]\""),
        ("L_BRACK", "\"[\""),
        ("COMMA", "\",\""),
        ("SEMICOLON", "\";\""),
        ("COLON", "\":\""),
        ("DOT", "\".\""),
        ("IDENT", "a name"),
    ];
    let mut words = TOKENS.iter().fold(message.to_owned(), |text, (token, sign)| text.replace(token, sign));
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    words
}

/// Returns how deep a statement's tree may be: the cost of each open parenthesis, and the operators since the
/// last comma.
fn depth(statement: &Statement<'_>) -> usize {
    // A shorter text has no room for so many.
    if statement.text.len() <= DEEPEST {
        let open = statement.text.bytes().filter(|byte| matches!(byte, b'(' | b'[')).count();
        if open * OF_PARENTHESIS + statement.text.len() <= DEEPEST {
            return 0;
        }
    }
    let (mut total, mut deepest) = (0_usize, 0);
    // The operators of each open parenthesis, the outermost first.
    let mut levels = vec![0_usize];
    for (token, range) in statement.tokens() {
        let text = &statement.text[range];
        match text {
            "(" | "[" => {
                levels.push(0);
                total += OF_PARENTHESIS;
            }
            ")" | "]" if levels.len() > 1 => total -= levels.pop().unwrap_or(0) + OF_PARENTHESIS,
            "," | ";" => total -= levels.last_mut().map_or(0, std::mem::take),
            _ => {
                let is_operator = match token {
                    Token::Word => OPERATORS.iter().any(|word| text.eq_ignore_ascii_case(word)),
                    _ => {
                        text.starts_with(|c: char| c.is_ascii_punctuation() && !matches!(c, '\'' | '"' | '$'))
                    }
                };
                if let Some(operators) = levels.last_mut().filter(|_| is_operator) {
                    *operators += 1;
                    total += 1;
                }
            }
        }
        deepest = deepest.max(total);
    }
    deepest
}
