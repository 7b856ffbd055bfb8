//! Sessions on the database to migrate.

use std::time::Duration;

use anyhow::{Result, bail};
use pg::{Class, Connector, Error, Url};
use tokio_postgres::Client;

/// Attempts at a session. A sleeping Neon compute is woken by the first; its proxy retries by itself.
const ATTEMPTS: u32 = 3;
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// The URL of a server that keeps a session, with a name for `pg_stat_activity`.
///
/// # Errors
/// It is a pooler's. Through one in transaction mode locks and settings reach other clients' sessions.
pub(crate) fn session_url(url: &Url) -> Result<Url> {
    if url.is_pooler() {
        bail!(
            "the host is Neon's connection pooler, which keeps no session, and migrating needs one; use the direct host, \
             the same without \"-pooler\""
        );
    }
    Ok(url.with_default_application_name("branchline"))
}

/// Opens a session; its connection is driven by the runtime until the client is dropped.
///
/// # Errors
/// The last attempt's, or at once one that another attempt would not change.
pub(crate) async fn connect(connector: &Connector) -> Result<Client, Error> {
    let mut pause = FIRST_PAUSE;
    for _ in 1..ATTEMPTS {
        match attempt(connector).await {
            Err(error) if matches!(error.class(), Class::Unavailable | Class::Lost) => {
                tokio::time::sleep(pause).await;
                pause *= 2;
            }
            outcome => return outcome,
        }
    }
    attempt(connector).await
}

async fn attempt(connector: &Connector) -> Result<Client, Error> {
    let (client, connection) = connector.connect().await?;
    // What ends the connection is told by the statement under way.
    tokio::spawn(connection);
    Ok(client)
}
