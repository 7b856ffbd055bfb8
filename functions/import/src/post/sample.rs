//! The first bookmarks of an import, as its answer shows them.

use db::{Connection, Param};
use store::Bookmark;
use store::scope::{IN_INDEX_ORDER, OWN};
use tokio_postgres::types::Type;
use uuid::Uuid;
use web::Error;

use crate::job::Job;

/// Number of bookmarks in the sample.
pub(crate) const SAMPLE: usize = 10;

/// The bookmarks of these ids, inside the import's transaction.
pub(crate) async fn read(connection: &Connection, ids: &[Uuid]) -> Result<Vec<Bookmark>, Error> {
    let sql = format!(
        "SELECT {} FROM bookmarks b WHERE b.{OWN} AND b.id = ANY ($1) ORDER BY b.id",
        Bookmark::columns()
    );
    let rows = connection.query(&sql, &[(&ids, Type::UUID_ARRAY)]).await?;
    Ok(rows.iter().map(Bookmark::from_row).collect::<Result<_, _>>()?)
}

/// Reads the first bookmarks of a job that is done, and ends the transaction, which has nothing in it.
///
/// A job's bookmarks have ids a moment younger than its own, so the primary key leads straight to them, in
/// their order. The comparison that no index serves keeps the planner from that of the jobs.
pub(crate) async fn read_and_roll_back(
    connection: &mut Connection,
    job: &Job,
) -> Result<Vec<Bookmark>, Error> {
    let sql = format!(
        "SELECT {} FROM bookmarks b WHERE b.{OWN} AND b.id > $1 AND b.import_job_id IS NOT DISTINCT FROM $1
         ORDER BY b.id LIMIT least($2, {SAMPLE})",
        Bookmark::columns()
    );
    let params: [Param<'_>; 2] = [(&job.id, Type::UUID), (&job.imported_count, Type::INT4)];
    let shared = &*connection;
    let (rows, ended) = tokio::join!(
        biased;
        shared.query_with_settings(IN_INDEX_ORDER, &sql, &params),
        shared.command("ROLLBACK"),
    );
    ended?;
    connection.transaction_ended();
    Ok(rows?.iter().map(Bookmark::from_row).collect::<Result<_, _>>()?)
}
