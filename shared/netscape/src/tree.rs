//! What the tags mean: entries, and the lists that make folders of them.
//!
//! An entry is complete only when the next one begins, since a `<DD>` may follow it. So there is one entry that is
//! being read and one that is ready to be given; a tag completes at most one.

use crate::attributes::Buffer;
use crate::entry::{Entry, Kind, Text};
use crate::event::Event;
use crate::key::Key;
use crate::markup::Element;
use crate::{Error, limits};
use std::collections::VecDeque;

#[derive(Default)]
pub(crate) struct Tree {
    /// The two change places often, and each is large.
    pending: Box<Entry>,
    ready: Box<Entry>,
    steps: VecDeque<Step>,
    lists: Vec<List>,
    target: Target,
    /// The text of the last `<h1>`, until an entry begins.
    heading: Text,
    after: After,
    /// The tag begins its line.
    at_margin: bool,
    bookmarks: u32,
    is_bookmark_file: bool,
}

/// An event without its contents, which stand in the ready entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    FolderStart,
    FolderEnd,
    Bookmark,
    Separator,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum List {
    /// The root list, or one that follows no folder's name.
    Plain,
    Folder,
    /// Pocket's `<ul>` under an `<h1>`.
    Section,
}

/// Where text goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Target {
    #[default]
    Nowhere,
    Name,
    Description,
    Heading,
}

/// The tag that an entry directly follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum After {
    #[default]
    Other,
    Term,
    Item,
}

impl Tree {
    pub(crate) fn take_step(&mut self) -> Option<Step> {
        self.steps.pop_front()
    }

    pub(crate) fn event(&self, step: Step) -> Event<'_> {
        match step {
            Step::FolderStart => Event::FolderStart(self.ready.folder()),
            Step::FolderEnd => Event::FolderEnd,
            Step::Bookmark => Event::Bookmark(self.ready.bookmark()),
            Step::Separator => Event::Separator(self.ready.separator()),
        }
    }

    pub(crate) fn is_outside_lists(&self) -> bool {
        self.lists.is_empty()
    }

    pub(crate) fn is_bookmark_file(&self) -> bool {
        self.is_bookmark_file
    }

    pub(crate) fn set_bookmark_file(&mut self) {
        self.is_bookmark_file = true;
    }

    /// Whether text is part of anything here.
    pub(crate) fn wants_text(&self) -> bool {
        self.target != Target::Nowhere
    }

    /// Takes white space that is part of nothing. How it is written tells the layout.
    pub(crate) fn blank(&mut self, blank: &[u8]) {
        let is_line_end = |byte: &u8| matches!(byte, b'\n' | b'\r');
        if let Some(last) = blank.last() {
            self.at_margin = is_line_end(last);
        }
        if self.pending.kind == Kind::Separator && blank.iter().any(is_line_end) {
            self.pending.layout.is_joined = false;
        }
    }

    /// Takes text as it stands in the file.
    pub(crate) fn text(&mut self, raw: &[u8]) {
        match self.target {
            Target::Nowhere => {}
            Target::Name => self.pending.name.push(raw),
            Target::Description => self.pending.description.push(raw),
            Target::Heading => self.heading.push(raw),
        }
    }

    /// Takes a start tag. An entry takes the attributes and leaves another buffer in their place.
    pub(crate) fn start(
        &mut self,
        element: Element,
        attributes: &mut Buffer,
        line: u32,
    ) -> Result<(), Error> {
        let in_description = self.target == Target::Description;
        let at_margin = std::mem::take(&mut self.at_margin);
        match element {
            Element::A if !in_description && self.begins_entry(attributes) => {
                self.is_bookmark_file |= match self.after {
                    After::Term => true,
                    After::Item => attributes.find(Key::TimeAdded).is_some(),
                    After::Other => false,
                };
                self.begin(Kind::Bookmark, attributes, line);
                self.target = Target::Name;
            }
            Element::H3 if !in_description => {
                self.is_bookmark_file |= self.after == After::Term;
                self.begin(Kind::Folder, attributes, line);
                self.target = Target::Name;
            }
            Element::Hr => {
                self.begin(Kind::Separator, attributes, line);
                self.pending.layout.is_joined = true;
            }
            Element::Dt => self.follow(After::Term),
            Element::Li if !in_description => self.follow(After::Item),
            Element::Dd => {
                self.target = Target::Description;
                if std::mem::replace(&mut self.pending.has_description, true) {
                    self.text(b"\n");
                } else {
                    self.pending.layout.description_at_margin = at_margin;
                }
            }
            Element::Dl => return self.open_list(line),
            Element::Ul if !in_description && self.lists.is_empty() && !self.heading.is_blank() => {
                self.open_section(attributes, line);
            }
            Element::H1 if !in_description => {
                self.flush();
                self.heading.clear();
                self.target = Target::Heading;
            }
            Element::Br | Element::P | Element::Li => self.text(b"\n"),
            _ => {}
        }
        Ok(())
    }

    pub(crate) fn end(&mut self, element: Element) {
        self.at_margin = false;
        let ends_name_of = |kind| self.target == Target::Name && self.pending.kind == kind;
        match element {
            Element::A if ends_name_of(Kind::Bookmark) => self.target = Target::Nowhere,
            Element::H3 if ends_name_of(Kind::Folder) => self.target = Target::Nowhere,
            Element::H1 if self.target == Target::Heading => self.target = Target::Nowhere,
            Element::Dd if self.target == Target::Description => self.target = Target::Nowhere,
            Element::Dt => self.target = Target::Nowhere,
            Element::Dl => {
                self.flush();
                if self.lists.last() != Some(&List::Section) {
                    self.close_list();
                }
            }
            Element::Ul if self.lists.last() == Some(&List::Section) => {
                self.flush();
                self.close_list();
            }
            _ => {}
        }
    }

    /// Gives what is pending and ends what is open.
    pub(crate) fn finish(&mut self) {
        self.flush();
        while !self.lists.is_empty() {
            self.close_list();
        }
    }

    /// An `<a>` without HREF is an entry where one is expected or where it looks like one, so that the entry is
    /// given and can be rejected. Else it is an anchor, as in Netscape 1's `<H3><A NAME="x">`.
    fn begins_entry(&self, attributes: &Buffer) -> bool {
        let marks = [Key::Href, Key::FeedUrl, Key::AddDate, Key::TimeAdded];
        self.after == After::Term || marks.into_iter().any(|mark| attributes.find(mark).is_some())
    }

    fn begin(&mut self, kind: Kind, attributes: &mut Buffer, line: u32) {
        self.flush();
        self.heading.clear();
        self.pending.begin(kind, attributes, line);
        self.after = After::Other;
    }

    fn follow(&mut self, after: After) {
        self.flush();
        self.after = after;
    }

    fn open_list(&mut self, line: u32) -> Result<(), Error> {
        if self.lists.len() == limits::DEPTH {
            return Err(Error::TooDeep { line });
        }
        let list = if self.pending.kind == Kind::Folder { List::Folder } else { List::Plain };
        self.flush_before(list);
        Ok(())
    }

    /// There is nothing pending: the heading has flushed it, and no entry came since.
    fn open_section(&mut self, attributes: &mut Buffer, line: u32) {
        attributes.clear();
        self.pending.begin(Kind::Folder, attributes, line);
        std::mem::swap(&mut self.pending.name, &mut self.heading);
        self.heading.clear();
        self.flush_before(List::Section);
    }

    /// Completes the pending entry and opens the list that follows it.
    fn flush_before(&mut self, list: List) {
        self.flush();
        if list != List::Plain {
            // The folder goes on.
            self.steps.pop_back();
        }
        self.lists.push(list);
        self.after = After::Other;
    }

    fn close_list(&mut self) {
        if self.lists.pop().is_some_and(|list| list != List::Plain) {
            self.steps.push_back(Step::FolderEnd);
        }
        self.after = After::Other;
    }

    /// Completes the pending entry. A folder without a list of its own ends at once.
    fn flush(&mut self) {
        self.target = Target::Nowhere;
        match self.pending.kind {
            Kind::None => return,
            Kind::Bookmark => {
                self.bookmarks = self.bookmarks.saturating_add(1);
                self.steps.push_back(Step::Bookmark);
            }
            Kind::Folder => {
                self.steps.push_back(Step::FolderStart);
                self.steps.push_back(Step::FolderEnd);
            }
            Kind::Separator => self.steps.push_back(Step::Separator),
        }
        self.pending.finish(self.bookmarks);
        std::mem::swap(&mut self.pending, &mut self.ready);
        self.pending.kind = Kind::None;
    }
}
