//! JSON: the bookmarks in the shape in which an import's answer shows them, then the folders and the separators.

use app::Error;
use serde::Serialize;
use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use super::Encoder;
use crate::entry::{Entry, Kind};
use crate::moment::Moment;

/// Folders and separators wait in memory until the bookmarks are written; there are few of them.
pub(crate) struct Json {
    bookmarks: Vec<u8>,
    folders: Vec<u8>,
    separators: Vec<u8>,
    /// Of the last entry, 1-based.
    position: u32,
    has_bookmark: bool,
}

#[derive(Serialize)]
struct Bookmark<'a> {
    /// Among all bookmarks, folders and separators, in the order of a file.
    position: u32,
    id: Option<Uuid>,
    url: Option<&'a str>,
    title: Option<&'a str>,
    domain: Option<&'a str>,
    original_folder: Option<&'a str>,
    folder_path: &'a [&'a str],
    add_date: Option<Moment>,
    last_modified: Option<Moment>,
    last_visited: Option<Moment>,
    tags: &'a [&'a str],
    description: Option<&'a str>,
    attributes: &'a Value,
    further_folders: &'a Value,
    summary: Option<&'a str>,
    content_type: Option<&'a str>,
    created_at: Option<Moment>,
}

#[derive(Serialize)]
struct Folder<'a> {
    position: u32,
    /// Ends with its own name.
    folder_path: Vec<&'a str>,
    add_date: Option<Moment>,
    last_modified: Option<Moment>,
    description: Option<&'a str>,
    attributes: &'a Value,
}

#[derive(Serialize)]
struct Separator<'a> {
    position: u32,
    folder_path: &'a [&'a str],
    attributes: &'a Value,
}

impl Json {
    pub(crate) fn begin(project_id: Option<i32>, now: OffsetDateTime) -> Result<Self, Error> {
        let now = now.format(&Rfc3339).map_err(Error::internal)?;
        let project_id = project_id.map_or("null".to_owned(), |id| id.to_string());
        let begin = format!("{{\"project_id\":{project_id},\"exported_at\":\"{now}\",\"bookmarks\":[\n");
        Ok(Self {
            bookmarks: begin.into_bytes(),
            folders: Vec::new(),
            separators: Vec::new(),
            position: 0,
            has_bookmark: false,
        })
    }
}

impl Encoder for Json {
    fn put(&mut self, entry: &Entry<'_>) -> Result<(), Error> {
        let no_attributes = Value::Object(Map::new());
        let no_folders = Value::Array(Vec::new());
        let attributes = entry.attributes.as_ref().unwrap_or(&no_attributes);
        self.position += 1;
        let position = self.position;
        match entry.kind {
            Kind::Folder => {
                let mut folder_path = entry.folder_path.clone();
                folder_path.extend(entry.title);
                let Entry { add_date, last_modified, description, .. } = *entry;
                let folder =
                    Folder { position, folder_path, add_date, last_modified, description, attributes };
                put_item(&mut self.folders, &folder)
            }
            Kind::Separator => {
                let folder_path = &entry.folder_path;
                put_item(&mut self.separators, &Separator { position, folder_path, attributes })
            }
            Kind::Bookmark | Kind::Copy => {
                if std::mem::replace(&mut self.has_bookmark, true) {
                    self.bookmarks.extend_from_slice(b",\n");
                }
                let bookmark = Bookmark {
                    position,
                    id: entry.id,
                    url: entry.url,
                    title: entry.title,
                    domain: entry.domain,
                    original_folder: entry.original_folder,
                    folder_path: &entry.folder_path,
                    add_date: entry.add_date,
                    last_modified: entry.last_modified,
                    last_visited: entry.last_visited,
                    tags: &entry.tags,
                    description: entry.description,
                    attributes,
                    further_folders: entry.further_folders.as_ref().unwrap_or(&no_folders),
                    summary: entry.summary,
                    content_type: entry.content_type,
                    created_at: entry.created_at,
                };
                serde_json::to_writer(&mut self.bookmarks, &bookmark).map_err(Error::internal)
            }
        }
    }

    fn end(&mut self) -> Result<(), Error> {
        let parts: [&[u8]; 5] =
            [b"\n],\"folders\":[\n", &self.folders, b"\n],\"separators\":[\n", &self.separators, b"\n]}\n"];
        self.bookmarks.extend(parts.concat());
        Ok(())
    }

    fn len(&self) -> usize {
        self.bookmarks.len()
    }

    fn take(&mut self) -> Result<Vec<u8>, Error> {
        Ok(std::mem::take(&mut self.bookmarks))
    }
}

fn put_item(list: &mut Vec<u8>, item: &impl Serialize) -> Result<(), Error> {
    if !list.is_empty() {
        list.extend_from_slice(b",\n");
    }
    serde_json::to_writer(list, item).map_err(Error::internal)
}
