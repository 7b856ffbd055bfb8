//! A bookmark that was found.

use db::Row;
use serde::Serialize;
use store::Bookmark;
use web::Error;

use crate::cursor::{Cursor, Key};
use crate::params::Sort;
use crate::spelling::Corrected;

/// A bookmark with what only a search across projects says.
#[derive(Debug, Serialize)]
pub(crate) struct Hit {
    #[serde(flatten)]
    pub(crate) bookmark: Bookmark,
    project_id: Option<i32>,
    /// Rank of the match: more is better, and only the order means anything. Null where something else orders
    /// the result.
    score: Option<f32>,
    #[serde(skip)]
    date: Option<i64>,
    #[serde(skip)]
    title: Option<String>,
}

impl Hit {
    /// Returns the columns that [`Hit::from_row`] reads, in its order, of `bookmarks b`; score, date and
    /// title to sort by follow them.
    pub(crate) fn columns() -> String {
        format!("{}, b.project_id", Bookmark::COLUMNS)
    }

    /// From a row that begins with [`Hit::columns`] and what it may be sorted by.
    pub(crate) fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            bookmark: Bookmark::from_row(row)?,
            project_id: row.try_get(Bookmark::WIDTH)?,
            score: row.try_get(Bookmark::WIDTH + 1)?,
            date: row.try_get(Bookmark::WIDTH + 2)?,
            title: row.try_get(Bookmark::WIDTH + 3)?,
        })
    }

    /// Returns the cursor of the page after this bookmark.
    pub(crate) fn cursor(&self, sort: Sort, corrected: &Corrected) -> Cursor {
        let date = self.date.unwrap_or_default();
        let key = match sort {
            Sort::Stored => Key::Stored,
            Sort::Relevance => Key::Relevance(self.score.unwrap_or_default().to_bits()),
            Sort::Newest => Key::Newest(date),
            Sort::Oldest => Key::Oldest(date),
            Sort::Title => Key::Title(self.title.clone().unwrap_or_default()),
        };
        Cursor::new(self.bookmark.id, key, corrected)
    }
}
