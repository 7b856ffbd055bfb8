//! A project as clients see it, whichever function answers.

use db::{Row, Timestamptz};
use serde::Serialize;

/// The version of `projects p` and of its tokens, as the text of an entity tag: the project's last change to
/// the microsecond. As text it would depend on the session's settings, and it may be infinite.
pub const PROJECT_ETAG: &str = "encode(timestamptz_send(p.updated_at), 'hex')";

/// A project, with the counts of what it holds.
#[derive(Debug, Serialize)]
pub struct Project {
    /// Its id: projects that were made later have larger ones.
    pub id: i32,
    name: String,
    description: Option<String>,
    created_at: Timestamptz,
    updated_at: Timestamptz,
    /// How many bookmarks it has.
    bookmarks: i64,
    /// How many extraction jobs it has.
    extraction_jobs: i64,
    /// The names of the fields that are longer than shown; left out where there is none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    shortened: Vec<&'static str>,
}

impl Project {
    /// Columns that [`Project::from_row`] reads, in its order, of `projects p`. A longer description is
    /// shortened to so many characters, so that an answer stays in proportion to its rows.
    #[must_use]
    pub fn columns(description_characters: usize) -> String {
        let count = |table: &str| {
            format!(
                "(SELECT count(*) FROM {table} AS c
                  WHERE c.organization_id = p.organization_id AND c.project_id = p.id)"
            )
        };
        columns(description_characters, &count("bookmarks"), &count("extraction_jobs"))
    }

    /// The same of `listed_projects p`, which has the counts.
    #[must_use]
    pub fn listed_columns(description_characters: usize) -> String {
        columns(description_characters, "p.bookmarks", "p.extraction_jobs")
    }

    /// How many columns these are.
    pub const WIDTH: usize = 8;

    /// From a row that begins with [`Project::columns`] or [`Project::listed_columns`].
    ///
    /// # Errors
    /// The row has other columns.
    pub fn from_row(row: &Row) -> Result<Self, db::Error> {
        Ok(Self {
            id: row.try_get(0)?,
            name: row.try_get(1)?,
            description: row.try_get(2)?,
            created_at: row.try_get(3)?,
            updated_at: row.try_get(4)?,
            bookmarks: row.try_get(5)?,
            extraction_jobs: row.try_get(6)?,
            shortened: if row.try_get(7)? { vec!["description"] } else { Vec::new() },
        })
    }
}

fn columns(description_characters: usize, bookmarks: &str, extraction_jobs: &str) -> String {
    format!(
        "p.id, p.name, left(p.description, {description_characters}), p.created_at, p.updated_at,
         {bookmarks}, {extraction_jobs},
         coalesce(length(p.description) > {description_characters}, false)"
    )
}
