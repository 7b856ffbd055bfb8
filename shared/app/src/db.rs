//! The database as a function sees it: a pool of verified connections that survives freezing, and bounded waits.

mod connection;
mod dialer;
mod flights;
mod maker;
mod pool;
mod prepared;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use pg::{Connector, retry};
use tokio::time::{Instant, sleep};
use tokio_postgres::Client;

pub use connection::{Access, Connection, Param};
use dialer::Dialer;
use maker::Maker;
use pool::Sessions;
use prepared::Prepared;

use crate::http::Again;
use crate::{Budget, Config, Error};

/// The time of day.
pub type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

/// How long a request waits for a server that does not answer, and for a connection that others hold, in all. A server
/// that answers, if only to refuse, ends a silence. The contract answers 503 within 5 s.
const REACH_BOUND: Duration = Duration::from_millis(4_500);

/// What a connection is wanted for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// Its first statement may ride on the login (see [`pg::Login`]).
    Read,
    /// Its first statement waits until the login is done.
    Write,
}

/// What a request asks the pool for.
#[derive(Clone)]
struct Wish {
    budget: Budget,
    purpose: Purpose,
    /// Until when it waits for a server that does not answer, and for what others hold.
    reached: Instant,
    /// A new connection, as an old one has just been lost, and others may have been lost with it.
    anew: bool,
}

/// The pool of a function.
pub struct Database {
    sessions: Sessions,
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
        let (dialer, prepared) = (Dialer::new(connector.clone()), Prepared::default());
        let maker = Maker { dialer: dialer.clone(), prepared: prepared.clone(), clock: Arc::clone(&clock) };
        let sessions = Sessions::new(config.max_connections, maker, Arc::clone(&clock))
            // Only a timeout without a runtime is refused, and there is one.
            .map_err(|e| pg::UrlError { part: "pool".to_owned(), problem: e.to_string() })?;
        let url = config.database.clone();
        Ok(Self { sessions, dialer, connector, prepared, url, echo: config.echo, clock })
    }

    /// The URL, which shows no password.
    #[must_use]
    pub fn url(&self) -> &pg::Url {
        &self.url
    }

    /// How many connections there are, how many of them are idle, and how many there may be.
    #[must_use]
    pub fn pool_sizes(&self) -> (usize, usize, usize) {
        self.sessions.sizes()
    }

    /// Reads: lends a connection to `work`, and does it once more where the connection is lost, or the server has rolled it
    /// back for another's sake (a deadlock, a serialization failure). Where the connection is
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
    /// to `work`, and does it once more where the connection is lost, even at its COMMIT, or the server has rolled it back
    /// for another's sake.
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
        let mut begun_anew = None;
        let mut reached = Instant::now() + REACH_BOUND;
        loop {
            let answers = budget.meter().answers();
            let anew = matches!(begun_anew, Some(Again::Lost | Again::Silent));
            let wish = Wish { budget: budget.clone(), purpose, reached, anew };
            let connection = self.lend(wish).await?;
            let error = match work(connection).await {
                Err(error) => error,
                done => return done,
            };
            match error.again() {
                Some(again @ (Again::Lost | Again::Silent | Again::Conflict)) if begun_anew.is_none() => {
                    if again != Again::Silent || budget.meter().answers() > answers {
                        // It was there until now: another silence than the one before begins.
                        reached = Instant::now() + REACH_BOUND;
                    } else if reached <= Instant::now() {
                        return Err(error);
                    }
                    begun_anew = Some(again);
                    budget.meter().retry();
                    tracing::debug!(cause = error.cause().map(tracing::field::display), "begun anew");
                }
                // It rode on a login that the server refused, so nothing was run. A server that answers is worth the
                // whole budget, however long its answer took.
                Some(Again::LogIn(class)) => {
                    failed += 1;
                    let Some(pause) = retry::pause(class, failed, budget.left(), retry::chance()) else {
                        return Err(error);
                    };
                    budget.meter().connect_retry();
                    sleep(pause).await;
                    reached = Instant::now() + REACH_BOUND;
                }
                _ => return Err(error),
            }
        }
    }

    async fn lend(&self, wish: Wish) -> Result<Connection, Error> {
        let (begun, budget) = (Instant::now(), wish.budget.clone());
        let lent = self.sessions.lend(wish).await;
        budget.meter().waited(begun.elapsed());
        Ok(Connection::new(lent?, budget, self.echo))
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

    /// Closes every idle connection and waits until the server knows. Those on loan close when they come back, which
    /// nobody waits for.
    pub(crate) async fn close(&self) {
        self.sessions.close().await;
    }
}

/// How long ago a moment was, by a clock that may have been set back since.
fn since(moment: SystemTime, now: SystemTime) -> Duration {
    now.duration_since(moment).unwrap_or_else(|back| back.duration())
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database").field("url", &self.url).finish_non_exhaustive()
    }
}
