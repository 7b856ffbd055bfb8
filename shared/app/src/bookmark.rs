//! A bookmark as clients see it, whichever function answers.

use serde::Serialize;
use time::OffsetDateTime;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::Error;

/// A stored bookmark, in the shape of an import's `bookmarks_sample`.
#[derive(Debug, Serialize)]
pub struct Bookmark {
    /// A uuid v7: bookmarks of one import sort by it in the order of their file.
    pub id: Uuid,
    url: String,
    title: String,
    domain: Option<String>,
    /// The names of its folders, joined by `/`.
    original_folder: Option<String>,
    /// The names of its folders, from the root.
    folder_path: Vec<String>,
    #[serde(with = "time::serde::rfc3339::option")]
    add_date: Option<OffsetDateTime>,
    #[serde(with = "time::serde::rfc3339::option")]
    last_modified: Option<OffsetDateTime>,
    tags: Vec<String>,
    description: Option<String>,
    #[serde(with = "time::serde::rfc3339::option")]
    created_at: Option<OffsetDateTime>,
}

impl Bookmark {
    /// What [`Bookmark::from_row`] reads, in its order, of `bookmarks b`.
    pub const COLUMNS: &str = "b.id, b.url, b.title, b.domain, b.original_folder, b.folder_path, b.add_date, \
                               b.last_modified, b.tags, b.description, b.created_at";

    /// How many columns these are.
    pub const WIDTH: usize = 11;

    /// From a row that begins with [`Bookmark::COLUMNS`].
    ///
    /// # Errors
    /// The row has other columns.
    pub fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.try_get(0)?,
            url: row.try_get(1)?,
            title: row.try_get(2)?,
            domain: row.try_get(3)?,
            original_folder: row.try_get(4)?,
            folder_path: texts(row, 5)?,
            add_date: row.try_get(6)?,
            last_modified: row.try_get(7)?,
            tags: texts(row, 8)?,
            description: row.try_get(9)?,
            created_at: row.try_get(10)?,
        })
    }
}

/// An array that may be null. An import writes no null into one, but Postgres lets anybody.
fn texts(row: &Row, column: usize) -> Result<Vec<String>, Error> {
    let texts = row.try_get::<_, Option<Vec<Option<String>>>>(column)?.unwrap_or_default();
    Ok(texts.into_iter().flatten().collect())
}
