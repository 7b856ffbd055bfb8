//! How the pool comes to a new connection.

use std::future::Future;
use std::pin::Pin;

use deadpool_postgres::Connect;
use pg::retry;
use tokio::task::{JoinHandle, spawn};
use tokio::time::{Instant, sleep, timeout_at};
use tokio_postgres::{Client, Config};

use super::dialer::{Dialer, Link};
use super::pool::Visit;
use super::prepared::Prepared;
use super::{Clock, Purpose, REACH_BOUND, Wish};

/// Makes connections for the request that waits for one, within its budget.
pub(super) struct Maker {
    pub(super) dialer: Dialer,
    pub(super) prepared: Prepared,
    pub(super) clock: Clock,
}

impl Maker {
    /// Makes a connection; more than one attempt is worth it where the failure may pass by itself.
    async fn make(&self, wish: Wish) -> Result<(Client, Link), pg::Error> {
        let Wish { budget, purpose, reached, .. } = wish;
        let reached = reached.min(budget.deadline());
        budget.meter().connect();
        // What was begun ahead of the request may be waiting for a silent server, too.
        let mut attempt = match timeout_at(reached, self.prepared.take((self.clock)())).await {
            Ok(Some(made)) => Ok(made),
            Ok(None) => self.dialer.connect(reached.saturating_duration_since(Instant::now())).await,
            Err(_) => Err(self.dialer.timed_out(REACH_BOUND)),
        };
        let mut failed = 0;
        loop {
            let error = match attempt {
                Ok(made) if purpose == Purpose::Read => return Ok(made),
                Ok((client, link)) => match link.login.ready().await {
                    Ok(()) => return Ok((client, link)),
                    Err(error) => error,
                },
                Err(error) => error,
            };
            failed += 1;
            // A server that has answered is worth the whole budget.
            let end = if matches!(error, pg::Error::LogIn(_)) { budget.deadline() } else { reached };
            let left = end.saturating_duration_since(Instant::now());
            let Some(pause) = retry::pause(error.class(), failed, left, retry::chance()) else {
                return Err(error);
            };
            tracing::debug!(%error, failed, "another attempt at a connection follows");
            budget.meter().connect_retry();
            sleep(pause).await;
            budget.meter().connect();
            attempt = self.dialer.connect(left - pause).await;
        }
    }
}

type Made<'a> =
    Pin<Box<dyn Future<Output = Result<(Client, JoinHandle<()>), tokio_postgres::Error>> + Send + 'a>>;

impl Connect for Maker {
    fn connect(&self, _: &Config) -> Made<'_> {
        Box::pin(async {
            match self.make(Visit::wish()).await {
                Ok((client, link)) => {
                    Visit::made(link);
                    // The pool aborts the task that it is given when it drops the client. The driver's own is to go on
                    // until it has said goodbye.
                    Ok((client, spawn(async {})))
                }
                Err(error) => Err(error.into_driver().await),
            }
        })
    }
}
