//! The charset that a file declares in its markup.

use super::{Attribute, End, Opening, attribute, comment_end, is_space, name_end, opening};
use crate::key::Name;
use memchr::memchr;

/// The value of the charset that a `<meta>` in `text` declares, by the standard's prescan of a byte stream.
pub(crate) fn declared_charset(text: &[u8]) -> Option<&[u8]> {
    let mut rest = text;
    loop {
        rest = &rest[memchr(b'<', rest)?..];
        match opening(rest, true) {
            Opening::Comment => match comment_end(&rest[4..], true, true) {
                End::At(end) => rest = &rest[4 + end..],
                End::Beyond(_) => return None,
            },
            Opening::StartTag | Opening::EndTag => {
                let name_end = name_end(&rest[1..])? + 1;
                let is_meta = rest[1..name_end].eq_ignore_ascii_case(b"meta");
                let (charset, length) = tag_charset(&rest[name_end..]);
                if is_meta && charset.is_some() {
                    return charset;
                }
                rest = &rest[name_end + length..];
            }
            _ => rest = &rest[1..],
        }
    }
}

/// The charset among a tag's attributes, and the length of them.
fn tag_charset(text: &[u8]) -> (Option<&[u8]>, usize) {
    let mut at = 0;
    let mut charset = None;
    while let Some(skipped) = text[at..].iter().position(|&byte| !is_space(byte) && byte != b'/') {
        at += skipped;
        if text[at] == b'>' {
            return (charset, at + 1);
        }
        let Attribute::Whole { name, value, end, .. } = attribute(&text[at..]) else { break };
        let value = &text[at..][value];
        if let Name::Other(name) = name {
            if name.eq_ignore_ascii_case(b"charset") {
                charset = charset.or(Some(value));
            } else if name.eq_ignore_ascii_case(b"content") {
                charset = charset.or_else(|| charset_of_content(value));
            }
        }
        at += end;
    }
    (charset, text.len())
}

/// `Shift_JIS` of `text/html; charset=Shift_JIS`.
fn charset_of_content(content: &[u8]) -> Option<&[u8]> {
    const NAME: &[u8] = b"charset";
    let at = content.windows(NAME.len()).position(|window| window.eq_ignore_ascii_case(NAME))?;
    let value = content[at + NAME.len()..].trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let value = value.strip_prefix(b"\"").or(value.strip_prefix(b"'")).unwrap_or(value);
    let end = value.iter().position(|&byte| is_space(byte) || matches!(byte, b';' | b'"' | b'\''));
    Some(&value[..end.unwrap_or(value.len())])
}
