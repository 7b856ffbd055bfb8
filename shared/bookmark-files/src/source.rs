//! From a file's bytes to text in UTF-8: its container is opened, its encoding decoded.

use std::io::{self, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use encoding_rs::{Decoder, Encoding, UTF_16BE, UTF_16LE};

use crate::{Error, lz4};

/// The bytes of a file, from its beginning.
pub type Source<'a> = Box<dyn Read + Send + 'a>;

/// Counts the bytes that are taken from a source.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counter(Arc<AtomicU64>);

impl Counter {
    pub(crate) fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(crate) fn count<'a>(&self, source: Source<'a>) -> Source<'a> {
        Box::new(Counted { source, counter: self.clone() })
    }
}

struct Counted<'a> {
    source: Source<'a>,
    counter: Counter,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        self.counter.0.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// Opens the container of a file and decodes UTF-16, which spreadsheets write. A byte order mark is left out.
pub(crate) fn plain(mut source: Source<'_>) -> Result<Source<'_>, Error> {
    let start = read_up_to(&mut source, lz4::MAGIC.len())?;
    if start == lz4::MAGIC {
        return Ok(Box::new(lz4::Unpacked::new(source)));
    }
    Ok(match Encoding::for_bom(&start) {
        Some((encoding, length)) if encoding == UTF_16BE || encoding == UTF_16LE => Box::new(Decoded {
            source: after(&start, length, source),
            decoder: encoding.new_decoder_without_bom_handling(),
            text: Vec::new(),
            taken: 0,
            is_done: false,
        }),
        Some((_, length)) => after(&start, length, source),
        None => after(&start, 0, source),
    })
}

/// A source whose start was read; so much of that is left out.
fn after<'a>(start: &[u8], length: usize, source: Source<'a>) -> Source<'a> {
    Box::new(Cursor::new(start.get(length..).unwrap_or_default().to_vec()).chain(source))
}

/// Reads so many bytes, or all where there are fewer.
pub(crate) fn read_up_to(source: &mut Source<'_>, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(length as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

struct Decoded<'a> {
    source: Source<'a>,
    decoder: Decoder,
    text: Vec<u8>,
    taken: usize,
    is_done: bool,
}

impl Read for Decoded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.taken == self.text.len() && !self.is_done {
            let mut raw = [0; 8 << 10];
            let read = self.source.read(&mut raw)?;
            self.is_done = read == 0;
            // Of two bytes come three at most.
            self.text.resize(16 << 10, 0);
            let (_, _, written, _) = self.decoder.decode_to_utf8(&raw[..read], &mut self.text, self.is_done);
            self.text.truncate(written);
            self.taken = 0;
        }
        let read = (&self.text[self.taken..]).read(buffer)?;
        self.taken += read;
        Ok(read)
    }
}

/// A buffer before a source.
pub(crate) struct Window<'a> {
    source: Source<'a>,
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
}

impl<'a> Window<'a> {
    const LENGTH: usize = 64 << 10;

    pub(crate) fn new(source: Source<'a>) -> Self {
        Self { source, buffer: vec![0; Self::LENGTH].into_boxed_slice(), start: 0, end: 0 }
    }

    /// Some bytes that come next; none at the end.
    pub(crate) fn bytes(&mut self) -> io::Result<&[u8]> {
        while self.start == self.end {
            match self.source.read(&mut self.buffer) {
                Ok(0) => break,
                Ok(read) => (self.start, self.end) = (0, read),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(&self.buffer[self.start..self.end])
    }

    pub(crate) fn peek(&mut self) -> io::Result<Option<u8>> {
        Ok(self.bytes()?.first().copied())
    }

    /// Goes on, by no more than [`bytes`](Self::bytes) has shown.
    pub(crate) fn consume(&mut self, length: usize) {
        self.start = (self.start + length).min(self.end);
    }

    pub(crate) fn next(&mut self) -> io::Result<Option<u8>> {
        let byte = self.peek()?;
        self.consume(usize::from(byte.is_some()));
        Ok(byte)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8]) -> String {
        let mut text = String::new();
        plain(Box::new(bytes)).unwrap().read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn utf_16_and_byte_order_marks_are_decoded() {
        assert_eq!(text(b"\xEF\xBB\xBF{}"), "{}");
        assert_eq!(text(b"{}"), "{}");
        assert_eq!(text(b""), "");
        let of = |write: fn(u16) -> [u8; 2]| -> Vec<u8> {
            "\u{FEFF}url,\u{1F600}".repeat(9_000).encode_utf16().flat_map(write).collect()
        };
        let expected = "\u{FEFF}url,\u{1F600}".repeat(9_000);
        for bytes in [of(u16::to_le_bytes), of(u16::to_be_bytes)] {
            assert!(text(&bytes) == expected[3..]);
        }
    }
}
