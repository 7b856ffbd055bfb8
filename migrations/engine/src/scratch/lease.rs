//! Temporary databases: their names, the lock that tells one in use from one that was left behind, and the
//! sweeping.
//!
//! Whoever makes one holds an advisory lock on its name for as long as it is used, in a session of that
//! server. The lock ends with the process, however that ends, so that a later run finds the database without
//! a lock and drops it.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use tokio_postgres::Client;

use crate::database::{execute, literal, rows};

/// The first key of the advisory lock; the second is the hash of the name.
const LOCK: i32 = 0x6272_6e63;

/// A new name that begins so; the prefix ends in `_`.
#[must_use]
pub fn new_name(prefix: &str) -> String {
    // Two runs on one machine differ in the process, two machines in the time.
    let nanos = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.subsec_nanos());
    format!("{prefix}{}_{nanos}", std::process::id())
}

/// Takes the lock on a name for a session.
///
/// # Errors
/// The server's refusal.
pub async fn hold(session: &Client, name: &str) -> Result<(), pg::Error> {
    execute(session, &format!("SELECT pg_advisory_lock({LOCK}, hashtext({}))", literal(name))).await
}

/// The databases with names of [`new_name`] of this prefix on whose name nobody holds the lock, as far as the
/// role may drop them; `is_left` is a further condition on the database `d`.
async fn abandoned(server: &Client, prefix: &str, is_left: &str) -> Result<Vec<String>, pg::Error> {
    let sql = format!(
        "SELECT quote_ident(datname) FROM pg_database AS d \
         WHERE datname ~ '^{prefix}[0-9]+_[0-9]+$' AND pg_has_role(datdba, 'USAGE') AND {is_left} \
           AND NOT EXISTS (SELECT FROM pg_locks \
                           WHERE locktype = 'advisory' AND classid = {LOCK} AND objsubid = 2 \
                             AND objid::bigint = (hashtext(d.datname)::bigint & 4294967295))"
    );
    let found = rows(server, &sql).await?;
    Ok(found.iter().map(|row| row.get(0).unwrap_or_default().to_owned()).collect())
}

/// Drops those that killed runs have left behind and in which nobody is.
///
/// # Errors
/// The server's refusal to say which there are.
pub async fn sweep(server: &Client, prefix: &str) -> Result<()> {
    let is_left = "NOT EXISTS (SELECT FROM pg_stat_activity AS a WHERE a.datid = d.oid)";
    let left = abandoned(server, prefix, is_left).await.context("looking for what earlier runs left")?;
    for name in left {
        // Another run may be at it too, or somebody may have just connected.
        let _ = execute(server, &format!("DROP DATABASE IF EXISTS {name}")).await;
    }
    Ok(())
}

/// The same whoever is in them: a copy of production must not stay because somebody forgot a session.
///
/// # Errors
/// The server's refusal.
pub async fn sweep_all(server: &Client, prefix: &str) -> Result<(), pg::Error> {
    for name in abandoned(server, prefix, "true").await? {
        execute(server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await?;
    }
    Ok(())
}
