//! The engine of the schema toolkit: brings a database's schema to where the migration files say, and back;
//! reads catalogs; proves migrations on scratch databases; takes over databases that other tools made.
//!
//! It keeps refinery's names, checksums and history table, so that a database that either tool migrated is
//! accepted by the other. What it adds: one application under any number of runners, bounded lock waits,
//! migrations outside a transaction, downs, and errors that name the file, the line and what to do.
//!
//! [`Migrator`] is the way in for a program or a test, as refinery's `Runner` is:
//!
//! ```
//! use branchline_engine::{Migrator, Server, Target, UpgradeTarget};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> anyhow::Result<()> {
//! # let folder = tempfile::tempdir()?;
//! # let folder = folder.path();
//! # std::fs::write(folder.join("V1__bookmarks.sql"), "CREATE TABLE bookmarks (url text PRIMARY KEY);")?;
//! # std::fs::write(folder.join("V1__bookmarks.down.sql"), "DROP TABLE bookmarks;")?;
//! # std::fs::write(folder.join("V2__titles.sql"), "ALTER TABLE bookmarks ADD title text;")?;
//! # std::fs::write(folder.join("V2__titles.down.sql"), "ALTER TABLE bookmarks DROP title;")?;
//! # let (database, other) = (support::empty_database(), support::empty_database());
//! # let (url, url_of_another) = (&database.url(), &other.url());
//! let migrator = Migrator::load(folder)?;
//! let head = Target::Up(UpgradeTarget::Head);
//! assert_eq!(migrator.plan(url, head).await?.len(), 2);
//! let report = migrator.apply(url, head).await?;
//! assert_eq!(report.to.as_deref(), Some("V2__titles"));
//!
//! // Scratch databases are made on this server, and dropped.
//! let scratch = Server::named(url)?;
//! let proof = migrator.verify(&scratch, &|_| {}).await?;
//! assert!(proof.is_complete());
//! let expected = migrator.expected_catalog(&scratch).await?;
//! assert!(expected.diff(&Migrator::catalog(url).await?).is_empty());
//!
//! // A database that has the first migration's table, and no history.
//! # let session = other.client().await;
//! # session.batch_execute("CREATE TABLE bookmarks (url text PRIMARY KEY)").await?;
//! let adopted = migrator.adopt(url_of_another, &scratch).await?;
//! assert_eq!(adopted.stamped, ["V1__bookmarks"]);
//! assert_eq!(adopted.pending, ["V2__titles"]);
//! # Ok(())
//! # }
//! ```
//!
//! A program that wants to see each statement passes an [`Observer`] to [`Migrator::apply_observed`].

pub mod adopt;
pub mod adoption;
pub mod autogenerate;
pub mod cluster;
pub mod column_order;
pub mod connect;
pub mod database;
pub mod directory;
pub mod failure;
pub mod interrupt;
pub mod introspection;
pub mod local;
pub mod lock;
pub mod migrate;
mod migrator;
pub mod notices;
pub mod predecessor;
pub mod report;
pub mod run;
pub mod scratch;
pub mod script;
pub mod settings;
pub mod values;
pub mod verify;
pub mod wanted;

use std::path::Path;

pub use failure::{Failure, Outcome};
pub use files::{DowngradeTarget, Migration, Migrations, UpgradeTarget};
pub use migrate::Target;
pub use migrator::{Adopted, Migrator};
pub use model::Catalog;
pub use notices::Notice;
pub use report::{Direction, Event, Report, Step};
pub use run::observer::{Observer, Placement, Unobserved};
pub use scratch::Server;
pub use settings::Settings;

/// Applies what is pending, as `branchline upgrade head` does, with its default settings.
///
/// # Errors
/// The directory cannot be used, the database cannot be reached or does not agree with the files, or a
/// migration failed: then a [`Failure`] is among the causes.
pub async fn upgrade_to_head(url: &str, dir: &Path) -> anyhow::Result<Report> {
    Migrator::load(dir)?.apply(url, Target::Up(UpgradeTarget::Head)).await
}
