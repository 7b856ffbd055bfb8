//! Neon's API v2, as far as migrations need it: branches, snapshots, connection URIs and the operations behind them.
//! Source: the OpenAPI document of the API, <https://neon.com/api_spec/release/v2.json>.
//!
//! What changes something returns when it has been done: its operations are followed to their end. A write whose answer
//! was lost is looked up or told as unknown, and never sent again blindly.

mod branches;
mod client;
mod error;
mod http;
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
