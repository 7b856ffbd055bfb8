//! Turns tags into entries, and into the lists that make folders of them.
//!
//! An entry is complete only when the next one begins, since a `<DD>` may follow it. So there is one entry
//! that is being read and one that is ready to be given; a tag completes at most one.

mod link;
mod list_page;
mod lists;
mod lost;
mod state;

use crate::attributes::Buffer;
use crate::entry::{Entry, Kind, Text};
use crate::event::Event;
use crate::key::Key;
use crate::markup::Element;
use crate::warning::{Notice, NoticeKind};
use crate::{Error, Unfinished, tags};
use link::Link;
use list_page::ListPage;
use lost::Lost;
use state::{After, List, Separators, Target};
use std::collections::VecDeque;

pub(crate) use state::{Place, Step};

#[derive(Default)]
pub(crate) struct Tree {
    /// The two change places often, and each is large.
    pending: Box<Entry>,
    ready: Box<Entry>,
    steps: VecDeque<Step>,
    lists: Vec<List>,
    /// Number of the lists that are `<dl>`.
    definition_lists: usize,
    target: Target,
    /// The text of the last `<h1>` or so, or of the last `<li>`, until an entry or a list begins.
    heading: Text,
    heading_line: u32,
    /// The link of a description that is open.
    link: Option<Link>,
    /// Number of open lists that are part of a description.
    lists_in_text: u32,
    after: After,
    /// The tag begins its line.
    at_margin: bool,
    bookmarks: u32,
    is_bookmark_file: bool,
    list_page: ListPage,
    lost: Lost,
    /// Warnings of the file whose steps are to come.
    notices: VecDeque<Notice>,
    /// The one whose step has been taken.
    notice: Option<Notice>,
    separators: Separators,
}

impl Tree {
    pub(crate) fn take_step(&mut self) -> Option<Step> {
        let step = self.steps.pop_front()?;
        if step == Step::Warning {
            self.notice = self.notices.pop_front();
        }
        Some(step)
    }

    pub(crate) fn event(&self, step: Step) -> Event<'_> {
        match (step, &self.notice) {
            (Step::FolderStart, _) => Event::FolderStart(self.ready.folder()),
            (Step::Bookmark, _) => Event::Bookmark(self.ready.bookmark()),
            (Step::Separator, _) => Event::Separator(self.ready.separator()),
            (Step::Warning, Some(notice)) => Event::Warning(notice.warning()),
            (Step::FolderEnd | Step::Warning, _) => Event::FolderEnd,
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

    /// Takes the title of the file.
    pub(crate) fn title(&mut self, title: &[u8]) {
        self.list_page.title(title);
        self.is_bookmark_file |= self.list_page.is_export();
        if title.trim_ascii().eq_ignore_ascii_case(b"pinboard bookmarks") {
            self.separate_tags_by_blanks();
        }
    }

    /// Says that this file's exporter knows no tags with blanks in them.
    pub(crate) fn separate_tags_by_blanks(&mut self) {
        if self.separators == Separators::Unknown {
            self.separators = Separators::Blanks;
        }
    }

    /// Returns whether it has to be decided now what separates tags.
    pub(crate) fn asks_for_separators(&self, attributes: &Buffer) -> bool {
        self.separators == Separators::Unknown && attributes.ambiguous_tags().is_some()
    }

    /// Decides it by the text that follows.
    pub(crate) fn learn_separators(&mut self, attributes: &Buffer, ahead: &[u8]) {
        let Some(value) = attributes.ambiguous_tags() else { return };
        self.separators = match tags::blanks_separate(value, ahead) {
            true => Separators::Blanks,
            false => Separators::Commas,
        };
    }

    pub(crate) fn place(&self) -> Place {
        match self.target {
            Target::Name => Place::Name { is_folder: self.pending.kind == Kind::Folder },
            Target::Description => Place::Description,
            Target::Heading | Target::Item => Place::Heading,
            Target::Nowhere if self.is_amid_entries() => Place::Between,
            Target::Nowhere => Place::Outside,
        }
    }

    fn is_amid_entries(&self) -> bool {
        !self.lists.is_empty() || self.pending.kind != Kind::None || self.after != After::Other
    }

    /// Returns whether text is a part of something.
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

    /// Takes text as it stands in the file. `line` is only needed between entries.
    pub(crate) fn text(&mut self, raw: &[u8], line: u32) {
        match self.target {
            Target::Nowhere if self.is_amid_entries() => self.lost.push(raw, line),
            Target::Nowhere => self.list_page.text(raw),
            Target::Name => self.pending.name.push(raw),
            Target::Description => self.pending.description.push(raw),
            Target::Heading | Target::Item => self.heading.push(raw),
        }
    }

    /// Takes an image in a text: what is said of it and where it is, as values stand in a file.
    pub(crate) fn image(&mut self, alternative: &[u8], address: &[u8]) {
        let text = match self.target {
            Target::Nowhere => return,
            Target::Name => &mut self.pending.name,
            Target::Description => &mut self.pending.description,
            Target::Heading | Target::Item => &mut self.heading,
        };
        link::push_image(text, alternative, address);
    }

    /// Takes the start of a link in a description. The address is as values stand in a file.
    pub(crate) fn link(&mut self, address: &[u8]) {
        self.end_link();
        self.link = Link::begin(address, self.pending.description.len());
    }

    fn end_link(&mut self) {
        if let Some(link) = self.link.take() {
            link.end(&mut self.pending.description);
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
                self.note_link(attributes);
                self.begin(Kind::Bookmark, attributes, line);
                self.target = Target::Name;
            }
            Element::Heading(level) if !in_description => {
                self.is_bookmark_file |= self.after == After::Term;
                if level == 3 || self.after != After::Other || !self.lists.is_empty() {
                    self.begin(Kind::Folder, attributes, line);
                    self.target = Target::Name;
                } else {
                    self.flush();
                    self.open_heading(Target::Heading, line);
                }
            }
            Element::Hr => {
                self.begin(Kind::Separator, attributes, line);
                self.pending.layout.is_joined = true;
            }
            Element::Dt => self.follow(After::Term),
            Element::Li if !self.is_list_text() => {
                self.follow(After::Item);
                self.open_heading(Target::Item, line);
            }
            Element::Dd if matches!(self.pending.kind, Kind::Bookmark | Kind::Folder) => {
                self.end_link();
                self.target = Target::Description;
                if std::mem::replace(&mut self.pending.has_description, true) {
                    self.text(b"\n", line);
                } else {
                    self.pending.layout.description_at_margin = at_margin;
                }
            }
            Element::Dl => {
                let is_folder = self.pending.kind == Kind::Folder;
                return self.open_list(if is_folder { List::Folder } else { List::Plain }, line);
            }
            Element::List if in_description => {
                self.lists_in_text = self.lists_in_text.saturating_add(1);
                self.text(b"\n", line);
            }
            Element::List => return self.open_items(attributes, line),
            Element::Li | Element::Dd | Element::Block | Element::Heading(_) if self.wants_text() => {
                self.text(b"\n", line);
            }
            _ => {}
        }
        Ok(())
    }

    pub(crate) fn end(&mut self, element: Element) {
        self.at_margin = false;
        let ends_name_of = |kind| self.target == Target::Name && self.pending.kind == kind;
        match element {
            Element::A if ends_name_of(Kind::Bookmark) => self.target = Target::Nowhere,
            Element::A if self.target == Target::Description => self.end_link(),
            Element::Heading(_) if ends_name_of(Kind::Folder) => self.target = Target::Nowhere,
            Element::Heading(_) if self.target == Target::Heading => self.target = Target::Nowhere,
            Element::Dd if self.target == Target::Description => {
                self.end_link();
                self.target = Target::Nowhere;
            }
            Element::Dt if matches!(self.target, Target::Name | Target::Description) => {
                self.end_link();
                self.target = Target::Nowhere;
            }
            Element::Dl => {
                self.flush();
                self.close_definition_list();
            }
            Element::List if self.target == Target::Description && self.lists_in_text > 0 => {
                self.lists_in_text -= 1;
            }
            Element::List if self.lists.last().is_some_and(|list| !list.is_definition()) => {
                self.flush();
                self.close_list();
            }
            _ => {}
        }
    }

    /// Gives what is pending and ends what is open. `inside`: the part of the file that the end cuts, if it
    /// does, and the part of it that is in no entry.
    pub(crate) fn finish(&mut self, inside: Option<(Unfinished, String)>, line: u32) -> Option<Unfinished> {
        let is_name_open = self.target == Target::Name;
        self.flush();
        let inside = inside.or_else(|| {
            let by_lists = (!self.lists.is_empty()).then_some(Unfinished::Lists(self.lists.len()));
            let open = if is_name_open { Some(Unfinished::Title) } else { by_lists };
            open.map(|open| (open, String::new()))
        });
        while !self.lists.is_empty() {
            self.close_list();
        }
        self.is_bookmark_file |= self.list_page.is_one();
        if let Some(count) = self.lost.count_of_more() {
            self.notify(line, NoticeKind::MoreTextLost(count), String::new());
        }
        let (inside, text) = inside?;
        self.notify(line, NoticeKind::EndsEarly(inside), text);
        Some(inside)
    }

    /// Adds a warning of the file.
    pub(crate) fn notify(&mut self, line: u32, kind: NoticeKind, text: String) {
        self.notices.push_back(Notice { line, kind, text });
        self.steps.push_back(Step::Warning);
    }

    /// An `<a>` without HREF is an entry where one is expected or where it looks like one, so that the entry
    /// is given and can be rejected. Else it is an anchor, as in Netscape 1's `<H3><A NAME="x">`.
    fn begins_entry(&self, attributes: &Buffer) -> bool {
        let marks = [Key::Href, Key::FeedUrl, Key::AddDate, Key::TimeAdded];
        self.after == After::Term || marks.into_iter().any(|mark| attributes.find(mark).is_some())
    }

    /// Learns from an entry's link what file this is.
    fn note_link(&mut self, attributes: &Buffer) {
        match self.after {
            After::Term => self.is_bookmark_file = true,
            After::Item => {
                self.is_bookmark_file |= attributes.find(Key::TimeAdded).is_some();
                let address = attributes.find(Key::Href).map(|index| attributes.value(index));
                self.list_page.item(address.unwrap_or_default(), self.heading.is_blank());
                self.is_bookmark_file |= self.list_page.is_titled();
            }
            After::Other => self.list_page.other_link(),
        }
    }

    /// Returns whether a list item is a part of a description and ends no entry.
    fn is_list_text(&self) -> bool {
        let in_items = self.lists.last().is_some_and(|list| !list.is_definition());
        self.target == Target::Description && (self.lists_in_text > 0 || !in_items)
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

    fn open_heading(&mut self, target: Target, line: u32) {
        self.heading.clear();
        self.heading_line = line;
        self.target = target;
    }
}
