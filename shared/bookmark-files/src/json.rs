//! A tokenizer of JSON (RFC 8259) that takes what bookmark files hold and serde_json refuses: half of a
//! surrogate pair, where a title was cut, bytes that are not UTF-8, and line ends within a text. It can be
//! asked for one token after the other, while the folders around it are still open, and holds one field of
//! any file; serde_json calls back, or holds a value as a whole. A property test compares the two.

use memchr::memchr2;
use netscape::limits::{DEPTH, FIELD_BYTES};

use crate::source::{Source, Window};
use crate::token::{Flaws, Token, Tokens};
use crate::{Error, limits};

pub(crate) struct Json<'a> {
    window: Window<'a>,
    /// The open values; true for an object.
    open: Vec<bool>,
    expected: Expected,
    raw: Vec<u8>,
    text: String,
    flaws: Flaws,
    line: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    Value,
    FirstValue,
    Key,
    FirstKey,
    Comma,
    Nothing,
}

impl Expected {
    fn describe(self, in_object: bool) -> &'static str {
        match (self, in_object) {
            (Self::Value, _) => "a value",
            (Self::FirstValue, _) => "a value or the end of the list",
            (Self::Key, _) => "a name in quotes",
            (Self::FirstKey, _) => "a name in quotes or the end of the object",
            (Self::Comma, true) => "a comma or the end of the object",
            (Self::Comma, false) => "a comma or the end of the list",
            (Self::Nothing, _) => "the end of the file",
        }
    }
}

impl<'a> Json<'a> {
    pub(crate) fn new(source: Source<'a>) -> Self {
        Self {
            window: Window::new(source),
            open: Vec::new(),
            expected: Expected::Value,
            raw: Vec::new(),
            text: String::new(),
            flaws: Flaws::default(),
            line: 1,
        }
    }

    /// Goes over white space. Returns what stands behind it.
    fn significant(&mut self) -> Result<Option<u8>, Error> {
        loop {
            let bytes = self.window.bytes()?;
            let Some(&first) = bytes.first() else { return Ok(None) };
            if !first.is_ascii_whitespace() {
                return Ok(Some(first));
            }
            self.line = self.line.saturating_add(u32::from(first == b'\n'));
            self.window.consume(1);
        }
    }

    fn error(&self, problem: impl Into<String>) -> Error {
        Error::malformed(self.line, problem)
    }

    fn unexpected(&self, found: Option<u8>) -> Error {
        let expected = self.expected.describe(self.open.last() == Some(&true));
        match found {
            Some(byte) => self.error(format!("expected {expected}, found {:?}", char::from(byte))),
            None => self.error(format!("expected {expected}, and the file ends early")),
        }
    }

    fn begin(&mut self, is_object: bool) -> Result<Option<Token>, Error> {
        self.window.consume(1);
        // A folder is an object in a list.
        if self.open.len() > 2 * DEPTH {
            return Err(Error::TooDeep { line: self.line });
        }
        self.open.push(is_object);
        self.expected = if is_object { Expected::FirstKey } else { Expected::FirstValue };
        Ok(Some(if is_object { Token::ObjectStart } else { Token::ArrayStart }))
    }

    fn end(&mut self, token: Token) -> Result<Option<Token>, Error> {
        self.window.consume(1);
        self.open.pop();
        self.value_ended(token)
    }

    fn value_ended(&mut self, token: Token) -> Result<Option<Token>, Error> {
        self.expected = if self.open.is_empty() { Expected::Nothing } else { Expected::Comma };
        Ok(Some(token))
    }

    fn value(&mut self, first: u8) -> Result<Option<Token>, Error> {
        match first {
            b'{' => self.begin(true),
            b'[' => self.begin(false),
            b'"' => {
                self.string()?;
                self.value_ended(Token::Text)
            }
            b'-' | b'0'..=b'9' => {
                self.word(|byte| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'))?;
                // As JSON, since the number may be written again as a part of a value.
                match serde_json::from_str::<serde_json::Number>(&self.text) {
                    Ok(_) => self.value_ended(Token::Number),
                    Err(_) => Err(self.error(format!("{:?} is no number", self.text))),
                }
            }
            _ => {
                self.word(|byte| byte.is_ascii_alphabetic())?;
                match self.text.as_str() {
                    "true" => self.value_ended(Token::Flag(true)),
                    "false" => self.value_ended(Token::Flag(false)),
                    "null" => self.value_ended(Token::Null),
                    _ => Err(self.unexpected(Some(first))),
                }
            }
        }
    }

    /// Reads the bytes of a number or word.
    fn word(&mut self, is_part: impl Fn(u8) -> bool) -> Result<(), Error> {
        self.text.clear();
        while let Some(byte) = self.window.peek()?.filter(|byte| is_part(*byte)) {
            if self.text.len() == limits::NUMBER_BYTES {
                return Err(self.error("a number is too long"));
            }
            self.text.push(char::from(byte));
            self.window.consume(1);
        }
        Ok(())
    }

    fn string(&mut self) -> Result<(), Error> {
        self.window.consume(1);
        self.raw.clear();
        self.flaws = Flaws::default();
        loop {
            let bytes = self.window.bytes()?;
            if bytes.is_empty() {
                return Err(self.error("the file ends within a text"));
            }
            let length = memchr2(b'"', b'\\', bytes).unwrap_or(bytes.len());
            let room = FIELD_BYTES.saturating_sub(self.raw.len()).min(length);
            self.flaws.is_cut |= room < length;
            self.raw.extend_from_slice(&bytes[..room]);
            let lines = bytes[..length].iter().filter(|byte| **byte == b'\n').count();
            let end = bytes.get(length).copied();
            self.line = self.line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
            self.window.consume(length + usize::from(end.is_some()));
            match end {
                Some(b'"') => break,
                Some(_) => {
                    let character = self.escaped()?;
                    if self.raw.len() + character.len_utf8() > FIELD_BYTES {
                        self.flaws.is_cut = true;
                    } else {
                        self.raw.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                    }
                }
                None => {}
            }
        }
        self.decode();
        Ok(())
    }

    /// The character that stands after a backslash.
    fn escaped(&mut self) -> Result<char, Error> {
        let Some(byte) = self.window.next()? else {
            return Err(self.error("the file ends within a text"));
        };
        Ok(match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{C}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unit(),
            _ => return Err(self.error(format!("\\{} stands for nothing", char::from(byte)))),
        })
    }

    /// One unit of UTF-16, or a pair. A half of one is U+FFFD.
    fn unit(&mut self) -> Result<char, Error> {
        let first = self.hexadecimal()?;
        if !(0xD800..0xDC00).contains(&first) {
            return Ok(self.scalar(u32::from(first)));
        }
        // The other half, if it follows. The window may end between the two.
        let mut ahead = [0; 2];
        for (index, expected) in [b'\\', b'u'].into_iter().enumerate() {
            match self.window.peek()? {
                Some(byte) if byte == expected => {
                    ahead[index] = byte;
                    self.window.consume(1);
                }
                _ => break,
            }
        }
        if ahead != *b"\\u" {
            let lone = self.scalar(u32::from(first));
            if ahead[0] == b'\\' {
                self.push(lone);
                return self.escaped();
            }
            return Ok(lone);
        }
        let second = self.hexadecimal()?;
        if (0xDC00..0xE000).contains(&second) {
            return Ok(
                self.scalar(0x10000 + ((u32::from(first) & 0x3FF) << 10) + (u32::from(second) & 0x3FF))
            );
        }
        let lone = self.scalar(u32::from(first));
        self.push(lone);
        // A run of halves that begin a pair is not followed: each of them is one of its own.
        Ok(self.scalar(u32::from(second)))
    }

    fn scalar(&mut self, scalar: u32) -> char {
        let character = char::from_u32(scalar).filter(|character| *character != '\0');
        self.flaws.is_replaced |= character.is_none();
        character.unwrap_or(char::REPLACEMENT_CHARACTER)
    }

    fn push(&mut self, character: char) {
        if self.raw.len() < FIELD_BYTES {
            self.raw.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }

    fn hexadecimal(&mut self) -> Result<u16, Error> {
        let mut unit = 0;
        for _ in 0..4 {
            let digit = self.window.next()?.and_then(|byte| char::from(byte).to_digit(16));
            let Some(digit) = digit else {
                return Err(self.error("\\u stands before no hexadecimal number"));
            };
            unit = unit << 4 | digit as u16;
        }
        Ok(unit)
    }

    fn decode(&mut self) {
        self.flaws.is_replaced |= decode(&self.raw, self.flaws.is_cut, &mut self.text);
    }
}

/// Makes text of bytes. Returns whether something is U+FFFD now. `is_cut`: the last character may be
/// incomplete.
pub(crate) fn decode(raw: &[u8], is_cut: bool, text: &mut String) -> bool {
    text.clear();
    let mut rest = raw;
    let mut is_replaced = false;
    loop {
        match std::str::from_utf8(rest) {
            Ok(valid) => {
                text.push_str(valid);
                break;
            }
            Err(error) => {
                let (valid, after) = rest.split_at(error.valid_up_to());
                text.push_str(std::str::from_utf8(valid).unwrap_or_default());
                let Some(length) = error.error_len() else {
                    if !is_cut {
                        text.push(char::REPLACEMENT_CHARACTER);
                        is_replaced = true;
                    }
                    break;
                };
                text.push(char::REPLACEMENT_CHARACTER);
                is_replaced = true;
                rest = &after[length..];
            }
        }
    }
    if text.contains('\0') {
        *text = text.replace('\0', "\u{FFFD}");
        is_replaced = true;
    }
    is_replaced
}

impl Tokens for Json<'_> {
    fn next(&mut self) -> Result<Option<Token>, Error> {
        self.flaws = Flaws::default();
        loop {
            let found = self.significant()?;
            let in_object = self.open.last() == Some(&true);
            match (self.expected, found) {
                (Expected::Nothing, None) => return Ok(None),
                (Expected::Comma, Some(b',')) => {
                    self.window.consume(1);
                    self.expected = if in_object { Expected::Key } else { Expected::Value };
                }
                (Expected::Comma | Expected::FirstKey, Some(b'}')) if in_object => {
                    return self.end(Token::ObjectEnd);
                }
                (Expected::Comma | Expected::FirstValue, Some(b']')) if !in_object => {
                    return self.end(Token::ArrayEnd);
                }
                (Expected::Key | Expected::FirstKey, Some(b'"')) => {
                    self.string()?;
                    if self.significant()? != Some(b':') {
                        return Err(self.error("expected a colon after a name"));
                    }
                    self.window.consume(1);
                    self.expected = Expected::Value;
                    return Ok(Some(Token::Key));
                }
                (Expected::Value | Expected::FirstValue, Some(first)) => return self.value(first),
                (_, found) => return Err(self.unexpected(found)),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::{capture, expect};
    use proptest::prelude::*;
    use serde_json::Value;
    use std::io::Read;

    fn read(text: &[u8]) -> Result<String, String> {
        let mut json = Json::new(Box::new(text));
        let mut out = String::new();
        let read = (|| {
            let first = expect(&mut json)?;
            capture(&mut json, first, usize::MAX, &mut out)?;
            json.next()
        })();
        match read {
            Ok(None) => Ok(out),
            Ok(Some(token)) => panic!("{token:?} after the end"),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn values_are_read_as_written() {
        for text in [r#"{"a":[1,-2.5e3,"x",true,false,null,{}],"b":{"c":[]}}"#, "[]", "7", "\"\"", "null"] {
            assert_eq!(read(text.as_bytes()).unwrap(), text);
        }
        assert_eq!(read(b" [ 1 ,\n{ \"a\" :\t2 } ]\r\n").unwrap(), r#"[1,{"a":2}]"#);
    }

    #[test]
    fn texts_are_decoded_and_what_is_no_character_is_replaced() {
        for (text, expected) in [
            (&br#""a\"\\\/\b\f\n\r\tz""#[..], "\"a\\\"\\\\/\\b\\f\\n\\r\\tz\""),
            (br#""\u00e9\ud83d\ude00""#, "\"\u{e9}\u{1F600}\""),
            (br#""cut \ud83d""#, "\"cut \u{FFFD}\""),
            (br#""\ud83d\n\ud83d\u0041\ude00\u0000""#, "\"\u{FFFD}\\n\u{FFFD}A\u{FFFD}\u{FFFD}\""),
            (b"\"a\0\xFF\xC3\"", "\"a\u{FFFD}\u{FFFD}\u{FFFD}\""),
            (b"\"two\nlines\"", "\"two\\nlines\""),
        ] {
            assert_eq!(read(text).unwrap(), expected);
        }
    }

    #[test]
    fn what_is_no_json_is_refused_with_its_line() {
        for (text, problem) in [
            (&b""[..], "line 1: expected a value, and the file ends early"),
            (b"[1,\n2", "line 2: expected a comma or the end of the list, and the file ends early"),
            (b"{\"a\"\n1}", "line 2: expected a colon after a name"),
            (b"{a:1}", "line 1: expected a name in quotes or the end of the object, found 'a'"),
            (b"[1}", "line 1: expected a comma or the end of the list, found '}'"),
            (b"[] []", "line 1: expected the end of the file, found '['"),
            (b"[01]", "line 1: \"01\" is no number"),
            (b"[nul]", "line 1: expected a value or the end of the list, found 'n'"),
            (b"\"\\x\"", "line 1: \\x stands for nothing"),
            (b"\"\\u12\"", "line 1: \\u stands before no hexadecimal number"),
            (b"\"a", "line 1: the file ends within a text"),
        ] {
            assert_eq!(read(text).unwrap_err(), problem);
        }
    }

    #[test]
    fn a_long_text_is_cut_at_a_character() {
        let text = format!("[\"{}\",1]", "é".repeat(FIELD_BYTES));
        let mut json = Json::new(Box::new(std::io::Cursor::new(text)));
        assert_eq!(json.next().unwrap(), Some(Token::ArrayStart));
        assert_eq!(json.next().unwrap(), Some(Token::Text));
        assert_eq!(
            (json.text().len(), json.flaws()),
            (FIELD_BYTES, Flaws { is_cut: true, is_replaced: false })
        );
        assert_eq!((json.next().unwrap(), json.flaws()), (Some(Token::Number), Flaws::default()));
    }

    #[test]
    fn nesting_has_an_end() {
        let mut json = Json::new(Box::new(std::io::repeat(b'[')));
        let error = loop {
            if let Err(error) = json.next() {
                break error;
            }
        };
        assert!(matches!(error, Error::TooDeep { line: 1 }));
    }

    /// A source that yields a byte at a time.
    struct Slow<'a>(&'a [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let length = buffer.len().min(1);
            self.0.read(&mut buffer[..length])
        }
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            "[^\0]{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(5, 60, 6, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                proptest::collection::vec(("[^\0]{0,4}", inner), 0..6)
                    .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn it_reads_what_serde_json_writes(value in value(), is_pretty: bool) {
            let compact = value.to_string();
            let pretty = serde_json::to_string_pretty(&value).unwrap();
            let text = if is_pretty { pretty } else { compact.clone() };
            prop_assert_eq!(&read(text.as_bytes()).unwrap(), &compact);
            let mut json = Json::new(Box::new(Slow(text.as_bytes())));
            let mut out = String::new();
            let first = expect(&mut json).unwrap();
            capture(&mut json, first, usize::MAX, &mut out).unwrap();
            prop_assert_eq!(out, compact);
        }

        #[test]
        fn what_it_takes_is_json(text in r#"[\[\]{}:,"\\ ua0-9.eE-]{0,30}|.{0,20}"#) {
            if let Ok(read) = read(text.as_bytes()) {
                prop_assert!(serde_json::from_str::<Value>(&read).is_ok(), "{:?}", read);
            }
        }
    }
}
