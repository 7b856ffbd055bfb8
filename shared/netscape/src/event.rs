use crate::attributes::Buffer;
use crate::date::Timestamp;
use crate::warning::Warnings;
use std::fmt;
use std::ops::Range;

/// What a file holds, in file order.
#[derive(Debug)]
pub enum Event<'a> {
    /// A folder begins; what follows is in it until its end.
    FolderStart(Folder<'a>),
    /// The innermost open folder ends. Each folder that starts also ends, if need be at the end of the file.
    FolderEnd,
    /// A bookmark.
    Bookmark(Bookmark<'a>),
    /// A line between bookmarks.
    Separator(Separator<'a>),
}

/// A bookmark. Its texts are decoded and hold no U+0000.
#[derive(Debug)]
pub struct Bookmark<'a> {
    /// The address as written, without white space around it; not checked. `None` if there is no `HREF` at all.
    pub url: Option<&'a str>,
    /// The title on one line, without white space around it. May be empty.
    pub title: &'a str,
    /// When it was added (`ADD_DATE`, Pocket's `TIME_ADDED`).
    pub added: Option<Timestamp>,
    /// When it was last changed (`LAST_MODIFIED`).
    pub modified: Option<Timestamp>,
    /// When it was last opened (`LAST_VISIT`).
    pub visited: Option<Timestamp>,
    /// Its tags.
    pub tags: Tags<'a>,
    /// The text of the `<DD>` that follows it (Scuttle: the `DESCRIPTION` attribute), with its line breaks as LF.
    /// Empty if the `<DD>` is.
    pub description: Option<&'a str>,
    /// The attributes that no other field stands for. A date that is zero or unreadable is among them; the icon
    /// (`ICON`) is not, but its address (`ICON_URI`) is.
    pub attributes: Attributes<'a>,
    /// The bytes of the source that hold the value of `ICON`. `None` also where the source is not in UTF-8.
    pub icon: Option<Range<u64>>,
    /// Which bookmark of the file it is, counted from 1.
    pub position: u32,
    /// The line its `<A>` stands on, counted from 1.
    pub line: u32,
    /// What could not be taken as written.
    pub warnings: Warnings<'a>,
}

/// A folder. Its texts are decoded and hold no U+0000.
#[derive(Debug)]
pub struct Folder<'a> {
    /// The name on one line, without white space around it. May be empty.
    pub name: &'a str,
    /// When it was added (`ADD_DATE`).
    pub added: Option<Timestamp>,
    /// When it was last changed (`LAST_MODIFIED`).
    pub modified: Option<Timestamp>,
    /// The text of the `<DD>` that follows its name, with its line breaks as LF. Empty if the `<DD>`
    /// is.
    pub description: Option<&'a str>,
    /// The attributes that no other field stands for, such as `personal_toolbar_folder`.
    pub attributes: Attributes<'a>,
    /// The line its `<H3>` stands on, counted from 1.
    pub line: u32,
    /// What could not be taken as written.
    pub warnings: Warnings<'a>,
}

/// A separator.
#[derive(Debug)]
pub struct Separator<'a> {
    /// Its attributes; Firefox wrote a `NAME` here.
    pub attributes: Attributes<'a>,
    /// The line its `<HR>` stands on, counted from 1.
    pub line: u32,
}

/// The tags of a bookmark: trimmed, none empty, none twice, in file order.
#[derive(Clone, Copy)]
pub struct Tags<'a> {
    pub(crate) text: &'a str,
    pub(crate) ranges: &'a [Range<usize>],
}

impl<'a> Tags<'a> {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.ranges.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// The tags.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &'a str> + Clone + use<'a> {
        let text = self.text;
        self.ranges.iter().map(move |range| &text[range.clone()])
    }
}

impl fmt::Debug for Tags<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// Attributes: names in lower case and values, in file order. An attribute written without a value, such as
/// `FOLDED`, has an empty one.
#[derive(Clone, Copy)]
pub struct Attributes<'a>(pub(crate) &'a Buffer);

impl<'a> Attributes<'a> {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// The names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, &'a str)> + Clone + use<'a> {
        self.0.others()
    }

    /// The value of the attribute of this name, which is in lower case.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        self.iter().find(|(other, _)| *other == name).map(|(_, value)| value)
    }
}

impl fmt::Debug for Attributes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}
