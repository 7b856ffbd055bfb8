//! The application of every function.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use auth::{Scope, Verifier};
use budget::Budget;
use db::{Claims, Clock, Connection, Database};
use web::{Error, Request, wanted_scope};

use crate::{Config, claims};

/// The application, for a function's handler: the configuration and the database.
#[derive(Debug)]
pub struct App {
    config: Config,
    database: Database,
    verifier: Option<Verifier>,
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
        let verifier = config.web.auth.clone().map(Verifier::new);
        Ok(Self { config, database, verifier, is_warm: AtomicBool::new(false) })
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

    /// Returns the claims of transactions for a request.
    #[must_use]
    pub fn claims(&self, request: &Request) -> Claims {
        self.claims_with(request, wanted_scope(request))
    }

    /// The same for a request that needs another scope than its method says. Every role that may write has
    /// all scopes, so an API token alone can lack it.
    #[must_use]
    pub fn claims_with(&self, request: &Request, scope: Scope) -> Claims {
        claims::claims(request, scope, self.verifier.is_some())
    }

    /// Reads with claims, as [`Database::read`] does; work fails with the errors of a response, so that
    /// closures need not name their type.
    ///
    /// # Errors
    /// Those of `work`; 503 with `Retry-After`, 500 where the configuration is wrong.
    pub async fn read<T, F>(
        &self,
        claims: Claims,
        budget: &Budget,
        work: impl Fn(Connection) -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        self.database.read(claims, budget, work).await
    }

    /// Writes with claims what may be written twice, as [`Database::write_idempotent`] does, with the errors
    /// of [`App::read`].
    ///
    /// # Errors
    /// Those of [`App::read`].
    pub async fn write_idempotent<T, F>(
        &self,
        claims: Claims,
        budget: &Budget,
        work: impl Fn(Connection) -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        self.database.write_idempotent(claims, budget, work).await
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

    fn verifier(&self) -> Option<&Verifier> {
        self.verifier.as_ref()
    }

    fn warm_up(&self) {
        self.database.preconnect();
        if let Some(verifier) = &self.verifier {
            verifier.warm_up();
        }
    }

    async fn close(&self) {
        self.database.close().await;
    }
}
