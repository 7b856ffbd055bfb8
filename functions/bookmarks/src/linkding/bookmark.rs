//! A bookmark in linkding's JSON.

use db::{Row, Timestamptz};
use serde::Serialize;

use super::dates::{snapshot_url, written};

/// The date when `bookmarks b` was added; an import brings it from a file. By this very expression it is
/// indexed.
pub(super) const ADDED: &str = "coalesce(b.add_date, b.created_at, '-infinity')";

/// The date of its last change, indexed likewise.
pub(super) const MODIFIED: &str = "coalesce(b.updated_at, b.created_at, '-infinity')";

/// The sixteen members that a bookmark always has.
#[derive(Debug, Serialize)]
pub(super) struct Bookmark {
    id: i64,
    url: String,
    title: String,
    description: String,
    notes: String,
    web_archive_snapshot_url: String,
    /// Nothing here keeps icons.
    favicon_url: Option<String>,
    preview_image_url: Option<String>,
    is_archived: bool,
    unread: bool,
    shared: bool,
    tag_names: Vec<String>,
    date_added: String,
    date_modified: String,
    website_title: Option<String>,
    website_description: Option<String>,
}

impl Bookmark {
    /// The columns of `bookmarks b` that [`Bookmark::from_row`] reads.
    pub(super) fn columns() -> String {
        format!(
            "b.number, b.url, b.title, coalesce(b.description, ''), coalesce(b.notes, ''), b.is_archived, \
             b.unread, b.shared, ARRAY(SELECT tag FROM unnest(b.tags) AS tag WHERE tag IS NOT NULL)::text[], \
             {ADDED}, {MODIFIED}"
        )
    }

    /// From a row in which [`Bookmark::columns`] begin at `first`.
    ///
    /// # Errors
    /// The row has other columns.
    pub(super) fn from_row(row: &Row, first: usize) -> Result<Self, db::Error> {
        let url: String = row.try_get(first + 1)?;
        let mut tag_names: Vec<String> = row.try_get(first + 8)?;
        tag_names.sort_unstable();
        let date_added: Timestamptz = row.try_get(first + 9)?;
        let date_modified: Timestamptz = row.try_get(first + 10)?;
        Ok(Self {
            id: row.try_get(first)?,
            title: row.try_get(first + 2)?,
            description: row.try_get(first + 3)?,
            notes: row.try_get(first + 4)?,
            web_archive_snapshot_url: snapshot_url(date_added, &url),
            favicon_url: None,
            preview_image_url: None,
            is_archived: row.try_get(first + 5)?,
            unread: row.try_get(first + 6)?,
            shared: row.try_get(first + 7)?,
            tag_names,
            date_added: written(date_added),
            date_modified: written(date_modified),
            website_title: None,
            website_description: None,
            url,
        })
    }
}
