//! Reading a database's catalog.

mod prepared;
mod query;
mod reading;
mod watch;

use anyhow::{Context, Result};
use model::Catalog;
use tokio_postgres::Client;

use crate::database::{execute, rows};
use reading::Reading;

pub(crate) use prepared::{Prepared, begin_and_run, begin_with};
pub use watch::{CatalogWatch, Changes, ReadCounts, flush_counts};

/// Reads the facts of all relations.
const RELATIONS: Prepared = Prepared { declaration: "branchline_relations", text: query::of_relations };
/// Reads those of all other objects.
const OTHERS: Prepared = Prepared { declaration: "branchline_others", text: query::of_others };

/// Everything on one snapshot. With an empty path every name in a definition has its schema; a moment, a
/// date, a number in a default is printed as the session has it. The server's compiler costs more than it
/// saves here, and so does a plan for each parameter.
pub(crate) const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; \
    SET LOCAL search_path = pg_catalog; SET LOCAL jit = off; SET LOCAL plan_cache_mode = force_generic_plan; \
    SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL IntervalStyle = 'postgres'; \
    SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex'; SET LOCAL quote_all_identifiers = off";

/// The kinds of things that no catalog holds, for whoever relies on a comparison.
pub const NOT_COMPARED: [&str; 4] = [
    "large objects",
    "roles, tablespaces and settings of the server",
    "what subscriptions connect to",
    "planner statistics",
];

/// Reads a database's catalog, in two round trips; a session's first has one more.
///
/// # Errors
/// The server's refusal.
pub async fn read(session: &Client) -> Result<Catalog> {
    whole(session, "").await
}

/// Reads a database's catalog with what depends on what, which writing it as a script takes. As many round
/// trips.
///
/// # Errors
/// The server's refusal.
pub async fn read_with_dependencies(session: &Client) -> Result<Catalog> {
    whole(session, &query::dependencies()).await
}

async fn whole(session: &Client, dependencies: &str) -> Result<Catalog> {
    in_transaction(session, async || {
        begin_with(session, BEGIN, &[RELATIONS, OTHERS]).await?;
        let sql = format!("EXECUTE branchline_relations; EXECUTE branchline_others; {dependencies} COMMIT");
        let rows = rows(session, &sql).await?;
        Ok(Reading::default().add_all(&rows)?.catalog)
    })
    .await
}

/// Reads in a transaction, which leaves the session's settings as they were.
pub(crate) async fn in_transaction<T>(session: &Client, read: impl AsyncFnOnce() -> Result<T>) -> Result<T> {
    let read = read().await.context("reading the catalog");
    if read.is_err() {
        // The caller reports the cause; the session may be lost.
        let _ = execute(session, "ROLLBACK").await;
    }
    read
}
