//! Who ran a migration, and how long it took: what refinery's table has no room for.
//!
//! The log is a table of branchline's own beside the history, to which each run adds a row in the transaction that changes
//! the history. Nothing depends on it: where it cannot be made or read, the runs go on without.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result};
use schema_core::Applied;
use tokio_postgres::Client;

use super::progress::beside;
use super::sqlstate;
use crate::database::{execute, literal, now, one_row, rows};
use crate::report::Direction;

const TABLE: &str = "branchline_log";

/// insufficient_privilege
const FORBIDDEN: &str = "42501";

/// What the log has about an applied migration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Logged {
    /// The role that logged in.
    pub(crate) role: String,
    /// How long the last attempt took, in milliseconds.
    pub(crate) duration_ms: u64,
}

/// The log's table, made where it is not there; none where the role may not.
///
/// # Errors
/// The server's refusal of anything else.
pub(crate) async fn ensure(session: &Client, history: &str) -> Result<Option<String>> {
    let table = beside(history, TABLE);
    match may(session, &table, "INSERT").await? {
        Some(may) => Ok(may.then_some(table)),
        None => {
            let create = format!(
                "CREATE TABLE IF NOT EXISTS {table} (version int4 NOT NULL, direction text NOT NULL, \
                 role text NOT NULL, at text NOT NULL, duration_ms int8 NOT NULL)"
            );
            match execute(session, &create).await {
                Ok(()) => Ok(Some(table)),
                Err(error) if sqlstate(&error) == Some(FORBIDDEN) => Ok(None),
                Err(error) => Err(error).with_context(|| format!("{table} cannot be made")),
            }
        }
    }
}

/// The statement that logs a migration whose change of the history is made.
pub(super) fn insert(log: &str, history: &str, version: i32, direction: Direction, took: Duration) -> String {
    let ms = took.as_millis();
    match direction {
        Direction::Up => format!(
            "INSERT INTO {log} SELECT version, 'up', session_user, applied_on, {ms} FROM {history} \
             WHERE version = {version}"
        ),
        Direction::Down => {
            format!("INSERT INTO {log} VALUES ({version}, 'down', session_user, {}, {ms})", now())
        }
    }
}

/// What the log has about the history's rows, by number. A row that was stamped, or that another tool wrote, has no entry.
///
/// # Errors
/// The server's refusal, or a table of that name that is not ours.
pub(crate) async fn read(
    session: &Client,
    history: &str,
    applied: &[Applied],
) -> Result<BTreeMap<i32, Logged>> {
    let table = beside(history, TABLE);
    if may(session, &table, "SELECT").await? != Some(true) {
        return Ok(BTreeMap::new());
    }
    let sql = format!("SELECT version, at, role, duration_ms FROM {table} WHERE direction = 'up'");
    let entries = rows(session, &sql).await.with_context(|| format!("{table} cannot be read"))?;
    let entries = entries.iter().filter_map(|row| {
        let version = row.get(0)?.parse().ok()?;
        applied
            .iter()
            .find(|applied| applied.version == version && Some(&*applied.applied_on) == row.get(1))?;
        let logged = Logged { role: row.get(2)?.to_owned(), duration_ms: row.get(3)?.parse().ok()? };
        Some((version, logged))
    });
    Ok(entries.collect())
}

/// Whether the role has a right to the table; none where there is no table.
async fn may(session: &Client, table: &str, right: &str) -> Result<Option<bool>> {
    let sql = format!("SELECT has_table_privilege(to_regclass({}), '{right}')", literal(table));
    let row = one_row(session, &sql).await?;
    Ok(row.and_then(|row| row.get(0).map(|may| may == "t")))
}
