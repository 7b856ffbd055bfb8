//! A bookmark as clients see it.

use db::{Row, Timestamptz};
use lambda_http::http::StatusCode;
use serde::Serialize;
use serde_json::value::RawValue;
use store::folder_paths::{self, MOST_FURTHER};
use store::search::BookmarkRow;
use uuid::Uuid;
use web::{Error, Response, json, with_etag};

/// The version of `bookmarks b`, as the text of an entity tag: its last change to the microsecond. As text it
/// would depend on the session's settings, and it may be infinite.
pub(crate) const ETAG: &str = "encode(timestamptz_send(coalesce(b.updated_at, '-infinity')), 'hex')";

/// The time of a change of `bookmarks b`, always later than that of the version before, though clocks are set
/// back.
pub(crate) const NOW: &str =
    "greatest(clock_timestamp(), coalesce(b.updated_at, '-infinity') + interval '1 microsecond')";

/// Characters of the texts of a bookmark that has an answer to itself. Longer ones came with a file, and an
/// answer would not hold them.
const WHOLE: usize = 500_000;

/// A bookmark.
#[derive(Debug, Serialize)]
pub(crate) struct Bookmark {
    pub(crate) id: Uuid,
    number: Option<i64>,
    url: String,
    title: String,
    description: Option<String>,
    notes: Option<String>,
    domain: Option<String>,
    folder_id: Option<Uuid>,
    /// The names of its folders, from the root; 1,024 bytes of the innermost, after a `…` where there are
    /// more.
    folder_path: Box<RawValue>,
    /// The paths of the folders of merged duplicates.
    further_folders: Box<RawValue>,
    tags: Vec<String>,
    suggested_tags: Vec<String>,
    add_date: Option<Timestamptz>,
    last_modified: Option<Timestamptz>,
    created_at: Option<Timestamptz>,
    updated_at: Option<Timestamptz>,
    is_archived: bool,
    unread: bool,
    project_id: Option<i32>,
    import_job_id: Option<Uuid>,
    /// What is known of whether its address still answers; null while nobody has asked.
    health: Option<String>,
    /// The names of the fields that are longer than shown.
    shortened: Vec<String>,
}

/// The columns that [`Bookmark::from_row`] reads. Fields are shortened after so many characters, tags after
/// so many.
fn columns(path: fn(&str) -> String, url: usize, title: usize, text: usize, tags: usize) -> String {
    let (of_folder, of_further) = (path("b.folder_id"), path("further.id"));
    format!(
        "b.id, b.number, left(b.url, {url}), left(b.title, {title}), left(b.description, {text}),
         left(b.notes, {text}), b.domain, b.folder_id, {of_folder}::text,
         coalesce((SELECT jsonb_agg({of_further} ORDER BY further.nth)
                   FROM unnest(b.further_folder_ids[1:{MOST_FURTHER}]) WITH ORDINALITY AS further (id, nth)),
                  '[]')::text,
         ARRAY(SELECT left(tag, 255) FROM unnest(b.tags) WITH ORDINALITY AS t (tag, nth)
               WHERE tag IS NOT NULL ORDER BY nth LIMIT {tags}),
         ARRAY(SELECT tag FROM unnest(b.suggested_tags) AS tag WHERE tag IS NOT NULL LIMIT {tags}),
         b.add_date, b.last_modified, b.created_at, b.updated_at, b.is_archived, b.unread, b.project_id,
         b.import_job_id,
         array_remove(ARRAY[
             CASE WHEN octet_length(b.url) > {url} AND length(b.url) > {url} THEN 'url' END,
             CASE WHEN octet_length(b.title) > {title} AND length(b.title) > {title} THEN 'title' END,
             CASE WHEN octet_length(b.description) > {text} AND length(b.description) > {text}
                  THEN 'description' END,
             CASE WHEN octet_length(b.notes) > {text} AND length(b.notes) > {text} THEN 'notes' END,
             CASE WHEN cardinality(b.tags) > {tags} THEN 'tags' END], NULL)"
    )
}

impl BookmarkRow for Bookmark {
    const WIDTH: usize = 21;

    /// Of a list, which stays in proportion to its rows.
    fn columns() -> String {
        columns(folder_paths::of_shown, 2_048, 1_024, 4_096, 100)
    }

    fn from_row(row: &Row) -> Result<Self, db::Error> {
        Ok(Self {
            id: row.try_get(0)?,
            number: row.try_get(1)?,
            url: row.try_get(2)?,
            title: row.try_get(3)?,
            description: row.try_get(4)?,
            notes: row.try_get(5)?,
            domain: row.try_get(6)?,
            folder_id: row.try_get(7)?,
            folder_path: folder_paths::read(row, 8)?,
            further_folders: folder_paths::read(row, 9)?,
            tags: row.try_get(10)?,
            suggested_tags: row.try_get(11)?,
            add_date: row.try_get(12)?,
            last_modified: row.try_get(13)?,
            created_at: row.try_get(14)?,
            updated_at: row.try_get(15)?,
            is_archived: row.try_get(16)?,
            unread: row.try_get(17)?,
            project_id: row.try_get(18)?,
            import_job_id: row.try_get(19)?,
            health: None,
            shortened: row.try_get(20)?,
        })
    }
}

impl Bookmark {
    /// The columns of a bookmark that has an answer to itself, and its entity tag behind them.
    pub(crate) fn whole() -> String {
        format!("{}, {ETAG}", columns(folder_paths::of_one, WHOLE, WHOLE, WHOLE, 10_000))
    }
}

/// A bookmark with its entity tag, from a row that begins with [`Bookmark::whole`].
pub(crate) fn response(status: StatusCode, row: &Row) -> Result<Response, Error> {
    let response = json(status, &Bookmark::from_row(row)?)?;
    with_etag(response, row.try_get(Bookmark::WIDTH)?)
}
