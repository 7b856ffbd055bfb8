//! A bookmark that was found.

use app::{Bookmark, Error};
use serde::Serialize;
use tokio_postgres::Row;

/// A bookmark with what only a search across projects has to tell.
#[derive(Debug, Serialize)]
pub(crate) struct Hit {
    #[serde(flatten)]
    pub(crate) bookmark: Bookmark,
    project_id: Option<i32>,
    /// How well it matches: more is better, and only the order means anything. Null where the newest come first.
    pub(crate) score: Option<f32>,
}

impl Hit {
    /// What [`Hit::from_row`] reads, in its order, of `bookmarks b`; the score stands behind it.
    pub(crate) fn columns() -> String {
        format!("{}, b.project_id", Bookmark::COLUMNS)
    }

    /// From a row that begins with [`Hit::columns`] and the score.
    pub(crate) fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            bookmark: Bookmark::from_row(row)?,
            project_id: row.try_get(Bookmark::WIDTH)?,
            score: row.try_get(Bookmark::WIDTH + 1)?,
        })
    }
}
