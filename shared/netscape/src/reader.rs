mod advance;

use crate::Error;
use crate::attributes::Buffer;
use crate::event::Event;
use crate::markup::{Element, Quote};
use crate::source::Source;
use crate::tree::Tree;
use std::io::Read;

/// Reads a bookmark file from any source of bytes, in one pass.
///
/// It never fails on bad markup and never panics; what it cannot take as written, an entry's
/// [warnings](crate::Bookmark::warnings) tell. Memory is bounded by the [limits](crate::limits), not by the file. There is no need
/// for a buffered source.
pub struct Reader<R: Read> {
    source: Source<R>,
    mode: Mode,
    /// The tag that is being read.
    tag: Tag,
    attributes: Buffer,
    tree: Tree,
    keeps_icons: bool,
    done: bool,
    unfinished: Option<Unfinished>,
    prolog: Option<String>,
    epilog: Option<String>,
    place: Place,
}

/// Which part of the file the window starts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Prolog,
    Body,
    /// After the end of a list that is in no other. It may be that the body goes on.
    Epilog,
}

/// What the file ended inside of. Such a file has probably been cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unfinished {
    /// A tag; if it was a bookmark's, that bookmark is lost.
    Tag,
    /// A comment, or other markup that is no tag.
    Comment,
    /// An element such as `script`, whose content is no markup.
    Element(&'static str),
}

struct Tag {
    element: Element,
    is_end: bool,
    line: u32,
}

impl Tag {
    fn keeps_attributes(&self) -> bool {
        !self.is_end && matches!(self.element, Element::A | Element::H3 | Element::Hr)
    }
}

/// What the window starts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Text,
    /// The rest of a long tag name.
    TagName,
    /// A tag, between its attributes.
    Attributes,
    /// The rest of an attribute's value that is not kept; for an icon, where the value began in the source.
    Value {
        quote: Quote,
        icon: Option<u64>,
    },
    /// A comment; true right after its `<!--`.
    Comment(bool),
    /// Markup that ends at the next `>`.
    Bogus,
    /// The content of a raw element.
    Raw(&'static str),
}

impl<R: Read> Reader<R> {
    /// A reader of `source`, from which nothing is read yet.
    pub fn new(source: R) -> Self {
        let mut source = Source::new(source);
        source.start_capture();
        Self {
            source,
            mode: Mode::Text,
            tag: Tag { element: Element::Other, is_end: false, line: 0 },
            attributes: Buffer::default(),
            tree: Tree::default(),
            keeps_icons: false,
            done: false,
            unfinished: None,
            prolog: None,
            epilog: None,
            place: Place::Prolog,
        }
    }

    /// Makes icons attributes like any other (`icon`), instead of skipping them. That takes longer and is for those who
    /// want to write the file again.
    #[must_use]
    pub fn keep_icons(mut self) -> Self {
        self.keeps_icons = true;
        self
    }

    /// The next event, or `None` at the end of the file. It borrows the reader's buffers until the next call.
    ///
    /// # Errors
    ///
    /// What the source fails with, and [`Error::TooDeep`]. After either there are no more events.
    pub fn next_event(&mut self) -> Result<Option<Event<'_>>, Error> {
        let step = loop {
            if let Some(step) = self.tree.take_step() {
                break step;
            }
            if self.done {
                return Ok(None);
            }
            self.advance()?;
        };
        Ok(Some(self.tree.event(step)))
    }

    /// How many bytes have been taken from the source, which is up to a buffer's length ahead of the events.
    pub fn bytes_read(&self) -> u64 {
        self.source.bytes_read()
    }

    /// Whether what has been read so far is a bookmark file: it has the doctype `NETSCAPE-Bookmark-file-1`, a `<DT>`
    /// with a bookmark or folder, or an item of a Pocket list. An ordinary page with links is none, though its links
    /// are given as bookmarks.
    pub fn is_bookmark_file(&self) -> bool {
        self.tree.is_bookmark_file()
    }

    /// The text before the first list or entry: doctype, comment, encoding and headings. Reads as far as that, and can
    /// be asked before the first event. `None` if it lacks the doctype, is unusually long, or not in UTF-8.
    ///
    /// # Errors
    ///
    /// As for [`next_event`](Self::next_event).
    pub fn prolog(&mut self) -> Result<Option<&str>, Error> {
        while self.place == Place::Prolog && !self.done {
            self.advance()?;
        }
        Ok(self.prolog.as_deref())
    }

    /// At the end of the file: the text after the end tag of the root list, if there was one. `None` as for the
    /// [prolog](Self::prolog).
    pub fn epilog(&self) -> Option<&str> {
        self.epilog.as_deref()
    }

    /// At the end of the file: whether it ended amid something.
    pub fn unfinished(&self) -> Option<Unfinished> {
        self.unfinished
    }
}
