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

use prepared::begin_and_run;
pub(crate) use prepared::{Prepared, begin_with};
pub(crate) use watch::Mark;
pub use watch::{CatalogWatch, Changes, ReadCounts, flush_counts};

/// Reads the facts of all relations.
const RELATIONS: Prepared = Prepared { declaration: "branchline_relations", text: query::of_relations };
/// Reads those of all other objects.
const OTHERS: Prepared = Prepared { declaration: "branchline_others", text: query::of_others };

/// Reads what depends on what.
const DEPENDENCIES: Prepared =
    Prepared { declaration: "branchline_dependencies", text: |_| query::dependencies() };

/// With an empty path every name in a definition has its schema; a moment, a date, a number in a default is
/// printed as the session has it. The server's compiler costs more than it saves here, and so does a plan for
/// each parameter.
const SETTINGS: &str = "SET LOCAL search_path = pg_catalog; SET LOCAL jit = off; \
    SET LOCAL plan_cache_mode = force_generic_plan; SET LOCAL TimeZone = 'UTC'; \
    SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL IntervalStyle = 'postgres'; \
    SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex'; SET LOCAL quote_all_identifiers = off";

const READING: &str = "reading the catalog";

/// What a reading runs in. Either leaves the session's settings as they were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Frame {
    /// A transaction of its own: everything on one snapshot.
    #[default]
    Transaction,
    /// A part of a transaction that is under way in the session, whose changes are read.
    Savepoint,
}

impl Frame {
    pub(crate) fn begin(self) -> &'static str {
        match self {
            Self::Transaction => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            Self::Savepoint => "SAVEPOINT branchline",
        }
    }

    pub(crate) fn end(self) -> &'static str {
        match self {
            Self::Transaction => "COMMIT",
            Self::Savepoint => Self::BACK,
        }
    }

    fn undo(self) -> &'static str {
        match self {
            Self::Transaction => "ROLLBACK",
            Self::Savepoint => Self::BACK,
        }
    }

    const BACK: &str = "ROLLBACK TO branchline; RELEASE branchline";
}

/// The statements that begin a reading of a catalog.
pub(crate) fn begin(frame: Frame) -> String {
    format!("{}; {SETTINGS}", frame.begin())
}

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
    whole(session, &[RELATIONS, OTHERS], "").await
}

/// Reads a database's catalog with what depends on what, which writing it as a script takes. As many round
/// trips.
///
/// # Errors
/// The server's refusal.
pub async fn read_with_dependencies(session: &Client) -> Result<Catalog> {
    let further = format!("EXECUTE branchline_dependencies; {};", query::reader());
    whole(session, &[RELATIONS, OTHERS, DEPENDENCIES], &further).await
}

async fn whole(session: &Client, statements: &[Prepared], further: &str) -> Result<Catalog> {
    framed(session, Frame::Transaction, async || {
        begin_with(session, &begin(Frame::Transaction), statements).await?;
        let sql = format!("EXECUTE branchline_relations; EXECUTE branchline_others; {further} COMMIT");
        let rows = rows(session, &sql).await?;
        Ok(Reading::default().add_all(&rows)?.catalog)
    })
    .await
    .context(READING)
}

/// Reads in a frame, which the reading begins and ends.
pub(crate) async fn framed<T>(
    session: &Client,
    frame: Frame,
    read: impl AsyncFnOnce() -> Result<T>,
) -> Result<T> {
    let read = read().await;
    if read.is_err() {
        // The caller reports the cause; the session may be lost.
        let _ = execute(session, frame.undo()).await;
    }
    read
}
