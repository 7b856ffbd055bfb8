//! A row of the tree.

use app::Error;
use serde_json::Value;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::moment::Moment;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Folder,
    Bookmark,
    /// A bookmark in one of its further folders.
    Copy,
    Separator,
}

/// A folder, bookmark or separator. What a kind has not is none.
#[derive(Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) kind: Kind,
    /// Where it stands: a folder's path ends with its parent.
    pub(crate) folder_path: Vec<&'a str>,
    pub(crate) id: Option<Uuid>,
    pub(crate) url: Option<&'a str>,
    /// A folder's name.
    pub(crate) title: Option<&'a str>,
    pub(crate) domain: Option<&'a str>,
    pub(crate) original_folder: Option<&'a str>,
    pub(crate) add_date: Option<Moment>,
    pub(crate) last_modified: Option<Moment>,
    pub(crate) last_visited: Option<Moment>,
    pub(crate) tags: Vec<&'a str>,
    pub(crate) description: Option<&'a str>,
    /// An object of strings.
    pub(crate) attributes: Option<Value>,
    /// An array of paths.
    pub(crate) further_folders: Option<Value>,
    pub(crate) summary: Option<&'a str>,
    pub(crate) content_type: Option<&'a str>,
    pub(crate) created_at: Option<Moment>,
}

impl<'a> Entry<'a> {
    /// Reads a row of `tree.sql`.
    pub(crate) fn from_row(row: &'a Row) -> Result<Self, Error> {
        let kind = match row.try_get(0)? {
            "folder" => Kind::Folder,
            "bookmark" => Kind::Bookmark,
            "copy" => Kind::Copy,
            _ => Kind::Separator,
        };
        Ok(Self {
            kind,
            folder_path: row.try_get(1)?,
            id: row.try_get(2)?,
            url: row.try_get(3)?,
            title: row.try_get(4)?,
            domain: row.try_get(5)?,
            original_folder: row.try_get(6)?,
            add_date: row.try_get(7)?,
            last_modified: row.try_get(8)?,
            last_visited: row.try_get(9)?,
            tags: row.try_get::<_, Option<_>>(10)?.unwrap_or_default(),
            description: row.try_get(11)?,
            attributes: row.try_get(12)?,
            further_folders: row.try_get(13)?,
            summary: row.try_get(14)?,
            content_type: row.try_get(15)?,
            created_at: row.try_get(16)?,
        })
    }
}
