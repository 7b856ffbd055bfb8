//! The database as a function sees it: a pool of verified connections that survives freezing, and bounded waits.

mod connection;
mod dialer;

use std::fmt;
use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use pg::Connector;
use tokio::time::{Instant, sleep_until, timeout_at};
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
    pool: Pool,
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
        let driver_config = connector.driver_config().clone();
        let waking = Waking::default();
        let dialer = Dialer::new(connector.clone(), waking.clone());
        // Nothing is asked of a connection before it is handed out: that would cost each request a round trip.
        let manager_config = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = Manager::from_connect(driver_config, dialer, manager_config);
        let pool = Pool::builder(manager)
            .max_size(config.max_connections)
            .runtime(Runtime::Tokio1)
            .build()
            // Only a timeout without a runtime is refused, and there is a runtime.
            .map_err(|e| pg::UrlError { part: "pool".to_owned(), problem: e.to_string() })?;
        Ok(Self { pool, connector, waking, url: config.database.clone(), echo: config.echo })
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

    /// A connection from the pool, or a new one.
    ///
    /// A server that does not answer, or a pool whose connections are all in use, costs 4.5 s at most; a Neon compute
    /// that is waking may take the whole budget.
    ///
    /// # Errors
    /// 503 with `Retry-After`, 500 where the configuration is wrong, 504 where the budget ends first.
    pub async fn connection(&self, budget: &Budget) -> Result<Connection, Error> {
        // The task of an idle connection was not polled while the process was frozen. After these three yields it has
        // seen whether the server hung up, and `is_closed` tells the truth, for no round trip.
        for _ in 0..3 {
            tokio::task::yield_now().await;
        }
        let get = self.pool.get();
        tokio::pin!(get);
        let reached = sleep_until((Instant::now() + REACH_BOUND).min(budget.deadline()));
        let outcome = tokio::select! {
            outcome = &mut get => outcome,
            () = reached => {
                if !self.waking.is_under_way() {
                    return Err(Error::saturated(SATURATED_RETRY_AFTER));
                }
                timeout_at(budget.deadline(), get).await.map_err(|_| Error::deadline())?
            }
        };
        match outcome {
            Ok(object) => Ok(Connection::new(object, budget.clone(), self.echo)),
            Err(deadpool_postgres::PoolError::Backend(error)) => Err(Error::from(error)),
            Err(other) => Err(Error::unavailable(SATURATED_RETRY_AFTER, other)),
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

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database").field("url", &self.url).finish_non_exhaustive()
    }
}
