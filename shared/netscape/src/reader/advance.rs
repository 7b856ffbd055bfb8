//! One step of reading: a piece of text, a tag or a part of it, a comment. Each looks at the window of the
//! source and consumes what it has understood, or asks for more.

use super::{Mode, Place, Reader, Unfinished};
use crate::Error;
use crate::markup::{self, Element, End};
use crate::warning::NoticeKind;
use std::io::Read;

/// The result of a step: reading continues with the window as it is, or needs more.
pub(super) enum Progress {
    Made,
    /// It needs more text, or the end.
    Stuck,
}

/// The longest title of a file that is looked at.
const TITLE: usize = 256;

impl<R: Read> Reader<R> {
    /// Takes a step, which may complete entries.
    pub(super) fn advance(&mut self) -> Result<(), Error> {
        let ended = self.source.ended();
        let progress = match self.mode {
            Mode::Text => self.text()?,
            Mode::Attributes => self.attributes()?,
            Mode::Value { quote, icon } => self.value_rest(quote, icon),
            Mode::Raw(element) => self.raw(element),
        };
        match progress {
            Progress::Made => {}
            Progress::Stuck if !ended => self.fill()?,
            Progress::Stuck if matches!(self.mode, Mode::Attributes | Mode::Value { .. }) => {
                self.cut_tag()?
            }
            Progress::Stuck => self.finish(),
        }
        Ok(())
    }

    fn fill(&mut self) -> Result<(), Error> {
        let is_first = self.source.bytes_read() == 0;
        self.source.fill().inspect_err(|_| self.done = true)?;
        if is_first && markup::first_line_end(self.source.window()) == b"\n\r" {
            // So Delicious, Pinboard and early linkding end lines, whose tags hold no blanks.
            self.tree.separate_tags_by_blanks();
        }
        if let Some(contradiction) = self.source.take_contradiction() {
            let declared = contradiction.declared.to_owned();
            self.tree.notify(contradiction.line, NoticeKind::DeclaredOtherwise, declared);
        }
        Ok(())
    }

    fn finish(&mut self) {
        let inside = match self.mode {
            Mode::Raw(element) => Some((Unfinished::Element(element), String::new())),
            _ => self.cut.take().map(|cut| (Unfinished::Tag, cut)),
        };
        let line = self.source.last_line();
        self.unfinished = self.tree.finish(inside, line);
        self.done = true;
        if self.place == Place::Epilog {
            self.source.consume(self.source.window().len());
            self.epilog = self.source.take_captured();
        }
    }

    /// Before a tag is consumed: ends the prolog or what seemed to be the epilog, if an entry or a list
    /// begins.
    pub(super) fn enter_body(&mut self, element: Element, is_end: bool) {
        if self.place == Place::Body || is_end {
            return;
        }
        let begins = matches!(
            element,
            Element::A
                | Element::Dl
                | Element::Dt
                | Element::Hr
                | Element::Li
                | Element::List
                | Element::Heading(3)
        );
        if begins {
            let captured = self.source.take_captured();
            if self.place == Place::Prolog {
                // So far, only the doctype can have made it one.
                self.prolog = captured.filter(|_| self.is_bookmark_file());
            }
            self.place = Place::Body;
        }
    }

    pub(super) fn complete_tag(&mut self) -> Result<(), Error> {
        let super::Tag { element, is_end, line } = self.tag;
        self.mode = Mode::Text;
        if is_end {
            self.tree.end(element);
            if element == Element::Dl && self.place == Place::Body && self.tree.is_outside_lists() {
                self.place = Place::Epilog;
                self.source.start_capture();
            }
            return Ok(());
        }
        if self.tag.keeps_attributes() {
            self.attributes.seal();
        }
        self.tree.start(element, &mut self.attributes, line).inspect_err(|_| self.done = true)
    }

    /// The content of a raw element, which stands outside of all lists.
    fn raw(&mut self, element: &'static str) -> Progress {
        let window = self.source.window();
        let end = markup::raw_end(window, element);
        let (End::At(length) | End::Beyond(length)) = end;
        if element == "title" {
            let room = TITLE - self.title.len();
            self.title.extend_from_slice(&window[..length.min(room)]);
        }
        let is_ended = matches!(end, End::At(_));
        // An element that does not end would swallow what is written after the prolog.
        if is_ended && window.get(length + 1) != Some(&b'/') {
            self.source.take_captured();
        }
        self.source.consume(length);
        if !is_ended {
            return Progress::Stuck;
        }
        if element == "title" {
            self.tree.title(&self.title);
            self.title.clear();
        }
        self.mode = Mode::Text;
        Progress::Made
    }

    pub(super) fn skip_window(&mut self) -> Progress {
        self.source.consume(self.source.window().len());
        Progress::Stuck
    }
}
