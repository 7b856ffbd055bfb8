//! A bookmark that was found.

use db::Row;
use serde::Serialize;
use uuid::Uuid;

use super::Instant;
use super::cursor::{Cursor, Key};
use super::params::Sort;
use super::spelling::Corrected;

/// A bookmark as a list shows it.
pub trait BookmarkRow: Sized {
    /// How many columns [`BookmarkRow::columns`] are.
    const WIDTH: usize;

    /// Returns the columns that [`BookmarkRow::from_row`] reads, in its order, of `bookmarks b` in a list
    /// ([`crate::folder_paths`]).
    fn columns() -> String;

    /// From a row that begins with these columns.
    ///
    /// # Errors
    /// The row has other columns.
    fn from_row(row: &Row) -> Result<Self, db::Error>;
}

/// A bookmark with its place in the result.
#[derive(Debug, Serialize)]
pub struct Hit<T> {
    /// The bookmark.
    #[serde(flatten)]
    pub bookmark: T,
    /// Rank of the match: more is better, and only the order means anything. Null where something else orders
    /// the result.
    score: Option<f32>,
    #[serde(skip)]
    id: Uuid,
    #[serde(skip)]
    date: Option<Instant>,
    #[serde(skip)]
    title: Option<String>,
}

impl<T: BookmarkRow> Hit<T> {
    /// From a row that begins with the bookmark's columns; its id and what it may be sorted by follow.
    pub(crate) fn from_row(row: &Row) -> Result<Self, db::Error> {
        Ok(Self {
            bookmark: T::from_row(row)?,
            id: row.try_get(T::WIDTH)?,
            score: row.try_get(T::WIDTH + 1)?,
            date: row.try_get(T::WIDTH + 2)?,
            title: row.try_get(T::WIDTH + 3)?,
        })
    }
}

impl<T> Hit<T> {
    /// Returns the cursor of the page after this bookmark.
    pub fn cursor(&self, sort: Sort, corrected: &Corrected) -> Cursor {
        let date = self.date.unwrap_or(Instant(i64::MIN)).0;
        let key = match sort {
            Sort::Stored => Key::Stored,
            Sort::Relevance => Key::Relevance(self.score.unwrap_or_default().to_bits()),
            Sort::Newest => Key::Newest(date),
            Sort::Oldest => Key::Oldest(date),
            Sort::Modified => Key::Modified(date),
            Sort::Title => Key::Title(self.title.clone().unwrap_or_default()),
        };
        Cursor::new(self.id, key, corrected)
    }
}
