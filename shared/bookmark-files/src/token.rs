//! The tokens of a structured file: JSON's, which a property list has too.

use crate::Error;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    ObjectStart,
    ObjectEnd,
    ArrayStart,
    ArrayEnd,
    /// The name of a value that follows.
    Key,
    Text,
    Number,
    Flag(bool),
    Null,
}

/// Something about a text that could not be taken as written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Flaws {
    /// It was longer than [`netscape::limits::FIELD_BYTES`].
    pub(crate) is_cut: bool,
    /// It holds U+FFFD in the place of NUL or of what is no character.
    pub(crate) is_replaced: bool,
}

/// A tokenizer: the values that it yields are nested as they should be.
pub(crate) trait Tokens {
    /// The next token; none after the value that is the file.
    fn next(&mut self) -> Result<Option<Token>, Error>;

    /// The text of the key, text or number that was yielded last.
    fn text(&self) -> &str;

    fn flaws(&self) -> Flaws;

    /// The line at which the tokenizer stands, counted from 1.
    fn line(&self) -> u32;
}

/// The next token where the file cannot end.
pub(crate) fn expect(tokens: &mut dyn Tokens) -> Result<Token, Error> {
    let token = tokens.next()?;
    token.ok_or_else(|| Error::malformed(tokens.line(), "the file ends early"))
}

/// Goes over the rest of a value whose first token is given. Returns how many keys of this name are in it.
pub(crate) fn skip(tokens: &mut dyn Tokens, first: Token, counted: &str) -> Result<u32, Error> {
    let (mut depth, mut token, mut count) = (0_usize, first, 0_u32);
    loop {
        match token {
            Token::ObjectStart | Token::ArrayStart => depth += 1,
            Token::ObjectEnd | Token::ArrayEnd => depth -= 1,
            Token::Key if tokens.text() == counted => count = count.saturating_add(1),
            _ => {}
        }
        if depth == 0 {
            return Ok(count);
        }
        token = expect(tokens)?;
    }
}

/// Appends the JSON of a value whose first token is given, as far as `room`. Returns whether all of it is
/// there.
pub(crate) fn capture(
    tokens: &mut dyn Tokens,
    first: Token,
    room: usize,
    out: &mut String,
) -> Result<bool, Error> {
    let (mut closers, mut token, mut is_whole) = (Vec::new(), first, true);
    let mut needs_comma = false;
    loop {
        let is_end = matches!(token, Token::ObjectEnd | Token::ArrayEnd);
        if needs_comma && !is_end {
            out.push(',');
        }
        match token {
            Token::ObjectStart => {
                out.push('{');
                closers.push('}');
            }
            Token::ArrayStart => {
                out.push('[');
                closers.push(']');
            }
            Token::ObjectEnd | Token::ArrayEnd => out.extend(closers.pop()),
            Token::Key => {
                out.push_str(&quoted(tokens.text()));
                out.push(':');
            }
            Token::Text => out.push_str(&quoted(tokens.text())),
            Token::Number => out.push_str(tokens.text()),
            Token::Flag(flag) => out.push_str(if flag { "true" } else { "false" }),
            Token::Null => out.push_str("null"),
        }
        needs_comma = !matches!(token, Token::ObjectStart | Token::ArrayStart | Token::Key);
        is_whole &= out.len() <= room && !tokens.flaws().is_cut;
        if !is_whole {
            out.truncate(out.floor_char_boundary(room));
        }
        if closers.is_empty() {
            return Ok(is_whole);
        }
        token = expect(tokens)?;
    }
}

fn quoted(text: &str) -> String {
    // A text can always be written.
    serde_json::to_string(text).unwrap_or_default()
}
