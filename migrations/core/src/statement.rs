//! A script cut into its statements, where psql would cut it.
//!
//! The rules are those of psql's own scanner (`src/fe_utils/psqlscan.l`, Postgres 17): a semicolon ends a statement
//! unless it stands in a string, a quoted name, a dollar quote, a comment, parentheses, or the `BEGIN ATOMIC … END` of a
//! function. `standard_conforming_strings` is taken to be on. psql's backslash commands are not SQL and stay as they
//! are, for the server to refuse.

use std::ops::Range;

mod index;
mod scanner;

pub use index::IndexBuild;
use scanner::Scanner;
pub(crate) use scanner::Token;

/// One statement of a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statement<'a> {
    /// Its text from the first word on, without the semicolon.
    pub text: &'a str,
    /// Where it begins in the script, in bytes.
    pub start: usize,
    /// The line of its first word, from 1.
    pub line: usize,
}

/// Something that is opened and never closed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: the {what} that begins here is not closed")]
pub struct SplitError {
    /// Where it is opened, from 1.
    pub line: usize,
    /// What it is.
    pub what: &'static str,
}

/// Cuts a script into statements. Empty ones, and comments alone, are left out.
///
/// # Errors
/// A string, quoted name, dollar quote or comment is not closed.
pub fn split(sql: &str) -> Result<Vec<Statement<'_>>, SplitError> {
    let mut scanner = Scanner::new(sql);
    let mut statements = Vec::new();
    let mut nesting = Nesting::default();
    // Where the statement under way began and where its last token ended.
    let mut span: Option<(usize, usize)> = None;
    while let Some((token, range)) = scanner.next_token()? {
        if token == Token::Semicolon && nesting.is_outermost() {
            if let Some((start, end)) = span.take() {
                statements.push(Statement { text: &sql[start..end], start, line: line_of(sql, start) });
            }
            nesting = Nesting::default();
        } else {
            nesting.see(token, &sql[range.clone()]);
            span = Some((span.map_or(range.start, |(start, _)| start), range.end));
        }
    }
    if let Some((start, end)) = span {
        statements.push(Statement { text: &sql[start..end], start, line: line_of(sql, start) });
    }
    Ok(statements)
}

/// The line, from 1, that a byte offset is on.
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
    pub(crate) fn tokens(&self) -> Vec<(Token, Range<usize>)> {
        let mut scanner = Scanner::new(self.text);
        let mut tokens = Vec::new();
        while let Ok(Some(token)) = scanner.next_token() {
            tokens.push(token);
        }
        tokens
    }

    /// Whether it begins or ends a transaction. Savepoints do neither.
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

    /// Whether it is an index build or drop that waits for others without holding them up.
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

/// What the statement under way has opened.
#[derive(Default)]
struct Nesting {
    parentheses: usize,
    /// `BEGIN … END` and, within it, `CASE … END`.
    blocks: usize,
    /// The first words, as far as they tell whether this is `CREATE [OR REPLACE] FUNCTION | PROCEDURE`.
    head: Vec<String>,
}

impl Nesting {
    fn is_outermost(&self) -> bool {
        self.parentheses == 0 && self.blocks == 0
    }

    fn see(&mut self, token: Token, text: &str) {
        match token {
            Token::Open => self.parentheses += 1,
            Token::Close => self.parentheses = self.parentheses.saturating_sub(1),
            Token::Word => self.see_word(&text.to_ascii_uppercase()),
            Token::Semicolon | Token::Other => {}
        }
    }

    fn see_word(&mut self, word: &str) {
        if self.parentheses == 0 && self.is_routine() {
            match word {
                "BEGIN" => self.blocks += 1,
                "CASE" if self.blocks > 0 => self.blocks += 1,
                "END" => self.blocks = self.blocks.saturating_sub(1),
                _ => {}
            }
        }
        if self.head.len() < 4 {
            self.head.push(word.to_owned());
        }
    }

    fn is_routine(&self) -> bool {
        let words: Vec<&str> = self.head.iter().map(String::as_str).collect();
        matches!(
            words[..],
            ["CREATE", "FUNCTION" | "PROCEDURE", ..] | ["CREATE", "OR", "REPLACE", "FUNCTION" | "PROCEDURE"]
        )
    }
}

#[cfg(test)]
mod tests;
