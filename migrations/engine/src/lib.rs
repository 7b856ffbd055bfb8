//! The engine of the schema toolkit: brings a database's schema to where the migration files say, and back; reads
//! catalogs; proves migrations on scratch databases; takes over databases that other tools made.
//!
//! It keeps refinery's names, checksums and history table, so that a database that either tool migrated is accepted by
//! the other. What it adds: one application under any number of runners, bounded lock waits, migrations outside a
//! transaction, downs, and errors that name the file, the line and what to do.

pub mod adopt;
pub mod adoption;
pub mod cluster;
pub mod column_order;
pub mod connect;
pub mod database;
pub mod directory;
pub mod failure;
pub mod interrupt;
pub mod introspection;
pub mod lock;
pub mod migrate;
pub mod notices;
pub mod predecessor;
pub mod report;
pub mod run;
pub mod scratch;
pub mod script;
pub mod values;
pub mod verify;

use std::path::Path;

use files::UpgradeTarget;

pub use failure::{Failure, Outcome};
pub use notices::Notice;
pub use report::{Direction, Event, Report, Step};
pub use run::Settings;

/// Applies what is pending, as `branchline upgrade head` does, with its default settings.
///
/// # Errors
/// The directory cannot be used, the database cannot be reached or does not agree with the files, or a migration failed:
/// then a [`Failure`] is among the causes.
pub async fn upgrade_to_head(url: &str, dir: &Path) -> anyhow::Result<Report> {
    let url = connect::session_url(&pg::Url::parse(url)?)?;
    let migrations = directory::Directory { path: dir, layout: None }.load()?;
    migrate::migrate(
        &url,
        &migrations,
        migrate::Target::Up(UpgradeTarget::Head),
        &Settings::default(),
        &|_| {},
    )
    .await
}
