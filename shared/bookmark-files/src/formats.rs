//! The formats, each with what its fields mean.

mod branchline;
mod chromium;
mod firefox;
mod instapaper;
mod karakeep;
mod linkding;
mod linkwarden;
mod omnivore;
mod pinboard;
mod pocket;
mod raindrop;
mod safari;

use std::fmt;

use crate::entry::{Entry, Node};
use crate::fields::Fields;
use crate::walker::{Object, Shape};

pub(crate) use branchline::Position;
pub(crate) use karakeep::lists_of;
pub(crate) use linkwarden::{collection_of, pinned};
pub(crate) use raindrop::COLUMNS as RAINDROP_COLUMNS;

/// A format of bookmark files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// The Netscape format that all browsers export, and its dialects in HTML.
    Html,
    /// `Bookmarks` of Chrome and the browsers that are made of it.
    Chromium,
    /// Firefox's backup, in JSON or `jsonlz4`.
    Firefox,
    /// Safari's `Bookmarks.plist`, in XML or binary.
    Safari,
    /// Pinboard's JSON.
    Pinboard,
    /// Answers of linkding's API.
    Linkding,
    /// Linkwarden's JSON.
    Linkwarden,
    /// Karakeep's JSON.
    Karakeep,
    /// Omnivore's JSON.
    Omnivore,
    /// Our own JSON.
    Branchline,
    /// Pocket's CSV.
    Pocket,
    /// Raindrop's CSV.
    Raindrop,
    /// Instapaper's CSV.
    Instapaper,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Html => "bookmarks file in HTML",
            Self::Chromium => "Chrome bookmarks",
            Self::Firefox => "Firefox backup",
            Self::Safari => "Safari bookmarks",
            Self::Pinboard => "Pinboard JSON",
            Self::Linkding => "linkding JSON",
            Self::Linkwarden => "Linkwarden JSON",
            Self::Karakeep => "Karakeep JSON",
            Self::Omnivore => "Omnivore JSON",
            Self::Branchline => "Branchline JSON",
            Self::Pocket => "Pocket CSV",
            Self::Raindrop => "Raindrop CSV",
            Self::Instapaper => "Instapaper CSV",
        })
    }
}

const LIST: Shape = Shape { lists: &[], children: "", ignored: &[] };

impl Format {
    /// Where a structured file has its entries.
    pub(crate) fn shape(self) -> &'static Shape {
        match self {
            Self::Chromium => &chromium::SHAPE,
            Self::Firefox => &firefox::SHAPE,
            Self::Safari => &safari::SHAPE,
            Self::Linkding => &linkding::SHAPE,
            Self::Linkwarden => &linkwarden::SHAPE,
            Self::Karakeep => &karakeep::SHAPE,
            Self::Branchline => &branchline::SHAPE,
            _ => &LIST,
        }
    }

    /// Returns whether its folders must be known before its bookmarks are read.
    pub(crate) fn has_outline(self) -> bool {
        matches!(self, Self::Chromium | Self::Firefox | Self::Safari | Self::Linkwarden | Self::Karakeep)
    }

    /// Makes an entry of an object, with the path of the folder that it names.
    pub(crate) fn entry(self, object: Object) -> (Node, Vec<String>) {
        let fields = object.fields;
        match self {
            Self::Pinboard => (Node::Bookmark(pinboard::bookmark(fields)), Vec::new()),
            Self::Linkding => (Node::Bookmark(linkding::bookmark(fields)), Vec::new()),
            Self::Omnivore => (Node::Bookmark(omnivore::bookmark(fields)), Vec::new()),
            Self::Pocket => (Node::Bookmark(pocket::bookmark(fields)), Vec::new()),
            Self::Raindrop => {
                let (entry, path) = raindrop::bookmark(fields);
                (Node::Bookmark(entry), path)
            }
            Self::Instapaper => {
                let (entry, path) = instapaper::bookmark(fields);
                (Node::Bookmark(entry), path)
            }
            Self::Chromium => (chromium::node(Object { fields, ..object }), Vec::new()),
            Self::Firefox => (firefox::node(Object { fields, ..object }), Vec::new()),
            Self::Safari => (safari::node(Object { fields, ..object }), Vec::new()),
            Self::Linkwarden => (linkwarden::node(Object { fields, ..object }), Vec::new()),
            Self::Karakeep => (karakeep::node(Object { fields, ..object }), Vec::new()),
            Self::Branchline => (branchline::node(Object { fields, ..object }), Vec::new()),
            Self::Html => (Node::Nothing, Vec::new()),
        }
    }
}

/// The text of the page, which is not the user's, is not kept. The warning says so.
fn drop_page_text(fields: &mut Fields, name: &str) {
    if fields.has(name) {
        fields.ignore(&[name]);
        fields.warn(format!("{name}, the text of the page, is not kept"));
    }
}

/// A folder with a name and a description.
fn folder(title: Option<String>, fields: Fields) -> Node {
    Node::Folder(Entry { title: title.unwrap_or_default(), ..Entry::default() }.finish(fields))
}
