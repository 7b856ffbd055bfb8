//! Firefox's `jsonlz4`: eight bytes of its own, the length, then one block of LZ4 without LZ4's frame.
//!
//! lz4_flex reads such blocks too, but as a whole: a backup would stand in memory twice. A match reaches back
//! 64 KB at most (LZ4 Block Format Description, "Offset"), so that much is all that need be kept.

use std::io::{self, Read};

use crate::source::{Source, Window};
use crate::{Error, limits};

pub(crate) const MAGIC: [u8; 8] = *b"mozLz40\0";

const REACH: usize = 64 << 10;

/// The text of such a file, without its first eight bytes.
pub(crate) struct Unpacked<'a> {
    packed: Window<'a>,
    /// The last of what was unpacked, [`REACH`] at least.
    history: Vec<u8>,
    /// Index in the history of what was not read yet.
    unread: usize,
    state: State,
    declared: u64,
    unpacked: u64,
}

#[derive(Clone, Copy)]
enum State {
    Header,
    Token,
    Literals { left: usize, match_code: u8 },
    Offset { match_code: u8 },
    Match { left: usize, offset: usize },
    End,
}

fn damaged(problem: &str) -> io::Error {
    Error::malformed(1, format!("the LZ4 data is damaged: {problem}")).into()
}

impl<'a> Unpacked<'a> {
    pub(crate) fn new(source: Source<'a>) -> Self {
        Self {
            packed: Window::new(source),
            history: Vec::new(),
            unread: 0,
            state: State::Header,
            declared: 0,
            unpacked: 0,
        }
    }

    fn byte(&mut self) -> io::Result<u8> {
        self.packed.next()?.ok_or_else(|| damaged("it ends early"))
    }

    /// A length whose first four bits stand in the token.
    fn length(&mut self, code: u8) -> io::Result<usize> {
        let mut length = usize::from(code);
        if code == 15 {
            loop {
                let byte = self.byte()?;
                length += usize::from(byte);
                if length as u64 > limits::UNPACKED_BYTES {
                    return Err(Error::TooLarge("The file unfolds to more than 512 MiB.").into());
                }
                if byte < 255 {
                    break;
                }
            }
        }
        Ok(length)
    }

    fn count(&mut self, length: usize) -> io::Result<()> {
        self.unpacked += length as u64;
        if self.unpacked > self.declared {
            return Err(damaged("it is longer than it says"));
        }
        Ok(())
    }

    /// Does one step. Some of them unpack something.
    fn step(&mut self) -> io::Result<()> {
        self.state = match self.state {
            State::Header => {
                let mut length = [0; 4];
                for byte in &mut length {
                    *byte = self.byte()?;
                }
                self.declared = u64::from(u32::from_le_bytes(length));
                if self.declared > limits::UNPACKED_BYTES {
                    return Err(Error::TooLarge("The file unfolds to more than 512 MiB.").into());
                }
                State::Token
            }
            State::Token => match self.packed.next()? {
                Some(token) => State::Literals { left: self.length(token >> 4)?, match_code: token & 15 },
                None => State::End,
            },
            State::Literals { left: 0, match_code } => match self.packed.peek()? {
                // The last sequence has no match.
                None => State::End,
                Some(_) => State::Offset { match_code },
            },
            State::Literals { left, match_code } => {
                let bytes = self.packed.bytes()?;
                if bytes.is_empty() {
                    return Err(damaged("it ends early"));
                }
                let taken = left.min(bytes.len());
                self.history.extend_from_slice(&bytes[..taken]);
                self.packed.consume(taken);
                self.count(taken)?;
                State::Literals { left: left - taken, match_code }
            }
            State::Offset { match_code } => {
                let offset = usize::from(u16::from_le_bytes([self.byte()?, self.byte()?]));
                if offset == 0 || offset > self.history.len() {
                    return Err(damaged("it refers to what is not there"));
                }
                State::Match { left: self.length(match_code)? + 4, offset }
            }
            State::Match { left: 0, .. } => State::Token,
            State::Match { left, offset } => {
                // A match may overlap what it makes: bytes repeat then.
                let taken = left.min(offset);
                let start = self.history.len() - offset;
                self.history.extend_from_within(start..start + taken);
                self.count(taken)?;
                // What repeats after `offset` bytes repeats after twice as many.
                let offset = if taken == offset && offset <= REACH / 2 { 2 * offset } else { offset };
                State::Match { left: left - taken, offset }
            }
            State::End if self.unpacked < self.declared => {
                return Err(damaged("it is shorter than it says"));
            }
            State::End => State::End,
        };
        Ok(())
    }
}

impl Read for Unpacked<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.unread == self.history.len() && self.history.len() > 4 * REACH {
            self.history.drain(..self.history.len() - REACH);
            self.unread = self.history.len();
        }
        while self.history.len() - self.unread < buffer.len().min(REACH) {
            self.step()?;
            if matches!(self.state, State::End) && self.unpacked == self.declared {
                break;
            }
        }
        let read = (&self.history[self.unread..]).read(buffer)?;
        self.unread += read;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn unpack(packed: &[u8]) -> Result<Vec<u8>, String> {
        let mut bytes = Vec::new();
        Unpacked::new(Box::new(packed)).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
        Ok(bytes)
    }

    fn pack(text: &[u8]) -> Vec<u8> {
        let mut packed = u32::try_from(text.len()).unwrap().to_le_bytes().to_vec();
        packed.extend(lz4_flex::block::compress(text));
        packed
    }

    #[test]
    fn a_block_is_unpacked() {
        assert_eq!(unpack(b"\x02\0\0\0\x20{}").unwrap(), b"{}");
        assert_eq!(unpack(&pack(b"")).unwrap(), b"");
    }

    #[test]
    fn what_is_damaged_is_refused() {
        for (packed, problem) in [
            (&b"\x02\0\0\0\x20{"[..], "ends early"),
            (b"\x02\0\0", "ends early"),
            (b"\x03\0\0\0\x20{}", "shorter"),
            (b"\x01\0\0\0\x20{}", "longer"),
            (b"\x09\0\0\0\x10a\0\0\0", "not there"),
            (b"\x09\0\0\0\x10a\x02\0\0", "not there"),
            (b"\xff\xff\xff\xff\x20{}", "512 MiB"),
        ] {
            let error = unpack(packed).unwrap_err();
            assert!(error.contains(problem), "{packed:?}: {error}");
        }
    }

    #[test]
    fn matches_reach_back_over_long_texts() {
        let text: Vec<u8> =
            (0..400_000_u32).flat_map(|i| (i / 7 * (i % 11)).to_string().into_bytes()).collect();
        assert!(unpack(&pack(&text)).unwrap() == text);
        let same = vec![b'x'; 3_000_000];
        assert!(unpack(&pack(&same)).unwrap() == same);
    }

    proptest! {
        #[test]
        fn it_reads_what_lz4_flex_writes(words in proptest::collection::vec("[ab]{0,9}|.{0,5}", 0..200)) {
            let text = words.concat().into_bytes();
            prop_assert_eq!(unpack(&pack(&text)).unwrap(), text);
        }

        #[test]
        fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = unpack(&bytes);
        }
    }
}
