//! The database as a function sees it: a pool of verified connections that survives freezing, and bounded waits.

mod connection;
mod dialer;

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use deadpool::Runtime;
use deadpool::managed::{Object, Pool, PoolError};
use pg::{Connector, retry};
use tokio::time::{Instant, sleep, sleep_until, timeout_at};
use tokio_postgres::Client;

pub use connection::{Connection, Param};
use dialer::{Dialer, Waking};

use crate::{Budget, Config, Error};

/// How long a request waits for a server that does not answer, or for a connection that others hold. The contract
/// answers 503 within 5 s.
const REACH_BOUND: Duration = Duration::from_millis(4_500);

/// Seconds after which a saturated pool is worth trying again.
const SATURATED_RETRY_AFTER: u32 = 1;

/// The pool of a function.
pub struct Database {
    pool: Pool<Dialer>,
    connect_retries: AtomicU64,
    connector: Connector,
    waking: Waking,
    url: pg::Url,
    echo: bool,
}

impl Database {
    /// Prepares the pool; nothing is connected yet.
    ///
    /// # Errors
    /// The certificates of `sslrootcert` cannot be read.
    pub fn new(config: &Config) -> Result<Self, pg::Error> {
        let connector = Connector::new(&config.database)?.bounded(REACH_BOUND);
        let waking = Waking::default();
        let pool = Pool::builder(Dialer::new(connector.clone(), waking.clone()))
            .max_size(config.max_connections)
            .runtime(Runtime::Tokio1)
            .build()
            // Only a timeout without a runtime is refused, and there is a runtime.
            .map_err(|e| pg::UrlError { part: "pool".to_owned(), problem: e.to_string() })?;
        let connect_retries = AtomicU64::new(0);
        let url = config.database.clone();
        Ok(Self { pool, connect_retries, connector, waking, url, echo: config.echo })
    }

    /// The URL, which shows no password.
    #[must_use]
    pub fn url(&self) -> &pg::Url {
        &self.url
    }

    /// How many connections there are, how many of them are idle, and how many there may be.
    #[must_use]
    pub fn pool_sizes(&self) -> (usize, usize, usize) {
        let status = self.pool.status();
        (status.size, status.available, status.max_size)
    }

    /// How many connections have been dialed since the start.
    #[must_use]
    pub fn connects(&self) -> u64 {
        self.connector.connects()
    }

    /// How often a failed attempt at a session was followed by another since the start.
    #[must_use]
    pub fn connect_retries(&self) -> u64 {
        self.connect_retries.load(Ordering::Relaxed)
    }

    /// A connection from the pool, or a new one.
    ///
    /// A server that does not answer, or a pool whose connections are all in use, costs 4.5 s at most; a Neon compute
    /// that is waking may take the whole budget. What may pass by itself is tried again within these bounds.
    ///
    /// # Errors
    /// 503 with `Retry-After`, 500 where the configuration is wrong, 504 where the budget ends first.
    pub async fn connection(&self, budget: &Budget) -> Result<Connection, Error> {
        self.lend(budget, false).await
    }

    /// The same for one who reads first: where the connection is new, the first statement rides on its login, which
    /// saves a round trip.
    ///
    /// Until that statement is answered, nothing may be sent that must not run unnoticed: see [`pg::Session`].
    ///
    /// # Errors
    /// Those of [`Database::connection`].
    pub async fn connection_to_read(&self, budget: &Budget) -> Result<Connection, Error> {
        self.lend(budget, true).await
    }

    async fn lend(&self, budget: &Budget, may_ride: bool) -> Result<Connection, Error> {
        let reached = (Instant::now() + REACH_BOUND).min(budget.deadline());
        let mut failed = 0;
        loop {
            let error = match self.attempt(budget, reached, may_ride).await? {
                Ok(object) => return Ok(Connection::new(object, budget.clone(), self.echo)),
                Err(error) => error,
            };
            failed += 1;
            // A server that has answered is worth the whole budget.
            let end = if matches!(error, pg::Error::LogIn(_)) { budget.deadline() } else { reached };
            let left = end.saturating_duration_since(Instant::now());
            let Some(pause) = retry::pause(error.class(), failed, left, chance()) else {
                return Err(Error::from(error));
            };
            tracing::debug!(%error, failed, "another attempt at a session follows");
            self.connect_retries.fetch_add(1, Ordering::Relaxed);
            sleep(pause).await;
        }
    }

    /// One attempt at a session. The inner error may be worth another one.
    async fn attempt(
        &self,
        budget: &Budget,
        reached: Instant,
        may_ride: bool,
    ) -> Result<Result<Object<Dialer>, pg::Error>, Error> {
        // The task of an idle connection was not polled while the process was frozen. After these three yields it has
        // seen whether the server hung up, and `is_closed` tells the truth, for no round trip.
        for _ in 0..3 {
            tokio::task::yield_now().await;
        }
        let get = self.pool.get();
        tokio::pin!(get);
        let outcome = tokio::select! {
            outcome = &mut get => outcome,
            () = sleep_until(reached) => {
                if !self.waking.is_under_way() {
                    return Err(Error::saturated(SATURATED_RETRY_AFTER));
                }
                timeout_at(budget.deadline(), get).await.map_err(|_| Error::deadline())?
            }
        };
        let object = match outcome {
            Ok(object) => object,
            Err(PoolError::Backend(error)) => return Ok(Err(error)),
            Err(other) => return Err(Error::unavailable(SATURATED_RETRY_AFTER, other)),
        };
        if may_ride {
            return Ok(Ok(object));
        }
        let ready = timeout_at(budget.deadline(), object.ready()).await.map_err(|_| Error::deadline());
        match ready {
            Ok(Ok(())) => Ok(Ok(object)),
            Ok(Err(error)) => {
                Object::take(object).hang_up();
                Ok(Err(error))
            }
            Err(error) => {
                Object::take(object).hang_up();
                Err(error)
            }
        }
    }

    /// Connects ahead of the first request. A failure is the first request's to meet and tell.
    pub(crate) async fn warm_up(&self) {
        match self.pool.get().await {
            Ok(_) => tracing::debug!("connected ahead of the first request"),
            Err(error) => tracing::debug!(%error, "no connection ahead of the first request"),
        }
    }

    /// A connection beside the pool, which ends when its client is dropped.
    ///
    /// # Errors
    /// The step that failed.
    pub async fn connect_aside(&self) -> Result<Client, pg::Error> {
        let (client, connection) = self.connector.connect().await?;
        tokio::spawn(connection);
        Ok(client)
    }

    /// Closes every connection.
    pub fn close(&self) {
        self.pool.close();
    }
}

/// From 0 to 1, by the randomness with which every process seeds its hash maps.
fn chance() -> f64 {
    let random = u32::try_from(RandomState::new().hash_one(()) >> 32).unwrap_or_default();
    f64::from(random) / f64::from(u32::MAX)
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database").field("url", &self.url).finish_non_exhaustive()
    }
}
