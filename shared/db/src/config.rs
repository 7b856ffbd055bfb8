//! What a pool is made of.

use pg::Url;

/// The settings of a [`Database`](crate::Database).
#[derive(Clone, Debug)]
pub struct Config {
    /// The server, and how to log in there.
    pub url: Url,
    /// How many connections the pool may hold.
    pub max_connections: usize,
    /// Whether statements are logged, without their parameters.
    pub echo: bool,
    /// Whether the login is pipelined with the first statement, which saves up to two round trips.
    pub pipelines_login: bool,
}

impl Config {
    /// One connection, as an AWS Lambda environment needs that serves one request at a time.
    #[must_use]
    pub fn new(url: Url) -> Self {
        Self { url, max_connections: 1, echo: false, pipelines_login: true }
    }
}
