//! A bookmark as clients see it.

use app::Error;
use serde::Serialize;
use time::OffsetDateTime;
use tokio_postgres::Row;
use uuid::Uuid;

/// What [`Bookmark::from_row`] reads, in its order, of `bookmarks b`.
pub(crate) const COLUMNS: &str =
    "b.id, b.url, b.title, b.domain, b.original_folder, b.folder_path, b.add_date,
    b.last_modified, b.tags, b.description, b.created_at, b.project_id";

/// A bookmark in the shape of an import's sample, with what only a search across projects has to tell.
#[derive(Debug, Serialize)]
pub(crate) struct Bookmark {
    pub(crate) id: Uuid,
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
    project_id: Option<i32>,
    /// How well it matches: more is better, and only the order means anything. Null where the newest come first.
    pub(crate) score: Option<f32>,
}

impl Bookmark {
    /// From a row that begins with [`COLUMNS`] and the score.
    pub(crate) fn from_row(row: &Row) -> Result<Self, Error> {
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
            project_id: row.try_get(11)?,
            score: row.try_get(12)?,
        })
    }
}

/// An array that may be null. An import writes no null into one, but Postgres lets anybody.
fn texts(row: &Row, column: usize) -> Result<Vec<String>, Error> {
    let texts = row.try_get::<_, Option<Vec<Option<String>>>>(column)?.unwrap_or_default();
    Ok(texts.into_iter().flatten().collect())
}
