//! From the bytes between the markup to text: character references, line ends, NULs and bad UTF-8.

mod reference;

use memchr::{memchr, memchr2, memchr3};

/// The kind of a piece of text. Character references differ: `&copy=1` is literal in an attribute, `©=1` in
/// text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Context {
    /// An attribute's name, which has no character references.
    Name,
    Attribute,
    Text,
}

/// Appends `raw` to `out` as the characters it stands for.
///
/// Each line end becomes LF. The pairs CR-LF and LF-CR (Delicious wrote those) are one line end each. A NUL
/// becomes U+FFFD, since Postgres text refuses it; so does each ill-formed sequence of UTF-8.
pub(crate) fn push_decoded(raw: &[u8], context: Context, out: &mut String) {
    let mut rest = raw;
    while let Some(at) = special(rest, context) {
        push_utf8(&rest[..at], out);
        rest = match rest[at] {
            b'\r' => {
                let after_lf = at > 0 && rest[at - 1] == b'\n';
                if !after_lf {
                    out.push('\n');
                }
                let before_lf = !after_lf && rest.get(at + 1) == Some(&b'\n');
                &rest[at + 1 + usize::from(before_lf)..]
            }
            0 => {
                out.push(char::REPLACEMENT_CHARACTER);
                &rest[at + 1..]
            }
            _ => match reference::push(&rest[at..], context == Context::Attribute, out) {
                0 => {
                    out.push('&');
                    &rest[at + 1..]
                }
                length => &rest[at + length..],
            },
        };
    }
    push_utf8(rest, out);
}

/// Returns whether a character reference stands at the start of an attribute's value, or of the rest of it.
pub(crate) fn starts_with_reference(raw: &[u8]) -> bool {
    raw.first() == Some(&b'&') && reference::push(raw, true, &mut String::new()) > 0
}

/// Returns whether `raw` is ASCII that decoding leaves as it is. Most text is, and this is the fastest way to
/// know.
pub(crate) fn is_plain(raw: &[u8]) -> bool {
    const LANES: usize = 16;
    let mut special = [0; LANES];
    // Without a branch within, the compiler makes one step of all lanes.
    let mut look_at = |bytes: &[u8; LANES]| {
        for (special, &byte) in special.iter_mut().zip(bytes) {
            *special |= byte & 0x80 | u8::from(byte == b'&') | u8::from(byte == b'\r') | u8::from(byte == 0);
        }
    };
    match raw.last_chunk() {
        Some(last) => {
            raw.as_chunks().0.iter().for_each(&mut look_at);
            look_at(last);
        }
        None => {
            let mut padded = [b' '; LANES];
            padded[..raw.len()].copy_from_slice(raw);
            look_at(&padded);
        }
    }
    special == [0; LANES]
}

fn special(raw: &[u8], context: Context) -> Option<usize> {
    match context {
        Context::Name => memchr2(b'\r', 0, raw),
        Context::Attribute | Context::Text => memchr3(b'&', b'\r', 0, raw),
    }
}

fn push_utf8(bytes: &[u8], out: &mut String) {
    match std::str::from_utf8(bytes) {
        Ok(text) => out.push_str(text),
        Err(_) => out.push_str(&String::from_utf8_lossy(bytes)),
    }
}

/// The start of `raw` that is at most `limit` bytes and splits no character. (It may split a character
/// reference, which then stays as it is written.)
pub(crate) fn cut(raw: &[u8], limit: usize) -> &[u8] {
    let Some(&after) = raw.get(limit) else { return raw };
    let is_continuation = |byte: u8| byte & 0xC0 == 0x80;
    if !is_continuation(after) {
        return &raw[..limit];
    }
    // A character has at most three continuation bytes; a longer run of them is not UTF-8 anyway.
    let back = raw[..limit].iter().rev().take(3).position(|&byte| !is_continuation(byte));
    &raw[..limit - back.map_or(0, |back| back + 1)]
}

/// Returns whether some character could not be read.
pub(crate) fn holds_replacement(text: &str) -> bool {
    // Hardly any text has even the first byte of it, which is found faster than the whole.
    const FIRST_BYTE: u8 = 0xEF;
    memchr(FIRST_BYTE, text.as_bytes()).is_some() && text.contains(char::REPLACEMENT_CHARACTER)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(raw: impl AsRef<[u8]>, context: Context) -> String {
        let mut out = String::new();
        push_decoded(raw.as_ref(), context, &mut out);
        out
    }

    #[test]
    fn every_line_end_is_one_lf() {
        assert_eq!(decode("a\nb\r\nc\rd\n\re", Context::Text), "a\nb\nc\nd\ne");
        assert_eq!(decode("a\r\n\r\nb", Context::Text), "a\n\nb");
        assert_eq!(decode("a\n\r\n\rb", Context::Text), "a\n\nb");
        assert_eq!(decode("a\r\rb\r", Context::Attribute), "a\n\nb\n");
    }

    #[test]
    fn nul_and_bad_utf_8_become_the_replacement_character() {
        assert_eq!(decode(b"a\0b\xFFc", Context::Text), "a\u{FFFD}b\u{FFFD}c");
        assert_eq!(decode(b"caf\xC3", Context::Attribute), "caf\u{FFFD}");
    }

    #[test]
    fn an_ampersand_that_starts_no_reference_is_itself() {
        for text in ["&", "&&", "a & b", "&;", "&#;", "&#x;", "&nosuchname;", "R&D"] {
            assert_eq!(decode(text, Context::Text), text);
            assert_eq!(decode(text, Context::Attribute), text);
        }
        assert_eq!(decode("&amp;", Context::Name), "&amp;");
    }

    #[test]
    fn a_cut_splits_no_character() {
        assert_eq!(cut("abc".as_bytes(), 5), b"abc");
        assert_eq!(cut("abc".as_bytes(), 2), b"ab");
        assert_eq!(cut("aé".as_bytes(), 2), b"a");
        assert_eq!(cut("a😀".as_bytes(), 4), b"a");
        assert_eq!(cut(&[0x80; 9], 4), [0x80; 4]);
    }
}
