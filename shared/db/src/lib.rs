//! The database as a function sees it: a pool of verified connections that survives freezing, bounded waits,
//! and work that is repeated where that is safe.
//!
//! ```no_run
//! # use branchline_db as db;
//! # async fn example() -> Result<(), db::Error> {
//! # use std::{sync::Arc, time::{Duration, SystemTime}};
//! let url = pg::Url::parse("postgresql://user:password@host/database").map_err(pg::Error::from)?;
//! let config = db::Config::new(url);
//! let database = db::Database::new(&config, Arc::new(SystemTime::now))?;
//! let budget = budget::Budget::lasting(Duration::from_secs(10));
//! let one: i32 = database
//!     .read(db::Claims::none(), &budget, |connection| async move {
//!         connection.query_one("SELECT 1", &[]).await?.try_get(0)
//!     })
//!     .await?;
//! # Ok(()) }
//! ```

mod claims;
mod config;
mod connection;
mod database;
mod dialer;
mod error;
mod manager;
mod pipeline;
mod pool;
mod preconnect;
mod row;
mod timestamptz;

pub use claims::{ClaimedSettings, Claims};
pub use config::Config;
pub use connection::{Access, Connection, Param};
pub use database::{Clock, Database};
pub use error::{Error, RetryReason};
pub use row::{Row, RowStream};
pub use timestamptz::{POSTGRES_EPOCH, Timestamptz};
