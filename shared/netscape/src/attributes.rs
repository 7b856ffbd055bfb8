//! The attributes of one start tag, in a buffer that the next tag reuses.

use crate::key::{Key, Name};
use crate::text::{self, Context};
use crate::warning::{Field, Flaw, Quotation};
use crate::{limits, markup, tags};
use std::ops::Range;

/// Attributes are pushed and then sealed. Names and values stand one after the other; the spans say where.
#[derive(Debug, Default)]
pub(crate) struct Buffer {
    /// Before sealing: as they stand in the file. A line feed stands after each, so that two with ill-formed
    /// UTF-8 cannot make a character of each other's bytes.
    bytes: Vec<u8>,
    /// After sealing: decoded. To see at once that there is nothing to decode is much cheaper than value by
    /// value.
    text: String,
    spans: Vec<Span>,
    pub(crate) flaws: Vec<Flaw>,
    /// Text of the tag that is in no attribute.
    lost: Quotation,
    icon: Option<Range<u64>>,
}

#[derive(Debug)]
struct Span {
    name: NameSpan,
    value: Range<usize>,
    /// Its meaning stands in a field of the entry, so that it is not an attribute besides.
    consumed: bool,
}

/// An attribute's name, in lower case.
#[derive(Debug)]
enum NameSpan {
    Usual(Key),
    Other(Range<usize>),
}

const SEPARATOR: u8 = b'\n';

impl Buffer {
    pub(crate) fn clear(&mut self) {
        if self.bytes.capacity() == 0 {
            self.bytes = std::mem::take(&mut self.text).into_bytes();
        }
        self.bytes.clear();
        self.text.clear();
        self.spans.clear();
        self.flaws.clear();
        self.lost.clear();
        self.icon = None;
    }

    /// Adds an attribute as it stands in the file. Of two with one name, HTML takes the first.
    pub(crate) fn push(&mut self, name: Name<'_>, value: &[u8]) {
        match name {
            Name::Usual(key) => match self.find(key) {
                None => self.push_value(NameSpan::Usual(key), value),
                Some(first) => self.repeat(first, name, value),
            },
            Name::Other(other) if markup::is_attribute_name(other) => self.push_other(other, value),
            Name::Other(_) => self.lose(name, value),
        }
    }

    /// The same for a value with quotation marks in it that are not escaped.
    pub(crate) fn push_mended(&mut self, name: Name<'_>, value: &[u8]) {
        let index = self.spans.len();
        self.push(name, value);
        if self.spans.len() > index {
            self.flaws.push(Flaw::Unescaped(index));
        }
    }

    fn push_other(&mut self, name: &[u8], value: &[u8]) {
        if self.is_full() {
            return;
        }
        let start = self.bytes.len();
        // Decoded at once, since two names may be the same only then. The text is not in use before sealing.
        self.text.clear();
        text::push_decoded(name, Context::Name, &mut self.text);
        let range = push_bytes(&mut self.bytes, self.text.to_ascii_lowercase().as_bytes());
        let is_known = |span: &Span| match &span.name {
            NameSpan::Usual(_) => false,
            NameSpan::Other(other) => self.bytes[other.clone()] == self.bytes[range.clone()],
        };
        match self.spans.iter().position(is_known) {
            Some(first) => {
                self.bytes.truncate(start);
                self.repeat(first, Name::Other(name), value);
            }
            None => self.push_value(NameSpan::Other(range), value),
        }
    }

    /// An attribute that repeats one is lost, unless it says the same or nothing.
    fn repeat(&mut self, first: usize, name: Name<'_>, value: &[u8]) {
        if !value.is_empty() && self.bytes[self.spans[first].value.clone()] != *value {
            self.lose(name, value);
        }
    }

    fn lose(&mut self, name: Name<'_>, value: &[u8]) {
        let name = match name {
            Name::Usual(key) => key.name().as_bytes(),
            Name::Other(name) => name,
        };
        self.lose_text(b" ");
        self.lose_text(name);
        if !value.is_empty() {
            self.lose_text(b"=");
            self.lose_text(value);
        }
        if !self.flaws.iter().any(|flaw| matches!(flaw, Flaw::AttributesLost)) {
            self.flaws.push(Flaw::AttributesLost);
        }
    }

    fn lose_text(&mut self, raw: &[u8]) {
        self.lost.push(raw, Context::Attribute);
    }

    /// Says that the file ends within the tag, in what stands here.
    pub(crate) fn end_early(&mut self, rest: &[u8]) {
        self.lose_text(rest);
        self.flaws.push(Flaw::TagCut);
    }

    pub(crate) fn lost(&self) -> &str {
        self.lost.as_str()
    }

    /// Returns whether one more would be too many, which the flaws then say.
    fn is_full(&mut self) -> bool {
        let is_full = self.spans.len() == limits::ATTRIBUTES;
        if is_full && !matches!(self.flaws.last(), Some(Flaw::AttributesDropped)) {
            self.flaws.push(Flaw::AttributesDropped);
        }
        is_full
    }

    /// Before sealing: the value of `TAGS` if it does not show by itself what separates them.
    pub(crate) fn ambiguous_tags(&self) -> Option<&[u8]> {
        let tags = &self.bytes[self.spans[self.find(Key::Tags)?].value.clone()];
        (self.find(Key::Private).is_some() && tags::is_ambiguous(tags)).then_some(tags)
    }

    fn push_value(&mut self, name: NameSpan, value: &[u8]) {
        if self.is_full() {
            return;
        }
        let room = limits::FIELD_BYTES.min(limits::ATTRIBUTES_BYTES.saturating_sub(self.bytes.len()));
        let kept = text::cut(value, room);
        if kept.len() < value.len() {
            self.flaws.push(Flaw::Cut(Field::Attribute(self.spans.len())));
        }
        let value = push_bytes(&mut self.bytes, kept);
        self.spans.push(Span { name, value, consumed: false });
    }

    /// Ends the pushing: the values are decoded, and the attributes can be read from now on.
    pub(crate) fn seal(&mut self) {
        if text::is_plain(&self.bytes) {
            match String::from_utf8(std::mem::take(&mut self.bytes)) {
                Ok(text) => self.text = text,
                Err(error) => self.decode(error.as_bytes()),
            }
        } else {
            let bytes = std::mem::take(&mut self.bytes);
            self.decode(&bytes);
            self.bytes = bytes;
        }
    }

    fn decode(&mut self, bytes: &[u8]) {
        self.text.clear();
        for (index, span) in self.spans.iter_mut().enumerate() {
            let start = self.text.len();
            if let NameSpan::Other(range) = &mut span.name {
                decode_into(&mut self.text, Context::Name, bytes, range);
            }
            decode_into(&mut self.text, Context::Attribute, bytes, &mut span.value);
            if text::holds_replacement(&self.text[start..]) {
                self.flaws.push(Flaw::Replaced(Field::Attribute(index)));
            }
        }
    }

    /// Notes where the value of `ICON` stands in the source, if that is known. Of two, HTML takes the first.
    pub(crate) fn set_icon(&mut self, icon: Option<Range<u64>>) {
        if self.icon.is_none() {
            self.icon = icon;
        }
    }

    pub(crate) fn icon(&self) -> Option<Range<u64>> {
        self.icon.clone()
    }

    pub(crate) fn len(&self) -> usize {
        self.spans.len()
    }

    pub(crate) fn key(&self, index: usize) -> Option<Key> {
        match self.spans[index].name {
            NameSpan::Usual(key) => Some(key),
            NameSpan::Other(_) => None,
        }
    }

    /// The index of an attribute.
    pub(crate) fn find(&self, key: Key) -> Option<usize> {
        (0..self.len()).find(|&index| self.key(index) == Some(key))
    }

    pub(crate) fn name(&self, index: usize) -> &str {
        match &self.spans[index].name {
            NameSpan::Usual(key) => key.name(),
            NameSpan::Other(range) => &self.text[range.clone()],
        }
    }

    pub(crate) fn value(&self, index: usize) -> &str {
        &self.text[self.spans[index].value.clone()]
    }

    /// Says that an attribute's meaning stands elsewhere in the entry.
    pub(crate) fn consume(&mut self, index: usize) {
        self.spans[index].consumed = true;
    }

    /// The name and value of an attribute that was not consumed.
    pub(crate) fn other(&self, index: usize) -> Option<(&str, &str)> {
        (!self.spans[index].consumed).then(|| (self.name(index), self.value(index)))
    }
}

/// Appends a value and a separator, and gives where the value stands.
fn push_bytes(bytes: &mut Vec<u8>, value: &[u8]) -> Range<usize> {
    let start = bytes.len();
    bytes.extend_from_slice(value);
    let end = bytes.len();
    bytes.push(SEPARATOR);
    start..end
}

/// Appends what stands at `range` of `bytes`, and makes that the range of the result.
fn decode_into(text: &mut String, context: Context, bytes: &[u8], range: &mut Range<usize>) {
    let start = text.len();
    text::push_decoded(&bytes[range.clone()], context, text);
    *range = start..text.len();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(attributes: &[(&[u8], &[u8])]) -> Buffer {
        let mut buffer = Buffer::default();
        for (name, value) in attributes {
            buffer.push(name_of(name), value);
        }
        buffer.seal();
        buffer
    }

    fn name_of(name: &[u8]) -> Name<'_> {
        Key::from_name(name).map_or(Name::Other(name), Name::Usual)
    }

    fn pairs(buffer: &Buffer) -> Vec<(&str, &str)> {
        (0..buffer.len()).filter_map(|index| buffer.other(index)).collect()
    }

    #[test]
    fn of_two_attributes_with_one_name_the_first_is_kept() {
        let buffer = sealed(&[(b"HREF", b"a"), (b"Href", b"b"), (b"x", b"c"), (b"X", b"d")]);
        assert_eq!(pairs(&buffer), [("href", "a"), ("x", "c")]);
        assert!(matches!(buffer.flaws[..], [Flaw::AttributesLost]));
        assert_eq!(buffer.lost(), "href=b X=d");
    }

    #[test]
    fn an_attribute_that_repeats_what_was_said_is_not_lost() {
        let buffer = sealed(&[(b"HREF", b"a"), (b"Href", b"a"), (b"x", b"c"), (b"X", b"")]);
        assert!(buffer.flaws.is_empty());
    }

    #[test]
    fn an_attribute_whose_name_can_be_none_is_lost_with_one_warning() {
        let long = [b'x'; limits::NAME_BYTES + 1];
        let buffer =
            sealed(&[(b"HREF", b"a"), (b"$\"", b""), (b"',bash", b"c&amp;"), (b"=", b"d"), (&long, b"e")]);
        assert_eq!(pairs(&buffer), [("href", "a")]);
        assert!(matches!(buffer.flaws[..], [Flaw::AttributesLost]));
        assert!(buffer.lost().starts_with("$\" ',bash=c& ==d xxx"));
        assert!(buffer.lost().chars().count() <= limits::QUOTED_CHARACTERS + 1);
    }

    #[test]
    fn ill_formed_bytes_of_neighbours_do_not_become_a_character() {
        let buffer = sealed(&[(b"HREF", b"a\xC3"), (b"TAGS", b"\xA9"), (b"\xA9", b"ok")]);
        assert_eq!(pairs(&buffer), [("href", "a\u{FFFD}"), ("tags", "\u{FFFD}"), ("\u{FFFD}", "ok")]);
        assert_eq!(buffer.flaws.len(), 3);
    }

    #[test]
    fn a_buffer_can_be_used_again() {
        let mut buffer = sealed(&[(b"HREF", b"\xFF"), (b"b", b"&amp;")]);
        for _ in 0..3 {
            buffer.clear();
            buffer.push(Name::Other(b"c"), b"&lt;\0");
            buffer.seal();
            assert_eq!(pairs(&buffer), [("c", "<\u{FFFD}")]);
            assert_eq!(buffer.flaws.len(), 1);
        }
    }

    #[test]
    fn attributes_beyond_the_limit_are_dropped_with_one_warning() {
        let mut buffer = Buffer::default();
        for number in 0..limits::ATTRIBUTES + 5 {
            buffer.push(Name::Other(format!("a{number}").as_bytes()), b"");
        }
        buffer.seal();
        assert_eq!(buffer.len(), limits::ATTRIBUTES);
        assert!(matches!(buffer.flaws[..], [Flaw::AttributesDropped]));
    }

    #[test]
    fn values_beyond_the_limit_of_all_together_are_cut() {
        let value = vec![b'x'; limits::FIELD_BYTES + 1];
        let buffer =
            sealed(&[(b"a", &value), (b"b", &value), (b"c", &value), (b"d", &value), (b"e", &value)]);
        assert_eq!(buffer.value(0).len(), limits::FIELD_BYTES);
        assert_eq!(buffer.flaws.len(), 5);
        assert!(buffer.text.len() <= limits::ATTRIBUTES_BYTES + 10);
    }
}
