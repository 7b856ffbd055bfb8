//! The first bookmarks of an import, as its answer shows them.

use app::{Connection, Error, Param};
use serde::Serialize;
use time::OffsetDateTime;
use tokio_postgres::Row;
use tokio_postgres::types::Type;
use uuid::Uuid;

use crate::job::Job;

/// How many bookmarks the sample holds.
pub(crate) const SAMPLE: usize = 10;

const COLUMNS: &str = "id, url, title, domain, original_folder, folder_path, add_date, last_modified, tags,
                       description, created_at";

/// A bookmark as clients see it.
#[derive(Debug, Serialize)]
pub(crate) struct Sample {
    id: Uuid,
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
}

/// The bookmarks of these ids, inside the import's transaction.
pub(crate) async fn of(connection: &Connection, ids: &[Uuid]) -> Result<Vec<Sample>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM bookmarks WHERE id = ANY ($1) ORDER BY id");
    let rows = connection.query(&sql, &[(&ids, Type::UUID_ARRAY)]).await?;
    rows.iter().map(from_row).collect()
}

/// Ends the transaction, which has nothing in it, and reads the first bookmarks of a job that is done.
///
/// A job's bookmarks have ids a moment younger than its own, so the primary key leads straight to them. The comparison
/// that no index serves keeps the planner from reading and sorting all of the job's bookmarks instead.
pub(crate) async fn after_rollback(connection: &mut Connection, job: &Job) -> Result<Vec<Sample>, Error> {
    let sql = format!(
        "SELECT {COLUMNS} FROM bookmarks WHERE id > $1 AND import_job_id IS NOT DISTINCT FROM $1
         ORDER BY id LIMIT least($2, {SAMPLE})"
    );
    let params: [Param<'_>; 2] = [(&job.id, Type::UUID), (&job.imported_count, Type::INT4)];
    let shared = &*connection;
    let (ended, rows) = tokio::join!(
        biased;
        shared.command("ROLLBACK"),
        shared.query(&sql, &params),
    );
    ended?;
    connection.transaction_ended();
    rows?.iter().map(from_row).collect()
}

fn from_row(row: &Row) -> Result<Sample, Error> {
    Ok(Sample {
        id: row.try_get(0)?,
        url: row.try_get(1)?,
        title: row.try_get(2)?,
        domain: row.try_get(3)?,
        original_folder: row.try_get(4)?,
        folder_path: row.try_get::<_, Option<_>>(5)?.unwrap_or_default(),
        add_date: row.try_get(6)?,
        last_modified: row.try_get(7)?,
        tags: row.try_get::<_, Option<_>>(8)?.unwrap_or_default(),
        description: row.try_get(9)?,
        created_at: row.try_get(10)?,
    })
}
