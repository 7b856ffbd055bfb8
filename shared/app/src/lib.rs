//! What every function shares: configuration, the connection pool, the budget of a request, responses and errors, logs.
//!
//! A function is a `handle(app, request)`, what of it is public, and a `main` that calls [`serve`].

mod access;
mod answer;
mod bookmark;
mod budget;
mod config;
mod db;
pub mod http;
mod meter;
mod prices;
pub mod search_index;
mod serve;
pub mod telemetry;
mod timestamptz;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

pub use access::{AccessToken, IsPublic, nothing_is_public};
pub use answer::{answer, answer_streaming};
pub use bookmark::Bookmark;
pub use budget::Budget;
pub use config::{Config, ConfigError, Platform};
pub use db::{Access, Clock, Connection, Database, Param};
pub use http::{Error, Response, StreamingResponse};
pub use lambda_http::Request;
pub use meter::{Spent, milliseconds};
pub use prices::Prices;
pub use serve::{AfterResponse, serve, serve_streaming};
pub use timestamptz::Timestamptz;

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
    pub fn new(config: Config) -> Result<Arc<Self>, pg::Error> {
        Self::with_clock(config, Arc::new(SystemTime::now))
    }

    /// The same by another clock than the system's.
    ///
    /// # Errors
    /// Those of [`App::new`].
    pub fn with_clock(config: Config, clock: Clock) -> Result<Arc<Self>, pg::Error> {
        let database = Database::new(&config, clock)?;
        Ok(Arc::new(Self { config, database, is_warm: AtomicBool::new(false) }))
    }

    /// Whether no request came before this one, which is noted.
    pub(crate) fn is_first_request(&self) -> bool {
        !self.is_warm.swap(true, Ordering::Relaxed)
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
}
