//! Several statements in one transaction and one round trip.

use db::{Access, Connection, Param, Row};
use futures_util::future::join_all;
use store::locks;

/// A statement and its parameters.
pub(crate) type Statement<'a> = (&'a str, &'a [Param<'a>]);

/// Runs statements one after the other in a transaction; they are sent together. Each sees what those before
/// it have written.
///
/// # Errors
/// The first statement that fails, after which nothing is written.
pub(crate) async fn transaction(
    mut connection: Connection,
    statements: &[Statement<'_>],
) -> Result<Vec<Vec<Row>>, db::Error> {
    connection.transaction_begins();
    let shared = &connection;
    let (begun, answers, committed) = tokio::join!(
        biased;
        shared.begin(Access::ReadWrite),
        join_all(statements.iter().map(|(sql, params)| shared.query(sql, params))),
        shared.commit(),
    );
    begun?;
    let rows = answers.into_iter().collect::<Result<_, _>>()?;
    committed?;
    connection.transaction_ended();
    Ok(rows)
}

/// The statement that takes the locks on the bookmarks of projects, which a SELECT of `project_id` names. An
/// import holds the lock while it counts duplicates, so whoever adds or removes bookmarks waits for it.
/// Several are taken in one order.
pub(crate) fn lock(projects: &str) -> String {
    format!(
        "SELECT pg_advisory_xact_lock(key)
         FROM (SELECT DISTINCT {} AS key FROM ({projects}) AS p ORDER BY key) AS keys",
        locks::bookmarks_key("p.project_id")
    )
}
