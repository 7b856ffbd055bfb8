use crate::attributes::Buffer;
use crate::date::Timestamp;
use crate::warning::{FileWarning, Warnings};
use std::fmt;
use std::ops::Range;

/// A piece of a file, in file order.
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
    /// A warning that belongs to no entry.
    Warning(FileWarning<'a>),
}

/// A bookmark. Its texts are decoded and hold no U+0000.
#[derive(Debug, Default)]
pub struct Bookmark<'a> {
    /// The address as written, without white space around it; not checked. `None` if there is no `HREF` at
    /// all.
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
    /// The text of the `<DD>` that follows it (Scuttle: the `DESCRIPTION` attribute), with its line breaks as
    /// LF. Empty if the `<DD>` is. A link in it is its text and its address, `the paper
    /// (https://example.com/paper.pdf)`.
    pub description: Option<&'a str>,
    /// The attributes that no other field stands for. A date that is zero or unreadable is among them; the
    /// icon (`ICON`) is not, but its address (`ICON_URI`) is.
    pub attributes: Attributes<'a>,
    /// The bytes of the source that hold the value of `ICON`. `None` also where the source is not in UTF-8.
    pub icon: Option<Range<u64>>,
    /// Number of the bookmark in the file, counted from 1.
    pub position: u32,
    /// The line its `<A>` stands on, counted from 1.
    pub line: u32,
    /// Warnings about values that could not be taken as written.
    pub warnings: Warnings<'a>,
    /// Its layout in the file.
    pub layout: Layout,
}

/// A folder. Its texts are decoded and hold no U+0000.
#[derive(Debug, Default)]
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
    /// The line its `<H3>` stands on (of an item of a list that holds a list: where that begins), counted
    /// from 1.
    pub line: u32,
    /// True if the folder begins here. A bookmarks file has each folder once, so a [`Reader`](crate::Reader)
    /// yields no other.
    pub occurrence: Occurrence,
    /// Warnings about values that could not be taken as written.
    pub warnings: Warnings<'a>,
    /// Its layout in the file.
    pub layout: Layout,
}

/// A file that names the folder of each bookmark, such as a table, meets a folder again and again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Occurrence {
    /// The folder begins.
    #[default]
    First,
    /// It began earlier and ended; what follows is in it as well. Only the name says which folder it is.
    Again {
        /// The number of folders of this name that began in the same parent before it.
        namesakes: u32,
    },
}

/// A separator.
#[derive(Debug, Default)]
pub struct Separator<'a> {
    /// Its attributes; Firefox wrote a `NAME` here.
    pub attributes: Attributes<'a>,
    /// The line its `<HR>` stands on, counted from 1.
    pub line: u32,
    /// Warnings about values that could not be taken as written.
    pub warnings: Warnings<'a>,
    /// Its layout in the file.
    pub layout: Layout,
}

/// The layout of an entry in a file. It carries no meaning; a [`Writer`](crate::Writer) follows it, so that
/// it can write the same bytes that were read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// The `<DD>` begins its line, as Netscape and Mozilla write it; Firefox indents it.
    pub(crate) description_at_margin: bool,
    /// The next entry stands on the same line, as Firefox writes it after an `<HR>`.
    pub(crate) is_joined: bool,
    /// Spaces before and after the name or title: browsers write what the user has typed.
    pub(crate) around_name: [u8; 2],
    /// Spaces before the description.
    pub(crate) before_description: u8,
}

/// The tags of a bookmark. From a file they come trimmed, none empty, none twice, in file order.
#[derive(Clone, Copy)]
pub struct Tags<'a>(TagsFrom<'a>);

#[derive(Clone, Copy)]
enum TagsFrom<'a> {
    Slice(&'a [&'a str]),
    Owned(&'a [String]),
    Attribute { value: &'a str, ranges: &'a [Range<usize>] },
}

impl<'a> Tags<'a> {
    pub(crate) fn from_attribute(value: &'a str, ranges: &'a [Range<usize>]) -> Self {
        Self(TagsFrom::Attribute { value, ranges })
    }

    /// Returns the number of tags.
    pub fn len(&self) -> usize {
        match self.0 {
            TagsFrom::Slice(tags) => tags.len(),
            TagsFrom::Owned(tags) => tags.len(),
            TagsFrom::Attribute { ranges, .. } => ranges.len(),
        }
    }

    /// Returns whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The tags.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &'a str> + Clone + use<'a> {
        let tags = self.0;
        (0..self.len()).map(move |index| match tags {
            TagsFrom::Slice(tags) => tags[index],
            TagsFrom::Owned(tags) => &tags[index],
            TagsFrom::Attribute { value, ranges } => &value[ranges[index].clone()],
        })
    }
}

impl<'a> From<&'a [&'a str]> for Tags<'a> {
    fn from(tags: &'a [&'a str]) -> Self {
        Self(TagsFrom::Slice(tags))
    }
}

impl<'a> From<&'a [String]> for Tags<'a> {
    fn from(tags: &'a [String]) -> Self {
        Self(TagsFrom::Owned(tags))
    }
}

impl Default for Tags<'_> {
    fn default() -> Self {
        Self(TagsFrom::Slice(&[]))
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
pub struct Attributes<'a>(AttributesFrom<'a>);

#[derive(Clone, Copy)]
enum AttributesFrom<'a> {
    Slice(&'a [(&'a str, &'a str)]),
    Owned(&'a [(String, String)]),
    Tag(&'a Buffer),
}

impl<'a> Attributes<'a> {
    pub(crate) fn from_tag(buffer: &'a Buffer) -> Self {
        Self(AttributesFrom::Tag(buffer))
    }

    /// Returns whether there is none.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// The names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, &'a str)> + Clone + use<'a> {
        let attributes = self.0;
        let most = match attributes {
            AttributesFrom::Slice(attributes) => attributes.len(),
            AttributesFrom::Owned(attributes) => attributes.len(),
            AttributesFrom::Tag(buffer) => buffer.len(),
        };
        (0..most).filter_map(move |index| match attributes {
            AttributesFrom::Slice(attributes) => attributes.get(index).copied(),
            AttributesFrom::Owned(attributes) => {
                attributes.get(index).map(|(name, value)| (name.as_str(), value.as_str()))
            }
            AttributesFrom::Tag(buffer) => buffer.other(index),
        })
    }

    /// The value of the attribute of this name, which is in lower case.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        self.iter().find(|(other, _)| *other == name).map(|(_, value)| value)
    }
}

impl<'a> From<&'a [(&'a str, &'a str)]> for Attributes<'a> {
    fn from(attributes: &'a [(&'a str, &'a str)]) -> Self {
        Self(AttributesFrom::Slice(attributes))
    }
}

impl<'a> From<&'a [(String, String)]> for Attributes<'a> {
    fn from(attributes: &'a [(String, String)]) -> Self {
        Self(AttributesFrom::Owned(attributes))
    }
}

impl Default for Attributes<'_> {
    fn default() -> Self {
        Self(AttributesFrom::Slice(&[]))
    }
}

impl fmt::Debug for Attributes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}
