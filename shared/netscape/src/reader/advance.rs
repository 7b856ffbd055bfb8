//! One step of reading: a piece of text, a tag or a part of it, a comment. Each looks at the window of the source and
//! consumes what it has understood, or asks for more.

use super::{Mode, Place, Reader, Tag, Unfinished};
use crate::key::{Key, Name};
use crate::markup::{self, Attribute, Element, End, Opening, Quote};
use crate::{Error, limits};
use memchr::memchr;
use std::io::Read;

/// A tag's name longer than this is no element that means anything here.
const LONG_NAME: usize = 1_024;

/// Whether reading can go on with the window as it is.
enum Progress {
    Made,
    /// It needs more text, or the end.
    Stuck,
}

impl<R: Read> Reader<R> {
    /// Takes a step, which may complete entries.
    pub(super) fn advance(&mut self) -> Result<(), Error> {
        let ended = self.source.ended();
        let progress = match self.mode {
            Mode::Text => self.text()?,
            Mode::TagName => self.tag_name_rest(),
            Mode::Attributes => self.attributes()?,
            Mode::Value { quote, icon } => self.value_rest(quote, icon),
            Mode::Comment(first) => self.comment(first),
            Mode::Bogus => self.bogus(),
            Mode::Raw(element) => self.raw(element),
        };
        match progress {
            Progress::Made => {}
            Progress::Stuck if ended => self.finish(),
            Progress::Stuck => {
                self.source.fill().inspect_err(|_| self.done = true)?;
            }
        }
        Ok(())
    }

    fn finish(&mut self) {
        self.unfinished = match self.mode {
            Mode::Text => None,
            Mode::TagName | Mode::Attributes | Mode::Value { .. } => Some(Unfinished::Tag),
            Mode::Comment(_) | Mode::Bogus => Some(Unfinished::Comment),
            Mode::Raw(element) => Some(Unfinished::Element(element)),
        };
        self.tree.finish();
        self.done = true;
        if self.place == Place::Epilog {
            self.source.consume(self.source.window().len());
            self.epilog = self.source.take_captured();
        }
    }

    fn text(&mut self) -> Result<Progress, Error> {
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
                let wait =
                    self.tree.wants_text() && window.len() <= limits::FIELD_BYTES && !self.source.ended();
                if wait || window.is_empty() {
                    return Ok(Progress::Stuck);
                }
                window.len()
            }
        };
        self.tree.text(&window[..length]);
        self.source.consume(length);
        Ok(Progress::Made)
    }

    /// The window starts with a `<`.
    fn markup(&mut self) -> Result<Progress, Error> {
        let window = self.source.window();
        if let Some((element, is_end, length)) = markup::canonical_tag(window) {
            self.enter_body(element, is_end);
            self.tag = Tag { element, is_end, line: 0 };
            self.source.consume(length);
            return self.complete_tag().map(|()| Progress::Made);
        }
        match markup::opening(window, self.source.ended()) {
            Opening::Partial => return Ok(Progress::Stuck),
            Opening::StartTag => return self.tag(false),
            Opening::EndTag => return self.tag(true),
            Opening::Text => {
                self.tree.text(b"<");
                self.source.consume(1);
            }
            Opening::Comment => {
                self.source.consume(4);
                self.mode = Mode::Comment(true);
            }
            Opening::Doctype => {
                if window.len() < LONG_NAME && !window.contains(&b'>') && !self.source.ended() {
                    return Ok(Progress::Stuck);
                }
                if markup::is_bookmark_doctype(window) {
                    self.tree.set_bookmark_file();
                }
                self.mode = Mode::Bogus;
            }
            Opening::Bogus => self.mode = Mode::Bogus,
        }
        Ok(Progress::Made)
    }

    /// The window starts with a tag.
    fn tag(&mut self, is_end: bool) -> Result<Progress, Error> {
        let window = self.source.window();
        let start = if is_end { 2 } else { 1 };
        let (element, length, mode) = match markup::name_end(&window[start..]) {
            Some(length) => {
                let name = &window[start..start + length];
                (Element::from_name(name), start + length, Mode::Attributes)
            }
            None if window.len() > LONG_NAME || self.source.ended() => {
                (Element::Other, window.len(), Mode::TagName)
            }
            None => return Ok(Progress::Stuck),
        };
        // Most tags have no attributes.
        let is_bare = window.get(length) == Some(&b'>');
        let matters = matches!(element, Element::A | Element::H3 | Element::Hr | Element::Dl | Element::Ul);
        let line = if matters && !is_end { self.source.line() } else { 0 };
        self.enter_body(element, is_end);
        self.tag = Tag { element, is_end, line };
        if self.tag.keeps_attributes() {
            self.attributes.clear();
        }
        if is_bare {
            self.source.consume(length + 1);
            return self.complete_tag().map(|()| Progress::Made);
        }
        self.source.consume(length);
        self.mode = mode;
        Ok(Progress::Made)
    }

    /// Before a tag is consumed: ends the prolog or what seemed to be the epilog, if an entry or a list begins.
    fn enter_body(&mut self, element: Element, is_end: bool) {
        if self.place == Place::Body || is_end {
            return;
        }
        if matches!(element, Element::A | Element::Dl | Element::Dt | Element::H3 | Element::Hr | Element::Ul)
        {
            let captured = self.source.take_captured();
            if self.place == Place::Prolog {
                // So far, only the doctype can have made it one.
                self.prolog = captured.filter(|_| self.is_bookmark_file());
            }
            self.place = Place::Body;
        }
    }

    fn tag_name_rest(&mut self) -> Progress {
        let window = self.source.window();
        match markup::name_end(window) {
            Some(length) => {
                self.source.consume(length);
                self.mode = Mode::Attributes;
                Progress::Made
            }
            None => self.skip_window(),
        }
    }

    fn attributes(&mut self) -> Result<Progress, Error> {
        let kept = self.tag.keeps_attributes();
        loop {
            let window = self.source.window();
            let is_filler = |byte: u8| markup::is_space(byte) || byte == b'/';
            let Some(filler) = window.iter().position(|&byte| !is_filler(byte)) else {
                return Ok(self.skip_window());
            };
            self.source.consume(filler);
            let window = self.source.window();
            if window[0] == b'>' {
                self.source.consume(1);
                return self.complete_tag().map(|()| Progress::Made);
            }
            match markup::attribute(window) {
                Attribute::Whole { name, value, end } => {
                    if kept && name == Name::Usual(Key::Icon) && !self.keeps_icons {
                        let offsets = self.source.offset(value.start).zip(self.source.offset(value.end));
                        self.attributes.set_icon(offsets.map(|(start, end)| start..end));
                    } else if kept {
                        self.attributes.push(name, &window[value]);
                    }
                    self.source.consume(end);
                }
                Attribute::InValue { name, value, quote } => {
                    let icon = kept && name == Name::Usual(Key::Icon) && !self.keeps_icons;
                    let cut = window.len() - value > limits::FIELD_BYTES;
                    if kept && !(icon || cut || self.source.ended()) {
                        return Ok(Progress::Stuck);
                    }
                    if kept && !icon {
                        self.attributes.push(name, &window[value..]);
                    }
                    let icon = self.source.offset(value).filter(|_| icon);
                    self.mode = Mode::Value { quote, icon };
                    return Ok(self.skip_window());
                }
                Attribute::Partial if window.len() > limits::FIELD_BYTES || self.source.ended() => {
                    return Ok(self.skip_window());
                }
                Attribute::Partial => return Ok(Progress::Stuck),
            }
        }
    }

    fn complete_tag(&mut self) -> Result<(), Error> {
        let Tag { element, is_end, line } = self.tag;
        self.mode = Mode::Text;
        if is_end {
            self.tree.end(element);
            if element == Element::Dl && self.place == Place::Body && self.tree.is_outside_lists() {
                self.place = Place::Epilog;
                self.source.start_capture();
            }
            return Ok(());
        }
        if let Element::Raw(name) = element {
            self.mode = Mode::Raw(name);
        }
        if self.tag.keeps_attributes() {
            self.attributes.seal();
        }
        self.tree.start(element, &mut self.attributes, line).inspect_err(|_| self.done = true)
    }

    fn value_rest(&mut self, quote: Quote, icon: Option<u64>) -> Progress {
        let Some(length) = quote.value_end(self.source.window()) else { return self.skip_window() };
        if icon.is_some() {
            let offsets = icon.zip(self.source.offset(length));
            self.attributes.set_icon(offsets.map(|(start, end)| start..end));
        }
        self.source.consume(length + quote.length());
        self.mode = Mode::Attributes;
        Progress::Made
    }

    fn comment(&mut self, first: bool) -> Progress {
        let end = markup::comment_end(self.source.window(), first, self.source.ended());
        if let End::Beyond(length) = end {
            self.mode = Mode::Comment(first && length == 0);
        }
        self.consume_to(end)
    }

    fn bogus(&mut self) -> Progress {
        match memchr(b'>', self.source.window()) {
            Some(length) => self.consume_to(End::At(length + 1)),
            None => self.skip_window(),
        }
    }

    fn raw(&mut self, element: &'static str) -> Progress {
        let window = self.source.window();
        let end = markup::raw_end(window, element);
        // An element that does not end would swallow what is written after the prolog.
        if matches!(end, End::At(length) if window.get(length + 1) != Some(&b'/')) {
            self.source.take_captured();
        }
        self.consume_to(end)
    }

    /// Consumes up to the end of markup that gives nothing; text follows it.
    fn consume_to(&mut self, end: End) -> Progress {
        match end {
            End::At(length) => {
                self.source.consume(length);
                self.mode = Mode::Text;
                Progress::Made
            }
            End::Beyond(length) => {
                self.source.consume(length);
                Progress::Stuck
            }
        }
    }

    fn skip_window(&mut self) -> Progress {
        self.source.consume(self.source.window().len());
        Progress::Stuck
    }
}
