//! What the tests and the local stack stand on: a Postgres over TLS and a database per test.

mod command;
mod database;
mod environment;
pub mod postgres;

pub use database::{TestDatabase, database, empty_database, migrate};
pub use postgres::{Data, Options, Postgres, Shutdown};
