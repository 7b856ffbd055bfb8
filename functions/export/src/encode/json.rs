//! JSON: the bookmarks in the shape in which an import's answer shows them, then the folders, the separators,
//! and what was merged into bookmarks. `position` orders all of them as a file would.

use db::Timestamptz;
use serde::Serialize;
use serde_json::value::RawValue;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;
use web::Error;

use super::Encoder;
use crate::entry::{Entry, Kind};
use crate::paths::Paths;

/// The lists, in the order in which they are written and their entries come.
const LISTS: [(Kind, &str); 4] = [
    (Kind::Bookmark, "bookmarks"),
    (Kind::Folder, "folders"),
    (Kind::Separator, "separators"),
    (Kind::Duplicate, "duplicates"),
];

pub(crate) struct Json {
    written: Vec<u8>,
    /// Index in [`LISTS`] of the list that is being written.
    list: usize,
    /// True if it has an item.
    has_item: bool,
}

#[derive(Serialize)]
struct Bookmark<'a> {
    /// Among all bookmarks, folders, separators and duplicates, in the order of a file.
    position: i64,
    id: Uuid,
    number: Option<i64>,
    url: Option<&'a str>,
    title: Option<&'a str>,
    domain: Option<&'a str>,
    original_folder: Option<&'a str>,
    folder_id: Option<Uuid>,
    folder_path: Vec<String>,
    add_date: Option<Timestamptz>,
    last_modified: Option<Timestamptz>,
    last_visited: Option<Timestamptz>,
    tags: &'a [&'a str],
    description: Option<&'a str>,
    notes: Option<&'a str>,
    is_archived: bool,
    unread: bool,
    shared: bool,
    suggested_tags: &'a [&'a str],
    edited: &'a [&'a str],
    attributes: &'a RawValue,
    further_folders: Vec<Vec<String>>,
    summary: Option<&'a str>,
    content_type: Option<&'a str>,
    created_at: Option<Timestamptz>,
}

#[derive(Serialize)]
struct Folder<'a> {
    position: i64,
    id: Uuid,
    parent_id: Option<Uuid>,
    name: Option<&'a str>,
    /// Ends with its own name.
    folder_path: Vec<String>,
    add_date: Option<Timestamptz>,
    last_modified: Option<Timestamptz>,
    description: Option<&'a str>,
    attributes: &'a RawValue,
}

#[derive(Serialize)]
struct Separator<'a> {
    position: i64,
    folder_id: Option<Uuid>,
    folder_path: Vec<String>,
    attributes: &'a RawValue,
}

/// A duplicate that was merged into a bookmark, as in its file.
#[derive(Serialize)]
struct Duplicate<'a> {
    position: i64,
    bookmark_id: Option<Uuid>,
    url: Option<&'a str>,
    title: Option<&'a str>,
    folder_id: Option<Uuid>,
    folder_path: Vec<String>,
    add_date: Option<Timestamptz>,
    last_modified: Option<Timestamptz>,
    last_visited: Option<Timestamptz>,
    tags: &'a [&'a str],
    description: Option<&'a str>,
    attributes: &'a RawValue,
}

impl Json {
    pub(crate) fn begin(project_id: Option<i32>, now: OffsetDateTime) -> Result<Self, Error> {
        let now = now.format(&Rfc3339).map_err(Error::internal)?;
        let project_id = project_id.map_or("null".to_owned(), |id| id.to_string());
        let begin = format!("{{\"project_id\":{project_id},\"exported_at\":\"{now}\",\"bookmarks\":[\n");
        Ok(Self { written: begin.into_bytes(), list: 0, has_item: false })
    }

    /// Ends lists and begins others as far as that of a kind; to the last one without a kind.
    fn go_to(&mut self, kind: Option<Kind>) {
        while LISTS.get(self.list).is_some_and(|(this, _)| Some(*this) != kind) {
            self.list += 1;
            self.has_item = false;
            match LISTS.get(self.list) {
                Some((_, name)) => self.written.extend_from_slice(format!("\n],\"{name}\":[\n").as_bytes()),
                None => self.written.extend_from_slice(b"\n]}\n"),
            }
        }
    }

    fn put_item(&mut self, kind: Kind, item: &impl Serialize) -> Result<(), Error> {
        self.go_to(Some(kind));
        if std::mem::replace(&mut self.has_item, true) {
            self.written.extend_from_slice(b",\n");
        }
        serde_json::to_writer(&mut self.written, item).map_err(Error::internal)
    }
}

impl Encoder for Json {
    fn put(&mut self, entry: &Entry<'_>, paths: &Paths) -> Result<(), Error> {
        let none: &RawValue = serde_json::from_str("{}").map_err(Error::internal)?;
        let attributes = entry.attributes.unwrap_or(none);
        let tags = &entry.tags;
        let Entry { kind, position, id, folder_id, bookmark_id, url, title, description, .. } = *entry;
        let Entry { add_date, last_modified, last_visited, domain, original_folder, .. } = *entry;
        let Entry { summary, content_type, created_at, .. } = *entry;
        match kind {
            Kind::Folder => {
                let (parent_id, name, folder_path) = (folder_id, title, paths.path(Some(id)));
                self.put_item(
                    kind,
                    &Folder {
                        position,
                        id,
                        parent_id,
                        name,
                        folder_path,
                        add_date,
                        last_modified,
                        description,
                        attributes,
                    },
                )
            }
            Kind::Separator => {
                let folder_path = paths.path(folder_id);
                self.put_item(kind, &Separator { position, folder_id, folder_path, attributes })
            }
            Kind::Bookmark => {
                let bookmark = Bookmark {
                    position,
                    id,
                    number: entry.number,
                    url,
                    title,
                    domain,
                    original_folder,
                    folder_id,
                    folder_path: paths.path(folder_id),
                    add_date,
                    last_modified,
                    last_visited,
                    tags,
                    description,
                    notes: entry.notes,
                    is_archived: entry.is_archived,
                    unread: entry.unread,
                    shared: entry.shared,
                    suggested_tags: &entry.suggested_tags,
                    edited: &entry.edited,
                    attributes,
                    further_folders: entry.further_folder_ids.iter().map(|id| paths.path(*id)).collect(),
                    summary,
                    content_type,
                    created_at,
                };
                self.put_item(kind, &bookmark)
            }
            Kind::Duplicate => {
                let duplicate = Duplicate {
                    position,
                    bookmark_id,
                    url,
                    title,
                    folder_id,
                    folder_path: paths.path(folder_id),
                    add_date,
                    last_modified,
                    last_visited,
                    tags,
                    description,
                    attributes,
                };
                self.put_item(kind, &duplicate)
            }
        }
    }

    fn end(&mut self) -> Result<(), Error> {
        self.go_to(None);
        Ok(())
    }

    fn len(&self) -> usize {
        self.written.len()
    }

    fn take(&mut self) -> Result<Vec<u8>, Error> {
        Ok(std::mem::take(&mut self.written))
    }
}
