//! The commands, one file each.

pub(crate) mod adopt;
pub(crate) mod branch;
mod broken_off;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod current;
pub(crate) mod deploy;
pub(crate) mod doctor;
pub(crate) mod downgrade;
pub(crate) mod history;
pub(crate) mod lint;
pub(crate) mod new;
mod offline;
pub(crate) mod rehearse;
pub(crate) mod renumber;
pub(crate) mod schema;
pub(crate) mod snapshot;
pub(crate) mod stamp;
mod steps;
pub(crate) mod upgrade;
pub(crate) mod verify;

use anyhow::Result;
use pg::{Connector, Url};
use schema_core::{Applied, Migrations};
use tokio_postgres::Client;

use crate::args::{Cli, Command, Global};
use crate::connect::session_url;
use crate::database::Database;
use crate::directory;
use crate::environment::Environment;
use crate::migrate::look;
use crate::output::{Exit, Output};
use crate::run::Settings;
use crate::run::progress::Progress;
use crate::scratch::{self, Place};

/// Runs the command that was asked for.
///
/// # Errors
/// What stands in its way.
pub(crate) async fn run(cli: Cli, output: &Output) -> Result<Exit> {
    let context = Context { global: &cli.global, output };
    match &cli.command {
        Command::Upgrade(args) => upgrade::run(args, &context).await,
        Command::Downgrade(args) => downgrade::run(args, &context).await,
        Command::Current(args) => current::run(args, &context).await,
        Command::History(args) => history::run(args, &context).await,
        Command::Stamp(args) => stamp::run(args, &context).await,
        Command::New(args) => new::run(args, &context),
        Command::Renumber(args) => renumber::run(args, &context).await,
        Command::Verify(args) => verify::run(args, &context).await,
        Command::Rehearse(args) => rehearse::run(args, &context).await,
        Command::Deploy(args) => deploy::run(args, &context).await,
        Command::Schema(args) => schema::run(args, &context).await,
        Command::Doctor(args) => doctor::run(args, &context).await,
        Command::Adopt(args) => adopt::run(args, &context).await,
        Command::Lint(args) => lint::run(args, &context).await,
        Command::Branch(args) => branch::run(args, &context).await,
        Command::Snapshot(args) => snapshot::run(args, &context).await,
        Command::Check(args) => check::run(args, &context).await,
        Command::Completions(args) => Ok(completions::run(args, &context)),
    }
}

/// What a database says about its migrations.
struct Records {
    session: Client,
    database: Database,
    history: Vec<Applied>,
    /// The migration outside a transaction that was broken off, or that another runner is at.
    broken_off: Option<Progress>,
}

/// What commands share.
pub(crate) struct Context<'a> {
    global: &'a Global,
    output: &'a Output,
}

impl Context<'_> {
    fn migrations(&self) -> Result<Migrations> {
        directory::load(&self.global.dir)
    }

    fn url(&self) -> Result<Url> {
        Environment::read()?.database_url(self.global.database_url.as_deref())
    }

    /// Whether a database is named, by a flag or a variable.
    fn names_database(&self) -> Result<bool> {
        Ok(self.global.database_url.is_some() || Environment::read()?.names_database())
    }

    /// The server to run migrations on in scratch databases.
    async fn scratch_server(&self, place: &Place, _migrations: &Migrations) -> Result<scratch::Server> {
        let url = match &place.scratch_url {
            Some(url) => session_url(&Url::parse(url)?)?,
            None => self.url()?,
        };
        Ok(scratch::Server::named(url))
    }

    fn settings(&self) -> Settings {
        Settings { lock_timeout: self.global.lock_timeout, statement_timeout: self.global.statement_timeout }
    }

    /// The way to the database, with what it needs being loaded from now on.
    async fn connector(&self) -> Result<Connector> {
        let connector = Connector::new(&self.url()?)?;
        connector.prepare().await;
        Ok(connector)
    }

    /// The database's history and what was broken off, read on a session of its own.
    async fn look_closely(&self) -> Result<Records> {
        let (session, database, history) = look(&self.connector().await?).await?;
        let broken_off = match &database.table {
            Some(table) => Progress::read(&session, &table.name).await?,
            None => None,
        };
        Ok(Records { session, database, history, broken_off })
    }

    /// The database's history, read on a session of its own.
    async fn look(&self) -> Result<(Database, Vec<Applied>)> {
        let (_session, database, history) = look(&self.connector().await?).await?;
        Ok((database, history))
    }
}
