//! Makes and closes connections of the pool.

use std::ops::Deref;
use std::pin::pin;
use std::time::Duration;

use pg::{Connector, Login, Session};
use tokio::task::{JoinHandle, spawn};
use tokio::time::timeout;
use tokio_postgres::Client;

/// Number of statements that are cancelled one after another: outside of transactions, no more are ever sent
/// together.
const STATEMENTS: usize = 3;

/// Between two of them.
const BETWEEN: Duration = Duration::from_millis(50);

/// Longest time that a server takes to close a session after `Terminate`.
const CLOSE_TIMEOUT: Duration = Duration::from_millis(100);

/// Makes sessions.
#[derive(Clone)]
pub(super) struct Dialer {
    connector: Connector,
}

/// The parts behind a client of the pool: its login, and the task that drives it.
pub(super) struct Link {
    pub(super) login: Login,
    driver: JoinHandle<()>,
}

impl Dialer {
    pub(super) fn new(connector: Connector) -> Self {
        Self { connector }
    }

    /// Dials, for so long at most, and logs in as far as the server's challenge: work that must not be
    /// pipelined with the login waits for [`Login::ready`].
    pub(super) async fn connect(&self, bound: Duration) -> Result<(Client, Link), pg::Error> {
        let stream = self.connector.clone().bounded(bound).dial().await?;
        let (Session { client, login }, connection) = self.connector.log_in_ahead(stream).await?;
        let driver = spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(error = %pg::Error::from(error), "a connection ended");
            }
        });
        Ok((client, Link { login, driver }))
    }
}

impl Dialer {
    /// The error for a server that did not respond within `bound`.
    pub(super) fn timed_out(&self, bound: Duration) -> pg::Error {
        self.connector.timed_out(bound)
    }
}

impl Link {
    /// Ends it at once: what waits for an answer sees a lost connection.
    pub(super) fn abort(&self) {
        self.driver.abort();
    }

    /// Cancels any running statement, then closes the session; closing alone does not stop a statement.
    /// Before the login is done, none has begun.
    pub(super) async fn close(self, client: impl Deref<Target = Client>, may_run: bool) {
        if may_run
            && self.login.is_ready()
            && let Err(error) = self.cancel(&client).await
        {
            tracing::debug!(%error, "a statement could not be cancelled");
        }
        drop(client);
        self.closed().await;
    }

    /// Waits until the session of a client that was dropped is closed. Its driver sends `Terminate` when it
    /// has no more answers to wait for.
    pub(super) async fn closed(mut self) {
        if timeout(CLOSE_TIMEOUT, &mut self.driver).await.is_err() {
            self.driver.abort();
        }
    }

    /// Cancels one statement after another, since those that were sent together are begun when the one before
    /// them has failed, until all have been answered.
    async fn cancel(&self, client: &Client) -> Result<(), pg::Error> {
        let mut answered = pin!(client.check_connection());
        for _ in 0..STATEMENTS {
            self.login.cancel().await?;
            if timeout(BETWEEN, &mut answered).await.is_ok() {
                break;
            }
        }
        Ok(())
    }
}
