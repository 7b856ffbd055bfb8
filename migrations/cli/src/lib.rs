//! The deploy step: brings a database's schema to where the migration files say, and back.
//!
//! It keeps refinery's names, checksums and history table, so that a database that either tool migrated is accepted by
//! the other. What it adds: one application under any number of runners, bounded lock waits, migrations outside a
//! transaction, downs, and errors that name the file, the line and what to do.

mod args;
mod cluster;
mod column_order;
mod commands;
mod connect;
mod database;
mod directory;
mod environment;
mod failure;
mod interrupt;
mod introspection;
mod lock;
mod measure;
mod migrate;
mod neon;
mod notices;
mod output;
mod predecessor;
mod printable;
mod rehearsal;
mod report;
mod run;
mod scratch;
mod script;
mod table;
mod values;

use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use schema_core::UpgradeTarget;

use args::Cli;
use output::Output;

pub use failure::{Failure, Outcome};
pub use notices::Notice;
pub use report::{Direction, Event, Report, Step};
pub use run::Settings;

/// The program: reads the command line, runs the command, prints.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    values::show(cli.global.show_values);
    let output = Output::new(cli.global.format);
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return output.failed(&error.into()),
    };
    match runtime.block_on(commands::run(cli, &output)) {
        Ok(exit) => exit.into(),
        Err(error) => output.failed(&error),
    }
}

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
