//! Makes new connections for the pool.

use std::future::Future;
use std::pin::Pin;

use deadpool_postgres::Connect;
use pg::retry;
use tokio::task::{JoinHandle, spawn};
use tokio::time::{Instant, sleep, timeout_at};
use tokio_postgres::{Client, Config};

use crate::database::{CheckoutRequest, Clock, Purpose, REACH_BOUND};
use crate::dialer::{Dialer, Link};
use crate::pool::Checkout;
use crate::preconnect::Preconnect;

/// Makes connections for the request that waits for one, within its budget.
pub(super) struct Manager {
    pub(super) dialer: Dialer,
    pub(super) preconnect: Preconnect,
    pub(super) clock: Clock,
}

impl Manager {
    /// Makes a connection; retries where the failure may be transient.
    async fn make(&self, request: CheckoutRequest) -> Result<(Client, Link), pg::Error> {
        let CheckoutRequest { budget, purpose, reach_deadline, .. } = request;
        let reach_deadline = reach_deadline.min(budget.deadline());
        budget.metrics().connect();
        // The handshake ahead of the request may be waiting for a silent server, too.
        let mut attempt = match timeout_at(reach_deadline, self.preconnect.take((self.clock)())).await {
            Ok(Some(made)) => Ok(made),
            Ok(None) => self.dialer.connect(reach_deadline.saturating_duration_since(Instant::now())).await,
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
            let end = if matches!(error, pg::Error::LogIn(_)) { budget.deadline() } else { reach_deadline };
            let left = end.saturating_duration_since(Instant::now());
            let Some(pause) = retry::pause(error.class(), failed, left, retry::chance()) else {
                return Err(error);
            };
            tracing::debug!(%error, failed, "another attempt at a connection follows");
            budget.metrics().connect_retry();
            sleep(pause).await;
            budget.metrics().connect();
            attempt = self.dialer.connect(left - pause).await;
        }
    }
}

type Made<'a> =
    Pin<Box<dyn Future<Output = Result<(Client, JoinHandle<()>), tokio_postgres::Error>> + Send + 'a>>;

impl Connect for Manager {
    fn connect(&self, _: &Config) -> Made<'_> {
        Box::pin(async {
            match self.make(Checkout::request()).await {
                Ok((client, link)) => {
                    Checkout::made(link);
                    // The pool aborts the task that it is given when it drops the client. The driver's own
                    // must run on until it has sent `Terminate`.
                    Ok((client, spawn(async {})))
                }
                Err(error) => Err(error.into_driver().await),
            }
        })
    }
}
