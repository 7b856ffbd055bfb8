//! The form in XML, of which a property list needs little: elements without attributes that mean anything,
//! the five entities and character references. No document type is read.

use memchr::memmem;
use netscape::limits::{DEPTH, FIELD_BYTES};

use crate::Error;
use crate::json::decode;
use crate::token::{Flaws, Token, Tokens};

pub(super) struct Xml {
    data: Vec<u8>,
    at: usize,
    /// The open values; true for an object.
    open: Vec<bool>,
    /// A name was yielded, and its value comes.
    is_named: bool,
    /// The end of a value that was written as one tag.
    ends: Option<Token>,
    is_done: bool,
    text: String,
    flaws: Flaws,
    line: u32,
}

impl Xml {
    pub(super) fn new(data: Vec<u8>) -> Self {
        Self {
            data,
            at: 0,
            open: Vec::new(),
            is_named: false,
            ends: None,
            is_done: false,
            text: String::new(),
            flaws: Flaws::default(),
            line: 1,
        }
    }

    fn error(&self, problem: impl Into<String>) -> Error {
        Error::malformed(self.line, problem)
    }

    fn rest(&self) -> &[u8] {
        self.data.get(self.at..).unwrap_or_default()
    }

    fn go_on(&mut self, length: usize) {
        let passed = self.data.get(self.at..self.at + length).unwrap_or_default();
        let lines = passed.iter().filter(|byte| **byte == b'\n').count();
        self.line = self.line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
        self.at += length;
    }

    /// Goes behind the next of a text.
    fn go_behind(&mut self, text: &str) -> Result<(), Error> {
        let found = memmem::find(self.rest(), text.as_bytes());
        let found = found.ok_or_else(|| self.error(format!("{text} is missing")))?;
        self.go_on(found + text.len());
        Ok(())
    }

    /// Goes behind the next tag. Returns its name, with `/` before that of an end tag, and whether it ends
    /// itself.
    fn tag(&mut self) -> Result<Option<(String, bool)>, Error> {
        loop {
            let blank = self.rest().len() - self.rest().trim_ascii_start().len();
            self.go_on(blank);
            let rest = self.rest();
            if rest.is_empty() {
                return Ok(None);
            }
            if rest.starts_with(b"<!--") {
                self.go_behind("-->")?;
            } else if rest.starts_with(b"<?") {
                self.go_behind("?>")?;
            } else if rest.starts_with(b"<!") {
                // One that declares something of its own is none of Apple's.
                let end = memchr::memchr2(b'[', b'>', rest).filter(|end| rest[*end] == b'>');
                let end = end.ok_or_else(|| self.error("the document type declares entities"))?;
                self.go_on(end + 1);
            } else if rest.first() == Some(&b'<') {
                let end =
                    memchr::memchr(b'>', rest).ok_or_else(|| self.error("the file ends within a tag"))?;
                let tag = String::from_utf8_lossy(&rest[1..end]).into_owned();
                self.go_on(end + 1);
                let (tag, is_empty) = match tag.strip_suffix('/') {
                    Some(tag) => (tag, true),
                    None => (tag.as_str(), false),
                };
                let name = tag.split_ascii_whitespace().next().unwrap_or_default();
                return Ok(Some((name.to_owned(), is_empty)));
            } else {
                let shown: String = String::from_utf8_lossy(rest).chars().take(20).collect();
                return Err(self.error(format!("expected a tag, found {shown:?}")));
            }
        }
    }

    /// The text up to the end tag of this element, which is gone behind.
    fn content(&mut self, element: &str) -> Result<(), Error> {
        let end = format!("</{element}");
        let mut raw = Vec::new();
        self.flaws = Flaws::default();
        loop {
            let rest = self.rest();
            let length = memchr::memchr2(b'<', b'&', rest);
            let length = length.ok_or_else(|| self.error(format!("the file ends within <{element}>")))?;
            let mut piece = rest[..length].to_vec();
            let special = &rest[length..];
            let mut passed = length;
            let is_end = special.starts_with(end.as_bytes());
            if is_end {
            } else if special.starts_with(b"<![CDATA[") {
                let start = "<![CDATA[".len();
                let inner = memmem::find(special, b"]]>").ok_or_else(|| self.error("]]> is missing"))?;
                piece.extend_from_slice(special.get(start..inner).unwrap_or_default());
                passed += inner + 3;
            } else if special.starts_with(b"<!--") {
                passed += memmem::find(special, b"-->").ok_or_else(|| self.error("--> is missing"))? + 3;
            } else if special.first() == Some(&b'&') {
                let (character, length) = reference(special).unwrap_or(('&', 1));
                piece.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                passed += length;
            } else {
                return Err(self.error(format!("<{element}> holds another element")));
            }
            let room = FIELD_BYTES.saturating_sub(raw.len()).min(piece.len());
            self.flaws.is_cut |= room < piece.len();
            raw.extend_from_slice(&piece[..room]);
            self.go_on(passed);
            if is_end {
                break;
            }
        }
        self.go_behind(">")?;
        self.flaws.is_replaced = decode(&raw, self.flaws.is_cut, &mut self.text);
        Ok(())
    }

    fn begin(&mut self, is_object: bool, is_empty: bool) -> Result<Token, Error> {
        if self.open.len() > 2 * DEPTH {
            return Err(Error::TooDeep { line: self.line });
        }
        self.is_named = false;
        self.open.push(is_object);
        let (start, end) = if is_object {
            (Token::ObjectStart, Token::ObjectEnd)
        } else {
            (Token::ArrayStart, Token::ArrayEnd)
        };
        self.ends = is_empty.then_some(end);
        Ok(start)
    }

    fn end(&mut self, token: Token) -> Token {
        self.open.pop();
        self.is_done = self.open.is_empty();
        token
    }

    fn value(&mut self, name: &str, is_empty: bool) -> Result<Token, Error> {
        let token = match name {
            "dict" => return self.begin(true, is_empty),
            "array" => return self.begin(false, is_empty),
            "true" | "false" => {
                if !is_empty {
                    self.content(name)?;
                }
                Token::Flag(name == "true")
            }
            "string" | "date" | "data" | "integer" | "real" => {
                self.flaws = Flaws::default();
                self.text.clear();
                if !is_empty {
                    self.content(name)?;
                }
                if name != "string" {
                    self.text = self.text.trim().to_owned();
                }
                let is_number = matches!(name, "integer" | "real")
                    && serde_json::from_str::<serde_json::Number>(&self.text).is_ok();
                if is_number { Token::Number } else { Token::Text }
            }
            _ => return Err(self.error(format!("<{name}> is no element of a property list"))),
        };
        self.is_named = false;
        self.is_done = self.open.is_empty();
        Ok(token)
    }
}

/// The character of a reference at the start of `text`, and its length.
fn reference(text: &[u8]) -> Option<(char, usize)> {
    const LONGEST: usize = 12;
    let end = text.iter().take(LONGEST).position(|byte| *byte == b';')?;
    let name = std::str::from_utf8(&text[1..end]).ok()?;
    let character = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let number = name.strip_prefix('#')?;
            let scalar = match number.strip_prefix(['x', 'X']) {
                Some(number) => u32::from_str_radix(number, 16),
                None => number.parse(),
            };
            char::from_u32(scalar.ok()?).unwrap_or(char::REPLACEMENT_CHARACTER)
        }
    };
    Some((character, end + 1))
}

impl Tokens for Xml {
    fn next(&mut self) -> Result<Option<Token>, Error> {
        self.flaws = Flaws::default();
        if let Some(end) = self.ends.take() {
            return Ok(Some(self.end(end)));
        }
        loop {
            let Some((name, is_empty)) = self.tag()? else {
                return if self.is_done { Ok(None) } else { Err(self.error("the file ends early")) };
            };
            let is_object = self.open.last() == Some(&true);
            match name.as_str() {
                "plist" | "/plist" => {}
                _ if self.is_done => return Err(self.error("more than one value is in the file")),
                "/dict" if is_object && !self.is_named => return Ok(Some(self.end(Token::ObjectEnd))),
                "/array" if self.open.last() == Some(&false) => return Ok(Some(self.end(Token::ArrayEnd))),
                "key" if is_object && !self.is_named => {
                    self.text.clear();
                    if !is_empty {
                        self.content("key")?;
                    }
                    self.is_named = true;
                    return Ok(Some(Token::Key));
                }
                name if !is_object || self.is_named => return self.value(name, is_empty).map(Some),
                name => return Err(self.error(format!("expected <key>, found <{name}>"))),
            }
        }
    }

    fn text(&self) -> &str {
        &self.text
    }

    fn flaws(&self) -> Flaws {
        self.flaws
    }

    fn line(&self) -> u32 {
        self.line
    }
}
