//! The attributes of one start tag, decoded into a buffer that the next tag reuses.

use crate::limits;
use crate::text::{self, Context};
use crate::warning::{Field, Flaw};
use std::ops::Range;

/// Names and values stand one after the other in `text`; the spans say where.
#[derive(Debug, Default)]
pub(crate) struct Buffer {
    text: String,
    spans: Vec<Span>,
    pub(crate) flaws: Vec<Flaw>,
    /// Where the value of the `ICON` attribute stands in the source, if that is known.
    icon: Option<Range<u64>>,
}

#[derive(Debug)]
struct Span {
    name: Range<usize>,
    value: Range<usize>,
    /// Its meaning stands in a field of the entry, so that it is not an attribute besides.
    consumed: bool,
}

impl Buffer {
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.spans.clear();
        self.flaws.clear();
        self.icon = None;
    }

    /// Adds an attribute as it stands in the file. Of two with one name, HTML takes the first.
    pub(crate) fn push(&mut self, name: &[u8], value: &[u8]) {
        if self.spans.len() == limits::ATTRIBUTES {
            if !matches!(self.flaws.last(), Some(Flaw::AttributesDropped)) {
                self.flaws.push(Flaw::AttributesDropped);
            }
            return;
        }
        let start = self.text.len();
        let name_cut = text::cut(name, limits::FIELD_BYTES);
        text::push_decoded(name_cut, Context::Name, &mut self.text);
        self.text[start..].make_ascii_lowercase();
        let middle = self.text.len();
        let name_text = &self.text[start..];
        if self.spans.iter().any(|earlier| self.text[earlier.name.clone()] == *name_text) {
            self.text.truncate(start);
            return;
        }
        let room = limits::FIELD_BYTES.min(limits::ATTRIBUTES_BYTES.saturating_sub(middle));
        let kept = text::cut(value, room);
        text::push_decoded(kept, Context::Attribute, &mut self.text);
        let index = self.spans.len();
        if kept.len() < value.len() || name_cut.len() < name.len() {
            self.flaws.push(Flaw::Cut(Field::Attribute(index)));
        }
        if text::holds_replacement(&self.text[start..]) {
            self.flaws.push(Flaw::Replaced(Field::Attribute(index)));
        }
        self.spans.push(Span { name: start..middle, value: middle..self.text.len(), consumed: false });
    }

    /// Notes where the icon stands. Of two, HTML takes the first.
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

    pub(crate) fn name(&self, index: usize) -> &str {
        &self.text[self.spans[index].name.clone()]
    }

    pub(crate) fn value(&self, index: usize) -> &str {
        &self.text[self.spans[index].value.clone()]
    }

    /// Whether there is an attribute of this name, which is in lower case.
    pub(crate) fn has(&self, name: &str) -> bool {
        (0..self.len()).any(|index| self.name(index) == name)
    }

    /// Says that an attribute's meaning stands elsewhere in the entry.
    pub(crate) fn consume(&mut self, index: usize) {
        self.spans[index].consumed = true;
    }

    /// The names and values that were not consumed.
    pub(crate) fn others(&self) -> impl Iterator<Item = (&str, &str)> + Clone {
        let slice = |range: &Range<usize>| &self.text[range.clone()];
        self.spans
            .iter()
            .filter(|span| !span.consumed)
            .map(move |span| (slice(&span.name), slice(&span.value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_attributes_with_one_name_the_first_is_kept() {
        let mut buffer = Buffer::default();
        buffer.push(b"HREF", b"a");
        buffer.push(b"Href", b"b");
        assert_eq!(buffer.others().collect::<Vec<_>>(), [("href", "a")]);
    }

    #[test]
    fn attributes_beyond_the_limit_are_dropped_with_one_warning() {
        let mut buffer = Buffer::default();
        for number in 0..limits::ATTRIBUTES + 5 {
            buffer.push(format!("a{number}").as_bytes(), b"");
        }
        assert_eq!(buffer.len(), limits::ATTRIBUTES);
        assert!(matches!(buffer.flaws[..], [Flaw::AttributesDropped]));
    }

    #[test]
    fn values_beyond_the_limit_of_all_together_are_cut() {
        let mut buffer = Buffer::default();
        let value = vec![b'x'; limits::FIELD_BYTES + 1];
        for name in ["a", "b", "c", "d", "e"] {
            buffer.push(name.as_bytes(), &value);
        }
        assert_eq!(buffer.value(0).len(), limits::FIELD_BYTES);
        assert_eq!(buffer.flaws.len(), 5);
        assert!(buffer.text.len() <= limits::ATTRIBUTES_BYTES + 1);
    }
}
