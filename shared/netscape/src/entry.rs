//! A bookmark, folder or separator while it is read, and the making of its event when it is complete.

use crate::attributes::Buffer;
use crate::date::{self, Date, Timestamp};
use crate::event::{Attributes, Bookmark, Folder, Layout, Occurrence, Separator, Tags};
use crate::key::Key;
use crate::warning::{Field, Flaw, Warnings};
use crate::{limits, tags, text};
use std::ops::Range;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Kind {
    /// There is no entry.
    #[default]
    None,
    Bookmark,
    Folder,
    Separator,
}

/// The buffers are kept from one entry to the next.
#[derive(Debug, Default)]
pub(crate) struct Entry {
    pub(crate) kind: Kind,
    pub(crate) attributes: Buffer,
    pub(crate) line: u32,
    pub(crate) layout: Layout,
    /// A bookmark's title or a folder's name.
    pub(crate) name: Text,
    /// The text of a `<DD>`, if there is one.
    pub(crate) description: Text,
    pub(crate) has_description: bool,
    position: u32,
    dates: Dates,
    url: Option<usize>,
    tagged: Option<usize>,
    described: Option<usize>,
    tags: Vec<Range<usize>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Dates {
    added: Option<Timestamp>,
    modified: Option<Timestamp>,
    visited: Option<Timestamp>,
}

impl Entry {
    /// Begins an entry with the attributes of its tag, which are exchanged for an empty buffer.
    pub(crate) fn begin(&mut self, kind: Kind, attributes: &mut Buffer, line: u32) {
        self.kind = kind;
        std::mem::swap(&mut self.attributes, attributes);
        self.line = line;
        self.layout = Layout::default();
        self.name.clear();
        self.description.clear();
        self.has_description = false;
        self.dates = Dates::default();
        (self.url, self.tagged, self.described) = (None, None, None);
        self.tags.clear();
    }

    /// Gives the parts their meaning, now that all of them are there.
    /// `spaced`: blanks separate the tags of this file.
    pub(crate) fn finish(&mut self, position: u32, spaced: bool) {
        self.position = position;
        self.layout.around_name = self.name.finish(Field::Name, &mut self.attributes.flaws);
        [self.layout.before_description, _] =
            self.description.finish(Field::Description, &mut self.attributes.flaws);
        self.name.fold_lines();
        let is_bookmark = self.kind == Kind::Bookmark;
        if self.kind == Kind::Separator {
            return;
        }
        let Self { attributes, dates, .. } = self;
        for index in 0..attributes.len() {
            let date = match attributes.key(index) {
                Some(Key::AddDate) => &mut dates.added,
                Some(Key::TimeAdded) if attributes.find(Key::AddDate).is_none() => &mut dates.added,
                Some(Key::LastModified) => &mut dates.modified,
                Some(Key::LastVisit) if is_bookmark => &mut dates.visited,
                Some(Key::Href) if is_bookmark => {
                    self.url = Some(index);
                    attributes.consume(index);
                    continue;
                }
                Some(Key::Tags) if is_bookmark => {
                    self.tagged = Some(index);
                    attributes.consume(index);
                    continue;
                }
                Some(Key::Description) if !self.has_description => {
                    self.described = Some(index);
                    attributes.consume(index);
                    continue;
                }
                _ => continue,
            };
            match date::parse(attributes.value(index)) {
                Date::At(moment) => {
                    *date = Some(moment);
                    attributes.consume(index);
                }
                Date::None => {}
                Date::Unreadable => attributes.flaws.push(Flaw::UnreadableDate(index)),
            }
        }
        if let Some(index) = self.tagged {
            let is_spaced = spaced && attributes.find(Key::Private).is_some();
            tags::split(attributes.value(index), is_spaced, &mut self.tags);
        }
    }

    pub(crate) fn bookmark(&self) -> Bookmark<'_> {
        let Dates { added, modified, visited } = self.dates;
        Bookmark {
            url: self.url.map(|index| self.attributes.value(index).trim_ascii()),
            title: self.name.as_str(),
            added,
            modified,
            visited,
            tags: Tags::from_attribute(
                self.tagged.map_or("", |index| self.attributes.value(index)),
                &self.tags,
            ),
            description: self.description(),
            attributes: Attributes::from_tag(&self.attributes),
            icon: self.attributes.icon(),
            position: self.position,
            line: self.line,
            warnings: self.warnings(),
            layout: self.layout,
        }
    }

    pub(crate) fn folder(&self) -> Folder<'_> {
        let Dates { added, modified, .. } = self.dates;
        Folder {
            name: self.name.as_str(),
            added,
            modified,
            description: self.description(),
            attributes: Attributes::from_tag(&self.attributes),
            line: self.line,
            occurrence: Occurrence::First,
            warnings: self.warnings(),
            layout: self.layout,
        }
    }

    pub(crate) fn separator(&self) -> Separator<'_> {
        Separator {
            attributes: Attributes::from_tag(&self.attributes),
            line: self.line,
            warnings: self.warnings(),
            layout: self.layout,
        }
    }

    fn description(&self) -> Option<&str> {
        let attribute = self.described.map(|index| self.attributes.value(index).trim_ascii());
        attribute.or(self.has_description.then_some(self.description.as_str()))
    }

    fn warnings(&self) -> Warnings<'_> {
        Warnings::from_tag(&self.attributes)
    }
}

/// Text that comes in pieces.
#[derive(Debug, Default)]
pub(crate) struct Text {
    text: String,
    is_cut: bool,
    /// A piece was not [plain](text::is_plain).
    was_decoded: bool,
}

impl Text {
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.is_cut = false;
        self.was_decoded = false;
    }

    /// Appends a piece as it stands in the file.
    pub(crate) fn push(&mut self, raw: &[u8]) {
        let kept = text::cut(raw, limits::FIELD_BYTES.saturating_sub(self.text.len()));
        self.is_cut |= kept.len() < raw.len();
        match std::str::from_utf8(kept) {
            Ok(plain) if text::is_plain(kept) => self.text.push_str(plain),
            _ => {
                text::push_decoded(kept, text::Context::Text, &mut self.text);
                self.was_decoded = true;
            }
        }
    }

    /// Appends an attribute's value as it stands in the file.
    pub(crate) fn push_value(&mut self, raw: &[u8]) {
        let kept = text::cut(raw, limits::FIELD_BYTES.saturating_sub(self.text.len()));
        self.is_cut |= kept.len() < raw.len();
        text::push_decoded(kept, text::Context::Attribute, &mut self.text);
        self.was_decoded = true;
    }

    /// Takes the white space off its end.
    pub(crate) fn split_off_blank(&mut self) -> String {
        self.text.split_off(self.text.trim_ascii_end().len())
    }

    /// Appends white space that [`split_off_blank`](Self::split_off_blank) took off. What a reference stands
    /// for is kept.
    pub(crate) fn push_blank(&mut self, blank: &str) {
        let room = limits::FIELD_BYTES.saturating_sub(self.text.len()).min(blank.len());
        self.is_cut |= room < blank.len();
        self.text.push_str(&blank[..room]);
    }

    pub(crate) fn len(&self) -> usize {
        self.text.len()
    }

    /// Returns whether it is nothing but white space.
    pub(crate) fn is_blank(&self) -> bool {
        self.text.trim_ascii().is_empty()
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Trims, and notes what went wrong. Gives how many spaces stood before and after, where there was
    /// nothing else.
    fn finish(&mut self, field: Field, flaws: &mut Vec<Flaw>) -> [u8; 2] {
        let end = self.text.trim_ascii_end().len();
        let after = spaces(&self.text[end..]);
        self.text.truncate(end);
        let start = end - self.text.trim_ascii_start().len();
        let before = spaces(&self.text[..start]);
        if start > 0 {
            self.text.drain(..start);
        }
        if self.is_cut {
            flaws.push(Flaw::Cut(field));
        }
        if self.was_decoded && text::holds_replacement(&self.text) {
            flaws.push(Flaw::Replaced(field));
        }
        [before, after]
    }

    /// Makes one line of several, as a browser shows them: white space that holds a line end becomes one
    /// space.
    fn fold_lines(&mut self) {
        if !self.text.contains('\n') {
            return;
        }
        let mut folded = String::with_capacity(self.text.len());
        for line in self.text.split('\n') {
            let line = line.trim_ascii();
            if !line.is_empty() {
                folded.extend((!folded.is_empty()).then_some(' '));
                folded.push_str(line);
            }
        }
        self.text = folded;
    }
}

/// The length of white space that is spaces only and not very many.
fn spaces(blank: &str) -> u8 {
    if blank.bytes().all(|byte| byte == b' ') { u8::try_from(blank.len()).unwrap_or(0) } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> String {
        let mut folded = Text::default();
        folded.push(text.as_bytes());
        folded.finish(Field::Name, &mut Vec::new());
        folded.fold_lines();
        folded.text
    }

    #[test]
    fn a_title_over_several_lines_becomes_one_line() {
        assert_eq!(
            folded("\n  5-Hour Rule: If you’re \r\n\t  not spending\n\n5 hours  per week\n"),
            "5-Hour Rule: If you’re not spending 5 hours  per week"
        );
        assert_eq!(folded(" \n "), "");
    }

    #[test]
    fn a_no_break_space_is_part_of_a_title() {
        assert_eq!(folded(" a\u{A0}|\u{A0} b "), "a\u{A0}|\u{A0} b");
    }

    #[test]
    fn text_beyond_the_limit_is_cut_and_says_so() {
        let mut text = Text::default();
        let mut flaws = Vec::new();
        text.push(&vec![b'x'; limits::FIELD_BYTES - 1]);
        text.push(b"yz");
        text.finish(Field::Name, &mut flaws);
        assert_eq!(text.as_str().len(), limits::FIELD_BYTES);
        assert!(matches!(flaws[..], [Flaw::Cut(Field::Name)]));
    }
}
