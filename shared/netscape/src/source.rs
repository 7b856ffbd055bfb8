//! A window of text that slides over the source: filled in chunks, turned into UTF-8 where it is in another
//! encoding, its lines counted.

use crate::charset::{self, Declared};
use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8};
use std::io::{self, ErrorKind, Read};

/// Number of bytes that are read at once.
const CHUNK: usize = 64 * 1024;

/// Length of the text, from the first byte beyond ASCII, that decides on the encoding.
const EVIDENCE: usize = 32 * 1024;

/// The longest copy taken of what is consumed. The text before the first bookmark is far shorter.
const CAPTURE: usize = 16 * 1024;

/// Enough room for the decoder to get on: it writes whole characters only.
const DECODER_ROOM: usize = 16;

pub(crate) struct Source<R> {
    reader: R,
    bytes_read: u64,
    /// The window is `text[start..end]`. All of it is UTF-8 as far as the file is well-formed.
    text: Vec<u8>,
    start: usize,
    end: usize,
    ended: bool,
    charset: Charset,
    /// Bytes before `text[0]`.
    discarded: u64,
    /// Line ends before `text[counted]`.
    lines: Lines,
    counted: usize,
    /// A copy of what is consumed, while that is wanted.
    captured: Option<Vec<u8>>,
    contradiction: Option<Contradiction>,
}

/// A `<meta>` declares another encoding, but the file is in UTF-8.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Contradiction {
    pub(crate) declared: &'static str,
    /// Line of the first character beyond ASCII.
    pub(crate) line: u32,
}

enum Charset {
    /// Nothing has been read.
    Unseen,
    /// All has been ASCII, in which nearly all encodings are the same; what a `<meta>` declares.
    Ascii(Option<&'static Encoding>),
    Utf8,
    Other(Box<Transcoder>),
}

impl<R: Read> Source<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self {
            reader,
            bytes_read: 0,
            text: Vec::new(),
            start: 0,
            end: 0,
            ended: false,
            charset: Charset::Unseen,
            discarded: 0,
            lines: Lines::default(),
            counted: 0,
            captured: None,
            contradiction: None,
        }
    }

    /// Takes the warning about the encoding, once.
    pub(crate) fn take_contradiction(&mut self) -> Option<Contradiction> {
        self.contradiction.take()
    }

    /// The text at hand.
    pub(crate) fn window(&self) -> &[u8] {
        &self.text[self.start..self.end]
    }

    /// Returns whether no text follows the window.
    pub(crate) fn ended(&self) -> bool {
        self.ended
    }

    /// Moves the start of the window.
    pub(crate) fn consume(&mut self, bytes: usize) {
        if self.captured.is_some() {
            self.capture(bytes);
        }
        self.start += bytes;
    }

    /// Begins a copy of what will be consumed.
    pub(crate) fn start_capture(&mut self) {
        self.captured = Some(Vec::new());
    }

    /// Ends it. Gives nothing if it grew beyond [`CAPTURE`] or is not UTF-8, which a copy of it would be said
    /// to be.
    pub(crate) fn take_captured(&mut self) -> Option<String> {
        let is_utf_8 = !matches!(self.charset, Charset::Other(_));
        self.captured.take().filter(|_| is_utf_8).and_then(|bytes| String::from_utf8(bytes).ok())
    }

    #[cold]
    fn capture(&mut self, bytes: usize) {
        let consumed = &self.text[self.start..self.start + bytes];
        if let Some(captured) = self.captured.as_mut().filter(|captured| captured.len() + bytes <= CAPTURE) {
            captured.extend_from_slice(consumed);
        } else {
            self.captured = None;
        }
    }

    pub(crate) fn bytes_read(&self) -> u64 {
        self.bytes_read
    }

    /// Returns the number of bytes of text before the byte at `index` of the window.
    pub(crate) fn position(&self, index: usize) -> u64 {
        self.discarded + (self.start + index) as u64
    }

    /// Returns the position in the source of the byte at `index` of the window. Unknown where the source is
    /// not UTF-8.
    pub(crate) fn offset(&self, index: usize) -> Option<u64> {
        let known = !matches!(self.charset, Charset::Other(_));
        known.then(|| self.position(index))
    }

    /// The line at the end of the window, counted from 1.
    pub(crate) fn last_line(&mut self) -> u32 {
        self.count_lines();
        self.line_at(self.end)
    }

    /// The line at the start of the window, counted from 1.
    pub(crate) fn line(&mut self) -> u32 {
        self.count_lines();
        self.lines.line()
    }

    /// Appends text to the window. Gives false, and nothing, at the end of the source.
    ///
    /// Reads until the buffer is full, so that asking again for the rest of something long takes linear time
    /// even if the source gives single bytes.
    pub(crate) fn fill(&mut self) -> io::Result<bool> {
        self.make_room();
        let before = self.end;
        while self.end == before && !self.ended {
            self.read()?;
            self.settle_charset(before)?;
        }
        Ok(self.end > before)
    }

    fn make_room(&mut self) {
        self.count_lines();
        self.text.copy_within(self.start..self.end, 0);
        self.discarded += self.start as u64;
        self.counted -= self.start;
        self.end -= self.start;
        self.start = 0;
        if self.end >= self.text.len() / 2 {
            self.text.resize(self.text.len() * 2 + CHUNK * usize::from(self.text.is_empty()), 0);
        }
    }

    /// Reads until the buffer is full or the source ends.
    fn read(&mut self) -> io::Result<()> {
        while !self.ended {
            let room = &mut self.text[self.end..];
            match &mut self.charset {
                Charset::Other(transcoder) => {
                    if room.len() < DECODER_ROOM {
                        break;
                    }
                    if transcoder.is_drained() {
                        self.bytes_read += transcoder.read(&mut self.reader)?;
                    }
                    let (written, ended) = transcoder.decode(room);
                    self.end += written;
                    self.ended = ended;
                }
                _ => {
                    if room.is_empty() {
                        break;
                    }
                    let bytes = read_some(&mut self.reader, room)?;
                    self.bytes_read += bytes as u64;
                    self.end += bytes;
                    self.ended = bytes == 0;
                }
            }
        }
        Ok(())
    }

    /// Decides on the encoding as soon as the text that came after `new` makes it matter.
    fn settle_charset(&mut self, new: usize) -> io::Result<()> {
        let mut checked = new;
        if matches!(self.charset, Charset::Unseen) {
            self.charset = Charset::Ascii(None);
            match charset::declared(&self.text[..self.end]) {
                Declared::Nothing => {}
                Declared::ByMeta(encoding) if encoding == UTF_8 => self.charset = Charset::Utf8,
                Declared::ByMeta(encoding) => {
                    self.charset = Charset::Ascii(Some(encoding));
                    // In it, ASCII may stand for something else.
                    if !encoding.is_ascii_compatible() && self.text[..self.end].is_ascii() {
                        return self.decode_from(0, encoding);
                    }
                }
                Declared::ByMark(encoding, mark) => {
                    self.start = mark;
                    self.counted = mark;
                    if let Some(captured) = self.captured.as_mut() {
                        captured.extend_from_slice(&self.text[..mark]);
                    }
                    checked = mark;
                    self.decode_from(mark, encoding)?;
                }
            }
        }
        let Charset::Ascii(declared) = self.charset else { return Ok(()) };
        let fresh = &self.text[checked..self.end];
        if fresh.is_ascii() {
            return Ok(());
        }
        let beyond_ascii = checked + fresh.iter().position(|byte| !byte.is_ascii()).unwrap_or(0);
        while self.end - beyond_ascii < EVIDENCE && !self.ended {
            self.text.resize(self.text.len() + CHUNK, 0);
            self.read()?;
        }
        let text = &self.text[self.start..self.end];
        let encoding = match declared {
            None => charset::guess(text, self.ended),
            Some(encoding) if !charset::is_utf_8(text, self.ended) => encoding,
            Some(encoding) => {
                let line = self.line_at(beyond_ascii);
                self.contradiction = Some(Contradiction { declared: encoding.name(), line });
                UTF_8
            }
        };
        let from = if encoding.is_ascii_compatible() { beyond_ascii } else { self.start };
        self.decode_from(from, encoding)
    }

    /// Takes the text from `from` on as being in `encoding`. What is before it is ASCII.
    fn decode_from(&mut self, from: usize, encoding: &'static Encoding) -> io::Result<()> {
        if encoding == UTF_8 {
            self.charset = Charset::Utf8;
            return Ok(());
        }
        let raw = self.text[from..self.end].to_vec();
        self.charset = Charset::Other(Box::new(Transcoder::new(encoding, raw, self.ended)));
        self.end = from;
        self.ended = false;
        self.read()
    }

    /// The line at `text[index]`, which is beyond what has been counted.
    fn line_at(&self, index: usize) -> u32 {
        let mut lines = self.lines;
        lines.count(&self.text[self.counted..index]);
        lines.line()
    }

    fn count_lines(&mut self) {
        self.lines.count(&self.text[self.counted..self.start.max(self.counted)]);
        self.counted = self.start.max(self.counted);
    }
}

/// Bytes in another encoding on their way to UTF-8.
struct Transcoder {
    decoder: Decoder,
    raw: Vec<u8>,
    start: usize,
    last: bool,
}

impl Transcoder {
    fn new(encoding: &'static Encoding, raw: Vec<u8>, last: bool) -> Self {
        Self { decoder: encoding.new_decoder_without_bom_handling(), raw, start: 0, last }
    }

    fn is_drained(&self) -> bool {
        self.start == self.raw.len() && !self.last
    }

    fn read(&mut self, reader: &mut impl Read) -> io::Result<u64> {
        self.raw.resize(CHUNK, 0);
        let bytes = read_some(reader, &mut self.raw)?;
        self.raw.truncate(bytes);
        self.start = 0;
        self.last = bytes == 0;
        Ok(bytes as u64)
    }

    /// Decodes into `room`. Gives how much was written, and whether that was the last of it.
    fn decode(&mut self, room: &mut [u8]) -> (usize, bool) {
        let (result, read, written, _) =
            self.decoder.decode_to_utf8(&self.raw[self.start..], room, self.last);
        self.start += read;
        (written, self.last && result == CoderResult::InputEmpty)
    }
}

fn read_some(reader: &mut impl Read, room: &mut [u8]) -> io::Result<usize> {
    loop {
        match reader.read(room) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// Counts line ends: LF, or CR in a file that has no LF at all, as old Macs wrote them.
#[derive(Clone, Copy, Default)]
struct Lines {
    lf: u64,
    cr: u64,
}

impl Lines {
    fn count(&mut self, text: &[u8]) {
        self.lf += memchr::memchr_iter(b'\n', text).count() as u64;
        if self.lf == 0 {
            self.cr += memchr::memchr_iter(b'\r', text).count() as u64;
        }
    }

    fn line(&self) -> u32 {
        let ends = if self.lf > 0 { self.lf } else { self.cr };
        u32::try_from(ends).unwrap_or(u32::MAX).saturating_add(1)
    }
}
