//! An entry of a file: a bookmark, folder or separator that a format makes of fields.

use std::collections::HashSet;

use netscape::{Bookmark, Folder, Occurrence, Separator, Timestamp};

use crate::fields::Fields;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) url: Option<String>,
    /// A bookmark's title or a folder's name.
    pub(crate) title: String,
    pub(crate) added: Option<Timestamp>,
    pub(crate) modified: Option<Timestamp>,
    pub(crate) visited: Option<Timestamp>,
    pub(crate) tags: Vec<String>,
    pub(crate) description: Option<String>,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) warnings: Vec<String>,
    pub(crate) line: u32,
    /// Of a bookmark, counted from 1.
    pub(crate) position: u32,
}

impl Entry {
    /// Ends the taking of fields: those that are left become attributes, behind those that the entry has.
    pub(crate) fn finish(mut self, fields: Fields) -> Self {
        self.line = fields.line;
        let (attributes, warnings) = fields.rest();
        for (mut name, value) in attributes {
            while self.attributes.iter().any(|(other, _)| *other == name) {
                name.insert_str(0, "x-");
            }
            self.attributes.push((name, value));
        }
        self.warnings.extend(warnings);
        self.url = self.url.map(|url| url.trim_ascii().to_owned());
        self.title = one_line(&self.title);
        self.description = self.description.map(|text| lines(&text)).filter(|text| !text.is_empty());
        let mut seen = HashSet::new();
        self.tags = std::mem::take(&mut self.tags)
            .into_iter()
            .map(|tag| tag.trim().to_owned())
            .filter(|tag| !tag.is_empty() && seen.insert(tag.clone()))
            .collect();
        self
    }

    /// Adds an attribute that says yes.
    pub(crate) fn mark(&mut self, name: &str, is_set: Option<bool>) {
        if is_set == Some(true) {
            self.attribute(name, Some("1".to_owned()));
        }
    }

    pub(crate) fn attribute(&mut self, name: &str, value: Option<String>) {
        self.attributes.extend(value.map(|value| (name.to_owned(), value)));
    }

    pub(crate) fn bookmark(&self) -> Bookmark<'_> {
        Bookmark {
            url: self.url.as_deref(),
            title: &self.title,
            added: self.added,
            modified: self.modified,
            visited: self.visited,
            tags: self.tags.as_slice().into(),
            description: self.description.as_deref(),
            attributes: self.attributes.as_slice().into(),
            position: self.position,
            line: self.line,
            warnings: self.warnings.as_slice().into(),
            ..Bookmark::default()
        }
    }

    pub(crate) fn folder(&self, occurrence: Occurrence) -> Folder<'_> {
        Folder {
            name: &self.title,
            added: self.added,
            modified: self.modified,
            description: self.description.as_deref(),
            attributes: self.attributes.as_slice().into(),
            line: self.line,
            occurrence,
            warnings: self.warnings.as_slice().into(),
            ..Folder::default()
        }
    }

    pub(crate) fn separator(&self) -> Separator<'_> {
        Separator {
            attributes: self.attributes.as_slice().into(),
            line: self.line,
            warnings: self.warnings.as_slice().into(),
            ..Separator::default()
        }
    }
}

/// A title on one line, as the reader of bookmarks files makes it.
fn one_line(text: &str) -> String {
    let lines = text.split(['\n', '\r']).map(str::trim_ascii).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join(" ")
}

/// A description with its line breaks as LF.
fn lines(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n").trim_ascii().to_owned()
}

/// The meaning of an object of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    Bookmark(Entry),
    Folder(Entry),
    Separator(Entry),
    /// A folder of the browser's own; what it holds belongs to its parent.
    Transparent,
    /// Nothing that is kept.
    Nothing,
}
