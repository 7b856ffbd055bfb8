//! A row of the tree.

use db::{Row, Timestamptz};
use serde_json::value::RawValue;
use uuid::Uuid;
use web::Error;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Folder,
    Bookmark,
    /// An entry that was merged into a bookmark, at its place and with its values in its file.
    Duplicate,
    Separator,
}

/// A folder, bookmark, merged duplicate or separator. Fields that do not apply to a kind are `None`.
#[derive(Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) kind: Kind,
    /// Its folder; a folder's parent. `None` at the root.
    pub(crate) folder_id: Option<Uuid>,
    /// Number of folders above it.
    pub(crate) depth: usize,
    pub(crate) id: Uuid,
    pub(crate) url: Option<&'a str>,
    /// A folder's name.
    pub(crate) title: Option<&'a str>,
    pub(crate) domain: Option<&'a str>,
    pub(crate) original_folder: Option<&'a str>,
    pub(crate) add_date: Option<Timestamptz>,
    pub(crate) last_modified: Option<Timestamptz>,
    pub(crate) last_visited: Option<Timestamptz>,
    pub(crate) tags: Vec<&'a str>,
    pub(crate) description: Option<&'a str>,
    /// A JSON object of strings.
    pub(crate) attributes: Option<&'a RawValue>,
    /// Folders of its duplicates; `None` among them is the root.
    pub(crate) further_folder_ids: Vec<Option<Uuid>>,
    pub(crate) summary: Option<&'a str>,
    pub(crate) content_type: Option<&'a str>,
    pub(crate) created_at: Option<Timestamptz>,
    /// The bookmark that a duplicate was merged into.
    pub(crate) bookmark_id: Option<Uuid>,
    /// Among all rows, from 1.
    pub(crate) position: i64,
    /// A bookmark's integer, beside its id.
    pub(crate) number: Option<i64>,
    pub(crate) is_archived: bool,
    pub(crate) unread: bool,
    /// A person's own text beside the description.
    pub(crate) notes: Option<&'a str>,
    pub(crate) suggested_tags: Vec<&'a str>,
    /// The columns that a person set.
    pub(crate) edited: Vec<&'a str>,
    /// True if linkding's clients marked it as shared.
    pub(crate) shared: bool,
}

impl<'a> Entry<'a> {
    /// Reads a row of `tree.sql`.
    pub(crate) fn from_row(row: &'a Row) -> Result<Self, Error> {
        let kind = match row.try_get(0)? {
            "folder" => Kind::Folder,
            "bookmark" => Kind::Bookmark,
            "duplicate" => Kind::Duplicate,
            _ => Kind::Separator,
        };
        let attributes: Option<&str> = row.try_get(13)?;
        Ok(Self {
            kind,
            folder_id: row.try_get(1)?,
            depth: usize::try_from(row.try_get::<_, i32>(2)?).unwrap_or(0),
            id: row.try_get(3)?,
            url: row.try_get(4)?,
            title: row.try_get(5)?,
            domain: row.try_get(6)?,
            original_folder: row.try_get(7)?,
            add_date: row.try_get(8)?,
            last_modified: row.try_get(9)?,
            last_visited: row.try_get(10)?,
            tags: row.try_get::<_, Vec<Option<&str>>>(11)?.into_iter().flatten().collect(),
            description: row.try_get(12)?,
            attributes: attributes.map(serde_json::from_str).transpose().map_err(Error::internal)?,
            further_folder_ids: row.try_get(14)?,
            summary: row.try_get(15)?,
            content_type: row.try_get(16)?,
            created_at: row.try_get(17)?,
            bookmark_id: row.try_get(18)?,
            position: row.try_get(19)?,
            number: row.try_get(20)?,
            is_archived: row.try_get::<_, Option<bool>>(21)?.unwrap_or(false),
            unread: row.try_get::<_, Option<bool>>(22)?.unwrap_or(false),
            notes: row.try_get(23)?,
            suggested_tags: row.try_get(24)?,
            edited: row.try_get(25)?,
            shared: row.try_get::<_, Option<bool>>(26)?.unwrap_or(false),
        })
    }
}
