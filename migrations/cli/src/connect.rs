//! Sessions on the database to migrate.

use std::future::poll_fn;
use std::time::Duration;

use anyhow::{Result, bail};
use pg::{Connector, Error, Url, retry};
use tokio::time::sleep;
use tokio_postgres::error::DbError;
use tokio_postgres::{AsyncMessage, Client};

use crate::notices::Notices;

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
    connect_and_hear(connector, |_| {}).await
}

/// Opens a session whose notices are kept.
///
/// # Errors
/// As for [`connect`].
pub(crate) async fn connect_and_listen(connector: &Connector) -> Result<(Client, Notices), Error> {
    let notices = Notices::default();
    let kept = notices.clone();
    let client = connect_and_hear(connector, move |notice| kept.add(&notice)).await?;
    Ok((client, notices))
}

/// Opens a session each of whose notices is heard, before the statement that it belongs to is answered.
///
/// # Errors
/// As for [`connect`].
pub(crate) async fn connect_and_hear(
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
        // What ends the connection is told by the statement under way.
        while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
            if let AsyncMessage::Notice(notice) = message {
                hear(notice);
            }
        }
    });
    Ok(client)
}
