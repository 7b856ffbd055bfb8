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
mod prices;
mod serve;
pub mod telemetry;

use std::sync::Arc;

pub use access::{AccessToken, IsPublic, nothing_is_public};
pub use answer::{answer, answer_streaming};
pub use bookmark::Bookmark;
pub use budget::Budget;
pub use config::{Config, ConfigError, Platform};
pub use db::{Connection, Database, Param};
pub use http::{Error, Response, StreamingResponse};
pub use lambda_http::Request;
pub use prices::Prices;
pub use serve::{serve, serve_streaming};

/// What a function's handler gets: the configuration and the database.
#[derive(Debug)]
pub struct App {
    config: Config,
    database: Database,
}

impl App {
    /// Prepares a function; nothing is connected yet.
    ///
    /// # Errors
    /// The certificates of `sslrootcert` cannot be read.
    pub fn new(config: Config) -> Result<Arc<Self>, pg::Error> {
        let database = Database::new(&config)?;
        Ok(Arc::new(Self { config, database }))
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
