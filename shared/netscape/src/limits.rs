//! Limits that bound the memory of a [`Reader`](crate::Reader). Real files stay far below each of these:
//! Firefox itself takes at most 65,536 bytes of a URL and 4,096 of a title.

/// The longest title, URL, description or attribute value kept, in bytes as they stand in the file. What is
/// longer is cut, and the entry says so with [`Warning::Cut`](crate::Warning::Cut).
pub const FIELD_BYTES: usize = 1 << 20;

/// The most that the attributes of one entry may hold together, in such bytes. Values beyond it are cut.
pub const ATTRIBUTES_BYTES: usize = 4 << 20;

/// The most attributes kept of one entry. More are dropped with
/// [`Warning::AttributesDropped`](crate::Warning::AttributesDropped).
pub const ATTRIBUTES: usize = 128;

/// The deepest nesting of lists. A file that goes deeper is refused with
/// [`Error::TooDeep`](crate::Error::TooDeep).
pub const DEPTH: usize = 65_536;

/// The longest name of an attribute. One with a longer name is lost with
/// [`Warning::AttributesLost`](crate::Warning::AttributesLost).
pub const NAME_BYTES: usize = 256;

/// Maximum length of the quotation in a warning about lost text, in characters.
pub const QUOTED_CHARACTERS: usize = 200;

/// The most warnings of text between entries that one file gives. More are counted by
/// [`Warning::MoreTextLost`](crate::Warning::MoreTextLost).
pub const LOST_TEXTS: usize = 1_000;

/// Distance in which the `TAGS` of a file are looked at to learn whether blanks separate them, in bytes.
pub const TAGS_AHEAD: usize = 64 << 10;

/// Distance in which the end of a comment is looked for. The `<!--` of a longer one is text.
pub const COMMENT_BYTES: usize = 1 << 20;

/// Distance in which the end of a title, or of a comment in a text, is looked for, to tell the tags that are
/// written in it from those that follow it.
pub const TITLE_AHEAD: usize = 4 << 10;

/// Distance in which the true end of a value is looked for whose quotation marks are not escaped.
pub const VALUE_AHEAD: usize = 64 << 10;
