//! The base of the tests and the local stack: a Postgres over TLS and a database per test, a stand-in for
//! Lambda, and requests to send.

mod background;
mod binary;
mod certificates;
mod command;
mod database;
mod environment;
pub mod event;
mod function_role;
pub mod lambda;
pub mod neon;
pub mod neon_api;
pub mod pgbouncer;
pub mod postgres;
pub mod proxy;

pub use binary::binary;
pub use database::{TestDatabase, database, empty_database, empty_database_among_roles, migrate};
pub use environment::{first_pair, neon_openapi, other_servers, project_root, rounds, skipped};
pub use event::Event;
pub use function_role::{create_function_role, function_url};
pub use lambda::{InvokeError, Lambda};
pub use neon::NeonProxy;
pub use neon_api::NeonApi;
pub use pgbouncer::PgBouncer;
pub use postgres::{Data, Options, Postgres, Shutdown};
pub use proxy::{Proxy, Traffic, round_trips};
