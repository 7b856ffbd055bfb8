//! A script cut into its statements, where psql would cut it.
//!
//! The rules are those of psql's own scanner (`src/fe_utils/psqlscan.l`, Postgres 17): a semicolon ends a
//! statement unless it stands in a string, a quoted name, a dollar quote, a comment, parentheses, or the
//! `BEGIN ATOMIC … END` of a function. `standard_conforming_strings` is taken to be on. A backslash outside
//! of those begins a command of psql's, which goes to the end of its line. The rows of a `COPY … FROM stdin`
//! stand in the lines behind it, up to `\.`.

use std::ops::Range;

mod index;
mod psql;
mod scanner;
mod transaction;

use crate::line_index::LineIndex;
pub use index::IndexBuild;
pub use psql::PsqlCommand;
pub use scanner::{Scanner, Token};

/// One statement of a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statement<'a> {
    /// Its text from the first word on, without the semicolon.
    pub text: &'a str,
    /// Start in the script, in bytes.
    pub start: usize,
    /// The line of its first word, from 1.
    pub line: usize,
    /// The rows behind a `COPY … FROM stdin`.
    pub data: Option<CopyData<'a>>,
}

/// The rows that a script brings for a `COPY … FROM stdin`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CopyData<'a> {
    /// They, with the end of the last line, and without the line `\.` behind them.
    pub text: &'a str,
    /// Start of the first in the script, in bytes.
    pub start: usize,
    /// The line of the first, from 1.
    pub line: usize,
    /// Position in the script after the last, in bytes.
    pub end: usize,
}

/// Why a script cannot be cut.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SplitError {
    /// Something is opened and never closed.
    #[error("line {line}: the {what} that begins here is not closed")]
    Unclosed {
        /// Line on which it is opened, from 1.
        line: usize,
        /// Its kind.
        what: &'static str,
    },
    /// psql reads the rows from the next line on, and then what stands behind the COPY in its line.
    #[error(
        "line {line}: another statement stands behind COPY … FROM stdin in its line; put it into a line \
         below the COPY's rows"
    )]
    BehindCopy {
        /// The line of the COPY's end, from 1.
        line: usize,
    },
    /// The rows of a COPY have no end.
    #[error(
        "line {line}: the rows of this COPY … FROM stdin have no end; put the line \\. below the last one"
    )]
    EndlessCopy {
        /// The line of the COPY, from 1.
        line: usize,
    },
}

/// A script's statements, and what stands between them that is none.
pub(crate) struct Parts<'a> {
    pub(crate) statements: Vec<Statement<'a>>,
    pub(crate) commands: Vec<PsqlCommand<'a>>,
    pub(crate) lines: LineIndex,
}

/// Cuts a script into statements. Empty ones, and comments alone, are left out, and so are psql's commands.
///
/// # Errors
/// A string, quoted name, dollar quote or comment is not closed, or the rows of a COPY are not.
pub fn split(sql: &str) -> Result<Vec<Statement<'_>>, SplitError> {
    Ok(Parts::parse(sql)?.statements)
}

/// The commands of psql's in a script.
///
/// # Errors
/// As for [`split`].
pub fn psql_commands(sql: &str) -> Result<Vec<PsqlCommand<'_>>, SplitError> {
    Ok(Parts::parse(sql)?.commands)
}

impl<'a> Parts<'a> {
    pub(crate) fn parse(sql: &'a str) -> Result<Self, SplitError> {
        let mut parts = Self { statements: Vec::new(), commands: Vec::new(), lines: LineIndex::new(sql) };
        let mut scanner = Scanner::new(sql);
        let mut nesting = Nesting::default();
        // Start of the current statement and end of its last token.
        let mut span: Option<(usize, usize)> = None;
        while let Some((token, range)) = scanner.next_token()? {
            if token == Token::Semicolon && nesting.is_outermost() {
                if let Some(span) = span.take() {
                    let data = if nesting.copies_in { Some(parts.rows(sql, range.end)?) } else { None };
                    if let Some(data) = data {
                        scanner.go_to(data.end);
                    }
                    parts.push(sql, span, data);
                }
                nesting = Nesting::default();
            } else if token == Token::Backslash {
                let line = parts.lines.line(range.start);
                let is_between = span.is_none();
                parts.commands.push(PsqlCommand::new(&sql[range.clone()], range.start, line, is_between));
            } else {
                nesting.see(token, &sql[range.clone()]);
                span = Some((span.map_or(range.start, |(start, _)| start), range.end));
            }
        }
        if let Some(span) = span {
            if nesting.copies_in {
                return Err(SplitError::EndlessCopy { line: parts.lines.line(span.0) });
            }
            parts.push(sql, span, None);
        }
        Ok(parts)
    }

    fn push(&mut self, sql: &'a str, (start, end): (usize, usize), data: Option<CopyData<'a>>) {
        let line = self.lines.line(start);
        self.statements.push(Statement { text: &sql[start..end], start, line, data });
    }

    /// The rows of a COPY whose semicolon ends at a place: the lines below it, up to a line `\.`.
    fn rows(&self, sql: &'a str, semicolon: usize) -> Result<CopyData<'a>, SplitError> {
        let line = self.lines.line(semicolon);
        let rest = sql[semicolon..].lines().next().unwrap_or_default().trim();
        if !rest.is_empty() && !rest.starts_with("--") {
            return Err(SplitError::BehindCopy { line });
        }
        let start = sql[semicolon..].find('\n').map(|end| semicolon + end + 1);
        let start = start.ok_or(SplitError::EndlessCopy { line })?;
        let mut at = start;
        for row in sql[start..].split_inclusive('\n') {
            if row.strip_suffix('\n').unwrap_or(row) == "\\." {
                let text = &sql[start..at];
                crate::work::visit(text.len());
                return Ok(CopyData { text, start, line: line + 1, end: at + row.len() });
            }
            at += row.len();
        }
        Err(SplitError::EndlessCopy { line })
    }
}

/// The line, from 1, that a byte offset is on; of one offset, since it counts from the beginning.
fn line_of(sql: &str, offset: usize) -> usize {
    1 + sql.as_bytes()[..offset].iter().filter(|&&b| b == b'\n').count()
}

impl Statement<'_> {
    /// The first words in upper case, at most `count`, for recognising the statement.
    #[must_use]
    pub fn words(&self, count: usize) -> Vec<String> {
        let mut scanner = Scanner::new(self.text);
        let mut words = Vec::new();
        while words.len() < count {
            match scanner.next_token() {
                Ok(Some((Token::Word, range))) => words.push(self.text[range].to_ascii_uppercase()),
                Ok(Some(_)) => {}
                _ => break,
            }
        }
        words
    }

    /// Its tokens, and where they stand in its text.
    #[must_use]
    pub fn tokens(&self) -> Vec<(Token, Range<usize>)> {
        let mut scanner = Scanner::new(self.text);
        let mut tokens = Vec::new();
        while let Ok(Some(token)) = scanner.next_token() {
            tokens.push(token);
        }
        tokens
    }

    /// Returns whether it begins or ends a transaction. Savepoints do neither.
    #[must_use]
    pub fn controls_transaction(&self) -> bool {
        let words = self.words(3);
        match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["BEGIN" | "COMMIT" | "END" | "ABORT", ..] | ["START" | "PREPARE", "TRANSACTION", ..] => true,
            ["ROLLBACK", "TO", ..] | ["ROLLBACK", "WORK" | "TRANSACTION", "TO"] => false,
            ["ROLLBACK", ..] => true,
            _ => false,
        }
    }

    /// Returns whether it is an index build or drop that waits for others without holding them up.
    #[must_use]
    pub fn is_concurrent(&self) -> bool {
        let words = self.words(6);
        let has = |word| words.iter().any(|w| w == word);
        has("CONCURRENTLY")
            && match words.first().map(String::as_str) {
                Some("CREATE" | "DROP") => has("INDEX"),
                first => first == Some("REINDEX"),
            }
    }
}

/// Returns whether these words stand there in this order, side by side.
pub(crate) fn has(words: &[&str], sequence: &[&str]) -> bool {
    words.windows(sequence.len()).any(|window| window == sequence)
}

/// The blocks that the current statement has opened.
#[derive(Default)]
struct Nesting {
    parentheses: usize,
    /// `BEGIN … END` and, within it, `CASE … END`.
    blocks: usize,
    head: Head,
    /// True if the last token was the word FROM.
    follows_from: bool,
    /// True if it is a `COPY … FROM stdin`.
    copies_in: bool,
}

/// The kind of a statement by its first words, as far as its end depends on it.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Head {
    #[default]
    Empty,
    Copy,
    /// CREATE
    Create,
    /// CREATE OR
    Or,
    /// CREATE OR REPLACE
    Replace,
    /// CREATE [OR REPLACE] FUNCTION | PROCEDURE
    Routine,
    Other,
}

impl Head {
    fn and(self, word: &str) -> Self {
        let is = |wanted: &str| word.eq_ignore_ascii_case(wanted);
        match self {
            Self::Empty if is("COPY") => Self::Copy,
            Self::Empty if is("CREATE") => Self::Create,
            Self::Create if is("OR") => Self::Or,
            Self::Or if is("REPLACE") => Self::Replace,
            Self::Create | Self::Replace if is("FUNCTION") || is("PROCEDURE") => Self::Routine,
            Self::Copy | Self::Routine => self,
            _ => Self::Other,
        }
    }
}

impl Nesting {
    fn is_outermost(&self) -> bool {
        self.parentheses == 0 && self.blocks == 0
    }

    fn see(&mut self, token: Token, text: &str) {
        let is = |wanted: &str| token == Token::Word && text.eq_ignore_ascii_case(wanted);
        match token {
            Token::Open => self.parentheses += 1,
            Token::Close => self.parentheses = self.parentheses.saturating_sub(1),
            Token::Word => {
                if self.parentheses == 0 && self.head == Head::Routine {
                    if is("BEGIN") || self.blocks > 0 && is("CASE") {
                        self.blocks += 1;
                    } else if is("END") {
                        self.blocks = self.blocks.saturating_sub(1);
                    }
                }
                self.head = self.head.and(text);
            }
            Token::Semicolon | Token::Backslash | Token::Other => {}
        }
        let is_copy = self.head == Head::Copy && self.parentheses == 0;
        self.copies_in |= is_copy && self.follows_from && is("STDIN");
        self.follows_from = is_copy && is("FROM");
    }
}

#[cfg(test)]
mod tests;
