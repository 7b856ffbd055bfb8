//! Neon's API v2, as far as migrations need it: branches, snapshots, connection URIs and the operations
//! behind them. Source: the OpenAPI document of the API, <https://neon.com/api_spec/release/v2.json>.
//!
//! Calls that change something return when the change is done: they follow the operations to their end. A
//! write whose response was lost is looked up or reported as unknown, and never sent again blindly.
//!
//! ```
//! use branchline_neon::{Client, Deleted, NewBranch};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let database = support::empty_database();
//! # let api = support::NeonApi::start(database.server(), database.name())?;
//! # let (host, key, project) = (&api.host(), api.key(), &api.project());
//! // `Client::new(key, project)` is for Neon itself.
//! let client = Client::at(host, key, project)?;
//! let main = client.default_branch().await?;
//! let new = NewBranch { name: "try", parent: Some(&main), ..NewBranch::default() };
//! let branch = client.create_branch(&new).await?;
//! let url = client.connection_uri(&branch, None, None, false).await?;
//! assert!(url.starts_with("postgresql://"));
//! client.delete_branch(&branch, Deleted::Recoverable).await?;
//! assert!(client.find_branch("try").await?.is_none());
//! # Ok(())
//! # }
//! ```

mod branches;
mod client;
mod connections;
mod error;
mod http;
mod key;
mod model;
mod operations;
mod pause;
mod snapshots;
mod stop;

pub use branches::{Deleted, NewBranch, Restore};
pub use client::{Client, HOST};
pub use error::Error;
pub use model::{Branch, Snapshot};
pub use snapshots::{NewSnapshot, SnapshotRestore};
