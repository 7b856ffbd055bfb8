//! A bookmark as clients see it, whichever function answers.

use db::{Row, Timestamptz};
use serde::Serialize;
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::folder_paths;

/// A stored bookmark in a list, in the shape of an import's `bookmarks_sample`. Long fields are shortened, so
/// that a list stays in proportion to its rows: URLs after 2,048 characters, titles after 1,024, descriptions
/// after 4,096, tags after the hundredth or 8,192 characters.
#[derive(Debug, Serialize)]
pub struct Bookmark {
    /// A uuid v7: bookmarks of one import sort by it in the order of their file.
    pub id: Uuid,
    url: String,
    title: String,
    domain: Option<String>,
    /// The names of its folders at the import, joined by `/`, cut after 1,024 bytes.
    original_folder: Option<String>,
    /// Null at the root.
    folder_id: Option<Uuid>,
    /// The names of its folders, from the root; 1,024 bytes of the innermost, after a `…` where there are
    /// more.
    folder_path: Box<RawValue>,
    add_date: Option<Timestamptz>,
    last_modified: Option<Timestamptz>,
    tags: Vec<String>,
    description: Option<String>,
    created_at: Option<Timestamptz>,
    /// The names of the fields that are longer than shown.
    shortened: Vec<String>,
}

impl Bookmark {
    /// Columns that [`Bookmark::from_row`] reads, in its order, of `bookmarks b` in a list
    /// ([`crate::folder_paths`]).
    #[must_use]
    pub fn listed_columns() -> String {
        columns(folder_paths::of_shown)
    }

    /// The same of bookmarks alone.
    #[must_use]
    pub fn columns() -> String {
        columns(folder_paths::of_one)
    }

    /// Number of these columns.
    pub const WIDTH: usize = 13;

    /// From a row that begins with these columns.
    ///
    /// # Errors
    /// The row has other columns.
    pub fn from_row(row: &Row) -> Result<Self, db::Error> {
        Ok(Self {
            id: row.try_get(0)?,
            url: row.try_get(1)?,
            title: row.try_get(2)?,
            domain: row.try_get(3)?,
            original_folder: row.try_get(4)?,
            folder_id: row.try_get(5)?,
            folder_path: folder_paths::read(row, 6)?,
            add_date: row.try_get(7)?,
            last_modified: row.try_get(8)?,
            tags: texts(row, 9)?,
            description: row.try_get(10)?,
            created_at: row.try_get(11)?,
            shortened: row.try_get(12)?,
        })
    }
}

/// An array that may be null. An import writes no null into one, but Postgres lets anybody.
fn texts(row: &Row, column: usize) -> Result<Vec<String>, db::Error> {
    let texts = row.try_get::<_, Option<Vec<Option<String>>>>(column)?.unwrap_or_default();
    Ok(texts.into_iter().flatten().collect())
}

fn columns(path: fn(&str) -> String) -> String {
    format!(
        "b.id, left(b.url, 2048), left(b.title, 1024), b.domain, left(b.original_folder, 1024), b.folder_id,
         {}::text, b.add_date, b.last_modified,
         CASE WHEN cardinality(b.tags) > 100 OR array_ndims(b.tags) > 1
                   OR length(array_to_string(b.tags, '')) > 8192
              THEN ARRAY(SELECT left(tag, 80) FROM unnest(b.tags) AS tag LIMIT 100) ELSE b.tags END,
         left(b.description, 4096), b.created_at,
         array_remove(ARRAY[
             CASE WHEN octet_length(b.url) > 2048 AND length(b.url) > 2048 THEN 'url' END,
             CASE WHEN octet_length(b.title) > 1024 AND length(b.title) > 1024 THEN 'title' END,
             CASE WHEN cardinality(b.tags) > 100 OR length(array_to_string(b.tags, '')) > 8192
                  THEN 'tags' END,
             CASE WHEN octet_length(b.description) > 4096 AND length(b.description) > 4096
                  THEN 'description' END], NULL)",
        path("b.folder_id")
    )
}
