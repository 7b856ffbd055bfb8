//! Sessions on the database to migrate.

use std::future::poll_fn;
use std::time::Duration;

use anyhow::{Result, bail};
use pg::{Connector, Error, Url, retry};
use tokio::time::{sleep, timeout};
use tokio_postgres::error::DbError;
use tokio_postgres::{AsyncMessage, Client};

use crate::database::{execute, one_row};
use crate::notices::{Ear, Notices};

/// The URL of a server that keeps a session, with a name for `pg_stat_activity`.
///
/// # Errors
/// It is a pooler's. Through one in transaction mode locks and settings reach other clients' sessions.
pub fn session_url(url: &Url) -> Result<Url> {
    if url.is_pooler() {
        bail!(
            "the host is Neon's connection pooler, which keeps no session, and migrating needs one; use the \
             direct host, the same without \"-pooler\""
        );
    }
    Ok(url.with_default_application_name("branchline"))
}

/// Longest time that a second session waits for a server while the first one idles.
const SECOND_SESSION: Duration = Duration::from_secs(20);

/// Rounds of comparing sessions. A pooler that hands out its latest idle connection shows in the first.
const ROUNDS: usize = 2;

/// Makes sure that a session stays on one server process between its transactions, as migrating needs: locks
/// and settings would reach other clients' sessions. A second session holds a transaction meanwhile, so that
/// a pooler in transaction mode has to lend it the first one's process, or the first one another.
///
/// # Errors
/// Two sessions are on one process, or one is on two in turn; or the second session cannot be had.
pub async fn ensure_session(session: &Client, connector: &Connector) -> Result<()> {
    // Nothing but its own pooler, which session_url refuses, stands before Neon's hosts.
    if connector.url().is_neon() {
        return Ok(());
    }
    let other = connect(connector).await?;
    match timeout(SECOND_SESSION, are_pooled(session, &other)).await {
        Ok(Ok(false)) => Ok(()),
        Ok(Ok(true)) => bail!(
            "this URL leads to a connection pooler in transaction mode, which keeps no session between \
             transactions, and migrating needs one: its locks and settings would reach other clients. Name \
             the database itself in DIRECT_DATABASE_URL or --database-url: its own port (5432 in most \
             places, not a pooler's 6432 or 6543), on Neon the host without \"-pooler\"; a pooler in session \
             mode will do as well"
        ),
        Ok(Err(error)) => Err(error.into()),
        Err(_) => bail!(
            "a second session gets no answer while the first is open, and migrating needs two: the pooler or \
             the server has no connection left"
        ),
    }
}

/// Returns whether two sessions of one URL are a pooler's in transaction mode, which lends a server process
/// to the next client as soon as a transaction ends. Each is idle before.
///
/// # Errors
/// A session fails.
pub async fn are_pooled(session: &Client, other: &Client) -> Result<bool, Error> {
    const PID: &str = "SELECT pg_backend_pid()";
    let own = pid(session, PID).await?;
    for _ in 0..ROUNDS {
        // Held by a transaction, so that the first session cannot be lent it.
        let held = pid(other, &format!("BEGIN; {PID}")).await?;
        let is_pooled = held == own || pid(session, PID).await? != own;
        execute(other, "COMMIT").await?;
        if is_pooled {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn pid(session: &Client, sql: &str) -> Result<Option<String>, Error> {
    Ok(one_row(session, sql).await?.and_then(|row| row.get(0).map(str::to_owned)))
}

/// Opens a session; its connection is driven by the runtime until the client is dropped.
///
/// # Errors
/// The last attempt's, or at once one that another attempt would not change.
pub async fn connect(connector: &Connector) -> Result<Client, Error> {
    connect_and_hear(connector, |_| {}).await
}

/// Opens a session whose notices are kept, and heard by `ear` before.
///
/// # Errors
/// As for [`connect`].
pub async fn connect_and_listen(connector: &Connector, ear: Option<Ear>) -> Result<(Client, Notices), Error> {
    let notices = Notices::default();
    let kept = notices.clone();
    let hear = move |notice: DbError| {
        if let Some(ear) = &ear {
            ear(&notice);
        }
        kept.add(&notice);
    };
    let client = connect_and_hear(connector, hear).await?;
    Ok((client, notices))
}

/// Opens a session each of whose notices is heard, before the statement that it belongs to is answered.
///
/// # Errors
/// As for [`connect`].
async fn connect_and_hear(
    connector: &Connector,
    hear: impl Fn(DbError) + Clone + Send + 'static,
) -> Result<Client, Error> {
    let mut failed = 0;
    loop {
        let error = match attempt(connector, hear.clone()).await {
            Ok(session) => return Ok(session),
            Err(error) => error,
        };
        failed += 1;
        match retry::pause(error.class(), failed, Duration::MAX, retry::chance()) {
            Some(pause) => sleep(pause).await,
            None => return Err(error),
        }
    }
}

async fn attempt(connector: &Connector, hear: impl Fn(DbError) + Send + 'static) -> Result<Client, Error> {
    let (client, mut connection) = connector.connect().await?;
    tokio::spawn(async move {
        // The statement under way reports the error that ends the connection.
        while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
            if let AsyncMessage::Notice(notice) = message {
                hear(notice);
            }
        }
    });
    Ok(client)
}
