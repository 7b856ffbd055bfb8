//! The binary form. Its layout is described in Apple's CFBinaryPList.c: objects, a table of their offsets,
//! and a trailer of 32 bytes.

use netscape::limits::{DEPTH, FIELD_BYTES};

use crate::Error;
use crate::json::decode;
use crate::token::{Flaws, Token, Tokens};

pub(super) const MAGIC: &[u8] = b"bplist00";

const TRAILER: usize = 32;

/// Seconds from 1970 to 2001, where Apple's time begins.
const EPOCH_OF_2001: f64 = 978_307_200.0;

/// Texts may be referred to again and again, so that they make up several times the file.
const REPETITION: usize = 16;

pub(super) struct Binary {
    data: Vec<u8>,
    offset_size: usize,
    reference_size: usize,
    count: usize,
    table: usize,
    top: Option<usize>,
    open: Vec<Container>,
    /// Lists and objects that were met. Whoever writes this form writes each as often as it is there.
    met: Vec<bool>,
    text: String,
    text_left: usize,
    flaws: Flaws,
}

struct Container {
    /// Where the references begin; those of an object's names stand before those of its values.
    references: usize,
    count: usize,
    next: usize,
    is_object: bool,
    /// A name was yielded, and its value comes.
    is_named: bool,
}

fn damaged() -> Error {
    Error::malformed(1, "the property list is damaged")
}

impl Binary {
    pub(super) fn new(data: Vec<u8>) -> Result<Self, Error> {
        let table_end = data.len().checked_sub(TRAILER).ok_or_else(damaged)?;
        let trailer = &data[table_end..];
        let number = |at: usize| {
            let bytes = trailer.get(at..at + 8).and_then(|bytes| bytes.try_into().ok()).unwrap_or_default();
            usize::try_from(u64::from_be_bytes(bytes)).unwrap_or(usize::MAX)
        };
        let (offset_size, reference_size) = (usize::from(trailer[6]), usize::from(trailer[7]));
        let (count, top, table) = (number(8), number(16), number(24));
        let is_sound = (1..=8).contains(&offset_size)
            && (1..=8).contains(&reference_size)
            && count
                .checked_mul(offset_size)
                .and_then(|length| table.checked_add(length))
                .is_some_and(|end| end <= table_end);
        if !is_sound {
            return Err(damaged());
        }
        Ok(Self {
            text_left: REPETITION * data.len(),
            met: vec![false; count],
            data,
            offset_size,
            reference_size,
            count,
            table,
            top: Some(top),
            open: Vec::new(),
            text: String::new(),
            flaws: Flaws::default(),
        })
    }

    fn bytes(&self, at: usize, length: usize) -> Result<&[u8], Error> {
        let end = at.checked_add(length).ok_or_else(damaged)?;
        self.data.get(at..end).ok_or_else(damaged)
    }

    /// A big-endian number of up to eight bytes.
    fn number(&self, at: usize, length: usize) -> Result<u64, Error> {
        Ok(self.bytes(at, length)?.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    fn offset(&self, object: usize) -> Result<usize, Error> {
        if object >= self.count {
            return Err(damaged());
        }
        let offset = self.number(self.table + object * self.offset_size, self.offset_size)?;
        usize::try_from(offset).map_err(|_| damaged())
    }

    fn reference(&self, at: usize, index: usize) -> Result<usize, Error> {
        let at = index
            .checked_mul(self.reference_size)
            .and_then(|skipped| at.checked_add(skipped))
            .ok_or_else(damaged)?;
        usize::try_from(self.number(at, self.reference_size)?).map_err(|_| damaged())
    }

    /// The length that a marker says, or the number behind it, and where the content begins.
    fn length(&self, at: usize, marker: u8) -> Result<(usize, usize), Error> {
        if marker & 15 < 15 {
            return Ok((usize::from(marker & 15), at + 1));
        }
        let kind = *self.bytes(at + 1, 1)?.first().ok_or_else(damaged)?;
        if kind >> 4 != 1 || kind & 15 > 3 {
            return Err(damaged());
        }
        let size = 1 << (kind & 15);
        let length = usize::try_from(self.number(at + 2, size)?).map_err(|_| damaged())?;
        Ok((length, at + 2 + size))
    }

    fn text_of(&mut self, at: usize, marker: u8) -> Result<(), Error> {
        let (length, start) = self.length(at, marker)?;
        self.flaws = Flaws::default();
        let size = if marker >> 4 == 6 { 2 } else { 1 };
        let bytes = self.bytes(start, length.checked_mul(size).ok_or_else(damaged)?)?;
        let is_cut = bytes.len() > FIELD_BYTES;
        let bytes = &bytes[..bytes.len().min(FIELD_BYTES)];
        let mut text = String::new();
        let is_replaced = if size == 2 {
            let units = bytes.as_chunks().0.iter().map(|unit| u16::from_be_bytes(*unit));
            let decoded: String =
                char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
            decode(decoded.as_bytes(), false, &mut text) || text.contains(char::REPLACEMENT_CHARACTER)
        } else {
            decode(bytes, is_cut, &mut text)
        };
        text.truncate(text.floor_char_boundary(FIELD_BYTES));
        self.flaws = Flaws { is_cut, is_replaced };
        let left = self.text_left.checked_sub(text.len());
        self.text_left =
            left.ok_or_else(|| Error::malformed(1, "the property list repeats its texts too often"))?;
        self.text = text;
        Ok(())
    }

    fn value(&mut self, object: usize) -> Result<Token, Error> {
        let at = self.offset(object)?;
        let marker = *self.bytes(at, 1)?.first().ok_or_else(damaged)?;
        self.flaws = Flaws::default();
        Ok(match (marker >> 4, marker & 15) {
            (0, 8) => Token::Flag(false),
            (0, 9) => Token::Flag(true),
            (0, _) => Token::Null,
            (1, size @ 0..=4) => {
                let size = 1 << size;
                // Of sixteen bytes, the first half is of no use to anybody.
                let number = self.number(at + 1 + usize::from(size == 16) * 8, size.min(8))?;
                self.text = if size >= 8 { number.cast_signed().to_string() } else { number.to_string() };
                Token::Number
            }
            (2 | 3, size @ 2..=3) => {
                let real = match size {
                    2 => f64::from(f32::from_bits(self.number(at + 1, 4)? as u32)),
                    _ => f64::from_bits(self.number(at + 1, 8)?),
                };
                let real = if marker >> 4 == 3 { real + EPOCH_OF_2001 } else { real };
                self.text = if real.fract() == 0.0 { format!("{real:.0}") } else { format!("{real}") };
                if real.is_finite() { Token::Number } else { Token::Text }
            }
            (4, _) => {
                let (length, _) = self.length(at, marker)?;
                self.text = format!("({length} bytes)");
                Token::Text
            }
            (5..=7, _) => {
                self.text_of(at, marker)?;
                Token::Text
            }
            (8, size) => {
                self.text = self.number(at + 1, usize::from(size.min(7)) + 1)?.to_string();
                Token::Number
            }
            (10 | 12, _) => self.begin(object, at, marker, false)?,
            (13, _) => self.begin(object, at, marker, true)?,
            _ => return Err(damaged()),
        })
    }

    fn begin(&mut self, object: usize, at: usize, marker: u8, is_object: bool) -> Result<Token, Error> {
        let (count, references) = self.length(at, marker)?;
        // All of them must be there, so that no number in the file makes work of its own.
        let length =
            count.checked_mul(self.reference_size * if is_object { 2 } else { 1 }).ok_or_else(damaged)?;
        self.bytes(references, length)?;
        let is_again = self.met.get_mut(object).is_some_and(|met| std::mem::replace(met, true));
        if is_again && count > 0 {
            return Err(Error::malformed(1, "the property list refers to one of its lists twice"));
        }
        if self.open.len() > 2 * DEPTH {
            return Err(Error::TooDeep { line: 1 });
        }
        self.open.push(Container { references, count, next: 0, is_object, is_named: false });
        Ok(if is_object { Token::ObjectStart } else { Token::ArrayStart })
    }
}

impl Tokens for Binary {
    fn next(&mut self) -> Result<Option<Token>, Error> {
        if let Some(top) = self.top.take() {
            return self.value(top).map(Some);
        }
        let Some(container) = self.open.last_mut() else { return Ok(None) };
        let Container { references, count, next, is_object, is_named } = *container;
        if next == count {
            self.open.pop();
            return Ok(Some(if is_object { Token::ObjectEnd } else { Token::ArrayEnd }));
        }
        container.is_named = is_object && !is_named;
        container.next += usize::from(!container.is_named);
        if is_object && !is_named {
            let at = self.offset(self.reference(references, next)?)?;
            let marker = *self.bytes(at, 1)?.first().ok_or_else(damaged)?;
            if !matches!(marker >> 4, 5..=7) {
                return Err(damaged());
            }
            self.text_of(at, marker)?;
            return Ok(Some(Token::Key));
        }
        let index = if is_object { count + next } else { next };
        let object = self.reference(references, index)?;
        self.value(object).map(Some)
    }

    fn text(&self) -> &str {
        &self.text
    }

    fn flaws(&self) -> Flaws {
        self.flaws
    }

    fn line(&self) -> u32 {
        1
    }
}
