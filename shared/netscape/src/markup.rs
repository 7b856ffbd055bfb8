//! The pieces of markup, by the tokenizer rules of the WHATWG HTML standard (section 13.2.5), as functions of the
//! bytes at hand. Each says when it needs more of them.

use crate::key::{Key, Name};
use memchr::{memchr, memchr_iter};
use std::ops::Range;

/// The elements that mean something in a bookmark file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Element {
    A,
    Br,
    Dd,
    Dl,
    Dt,
    H1,
    H3,
    Hr,
    Li,
    P,
    Ul,
    /// Its content is no markup and is not shown: `script`, `style`, `textarea`, `title`.
    Raw(&'static str),
    Other,
}

impl Element {
    pub(crate) fn from_name(name: &[u8]) -> Self {
        const RAW: [&str; 4] = ["script", "style", "textarea", "title"];
        let is = |wanted: &str| name.eq_ignore_ascii_case(wanted.as_bytes());
        match name {
            [b'a' | b'A'] => Self::A,
            [b'p' | b'P'] => Self::P,
            [first, second] => match [first.to_ascii_lowercase(), second.to_ascii_lowercase()] {
                [b'd', b't'] => Self::Dt,
                [b'd', b'd'] => Self::Dd,
                [b'd', b'l'] => Self::Dl,
                [b'h', b'1'] => Self::H1,
                [b'h', b'3'] => Self::H3,
                [b'h', b'r'] => Self::Hr,
                [b'b', b'r'] => Self::Br,
                [b'l', b'i'] => Self::Li,
                [b'u', b'l'] => Self::Ul,
                _ => Self::Other,
            },
            _ => RAW.into_iter().find(|raw| is(raw)).map_or(Self::Other, Self::Raw),
        }
    }
}

/// What a `<` begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opening {
    /// Nothing: it is text.
    Text,
    StartTag,
    EndTag,
    Comment,
    /// `<!DOCTYPE`; ends at the next `>`.
    Doctype,
    /// `<?`, `</` before anything but a letter, and the like; ends at the next `>`.
    Bogus,
    /// The text ends before that can be said.
    Partial,
}

/// Says what the `<` at the start of `text` begins. `ended` says that no more text follows.
pub(crate) fn opening(text: &[u8], ended: bool) -> Opening {
    const DOCTYPE: &[u8] = b"<!doctype";
    let is_prefix =
        |whole: &[u8]| text.len() < whole.len() && !ended && whole[..text.len()].eq_ignore_ascii_case(text);
    match text {
        [_, byte, ..] if byte.is_ascii_alphabetic() => Opening::StartTag,
        [_, b'/', byte, ..] if byte.is_ascii_alphabetic() => Opening::EndTag,
        [_, b'/', _, ..] | [_, b'?', ..] => Opening::Bogus,
        [_, b'!', b'-', b'-', ..] => Opening::Comment,
        [_, b'!', ..] if is_prefix(b"<!--") || is_prefix(DOCTYPE) => Opening::Partial,
        [_, b'!', ..]
            if text.len() >= DOCTYPE.len() && text[..DOCTYPE.len()].eq_ignore_ascii_case(DOCTYPE) =>
        {
            Opening::Doctype
        }
        [_, b'!', ..] => Opening::Bogus,
        [_] | [_, b'/'] if !ended => Opening::Partial,
        _ => Opening::Text,
    }
}

/// HTML's white space. (CR is white space too, since it would have become LF.)
pub(crate) const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0C)
}

/// The tags that stand around every bookmark, as browsers write them. Gives the element, whether it ends, and the
/// tag's length.
pub(crate) fn canonical_tag(text: &[u8]) -> Option<(Element, bool, usize)> {
    let (element, is_end) = match text.first_chunk()? {
        b"<DT>" => (Element::Dt, false),
        b"<DD>" => (Element::Dd, false),
        b"</A>" => (Element::A, true),
        _ => return None,
    };
    Some((element, is_end, 4))
}

/// Where a tag's name ends; `None` if it runs to the end of `text`.
pub(crate) fn name_end(text: &[u8]) -> Option<usize> {
    text.iter().position(|&byte| is_space(byte) || matches!(byte, b'/' | b'>'))
}

/// An attribute at the start of the text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Attribute<'a> {
    Whole {
        name: Name<'a>,
        /// Empty for an attribute without value.
        value: Range<usize>,
        /// The attribute's length, with the closing quote.
        end: usize,
    },
    /// The text ends within the value, which begins at `value`.
    InValue { name: Name<'a>, value: usize, quote: Quote },
    /// The text ends before the value.
    Partial,
}

/// What ends an attribute's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quote {
    Mark(u8),
    /// White space or the end of the tag.
    None,
}

impl Quote {
    /// Where the value at the start of `text` ends, before the quotation mark.
    pub(crate) fn value_end(self, text: &[u8]) -> Option<usize> {
        match self {
            Self::Mark(mark) => memchr(mark, text),
            Self::None => text.iter().position(|&byte| is_space(byte) || byte == b'>'),
        }
    }

    /// How much of the text the end of the value takes itself.
    pub(crate) fn length(self) -> usize {
        match self {
            Self::Mark(_) => 1,
            Self::None => 0,
        }
    }
}

/// Reads the attribute at the start of `text`, which is neither white space nor `/` nor `>`.
pub(crate) fn attribute(text: &[u8]) -> Attribute<'_> {
    match Key::canonical(text) {
        Some((key, value)) => attribute_value(text, Name::Usual(key), value, Quote::Mark(b'"')),
        None => any_attribute(text).unwrap_or(Attribute::Partial),
    }
}

/// Reads an attribute in whatever form. Gives `None` if the text ends before the value.
fn any_attribute(text: &[u8]) -> Option<Attribute<'_>> {
    // A first `=` belongs to the name.
    let is_end = |&byte: &u8| is_space(byte) || matches!(byte, b'/' | b'>' | b'=');
    let name_end = 1 + text.get(1..)?.iter().position(is_end)?;
    let bytes = &text[..name_end];
    let name = Key::from_name(bytes).map_or(Name::Other(bytes), Name::Usual);
    let after = skip_space(text, name_end)?;
    if text[after] != b'=' {
        return Some(Attribute::Whole { name, value: name_end..name_end, end: name_end });
    }
    let value = skip_space(text, after + 1)?;
    Some(match text[value] {
        mark @ (b'"' | b'\'') => attribute_value(text, name, value + 1, Quote::Mark(mark)),
        _ => attribute_value(text, name, value, Quote::None),
    })
}

fn attribute_value<'a>(text: &[u8], name: Name<'a>, value: usize, quote: Quote) -> Attribute<'a> {
    match quote.value_end(&text[value..]) {
        Some(length) => {
            let value = value..value + length;
            let end = value.end + quote.length();
            Attribute::Whole { name, value, end }
        }
        None => Attribute::InValue { name, value, quote },
    }
}

fn skip_space(text: &[u8], from: usize) -> Option<usize> {
    Some(from + text.get(from..)?.iter().position(|&byte| !is_space(byte))?)
}

/// Where something that may run over many chunks ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// After this many bytes.
    At(usize),
    /// Not in these bytes; this many of them need not be looked at again.
    Beyond(usize),
}

/// Where a comment ends, given the text after its `<!--`; `first` if the text begins right there.
pub(crate) fn comment_end(text: &[u8], first: bool, ended: bool) -> End {
    if first {
        match text {
            [b'>', ..] => return End::At(1),
            [b'-', b'>', ..] => return End::At(2),
            [] | [b'-'] if !ended => return End::Beyond(0),
            _ => {}
        }
    }
    for end in memchr_iter(b'>', text) {
        if text[..end].ends_with(b"--") || text[..end].ends_with(b"--!") {
            return End::At(end + 1);
        }
    }
    // The last three bytes may be the start of `--!>`.
    End::Beyond(text.len().saturating_sub(3))
}

/// Where the content of a raw element ends: before its end tag, or before a `<DT>`. The second is not HTML's rule,
/// but a title such as "The <script> tag" that an exporter did not escape must not swallow the rest of the file.
pub(crate) fn raw_end(text: &[u8], element: &str) -> End {
    for start in memchr_iter(b'<', text) {
        let rest = &text[start + 1..];
        let starts_with = |prefix: &[u8], name: &str| {
            let length = prefix.len() + name.len();
            let Some(after) = rest.get(length) else {
                // Too short to say, so long as it fits what there is.
                let whole = [prefix, name.as_bytes()].concat();
                return (whole.len() >= rest.len() && whole[..rest.len()].eq_ignore_ascii_case(rest))
                    .then_some(false);
            };
            let fits =
                rest.starts_with(prefix) && rest[prefix.len()..length].eq_ignore_ascii_case(name.as_bytes());
            (fits && (is_space(*after) || matches!(after, b'/' | b'>'))).then_some(true)
        };
        match (starts_with(b"/", element), starts_with(b"", "dt")) {
            (Some(true), _) | (_, Some(true)) => return End::At(start),
            (None, None) => {}
            _ => return End::Beyond(start),
        }
    }
    End::Beyond(text.len())
}

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
        let Attribute::Whole { name, value, end } = attribute(&text[at..]) else { break };
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

/// Whether a doctype is the one of bookmark files, `NETSCAPE-Bookmark-file-1`.
pub(crate) fn is_bookmark_doctype(doctype: &[u8]) -> bool {
    const NAME: &[u8] = b"netscape-bookmark-file";
    let name = doctype[b"<!doctype".len().min(doctype.len())..].trim_ascii_start();
    name.get(..NAME.len()).is_some_and(|name| name.eq_ignore_ascii_case(NAME))
}
