use crate::attributes::Buffer;
use std::fmt;

/// Something about an entry that could not be taken as written. The entry itself is still given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning<'a> {
    /// A date in no known form; the entry has none for it, and the attribute stays among the entry's attributes.
    UnreadableDate {
        /// The attribute, in lower case.
        attribute: &'a str,
        /// What it held.
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
        }
    }
}

/// What [`Warning`]s are made from while the entry's text is still being gathered.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Flaw {
    UnreadableDate(usize),
    Cut(Field),
    Replaced(Field),
    AttributesDropped,
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
pub struct Warnings<'a>(pub(crate) Option<&'a Buffer>);

impl<'a> Warnings<'a> {
    /// Whether there is nothing to warn of.
    pub fn is_empty(&self) -> bool {
        self.0.is_none_or(|attributes| attributes.flaws.is_empty())
    }

    /// The warnings, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = Warning<'a>> + use<'a> {
        self.0.into_iter().flat_map(|attributes| attributes.flaws.iter().map(|flaw| flaw.warning(attributes)))
    }
}

impl fmt::Debug for Warnings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
