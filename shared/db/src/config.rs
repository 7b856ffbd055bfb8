//! The settings of a pool.

use pg::Url;

/// The settings of a [`Database`](crate::Database).
#[derive(Clone, Debug)]
pub struct Config {
    /// The server, and how to log in there.
    pub url: Url,
    /// Maximum number of connections in the pool.
    pub max_connections: usize,
    /// True if statements are logged, without their parameters.
    pub echo: bool,
    /// True if the login is pipelined with the first statement, which saves up to two round trips.
    pub pipelines_login: bool,
}

impl Config {
    /// One connection, as an AWS Lambda environment needs that serves one request at a time.
    #[must_use]
    pub fn new(url: Url) -> Self {
        Self { url, max_connections: 1, echo: false, pipelines_login: true }
    }
}
