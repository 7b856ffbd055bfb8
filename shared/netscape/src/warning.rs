use crate::attributes::Buffer;
use crate::text::{self, Context};
use crate::{Unfinished, limits};
use std::fmt;

/// Something about an entry or the file that could not be taken as written. An entry itself is still given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning<'a> {
    /// A date in no known form; the entry has none for it, and the attribute stays among the entry's
    /// attributes.
    UnreadableDate {
        /// The attribute, in lower case.
        attribute: &'a str,
        /// Its value.
        value: &'a str,
    },
    /// A field was longer than the [limits](crate::limits) and lost its end.
    Cut {
        /// `title`, `description`, or the attribute's name in lower case.
        field: &'a str,
    },
    /// A field holds U+FFFD: a NUL, or bytes that mean nothing in the file's encoding.
    Replaced {
        /// `title`, `description`, or the attribute's name in lower case.
        field: &'a str,
    },
    /// There were more attributes than [`limits::ATTRIBUTES`](crate::limits::ATTRIBUTES).
    AttributesDropped,
    /// Quotation marks in a value are not escaped. The value is kept up to what seems to be its end.
    Unescaped {
        /// The attribute, in lower case.
        attribute: &'a str,
    },
    /// A part of the tag is in no attribute: it repeats one, or has a name that can be none, which comes of
    /// quotation marks that are not escaped.
    AttributesLost {
        /// The lost text, up to [`limits::QUOTED_CHARACTERS`](crate::limits::QUOTED_CHARACTERS).
        text: &'a str,
    },
    /// The file ends within the entry's tag. The attributes before that are kept.
    TagCut {
        /// The attribute in which it ends, if it does.
        text: &'a str,
    },
    /// Of the file: text or a comment between entries that belongs to none.
    TextLost {
        /// Its start, up to [`limits::QUOTED_CHARACTERS`](crate::limits::QUOTED_CHARACTERS).
        text: &'a str,
    },
    /// Of the file: such text was found more often than [`limits::LOST_TEXTS`](crate::limits::LOST_TEXTS)
    /// times.
    MoreTextLost {
        /// Number of further losses.
        count: u64,
    },
    /// Of the file: it ends early and probably has been cut off.
    EndsEarly {
        /// The construct in which it ends.
        inside: Unfinished,
        /// The part of a tag that is in no entry.
        text: &'a str,
    },
    /// Of the file: it declares another encoding, but is in UTF-8 and has been read so.
    DeclaredOtherwise {
        /// The name of the declared encoding.
        charset: &'a str,
    },
    /// Of a reader of another format.
    Other {
        /// The warning in its own words.
        text: &'a str,
    },
}

/// A warning of the file and not of one entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileWarning<'a> {
    /// The line it is about, counted from 1.
    pub line: u32,
    /// The warning.
    pub warning: Warning<'a>,
}

impl fmt::Display for Warning<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnreadableDate { attribute, value } => {
                let shown: String = value.chars().take(40).collect();
                let more = if shown.len() < value.len() { "…" } else { "" };
                write!(f, "{attribute} holds no date: {shown:?}{more}")
            }
            Self::Cut { field } => write!(f, "{field} was too long and has been cut"),
            Self::Replaced { field } => write!(f, "{field} held unreadable characters, now U+FFFD"),
            Self::AttributesDropped => f.write_str("there were too many attributes, the last are dropped"),
            Self::Unescaped { attribute } => {
                write!(f, "{attribute} holds quotation marks that are not escaped")
            }
            Self::AttributesLost { text } => {
                write!(f, "these attributes are garbled or repeated and lost: {text}")
            }
            Self::TagCut { text: "" } => f.write_str("the file ends within the tag"),
            Self::TagCut { text } => write!(f, "the file ends within the tag, in {text}"),
            Self::TextLost { text } => write!(f, "this text belongs to no entry and is lost: {text}"),
            Self::MoreTextLost { count } => {
                write!(f, "{count} more texts that belong to no entry are lost")
            }
            Self::EndsEarly { inside, text: "" } => write!(f, "the file ends early, {inside}"),
            Self::EndsEarly { inside, text } => write!(f, "the file ends early, {inside}: {text}"),
            Self::DeclaredOtherwise { charset } => {
                write!(f, "the file declares {charset} but is in UTF-8, as which it has been read")
            }
            Self::Other { text } => f.write_str(text),
        }
    }
}

/// A file's warning until it is given.
#[derive(Clone, Debug)]
pub(crate) struct Notice {
    pub(crate) line: u32,
    pub(crate) kind: NoticeKind,
    pub(crate) text: String,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum NoticeKind {
    TextLost,
    MoreTextLost(u64),
    EndsEarly(Unfinished),
    DeclaredOtherwise,
}

impl Notice {
    pub(crate) fn warning(&self) -> FileWarning<'_> {
        let text = self.text.as_str();
        let warning = match self.kind {
            NoticeKind::TextLost => Warning::TextLost { text },
            NoticeKind::MoreTextLost(count) => Warning::MoreTextLost { count },
            NoticeKind::EndsEarly(inside) => Warning::EndsEarly { inside, text },
            NoticeKind::DeclaredOtherwise => Warning::DeclaredOtherwise { charset: text },
        };
        FileWarning { line: self.line, warning }
    }
}

/// The start of a text that is lost, for its warning. It comes in pieces.
#[derive(Debug, Default)]
pub(crate) struct Quotation {
    text: String,
    characters: usize,
}

impl Quotation {
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.characters = 0;
    }

    /// Appends a piece as it stands in the file. White space at the start is left out.
    pub(crate) fn push(&mut self, raw: &[u8], context: Context) {
        /// No character takes more bytes in a file, be it written as a reference.
        const LONGEST_CHARACTER: usize = 40;
        let room = limits::QUOTED_CHARACTERS.saturating_sub(self.characters);
        if room == 0 && self.text.ends_with(ELLIPSIS) {
            return;
        }
        let raw = if self.text.is_empty() { raw.trim_ascii_start() } else { raw };
        let kept = text::cut(raw, (room + 1) * LONGEST_CHARACTER);
        let start = self.text.len();
        text::push_decoded(kept, context, &mut self.text);
        match self.text[start..].char_indices().nth(room) {
            Some((end, _)) => {
                self.text.truncate(start + end);
                self.text.push(ELLIPSIS);
                self.characters = limits::QUOTED_CHARACTERS;
            }
            None => self.characters += self.text[start..].chars().count(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The text without white space at its end.
    pub(crate) fn as_str(&self) -> &str {
        self.text.trim_ascii_end()
    }
}

const ELLIPSIS: char = '…';

/// The source of [`Warning`]s while the entry's text is still being gathered.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Flaw {
    UnreadableDate(usize),
    Cut(Field),
    Replaced(Field),
    AttributesDropped,
    /// An attribute by its index.
    Unescaped(usize),
    AttributesLost,
    TagCut,
}

impl Flaw {
    fn warning(self, attributes: &Buffer) -> Warning<'_> {
        match self {
            Self::UnreadableDate(index) => {
                Warning::UnreadableDate { attribute: attributes.name(index), value: attributes.value(index) }
            }
            Self::Cut(field) => Warning::Cut { field: field.name(attributes) },
            Self::Replaced(field) => Warning::Replaced { field: field.name(attributes) },
            Self::AttributesDropped => Warning::AttributesDropped,
            Self::Unescaped(index) => Warning::Unescaped { attribute: attributes.name(index) },
            Self::AttributesLost => Warning::AttributesLost { text: attributes.lost() },
            Self::TagCut => Warning::TagCut { text: attributes.lost() },
        }
    }
}

/// The part of an entry that a [`Flaw`] is about; an attribute by its index.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Field {
    Name,
    Description,
    Attribute(usize),
}

impl Field {
    fn name(self, attributes: &Buffer) -> &str {
        match self {
            Self::Name => "title",
            Self::Description => "description",
            Self::Attribute(index) => attributes.name(index),
        }
    }
}

/// The warnings of one entry.
#[derive(Clone, Copy, Default)]
pub struct Warnings<'a>(WarningsFrom<'a>);

#[derive(Clone, Copy, Default)]
enum WarningsFrom<'a> {
    #[default]
    Nothing,
    Tag(&'a Buffer),
    Owned(&'a [String]),
}

impl<'a> Warnings<'a> {
    pub(crate) fn from_tag(attributes: &'a Buffer) -> Self {
        Self(WarningsFrom::Tag(attributes))
    }

    /// Returns whether there is nothing to warn of.
    pub fn is_empty(&self) -> bool {
        match self.0 {
            WarningsFrom::Nothing => true,
            WarningsFrom::Tag(attributes) => attributes.flaws.is_empty(),
            WarningsFrom::Owned(texts) => texts.is_empty(),
        }
    }

    /// The warnings, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = Warning<'a>> + use<'a> {
        let (attributes, texts): (Option<&Buffer>, &[String]) = match self.0 {
            WarningsFrom::Nothing => (None, &[]),
            WarningsFrom::Tag(attributes) => (Some(attributes), &[]),
            WarningsFrom::Owned(texts) => (None, texts),
        };
        let of_tag = attributes
            .into_iter()
            .flat_map(|attributes| attributes.flaws.iter().map(|flaw| flaw.warning(attributes)));
        of_tag.chain(texts.iter().map(|text| Warning::Other { text }))
    }
}

impl<'a> From<&'a [String]> for Warnings<'a> {
    fn from(texts: &'a [String]) -> Self {
        Self(WarningsFrom::Owned(texts))
    }
}

impl fmt::Debug for Warnings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
