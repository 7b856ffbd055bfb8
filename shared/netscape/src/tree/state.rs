//! What the tree is in the middle of.

/// An event without its contents, which stand in the ready entry or among the notices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    FolderStart,
    FolderEnd,
    Bookmark,
    Separator,
    Warning,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum List {
    /// A `<dl>` that follows no folder's name, such as the root list.
    Plain,
    /// The `<dl>` of a folder.
    Folder,
    /// A `<ul>` or `<ol>` that follows no name.
    PlainItems,
    /// A `<ul>` or `<ol>` under a heading or in an item with a name, as Pocket and Instapaper write them.
    FolderItems,
}

impl List {
    pub(super) fn is_folder(self) -> bool {
        matches!(self, Self::Folder | Self::FolderItems)
    }

    pub(super) fn is_definition(self) -> bool {
        matches!(self, Self::Plain | Self::Folder)
    }
}

/// The target of text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Target {
    #[default]
    Nowhere,
    Name,
    Description,
    Heading,
    /// Text in an item before a link or a list, which is the name of that list.
    Item,
}

/// The tag that an entry directly follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum After {
    #[default]
    Other,
    Term,
    Item,
}

/// The separators of the file's tags, for values that do not tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Separators {
    #[default]
    Unknown,
    Commas,
    Blanks,
}

/// The place of the next piece of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A name, be it a bookmark's title or a folder's.
    Name {
        is_folder: bool,
    },
    Description,
    /// A heading or the start of an item.
    Heading,
    /// Between entries: it is lost.
    Between,
    /// Outside of all lists and entries, where it means nothing.
    Outside,
}
