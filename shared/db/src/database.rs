//! The pool, and how often work on a connection of it is tried.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use budget::Budget;
use pg::{Connector, retry};
use tokio::time::{Instant, sleep};
use tokio_postgres::Client;

use crate::claims::Claims;
use crate::connection::Connection;
use crate::dialer::Dialer;
use crate::manager::Manager;
use crate::pool::Pool;
use crate::preconnect::Preconnect;
use crate::{Config, Error, RetryReason};

/// The time of day.
pub type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

/// Longest time that a request waits for a server that does not answer, and for a connection that others
/// hold, in all. A server that answers, if only to refuse, ends a silence. A caller gets its 503 within 5 s.
pub(crate) const REACH_BOUND: Duration = Duration::from_millis(4_500);

/// The purpose of a connection.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Its first statement may ride on the login (see [`pg::Login`]).
    Read,
    /// Its first statement waits until the login is done.
    Write,
}

/// The request for a connection from the pool.
#[derive(Clone)]
pub(crate) struct CheckoutRequest {
    pub(crate) budget: Budget,
    pub(crate) purpose: Purpose,
    /// Until when it waits for a server that does not answer, and for a connection that others hold.
    pub(crate) reach_deadline: Instant,
    /// Only a new connection will do: an old one has just been lost, and others may have been lost with it.
    pub(crate) must_be_new: bool,
}

/// The pool of a function.
pub struct Database {
    pool: Pool,
    dialer: Dialer,
    connector: Connector,
    preconnect: Preconnect,
    url: pg::Url,
    echo: bool,
    clock: Clock,
}

impl Database {
    /// Prepares the pool; nothing is connected yet. The clock tells how long a connection was idle.
    ///
    /// # Errors
    /// The certificates of `sslrootcert` cannot be read.
    pub fn new(config: &Config, clock: Clock) -> Result<Self, pg::Error> {
        let connector = Connector::new(&config.url)?.bounded(REACH_BOUND);
        let connector = if config.pipelines_login { connector } else { connector.without_pipelining() };
        let (dialer, preconnect) = (Dialer::new(connector.clone()), Preconnect::default());
        let manager =
            Manager { dialer: dialer.clone(), preconnect: preconnect.clone(), clock: Arc::clone(&clock) };
        let pool = Pool::new(config.max_connections, manager, Arc::clone(&clock))
            // Only a timeout without a runtime is refused, and there is one.
            .map_err(|e| pg::UrlError { part: "pool".to_owned(), problem: e.to_string() })?;
        let url = config.url.clone();
        Ok(Self { pool, dialer, connector, preconnect, url, echo: config.echo, clock })
    }

    /// The URL, which shows no password.
    #[must_use]
    pub fn url(&self) -> &pg::Url {
        &self.url
    }

    /// Returns the number of connections, of idle ones, and the maximum.
    #[must_use]
    pub fn pool_sizes(&self) -> (usize, usize, usize) {
        self.pool.sizes()
    }

    /// Reads: lends a connection to `work`, whose transactions make these claims, and repeats the work once
    /// after a lost connection, a deadlock or a serialization failure. On a new connection the first
    /// statement is pipelined with the login, which saves a round trip.
    ///
    /// A server that does not answer, or a pool whose connections are all in use, costs 4.5 s at most; a Neon
    /// compute that is waking may take the whole budget. Transient failures to connect are retried within
    /// these bounds.
    ///
    /// [`RetryReason::from_error`] finds among the sources of `work`'s error whether it is worth a retry.
    ///
    /// # Errors
    /// Those of `work`; an [`Error`] of this crate where there is no connection.
    pub async fn read<T, E, F>(
        &self,
        claims: Claims,
        budget: &Budget,
        work: impl Fn(Connection) -> F,
    ) -> Result<T, E>
    where
        E: From<Error> + StdError + 'static,
        F: Future<Output = Result<T, E>>,
    {
        self.repeat(claims, budget, Purpose::Read, work).await
    }

    /// Writes what may be written twice, since it carries a key by which it finds what it did before: lends a
    /// connection to `work`, and repeats the work once after a lost connection, even at its COMMIT, a
    /// deadlock or a serialization failure.
    ///
    /// # Errors
    /// Those of [`Database::read`].
    pub async fn write_idempotent<T, E, F>(
        &self,
        claims: Claims,
        budget: &Budget,
        work: impl Fn(Connection) -> F,
    ) -> Result<T, E>
    where
        E: From<Error> + StdError + 'static,
        F: Future<Output = Result<T, E>>,
    {
        self.repeat(claims, budget, Purpose::Write, work).await
    }

    async fn repeat<T, E, F>(
        &self,
        claims: Claims,
        budget: &Budget,
        purpose: Purpose,
        work: impl Fn(Connection) -> F,
    ) -> Result<T, E>
    where
        E: From<Error> + StdError + 'static,
        F: Future<Output = Result<T, E>>,
    {
        let mut failed_logins = 0;
        let mut retried: Option<RetryReason> = None;
        let mut reach_deadline = Instant::now() + REACH_BOUND;
        loop {
            let answers = budget.metrics().answers();
            let must_be_new = retried.is_some_and(RetryReason::is_lost_connection);
            let request = CheckoutRequest { budget: budget.clone(), purpose, reach_deadline, must_be_new };
            let connection = self.lend(request, claims.clone()).await?;
            let error = match work(connection).await {
                Err(error) => error,
                done => return done,
            };
            match RetryReason::from_error(&error) {
                // Its login was refused, so nothing was run. A server that answers is worth the whole budget,
                // however long its answer took.
                Some(RetryReason::LoginFailed(class)) => {
                    failed_logins += 1;
                    let Some(pause) = retry::pause(class, failed_logins, budget.left(), retry::chance())
                    else {
                        return Err(error);
                    };
                    budget.metrics().connect_retry();
                    sleep(pause).await;
                    reach_deadline = Instant::now() + REACH_BOUND;
                }
                Some(reason) if retried.is_none() => {
                    if reason != RetryReason::Silence || budget.metrics().answers() > answers {
                        // The server answered until now, so that another silence begins.
                        reach_deadline = Instant::now() + REACH_BOUND;
                    } else if reach_deadline <= Instant::now() {
                        return Err(error);
                    }
                    retried = Some(reason);
                    budget.metrics().retry();
                    tracing::debug!(cause = error.source().map(tracing::field::display), "retried");
                }
                _ => return Err(error),
            }
        }
    }

    async fn lend(&self, request: CheckoutRequest, claims: Claims) -> Result<Connection, Error> {
        let (begun, budget) = (Instant::now(), request.budget.clone());
        let pooled = self.pool.lend(request).await;
        budget.metrics().waited(begun.elapsed());
        Ok(Connection::new(pooled?, claims, budget, self.echo))
    }

    /// Begins a handshake ahead of the first request, which takes it over if it comes within 5 s. The first
    /// request meets and reports a failure.
    pub fn preconnect(&self) {
        self.preconnect.begin(&self.dialer, (self.clock)());
    }

    /// A connection beside the pool, which ends when its client is dropped.
    ///
    /// # Errors
    /// The step that failed.
    pub async fn connect_outside_pool(&self) -> Result<Client, Error> {
        let (client, connection) = self.connector.connect().await?;
        tokio::spawn(connection);
        Ok(client)
    }

    /// Closes every idle connection and waits until the server knows. Those on loan close when they come
    /// back, which nobody waits for.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// Returns the time since a moment, by a clock that may have been set back since.
pub(crate) fn since(moment: SystemTime, now: SystemTime) -> Duration {
    now.duration_since(moment).unwrap_or_else(|back| back.duration())
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database").field("url", &self.url).finish_non_exhaustive()
    }
}
