//! One runner at a time.
//!
//! Two locks do it. The runners' lock is held by a session of its own, idle in a READ COMMITTED transaction:
//! such a session holds no snapshot, so that it does not hold up a concurrent index build, and it outlives
//! whatever a migration does to its own session. Waiters poll, since one that blocks in pg_advisory_lock
//! holds a snapshot and deadlocks the holder's CREATE INDEX CONCURRENTLY.
//!
//! The workers' lock is taken by the session that migrates, in each transaction. A runner that was killed
//! leaves its statement running on the server for a while, and its runners' lock is gone by then; the
//! workers' lock is not. Nothing is sent before the answer that the lock is taken, so that a killed runner
//! leaves no statement behind that would run without it.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use pg::{Backoff, Connector};
use tokio_postgres::Client;

use crate::connect::ensure_session;
use crate::database::{execute, one_row};
use crate::report::{Event, LockHolder};

/// Advisory locks are per database, so one number of ours does. The bytes read "branchln".
const RUNNERS: i64 = i64::from_be_bytes(*b"branchln");
/// The next number.
pub const WORKERS: i64 = RUNNERS + 1;

const BACKOFF: Backoff = Backoff { first: Duration::from_millis(20), longest: Duration::from_millis(500) };

/// The runners' lock, held until it is dropped.
pub struct RunnersLock {
    session: Client,
}

impl RunnersLock {
    /// Waits for the lock, however long the holder needs, and keeps it on this session of the connector's.
    ///
    /// # Errors
    /// The session fails, or is a pooler's, which does not stay one.
    pub async fn acquire(session: Client, connector: &Connector, observe: &dyn Fn(Event)) -> Result<Self> {
        ensure_session(&session, connector).await?;
        // The session idles for as long as the migrations take. No timeout of the role or database may end it
        // (Neon's default for a transaction is five minutes); keepalives end it if this machine vanishes.
        let settings = "SELECT set_config(name, '0', false) FROM pg_settings WHERE name IN \
            ('idle_in_transaction_session_timeout', 'idle_session_timeout', 'transaction_timeout', \
            'statement_timeout'); SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET \
            tcp_keepalives_count = 3";
        execute(&session, settings).await.context("preparing the lock")?;
        execute(&session, "BEGIN ISOLATION LEVEL READ COMMITTED").await.context("preparing the lock")?;
        poll(&session, "pg_try_advisory_xact_lock", RUNNERS, observe).await?;
        Ok(Self { session })
    }

    /// Makes sure that the lock is still held.
    ///
    /// # Errors
    /// Its session was ended, so that another runner may be at work.
    pub fn check(&self) -> Result<()> {
        if self.session.is_closed() {
            bail!("the session that holds the runners' lock was ended by the server; run the command again");
        }
        Ok(())
    }
}

/// Takes the workers' lock for the session, for statements outside a transaction.
///
/// # Errors
/// The session fails.
pub async fn acquire_for_session(session: &Client, observe: &dyn Fn(Event)) -> Result<()> {
    poll(session, "pg_try_advisory_lock", WORKERS, observe).await
}

async fn poll(session: &Client, function: &str, key: i64, observe: &dyn Fn(Event)) -> Result<()> {
    let mut wait = Wait::for_key(key);
    loop {
        let row = one_row(session, &format!("SELECT {function}({key})")).await.context("taking the lock")?;
        if row.is_some_and(|row| row.get(0) == Some("t")) {
            return Ok(());
        }
        wait.once(session, observe).await.context("waiting for the lock")?;
    }
}

/// Waiting between tries, reported once it takes noticeably long.
pub struct Wait {
    key: i64,
    tries: u32,
    is_reported: bool,
}

impl Wait {
    /// For the workers' lock.
    pub fn for_workers() -> Self {
        Self::for_key(WORKERS)
    }

    fn for_key(key: i64) -> Self {
        Self { key, tries: 0, is_reported: false }
    }

    /// Waits before the next try.
    ///
    /// # Errors
    /// The session fails.
    pub async fn once(&mut self, session: &Client, observe: &dyn Fn(Event)) -> Result<(), pg::Error> {
        self.tries += 1;
        let pause = BACKOFF.pause(self.tries, 0.0);
        if !self.is_reported && pause == BACKOFF.longest {
            self.is_reported = true;
            observe(Event::Waiting { holder: holder(session, self.key).await? });
        }
        tokio::time::sleep(pause).await;
        Ok(())
    }
}

async fn holder(session: &Client, key: i64) -> Result<Option<LockHolder>, pg::Error> {
    // A lock on a bigint shows as its two halves (pg_locks in the manual).
    let sql = format!(
        "SELECT l.pid, date_trunc('second', a.backend_start) \
         FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid \
         WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 \
           AND l.classid::bigint = {} AND l.objid::bigint = {} \
           AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())",
        key >> 32,
        key & 0xffff_ffff
    );
    let row = one_row(session, &sql).await?;
    Ok(row.and_then(|row| {
        let pid = row.get(0)?.parse().ok()?;
        Some(LockHolder { pid, since: row.get(1).unwrap_or("an unknown time").to_owned() })
    }))
}
