//! The lexical rules: what a semicolon can hide in.

use std::ops::Range;

use super::SplitError;

/// A piece of a script that is neither white space nor a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    /// An unquoted name or keyword.
    Word,
    /// `;`
    Semicolon,
    /// `(`
    Open,
    /// `)`
    Close,
    /// A psql command, from its backslash to the end of the line.
    Backslash,
    /// A string, quoted name, number, operator.
    Other,
}

/// Reads a script piece by piece.
pub struct Scanner<'a> {
    sql: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    /// Begins at a script's first byte.
    #[must_use]
    pub fn new(sql: &'a str) -> Self {
        Self { sql, at: 0 }
    }

    /// The next token and where it stands; none at the end.
    ///
    /// # Errors
    /// A string, quoted name, dollar quote or comment is not closed.
    pub fn next_token(&mut self) -> Result<Option<(Token, Range<usize>)>, SplitError> {
        self.skip_space_and_comments()?;
        let start = self.at;
        let Some(c) = self.rest().chars().next() else { return Ok(None) };
        let token = match c {
            ';' => self.single(Token::Semicolon),
            '(' => self.single(Token::Open),
            ')' => self.single(Token::Close),
            '\\' => self.rest_of_line(),
            '\'' => self.string(false)?,
            '"' => {
                self.quoted('"', "quoted name")?;
                Token::Other
            }
            '$' => self.dollar()?,
            c if c.is_ascii_digit() => self.number(),
            c if starts_word(c) => self.word()?,
            c => {
                self.at += c.len_utf8();
                Token::Other
            }
        };
        crate::work::visit(self.at - start);
        Ok(Some((token, start..self.at)))
    }

    /// Returns the position of the next token.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Goes on from there.
    pub(super) fn go_to(&mut self, at: usize) {
        self.at = at;
    }

    fn rest_of_line(&mut self) -> Token {
        let rest = self.rest();
        self.at += rest.find('\n').unwrap_or(rest.len());
        Token::Backslash
    }

    fn rest(&self) -> &'a str {
        &self.sql[self.at..]
    }

    fn single(&mut self, token: Token) -> Token {
        self.at += 1;
        token
    }

    fn unclosed(&self, start: usize, what: &'static str) -> SplitError {
        SplitError::Unclosed { line: super::line_of(self.sql, start), what }
    }

    fn skip_space_and_comments(&mut self) -> Result<(), SplitError> {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start_matches(is_space);
            self.at += rest.len() - trimmed.len();
            if trimmed.starts_with("--") {
                self.at += trimmed.find('\n').unwrap_or(trimmed.len());
            } else if trimmed.starts_with("/*") {
                self.block_comment()?;
            } else {
                return Ok(());
            }
        }
    }

    /// Block comments nest, which they do not in C.
    fn block_comment(&mut self) -> Result<(), SplitError> {
        let start = self.at;
        let bytes = self.sql.as_bytes();
        let (mut at, mut depth) = (start, 0_usize);
        while let Some(pair) = bytes.get(at..at + 2) {
            depth = match pair {
                b"/*" => depth + 1,
                b"*/" => depth - 1,
                _ => {
                    at += 1;
                    continue;
                }
            };
            at += 2;
            if depth == 0 {
                crate::work::visit(at - start);
                self.at = at;
                return Ok(());
            }
        }
        Err(self.unclosed(start, "comment"))
    }

    /// A string from its quote on. A string may go on after a line break, in the same kind of string.
    fn string(&mut self, escapes: bool) -> Result<Token, SplitError> {
        loop {
            if escapes {
                self.escaped()?;
            } else {
                self.quoted('\'', "string")?;
            }
            match self.continuation() {
                Some(at) => self.at = at,
                None => return Ok(Token::Other),
            }
        }
    }

    /// Returns the position at which the string continues, if white space with a line break and then a quote
    /// follow.
    fn continuation(&self) -> Option<usize> {
        let mut ahead = Scanner { sql: self.sql, at: self.at };
        loop {
            let rest = ahead.rest();
            let trimmed = rest.trim_start_matches(is_space);
            ahead.at += rest.len() - trimmed.len();
            if !trimmed.starts_with("--") {
                break;
            }
            ahead.at += trimmed.find('\n').unwrap_or(trimmed.len());
        }
        let goes_on = ahead.rest().starts_with('\'') && self.sql[self.at..ahead.at].contains('\n');
        goes_on.then_some(ahead.at)
    }

    /// From a quote to the next; a doubled one reads as two strings side by side, which ends at the same
    /// place.
    fn quoted(&mut self, quote: char, what: &'static str) -> Result<(), SplitError> {
        let start = self.at;
        let end = self.rest()[1..].find(quote).ok_or_else(|| self.unclosed(start, what))?;
        self.at += end + 2;
        Ok(())
    }

    /// `'…'` of an `E'…'`, where a backslash hides the next character.
    fn escaped(&mut self) -> Result<(), SplitError> {
        let start = self.at;
        let mut bytes = self.rest().bytes().enumerate().skip(1);
        while let Some((i, byte)) = bytes.next() {
            match byte {
                b'\\' => drop(bytes.next()),
                b'\'' if self.rest().as_bytes().get(i + 1) == Some(&b'\'') => drop(bytes.next()),
                b'\'' => {
                    self.at += i + 1;
                    return Ok(());
                }
                _ => {}
            }
        }
        Err(self.unclosed(start, "string"))
    }

    /// A dollar quote, or a dollar that is something else (a parameter, an operator's character).
    fn dollar(&mut self) -> Result<Token, SplitError> {
        let start = self.at;
        let rest = self.rest();
        let tag_ends = rest[1..].find(|c| !continues_tag(c)).map_or(rest.len(), |i| i + 1);
        let is_quote =
            rest[tag_ends..].starts_with('$') && !rest[1..].starts_with(|c: char| c.is_ascii_digit());
        if !is_quote {
            self.at += tag_ends;
            return Ok(Token::Other);
        }
        let tag = &rest[..=tag_ends];
        let end = rest[tag.len()..].find(tag).ok_or_else(|| self.unclosed(start, "dollar quote"))?;
        self.at += end + 2 * tag.len();
        Ok(Token::Other)
    }

    /// Letters after a number belong to it (`1e5`, `0xff`), so that `1e'` is not an escape string.
    fn number(&mut self) -> Token {
        let rest = self.rest();
        self.at += rest.find(|c| !continues_tag(c)).unwrap_or(rest.len());
        Token::Other
    }

    /// A name or keyword, or the `E` before an escape string.
    fn word(&mut self) -> Result<Token, SplitError> {
        let rest = self.rest();
        // A dollar may stand within a name, so that a$$b opens no dollar quote.
        let end = rest.find(|c| !(continues_tag(c) || c == '$')).unwrap_or(rest.len());
        self.at += end;
        if rest[..end].eq_ignore_ascii_case("e") && self.rest().starts_with('\'') {
            return self.string(true);
        }
        Ok(Token::Word)
    }
}

/// Postgres's white space; others, such as a no-break space, can stand in a name.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0c' | '\x0b')
}

fn starts_word(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || !c.is_ascii()
}

fn continues_tag(c: char) -> bool {
    starts_word(c) || c.is_ascii_digit()
}
