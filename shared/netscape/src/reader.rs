mod advance;
mod tag;
mod text;

use crate::Error;
use crate::attributes::Buffer;
use crate::event::Event;
use crate::markup::{Element, Quote};
use crate::source::Source;
use crate::tree::Tree;
use std::fmt;
use std::io::Read;

/// Reads a bookmark file from any source of bytes, in one pass.
///
/// It never fails on bad markup and never panics. What it does not keep, it warns of: an entry has
/// [warnings](crate::Bookmark::warnings), and what belongs to no entry comes as [`Event::Warning`]. Markup is
/// not text: comments and text outside of all lists, the tags of formatting (`<b>`, `<br>`) and the
/// attributes that only say how something looks go without a word. Memory is bounded by the
/// [limits](crate::limits), not by the file. There is no need for a buffered source.
///
/// In titles and descriptions only what is known to be markup is taken for it: `<rubyXML/>`, `Vec<T>` and
/// `<script>` are text there, and so is a `<DL>` that more text follows.
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
    /// The part of a tag at the end of the file that is in no entry.
    cut: Option<String>,
    /// The value of a tag whose end was looked for in vain is not looked for again.
    cannot_mend: bool,
    /// No comment ends before this position.
    no_comment_before: u64,
    /// A name goes on until this position.
    name_until: u64,
    /// The content of `<title>`.
    title: Vec<u8>,
    prolog: Option<String>,
    epilog: Option<String>,
    place: Place,
}

/// The part of the file in which the window starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Prolog,
    Body,
    /// After the end of a list that is in no other. It may be that the body goes on.
    Epilog,
}

/// The construct in which the file ended. Such a file has probably been cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unfinished {
    /// A tag.
    Tag,
    /// An element such as `script`, whose content is no markup.
    Element(&'static str),
    /// A title or a folder's name.
    Title,
    /// So many lists.
    Lists(usize),
}

impl fmt::Display for Unfinished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tag => f.write_str("within a tag"),
            Self::Element(name) => write!(f, "within <{name}>"),
            Self::Title => f.write_str("within a title"),
            Self::Lists(1) => f.write_str("within a list"),
            Self::Lists(count) => write!(f, "within {count} lists"),
        }
    }
}

struct Tag {
    element: Element,
    is_end: bool,
    line: u32,
}

impl Tag {
    fn keeps_attributes(&self) -> bool {
        !self.is_end && matches!(self.element, Element::A | Element::Heading(_) | Element::Hr)
    }
}

/// The construct in which the window starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Text,
    /// A tag whose attributes are kept, between them.
    Attributes,
    /// The rest of an attribute's value that is not kept; for an icon, where the value began in the source.
    Value {
        quote: Quote,
        icon: Option<u64>,
    },
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
            cut: None,
            cannot_mend: false,
            no_comment_before: 0,
            name_until: 0,
            title: Vec::new(),
            prolog: None,
            epilog: None,
            place: Place::Prolog,
        }
    }

    /// Makes icons attributes like any other (`icon`), instead of skipping them. That takes longer and is for
    /// those who want to write the file again.
    #[must_use]
    pub fn keep_icons(mut self) -> Self {
        self.keeps_icons = true;
        self
    }

    /// The next event, or `None` at the end of the file. It borrows the reader's buffers until the next call.
    ///
    /// # Errors
    ///
    /// Fails with the source's errors, and [`Error::TooDeep`]. After either there are no more events.
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

    /// Returns the number of bytes taken from the source, which is up to a buffer's length ahead of the
    /// events.
    pub fn bytes_read(&self) -> u64 {
        self.source.bytes_read()
    }

    /// Returns whether the part that has been read is a bookmark file: it has the doctype
    /// `NETSCAPE-Bookmark-file-1`, a `<DT>` with a bookmark or folder, an item of a Pocket list, the title of
    /// an Instapaper or Pocket export, or the title "Bookmarks" and an item that is a link. At the end of the
    /// file also: it has nothing but lists of links, in two sections or nested. An ordinary page with links
    /// is none, though its links are given as bookmarks.
    pub fn is_bookmark_file(&self) -> bool {
        self.tree.is_bookmark_file()
    }

    /// The text before the first list or entry: doctype, comment, encoding and headings. Reads as far as
    /// that, and can be asked before the first event. `None` if it lacks the doctype, is unusually long, or
    /// not in UTF-8.
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

    /// At the end of the file: the text after the end tag of the root list, if there was one. `None` as for
    /// the [prolog](Self::prolog).
    pub fn epilog(&self) -> Option<&str> {
        self.epilog.as_deref()
    }

    /// At the end of the file: whether it ended amid something.
    pub fn unfinished(&self) -> Option<Unfinished> {
        self.unfinished
    }
}
