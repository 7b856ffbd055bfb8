//! How the pool connects.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use deadpool_postgres::Connect;
use pg::Connector;
use tokio::task::JoinHandle;
use tokio_postgres::{Client, Config};

/// Counts the logins that are under way: the server has been reached, and may be waking.
#[derive(Clone, Default)]
pub(super) struct Waking(Arc<AtomicUsize>);

impl Waking {
    pub(super) fn is_under_way(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 0
    }

    fn begin(&self) -> Login<'_> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Login(self)
    }
}

/// One login, until it is dropped.
struct Login<'a>(&'a Waking);

impl Drop for Login<'_> {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

pub(super) struct Dialer {
    connector: Connector,
    waking: Waking,
}

impl Dialer {
    pub(super) fn new(connector: Connector, waking: Waking) -> Self {
        Self { connector, waking }
    }
}

type Connected = Result<(Client, JoinHandle<()>), tokio_postgres::Error>;

impl Connect for Dialer {
    fn connect(&self, _: &Config) -> Pin<Box<dyn Future<Output = Connected> + Send + '_>> {
        Box::pin(async {
            let dialed = self.connector.dial().await;
            let login = self.waking.begin();
            let (client, connection) = self.connector.log_in(dialed).await?;
            drop(login);
            let task = tokio::spawn(async move {
                if let Err(error) = connection.await {
                    tracing::debug!(error = %pg::Error::from(error), "a connection ended");
                }
            });
            Ok((client, task))
        })
    }
}
