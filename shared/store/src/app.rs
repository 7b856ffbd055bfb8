//! The application of every function.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use budget::Budget;
use db::{Clock, Connection, Database};
use web::Error;

use crate::{Config, Principal};

/// What a function's handler gets: the configuration and the database.
#[derive(Debug)]
pub struct App {
    config: Config,
    database: Database,
    is_warm: AtomicBool,
}

impl App {
    /// Prepares a function; nothing is connected yet.
    ///
    /// # Errors
    /// The certificates of `sslrootcert` cannot be read.
    pub fn new(config: Config) -> Result<Arc<Self>, db::Error> {
        Self::with_clock(config, Arc::new(SystemTime::now))
    }

    /// The same by another clock than the system's.
    ///
    /// # Errors
    /// Those of [`App::new`].
    pub fn with_clock(config: Config, clock: Clock) -> Result<Arc<Self>, db::Error> {
        Self::made(config, clock).map(Arc::new)
    }

    fn made(config: Config, clock: Clock) -> Result<Self, db::Error> {
        let database = Database::new(&config.database, clock)?;
        Ok(Self { config, database, is_warm: AtomicBool::new(false) })
    }

    /// The configuration.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The database.
    #[must_use]
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Reads for a principal, as [`Database::read`] does.
    ///
    /// # Errors
    /// Those of `work`; 503 with `Retry-After`, 500 where the configuration is wrong.
    pub async fn read<T, F>(
        &self,
        principal: Principal,
        budget: &Budget,
        work: impl Fn(Connection) -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        self.database.read(principal.claims(), budget, work).await
    }

    /// Writes for a principal what may be written twice, as [`Database::write_idempotent`] does.
    ///
    /// # Errors
    /// Those of [`App::read`].
    pub async fn write_idempotent<T, F>(
        &self,
        principal: Principal,
        budget: &Budget,
        work: impl Fn(Connection) -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        self.database.write_idempotent(principal.claims(), budget, work).await
    }
}

impl web::Application for App {
    fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let config = Config::from_lookup(lookup).map_err(Error::misconfigured)?;
        Ok(Self::made(config, Arc::new(SystemTime::now))?)
    }

    fn config(&self) -> &web::Config {
        &self.config.web
    }

    fn is_first_request(&self) -> bool {
        !self.is_warm.swap(true, Ordering::Relaxed)
    }

    fn warm_up(&self) {
        self.database.preconnect();
    }

    async fn close(&self) {
        self.database.close().await;
    }
}
