//! The database as a function sees it: a pool of verified connections that survives freezing, and bounded waits.

mod connection;
mod dialer;
mod flights;
mod places;
mod prepared;

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use deadpool::managed::{Object, Pool};
use futures_util::future::join_all;
use pg::{Connector, retry};
use tokio::time::{Instant, sleep, timeout};
use tokio_postgres::Client;

pub use connection::{Access, Connection, Param};
use dialer::{Dialer, Pooled};
use places::{Place, Places};
use prepared::Prepared;

use crate::http::Again;
use crate::{Budget, Config, Error};

/// The time of day.
pub type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

/// How long a request waits for a server that does not answer, or for a connection that others hold. The contract
/// answers 503 within 5 s.
const REACH_BOUND: Duration = Duration::from_millis(4_500);

/// Seconds after which a saturated pool is worth trying again.
const SATURATED_RETRY_AFTER: u32 = 1;

/// Neon suspends a compute that was idle for 300 s, and drops its sessions: half a minute less.
const MAX_IDLE: Duration = Duration::from_secs(270);

/// A connection that was idle for longer has to prove itself: Lambda may have frozen the process for any time at all.
/// Requests that follow each other more closely need no proof.
const UNPROVEN_AFTER: Duration = Duration::from_millis(2);

/// What a connection is wanted for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// Its first statement may ride on the login (see [`pg::Session`]).
    Read,
    /// Its first statement waits until the login is done.
    Write,
}

/// The pool of a function.
pub struct Database {
    places: Pool<Places>,
    dialer: Dialer,
    connector: Connector,
    prepared: Prepared,
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
        let connector = Connector::new(&config.database)?.bounded(REACH_BOUND);
        let places = places::pool(config.max_connections)
            // Only a timeout without a runtime is refused, and there is no timeout.
            .map_err(|e| pg::UrlError { part: "pool".to_owned(), problem: e.to_string() })?;
        let dialer = Dialer::new(connector.clone());
        let (prepared, url) = (Prepared::default(), config.database.clone());
        Ok(Self { places, dialer, connector, prepared, url, echo: config.echo, clock })
    }

    /// The URL, which shows no password.
    #[must_use]
    pub fn url(&self) -> &pg::Url {
        &self.url
    }

    /// How many connections there are, how many of them are idle, and how many there may be.
    #[must_use]
    pub fn pool_sizes(&self) -> (usize, usize, usize) {
        let status = self.places.status();
        (status.size, status.available, status.max_size)
    }

    /// Reads: lends a connection to `work`, and does it once more where the connection is lost. Where the connection is
    /// new, the first statement rides on its login, which saves a round trip.
    ///
    /// A server that does not answer, or a pool whose connections are all in use, costs 4.5 s at most; a Neon compute
    /// that is waking may take the whole budget. What may pass by itself is tried again within these bounds.
    ///
    /// # Errors
    /// Those of `work`; 503 with `Retry-After`, 500 where the configuration is wrong.
    pub async fn read<T, F>(&self, budget: &Budget, work: impl Fn(Connection) -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        self.repeat(budget, Purpose::Read, work).await
    }

    /// Writes what may be written twice, since it carries a key by which it finds what it did before: lends a connection
    /// to `work`, and does it once more where the connection is lost, even at its COMMIT.
    ///
    /// # Errors
    /// Those of [`Database::read`].
    pub async fn write_keyed<T, F>(&self, budget: &Budget, work: impl Fn(Connection) -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        self.repeat(budget, Purpose::Write, work).await
    }

    async fn repeat<T, F>(
        &self,
        budget: &Budget,
        purpose: Purpose,
        work: impl Fn(Connection) -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let mut failed = 0;
        let mut lost = false;
        loop {
            let connection = self.lend(budget, purpose, lost).await?;
            let error = match work(connection).await {
                Err(error) => error,
                done => return done,
            };
            match error.again() {
                Some(Again::Lost) if !lost => {
                    lost = true;
                    budget.meter().retry();
                    tracing::debug!(cause = error.cause().map(tracing::field::display), "begun anew");
                }
                // It rode on a login that failed, so nothing was run.
                Some(Again::LogIn(class)) => {
                    failed += 1;
                    let Some(pause) = retry::pause(class, failed, budget.left(), chance()) else {
                        return Err(error);
                    };
                    budget.meter().connect_retry();
                    sleep(pause).await;
                }
                _ => return Err(error),
            }
        }
    }

    /// Lends a connection; a new one where an old one has just been lost, as others may have been lost with it.
    async fn lend(&self, budget: &Budget, purpose: Purpose, anew: bool) -> Result<Connection, Error> {
        let begun = Instant::now();
        let lent = self.find(budget, purpose, anew).await;
        budget.meter().waited(begun.elapsed());
        let (place, pooled, is_unproven) = lent?;
        let (budget, clock) = (budget.clone(), Arc::clone(&self.clock));
        Ok(Connection::new(place, pooled, is_unproven, budget, self.echo, clock))
    }

    async fn find(
        &self,
        budget: &Budget,
        purpose: Purpose,
        anew: bool,
    ) -> Result<(Place, Pooled, bool), Error> {
        let mut place = match timeout(REACH_BOUND, self.places.get()).await {
            Ok(place) => {
                place.map_err(|closed| Error::unavailable(SATURATED_RETRY_AFTER, closed.to_string()))?
            }
            Err(_) => return Err(Error::saturated(SATURATED_RETRY_AFTER)),
        };
        // The task of an idle connection was not polled while the process was frozen. After these three yields it has
        // seen whether the server hung up, and `is_closed` tells the truth, for no round trip.
        for _ in 0..3 {
            tokio::task::yield_now().await;
        }
        if let Some(pooled) = place.pooled.take() {
            let idle = since(pooled.parked, (self.clock)());
            if !(anew || pooled.is_closed() || idle > MAX_IDLE) {
                return Ok((place, pooled, idle > UNPROVEN_AFTER));
            }
            budget.meter().stale_discard();
            tracing::debug!(idle_s = idle.as_secs(), "an idle connection is closed instead of used");
            tokio::spawn(pooled.part(false));
        }
        match self.connect(budget, purpose).await {
            Ok(pooled) => Ok((place, pooled, false)),
            Err(error) => {
                drop(Object::take(place));
                Err(error)
            }
        }
    }

    /// Makes a connection; more than one attempt is worth it where the failure may pass by itself.
    async fn connect(&self, budget: &Budget, purpose: Purpose) -> Result<Pooled, Error> {
        let reached = (Instant::now() + REACH_BOUND).min(budget.deadline());
        budget.meter().connect();
        let mut attempt = match self.prepared.take((self.clock)()).await {
            Some(pooled) => Ok(pooled),
            None => self.dialer.connect(REACH_BOUND).await,
        };
        let mut failed = 0;
        loop {
            let error = match attempt {
                Ok(pooled) if purpose == Purpose::Read => return Ok(pooled),
                Ok(pooled) => match pooled.ready().await {
                    Ok(()) => return Ok(pooled),
                    Err(error) => error,
                },
                Err(error) => error,
            };
            failed += 1;
            // A server that has answered is worth the whole budget.
            let end = if matches!(error, pg::Error::LogIn(_)) { budget.deadline() } else { reached };
            let left = end.saturating_duration_since(Instant::now());
            let Some(pause) = retry::pause(error.class(), failed, left, chance()) else {
                return Err(Error::from(error));
            };
            tracing::debug!(%error, failed, "another attempt at a connection follows");
            budget.meter().connect_retry();
            sleep(pause).await;
            budget.meter().connect();
            attempt = self.dialer.connect(left - pause).await;
        }
    }

    /// Begins a handshake ahead of the first request, which takes it over if it comes within 5 s. A failure is the first
    /// request's to meet and tell.
    pub fn prepare(&self) {
        self.prepared.begin(&self.dialer, (self.clock)());
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

    /// Closes every connection, those on loan when they come back, and waits until the server knows.
    pub(crate) async fn close(&self) {
        let idle = self.places.retain(|_, _| false).removed;
        self.places.close();
        join_all(idle.into_iter().filter_map(|room| room.pooled).map(|pooled| pooled.part(false))).await;
    }
}

/// How long ago a moment was, by a clock that may have been set back since.
fn since(moment: SystemTime, now: SystemTime) -> Duration {
    now.duration_since(moment).unwrap_or_else(|back| back.duration())
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
