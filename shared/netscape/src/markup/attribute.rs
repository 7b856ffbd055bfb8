//! The attributes of a tag.

use super::is_space;
use crate::key::{Key, Name};
use crate::limits;
use memchr::memchr;
use std::ops::Range;

/// Attributes that only say how an element looks or how its link opens. A tag in a text that has others may
/// be text.
const FORMATTING: [&str; 16] = [
    "align", "border", "class", "color", "dir", "face", "height", "id", "lang", "loading", "rel", "size",
    "style", "target", "valign", "width",
];

/// Returns whether an attribute only says how its element looks.
pub(crate) fn is_formatting(name: Name<'_>) -> bool {
    let Name::Other(name) = name else { return false };
    FORMATTING.iter().any(|other| name.eq_ignore_ascii_case(other.as_bytes()))
}

/// Returns whether this can be the name of an attribute. HTML allows nearly any, but names with quotation
/// marks or commas come of a value that was not escaped.
pub(crate) fn is_attribute_name(name: &[u8]) -> bool {
    let is_usual = |&byte: &u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b':' | 0) || !byte.is_ascii()
    };
    !name.is_empty() && name.len() <= limits::NAME_BYTES && name.iter().all(is_usual)
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
        quote: Quote,
    },
    /// The text ends within the value, which begins at `value`.
    InValue { name: Name<'a>, value: usize, quote: Quote },
    /// The text ends before the value.
    Partial,
}

/// The delimiter at the end of an attribute's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quote {
    Mark(u8),
    /// White space or the end of the tag.
    None,
}

impl Quote {
    /// Returns the end of the value at the start of `text`, before the quotation mark.
    pub(crate) fn value_end(self, text: &[u8]) -> Option<usize> {
        match self {
            Self::Mark(mark) => memchr(mark, text),
            Self::None => text.iter().position(|&byte| is_space(byte) || byte == b'>'),
        }
    }

    /// Returns the length of the delimiter itself.
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
    let is_end = |&byte: &u8| is_space(byte) || matches!(byte, b'/' | b'>' | b'=' | b'<');
    let name_end = 1 + text.get(1..)?.iter().position(is_end)?;
    let bytes = &text[..name_end];
    let name = Key::from_name(bytes).map_or(Name::Other(bytes), Name::Usual);
    let after = skip_space(text, name_end)?;
    if text[after] != b'=' {
        return Some(Attribute::Whole { name, value: name_end..name_end, end: name_end, quote: Quote::None });
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
            Attribute::Whole { name, value, end, quote }
        }
        None => Attribute::InValue { name, value, quote },
    }
}

fn skip_space(text: &[u8], from: usize) -> Option<usize> {
    Some(from + text.get(from..)?.iter().position(|&byte| !is_space(byte))?)
}

/// Looks at each of the attributes in `text`, which is a tag from its name to its end. False as soon as
/// `visit` is, or if there is more to the tag than attributes with values.
pub(crate) fn all_attributes<'a>(text: &'a [u8], mut visit: impl FnMut(Name<'a>, &'a [u8]) -> bool) -> bool {
    let mut rest = text;
    loop {
        let filler = rest.iter().take_while(|&&byte| is_space(byte) || byte == b'/').count();
        rest = &rest[filler..];
        if matches!(rest, [] | [b'>', ..]) {
            return true;
        }
        let Attribute::Whole { name, value, end, .. } = attribute(rest) else { return false };
        if value.start == end || !visit(name, &rest[value]) {
            return false;
        }
        rest = &rest[end..];
    }
}
