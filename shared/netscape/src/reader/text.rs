//! Text, comments, and the tags whose attributes mean nothing.

use super::advance::Progress;
use super::{Mode, Reader, Tag};
use crate::key::{Key, Name};
use crate::markup::{self, Element, End, Opening, TagEnd};
use crate::tree::Place;
use crate::{Error, limits};
use memchr::{memchr, memchr2};
use std::io::Read;

/// A tag's name longer than this is no element that means anything here.
const LONG_NAME: usize = 1_024;

impl<R: Read> Reader<R> {
    pub(super) fn text(&mut self) -> Result<Progress, Error> {
        let window = self.source.window();
        if !self.tree.wants_text() {
            // Mostly a line end and the next line's indentation, which is too short for a search to pay.
            let spaces = window.iter().take_while(|&&byte| markup::is_space(byte)).count();
            self.tree.blank(&window[..spaces]);
            self.source.consume(spaces);
        }
        let window = self.source.window();
        if window.first() == Some(&b'<') {
            return self.markup();
        }
        let length = match memchr(b'<', window) {
            Some(length) => length,
            None => {
                // A piece of text is decoded as a whole, since a character reference may span chunks.
                let wait = self.tree.place() != Place::Outside
                    && window.len() <= limits::FIELD_BYTES
                    && !self.source.ended();
                if wait || window.is_empty() {
                    return Ok(Progress::Stuck);
                }
                window.len()
            }
        };
        self.take_text(length);
        Ok(Progress::Made)
    }

    /// Takes what the window starts with for text.
    fn take_text(&mut self, length: usize) {
        let line = if self.tree.place() == Place::Between { self.source.line() } else { 0 };
        self.tree.text(&self.source.window()[..length], line);
        self.source.consume(length);
    }

    /// The window starts with a `<` that begins nothing.
    fn literal(&mut self) -> Result<Progress, Error> {
        self.take_text(1);
        Ok(Progress::Made)
    }

    /// The window starts with a `<`.
    fn markup(&mut self) -> Result<Progress, Error> {
        let window = self.source.window();
        if let Some((element, is_end, length)) = markup::canonical_tag(window) {
            let is_its_own = match self.tree.place() {
                Place::Between => true,
                Place::Name { is_folder } => is_end && !is_folder,
                // As [`meaning`](Self::meaning) has it, where that is seen at once.
                Place::Description => {
                    let follows = &window[length..];
                    element == Element::Dd
                        || (follows.starts_with(b"<") && !markup::may_be_paragraph(follows))
                }
                Place::Heading | Place::Outside => false,
            };
            if is_its_own {
                return self.bare_tag(element, is_end, length);
            }
        }
        let window = self.source.window();
        let is_text = !matches!(self.tree.place(), Place::Outside | Place::Between);
        match markup::opening(window, self.source.ended()) {
            Opening::Partial => Ok(Progress::Stuck),
            Opening::StartTag => self.tag(false),
            Opening::EndTag => self.tag(true),
            Opening::Comment if is_text => self.comment_in_text(),
            _ if is_text => self.literal(),
            Opening::Comment => self.comment(),
            opening @ (Opening::Doctype | Opening::Bogus) if self.tree.place() == Place::Outside => {
                self.bogus(opening == Opening::Doctype)
            }
            _ => self.literal(),
        }
    }

    fn bare_tag(&mut self, element: Element, is_end: bool, length: usize) -> Result<Progress, Error> {
        self.enter_body(element, is_end);
        let line = if element == Element::Li { self.source.line() } else { 0 };
        self.tag = Tag { element, is_end, line };
        self.source.consume(length);
        self.complete_tag().map(|()| Progress::Made)
    }

    /// The window starts with a comment, or so it seems: one that does not end is text.
    fn comment(&mut self) -> Result<Progress, Error> {
        const START: usize = 4;
        let position = self.source.position(0);
        // The end may begin in the last bytes of what has been looked at.
        let looked_at = self.no_comment_before.saturating_sub(position).saturating_sub(3);
        let from = START.max(usize::try_from(looked_at).unwrap_or(START));
        let window = self.source.window();
        let end = match window.get(from..) {
            Some(text) => markup::comment_end(text, from == START, self.source.ended()),
            None => End::Beyond(0),
        };
        let End::At(length) = end else {
            self.no_comment_before = self.no_comment_before.max(position + window.len() as u64);
            let wait = window.len() < limits::COMMENT_BYTES && !self.source.ended();
            return if wait { Ok(Progress::Stuck) } else { self.literal() };
        };
        let length = from + length;
        if self.tree.place() == Place::Between {
            self.take_text(length);
        } else {
            self.source.consume(length);
        }
        Ok(Progress::Made)
    }

    /// The window starts with a comment in a text. It is text as a whole if it ends in its line, else its `<`
    /// is.
    fn comment_in_text(&mut self) -> Result<Progress, Error> {
        let window = self.source.window();
        let ahead = &window[..window.len().min(limits::TITLE_AHEAD)];
        if ahead.len() < limits::TITLE_AHEAD && !self.source.ended() {
            return Ok(Progress::Stuck);
        }
        match markup::comment_in_line(ahead, matches!(self.tree.place(), Place::Name { .. })) {
            Some(length) => {
                self.take_text(length);
                Ok(Progress::Made)
            }
            None => self.literal(),
        }
    }

    /// The window starts with a doctype or something like one, outside of all lists. It ends with the next
    /// `>`, or before the next `<` so that it swallows no tag.
    fn bogus(&mut self, is_doctype: bool) -> Result<Progress, Error> {
        let window = self.source.window();
        let length = match memchr2(b'>', b'<', &window[1..]) {
            Some(length) => 1 + length + usize::from(window[1 + length] == b'>'),
            None if window.len() > limits::COMMENT_BYTES || self.source.ended() => window.len(),
            None => return Ok(Progress::Stuck),
        };
        if is_doctype && markup::is_bookmark_doctype(window) {
            self.tree.set_bookmark_file();
        }
        self.source.consume(length);
        Ok(Progress::Made)
    }

    /// The window starts with a tag, or so it seems.
    fn tag(&mut self, is_end: bool) -> Result<Progress, Error> {
        let window = self.source.window();
        let start = if is_end { 2 } else { 1 };
        let Some(length) = markup::name_end(&window[start..]) else {
            let wait = window.len() <= LONG_NAME && !self.source.ended();
            return if wait { Ok(Progress::Stuck) } else { self.cut_or_literal() };
        };
        let name_end = start + length;
        let element = Element::from_name(&window[start..name_end]);
        match self.meaning(element, is_end, name_end) {
            None => Ok(Progress::Stuck),
            Some(Meaning::Text) => self.literal(),
            Some(Meaning::Entry) => {
                self.enter_body(element, is_end);
                let line = self.source.line();
                self.tag = Tag { element, is_end, line };
                self.attributes.clear();
                self.cannot_mend = false;
                self.source.consume(name_end);
                self.mode = Mode::Attributes;
                Ok(Progress::Made)
            }
            // Within a line of a description it is no separator.
            Some(Meaning::Markup) if element == Element::Hr && !is_end => {
                self.plain_tag(Element::Block, is_end, name_end)
            }
            Some(Meaning::Markup) => self.plain_tag(element, is_end, name_end),
        }
    }

    /// A tag whose attributes do not belong to an entry.
    fn plain_tag(&mut self, element: Element, is_end: bool, name_end: usize) -> Result<Progress, Error> {
        let window = self.source.window();
        let place = self.tree.place();
        // Outside of the lists nothing is lost with a tag.
        let is_text = place != Place::Outside;
        let is_inline = match element {
            Element::Inline | Element::Block | Element::Page | Element::Img | Element::A => true,
            Element::Heading(_) => place == Place::Description,
            _ => false,
        };
        let length = match markup::tag_end(&window[name_end..]) {
            TagEnd::After(length) => name_end + length,
            TagEnd::Before(_) if is_text && is_inline => return self.literal(),
            TagEnd::Before(length) => name_end + length,
            TagEnd::Beyond if window.len() <= limits::FIELD_BYTES && !self.source.ended() => {
                return Ok(Progress::Stuck);
            }
            TagEnd::Beyond => return self.cut_or_literal(),
        };
        let attributes = &window[name_end..length];
        if is_text && is_inline && !is_end {
            let mut values: [&[u8]; 3] = [b"", b"", b""];
            let is_markup = markup::all_attributes(attributes, |name, value| {
                let index = match (element, name) {
                    (Element::A, Name::Usual(Key::Href)) => 0,
                    (Element::Img, Name::Other(name)) if name.eq_ignore_ascii_case(b"alt") => 1,
                    (Element::Img, Name::Other(name)) if name.eq_ignore_ascii_case(b"src") => 2,
                    _ => return markup::is_formatting(name),
                };
                // A second address or text would take the place of the first.
                std::mem::replace(&mut values[index], value).is_empty()
            });
            let [address, alternative, source] = values;
            match element {
                _ if !is_markup => return self.literal(),
                Element::Img if place == Place::Between => return self.literal(),
                Element::A if place == Place::Description => self.tree.link(address),
                Element::Img => self.tree.image(alternative, source),
                _ => {}
            }
            if matches!(element, Element::A | Element::Img) {
                self.source.consume(length);
                return Ok(Progress::Made);
            }
        } else if is_text
            && is_inline
            && !attributes.iter().all(|&byte| markup::is_space(byte) || byte == b'>')
        {
            return self.literal();
        }
        if let Element::Raw(name) = element
            && !is_end
            && place == Place::Outside
        {
            self.mode = Mode::Raw(name);
            self.source.consume(length);
            return Ok(Progress::Made);
        }
        self.enter_body(element, is_end);
        let line = if is_end { 0 } else { self.source.line() };
        self.tag = Tag { element, is_end, line };
        self.source.consume(length);
        self.complete_tag().map(|()| Progress::Made)
    }

    /// A tag that does not end is text. If that is because the file ends, the file has been cut.
    fn cut_or_literal(&mut self) -> Result<Progress, Error> {
        if self.source.ended() && self.tree.place() == Place::Outside {
            self.cut = Some(String::from_utf8_lossy(self.source.window()).chars().take(20).collect());
        } else if self.source.ended() {
            self.cut.get_or_insert_default();
        }
        self.literal()
    }

    /// Returns the meaning of a tag at its place, if the text after it tells.
    fn meaning(&mut self, element: Element, is_end: bool, name_end: usize) -> Option<Meaning> {
        let place = self.tree.place();
        let is_entry = !is_end && matches!(element, Element::A | Element::Heading(_) | Element::Hr);
        let as_usual = if is_entry { Meaning::Entry } else { Meaning::Markup };
        match (place, element) {
            (Place::Outside, _) => Some(as_usual),
            (_, Element::Raw(_) | Element::Other) => Some(Meaning::Text),
            (Place::Between, _) => Some(as_usual),
            (_, Element::Page) => Some(if is_end { Meaning::Markup } else { Meaning::Text }),
            (_, Element::Inline | Element::Block | Element::Img) => Some(Meaning::Markup),
            (Place::Heading, _) => Some(as_usual),
            (Place::Name { is_folder }, _) => {
                self.meaning_in_name(element, is_end, name_end, is_folder, as_usual)
            }
            (Place::Description, Element::Dt | Element::Dl | Element::Hr) => {
                let window = self.source.window();
                let length = match markup::tag_end(&window[name_end..]) {
                    TagEnd::After(length) | TagEnd::Before(length) => name_end + length,
                    TagEnd::Beyond if self.source.ended() => return Some(as_usual),
                    TagEnd::Beyond => return None,
                };
                Some(match (markup::ends_line(&window[length..], self.source.ended())?, element) {
                    (true, _) => as_usual,
                    (false, Element::Hr) => Meaning::Markup,
                    (false, _) => Meaning::Text,
                })
            }
            (Place::Description, _) => Some(Meaning::Markup),
        }
    }

    /// In a title, the tags of entries and lists are text if the title's own end follows before another entry
    /// begins.
    fn meaning_in_name(
        &mut self,
        element: Element,
        is_end: bool,
        name_end: usize,
        is_folder: bool,
        as_usual: Meaning,
    ) -> Option<Meaning> {
        let ends_it = match element {
            Element::A => is_end && !is_folder,
            Element::Heading(_) => is_end && is_folder,
            _ => false,
        };
        let window = self.source.window();
        if element == Element::A && !is_end {
            let has_attributes = match markup::tag_end(&window[name_end..]) {
                TagEnd::After(length) | TagEnd::Before(length) => {
                    window[name_end..name_end + length].contains(&b'=')
                }
                TagEnd::Beyond if self.source.ended() || window.len() > limits::FIELD_BYTES => true,
                TagEnd::Beyond => return None,
            };
            return Some(if has_attributes { as_usual } else { Meaning::Text });
        }
        if ends_it || element == Element::A {
            return Some(as_usual);
        }
        let position = self.source.position(name_end);
        if position < self.name_until {
            return Some(Meaning::Text);
        }
        let ahead = &window[name_end..];
        if ahead.len() < limits::TITLE_AHEAD && !self.source.ended() {
            return None;
        }
        let ahead = &ahead[..ahead.len().min(limits::TITLE_AHEAD)];
        Some(match markup::name_goes_on(ahead, is_folder) {
            Some(end) => {
                self.name_until = position + end as u64;
                Meaning::Text
            }
            None => as_usual,
        })
    }
}

/// The meaning of a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    /// The start of an entry, which takes its attributes.
    Entry,
    /// Any other markup.
    Markup,
    /// Text that looks like markup.
    Text,
}
