//! Records who ran a migration, and how long it took: refinery's table has no columns for them.
//!
//! The log is a table of branchline's own beside the history, to which each run adds a row in the transaction
//! that changes the history. Nothing depends on it: where it cannot be made or read, the runs go on without.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result};
use files::{Applied, VersionType};
use tokio_postgres::Client;

use super::progress::beside;
use super::sqlstate;
use crate::database::{HistoryTable, execute, literal, now, one_row, rows};
use crate::report::Direction;

const TABLE: &str = "branchline_log";

/// insufficient_privilege
const FORBIDDEN: &str = "42501";

/// The log's entry about an applied migration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged {
    /// The role that logged in.
    pub role: String,
    /// Duration of the last attempt, in milliseconds.
    pub duration_ms: u64,
}

/// The log's table, made where it is not there; none where the role may not.
///
/// # Errors
/// The server's refusal of anything else.
pub async fn ensure(session: &Client, history: &HistoryTable) -> Result<Option<String>> {
    let table = beside(&history.name, TABLE);
    match may(session, &table, "INSERT").await? {
        Some(false) => Ok(None),
        Some(true) if is_too_narrow(session, &table, history.versions).await? => Ok(None),
        Some(true) => Ok(Some(table)),
        None => {
            let create = format!(
                "CREATE TABLE IF NOT EXISTS {table} (version int8 NOT NULL, direction text NOT NULL, \
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

/// Returns whether the log's numbers have 4 bytes and the history's 8. [`widen`] puts that right.
async fn is_too_narrow(session: &Client, log: &str, versions: VersionType) -> Result<bool> {
    if versions == VersionType::Int4 {
        return Ok(false);
    }
    let sql = format!(
        "SELECT atttypid = 'int4'::regtype FROM pg_attribute \
         WHERE attrelid = to_regclass({}) AND attname = 'version'",
        literal(log)
    );
    Ok(one_row(session, &sql).await?.is_some_and(|row| row.get(0) == Some("t")))
}

/// The statement that gives a log with 4-byte numbers 8-byte ones; none where there is no such log.
///
/// # Errors
/// The server's refusal.
pub async fn widen(session: &Client, history: &HistoryTable) -> Result<Option<String>> {
    let table = beside(&history.name, TABLE);
    let is_too_narrow = is_too_narrow(session, &table, VersionType::Int8).await?;
    Ok(is_too_narrow.then(|| format!("ALTER TABLE {table} ALTER COLUMN version TYPE int8")))
}

/// The statement that logs a migration whose change of the history is made.
pub(super) fn insert(log: &str, history: &str, version: i64, direction: Direction, took: Duration) -> String {
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

/// Returns the log's entries about the history's rows, by number. A row that was stamped, or that another
/// tool wrote, has no entry.
///
/// # Errors
/// The server's refusal, or a table of that name that is not ours.
pub async fn read(session: &Client, history: &str, applied: &[Applied]) -> Result<BTreeMap<i64, Logged>> {
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

/// Returns whether the role has a right to the table; none where there is no table.
async fn may(session: &Client, table: &str, right: &str) -> Result<Option<bool>> {
    let sql = format!("SELECT has_table_privilege(to_regclass({}), '{right}')", literal(table));
    let row = one_row(session, &sql).await?;
    Ok(row.and_then(|row| row.get(0).map(|may| may == "t")))
}
