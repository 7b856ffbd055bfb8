//! An entry that was not stored as it stood in the file.

use db::{Row, Timestamptz};
use serde::Serialize;
use serde_json::value::RawValue;
use store::folder_paths;
use uuid::Uuid;
use web::Error;

/// Selects how much of each field is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fields {
    Whole,
    /// For lists: texts after some thousand characters, tags after the hundredth, attributes where they are
    /// long.
    Shortened,
}

impl Fields {
    /// Returns the columns that [`Rejection::from_row`] reads, in its order, of `import_entries e`, with the
    /// expression of the folder's path.
    pub(super) fn columns(self, path: &str) -> String {
        match self {
            Self::Whole => format!(
                "e.id, e.position, e.line, e.outcome, e.reason, e.url, e.title, ({path})::text, e.add_date,
                 e.last_modified, e.last_visited, ARRAY(SELECT unnest(e.tags)), e.description,
                 e.attributes::text, ARRAY[]::text[]"
            ),
            Self::Shortened => format!(
                "e.id, e.position, e.line, e.outcome, left(e.reason, 2048), left(e.url, 2048),
                 left(e.title, 1024), ({path})::text, e.add_date, e.last_modified, e.last_visited,
                 ARRAY(SELECT left(tag, 255) FROM unnest(e.tags) AS tag LIMIT 100), left(e.description, 4096),
                 CASE WHEN octet_length(e.attributes::text) <= 8192 THEN e.attributes::text END,
                 array_remove(ARRAY[
                     CASE WHEN length(e.reason) > 2048 THEN 'reason' END,
                     CASE WHEN length(e.url) > 2048 THEN 'url' END,
                     CASE WHEN length(e.title) > 1024 THEN 'title' END,
                     CASE WHEN cardinality(e.tags) > 100
                               OR (SELECT max(length(tag)) FROM unnest(e.tags) AS tag) > 255 THEN 'tags' END,
                     CASE WHEN length(e.description) > 4096 THEN 'description' END,
                     CASE WHEN octet_length(e.attributes::text) > 8192 THEN 'attributes' END], NULL)"
            ),
        }
    }
}

/// A skipped or failed entry, or one that was stored with a warning.
#[derive(Serialize)]
pub(super) struct Rejection {
    pub(super) id: Uuid,
    /// Number of the bookmark in the file, counted from 1; null for a folder, a separator, or the file as a
    /// whole.
    position: Option<i32>,
    /// The line it stood on, counted from 1.
    line: i32,
    /// `skipped`, `failed`, or `warning` for what was stored or merged all the same.
    outcome: &'static str,
    reason: Option<String>,
    pub(super) url: Option<String>,
    pub(super) title: Option<String>,
    /// As of a bookmark.
    folder_path: Box<RawValue>,
    pub(super) add_date: Option<Timestamptz>,
    pub(super) last_modified: Option<Timestamptz>,
    pub(super) last_visited: Option<Timestamptz>,
    pub(super) tags: Vec<String>,
    pub(super) description: Option<String>,
    /// An object of strings.
    pub(super) attributes: Option<Box<RawValue>>,
    /// The names of the fields that are longer than shown; whole at `rejections/<id>`.
    shortened: Vec<String>,
}

impl Rejection {
    /// From a row of [`Fields::columns`]; none from one of nulls.
    pub(super) fn from_row(row: &Row) -> Result<Option<Self>, Error> {
        let Some(id) = row.try_get(0)? else { return Ok(None) };
        Ok(Some(Self {
            id,
            position: row.try_get(1)?,
            line: row.try_get(2)?,
            outcome: match row.try_get::<_, &str>(3)? {
                "skipped" => "skipped",
                "failed" => "failed",
                _ => "warning",
            },
            reason: row.try_get(4)?,
            url: row.try_get(5)?,
            title: row.try_get(6)?,
            folder_path: folder_paths::read(row, 7)?,
            add_date: row.try_get(8)?,
            last_modified: row.try_get(9)?,
            last_visited: row.try_get(10)?,
            tags: row.try_get::<_, Vec<Option<String>>>(11)?.into_iter().flatten().collect(),
            description: row.try_get(12)?,
            attributes: row
                .try_get::<_, Option<String>>(13)?
                .map(RawValue::from_string)
                .transpose()
                .map_err(Error::internal)?,
            shortened: row.try_get(14)?,
        }))
    }

    /// Returns whether it can be sent alone: Lambda takes 6 MiB, in which each quotation mark may take four
    /// bytes.
    pub(super) fn fits_an_answer(&self) -> bool {
        let texts = [&self.reason, &self.url, &self.title, &self.description];
        let bytes: usize = texts.into_iter().flatten().map(String::len).sum();
        let tags: usize = self.tags.iter().map(String::len).sum();
        bytes + tags + self.attributes.as_ref().map_or(0, |attributes| attributes.get().len()) <= 1_400_000
    }
}
