//! Events that own what they hold, so that tests can keep and compare them.

#![allow(dead_code, reason = "each test target uses a part of this")]
#![allow(clippy::expect_used, reason = "helpers of tests are tests too")]

use netscape::{Attributes, Event, Reader, Timestamp};
use std::io::Read;

#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    Folder(Folder),
    End,
    Bookmark(Bookmark),
    Separator(Pairs),
}

/// Attributes.
pub type Pairs = Vec<(String, String)>;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Folder {
    pub name: String,
    pub added: Option<Timestamp>,
    pub modified: Option<Timestamp>,
    pub description: Option<String>,
    pub attributes: Pairs,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bookmark {
    /// The names of the folders it is in, outermost first.
    pub path: Vec<String>,
    pub url: Option<String>,
    pub title: String,
    pub added: Option<Timestamp>,
    pub modified: Option<Timestamp>,
    pub visited: Option<Timestamp>,
    pub tags: Vec<String>,
    pub description: Option<String>,
    pub attributes: Pairs,
    pub line: u32,
    /// The warnings, as they are shown.
    pub warnings: Vec<String>,
}

/// All that a file holds.
#[derive(Clone, Debug, Default)]
pub struct File {
    pub items: Vec<Item>,
    pub is_bookmark_file: bool,
}

impl File {
    pub fn read(source: impl Read) -> Self {
        let mut reader = Reader::new(source);
        let mut items = Vec::new();
        let mut path = Vec::new();
        while let Some(event) = reader.next_event().expect("the source does not fail") {
            items.push(Item::own(event, &mut path));
        }
        assert!(path.is_empty(), "each folder that starts also ends");
        Self { items, is_bookmark_file: reader.is_bookmark_file() }
    }

    pub fn bookmarks(&self) -> impl Iterator<Item = &Bookmark> {
        self.items
            .iter()
            .filter_map(|item| if let Item::Bookmark(bookmark) = item { Some(bookmark) } else { None })
    }

    pub fn folders(&self) -> impl Iterator<Item = &Folder> {
        self.items.iter().filter_map(|item| if let Item::Folder(folder) = item { Some(folder) } else { None })
    }

    /// How deep the deepest bookmark lies.
    pub fn depth(&self) -> usize {
        self.bookmarks().map(|bookmark| bookmark.path.len()).max().unwrap_or(0)
    }
}

impl Item {
    fn own(event: Event<'_>, path: &mut Vec<String>) -> Self {
        match event {
            Event::FolderStart(folder) => {
                path.push(folder.name.to_owned());
                Self::Folder(Folder {
                    name: folder.name.to_owned(),
                    added: folder.added,
                    modified: folder.modified,
                    description: folder.description.map(str::to_owned),
                    attributes: pairs(folder.attributes),
                })
            }
            Event::FolderEnd => {
                path.pop().expect("a folder that ends has started");
                Self::End
            }
            Event::Bookmark(bookmark) => Self::Bookmark(Bookmark {
                path: path.clone(),
                url: bookmark.url.map(str::to_owned),
                title: bookmark.title.to_owned(),
                added: bookmark.added,
                modified: bookmark.modified,
                visited: bookmark.visited,
                tags: bookmark.tags.iter().map(str::to_owned).collect(),
                description: bookmark.description.map(str::to_owned),
                attributes: pairs(bookmark.attributes),
                line: bookmark.line,
                warnings: bookmark.warnings.iter().map(|warning| warning.to_string()).collect(),
            }),
            Event::Separator(separator) => Self::Separator(pairs(separator.attributes)),
        }
    }
}

fn pairs(attributes: Attributes<'_>) -> Pairs {
    attributes.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// Whole seconds since the epoch.
pub fn seconds(seconds: i64) -> Option<Timestamp> {
    Some(Timestamp::from_micros(seconds * 1_000_000))
}
