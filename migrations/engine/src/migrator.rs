//! Migrations as a library takes them: loaded once, planned, applied, proved.

use std::path::Path;

use anyhow::Result;
use files::{Applied, Migration, Migrations, verify};
use model::Catalog;
use pg::{Connector, Url};
use tokio_postgres::Client;

use crate::adopt::Survey;
use crate::adoption::AdoptionStep;
use crate::connect::{connect, session_url};
use crate::database::Database;
use crate::directory::Directory;
use crate::introspection;
use crate::migrate::{MigrationRun, Target, open_and_read_history};
use crate::report::{Direction, Event, Report};
use crate::run::observer::{Observer, Unobserved};
use crate::scratch::{self, Server};
use crate::settings::Settings;
use crate::verify::{Proof, ProofEvent, default_jobs, prove};

/// The migrations of a folder, and how they are run.
///
/// A database is named by its URL, as `postgresql://user:password@host/database`; poolers are refused, since
/// migrating needs a session. Each method opens its own sessions.
#[derive(Clone, Debug)]
pub struct Migrator {
    migrations: Migrations,
    settings: Settings,
}

/// The result of [`Migrator::adopt`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Adopted {
    /// Migrations that were found in the database, and are in its history now.
    pub stamped: Vec<String>,
    /// Migrations that were missing before one of those, and were applied.
    pub applied: Vec<String>,
    /// Migrations that are left to [`Migrator::apply`].
    pub pending: Vec<String>,
}

impl Migrator {
    /// Loads a folder of migrations, in the layout that its files have.
    ///
    /// # Errors
    /// The folder or a file in it cannot be read, or the files cannot be used together.
    pub fn load(folder: impl AsRef<Path>) -> Result<Self> {
        Ok(Self::new(Directory { path: folder.as_ref(), layout: None }.load()?))
    }

    /// Takes migrations that are loaded already, for instance of files that are compiled in
    /// ([`Migrations::from_files`]).
    #[must_use]
    pub fn new(migrations: Migrations) -> Self {
        Self { migrations, settings: Settings::default() }
    }

    /// The same with other timeouts.
    #[must_use]
    pub fn with_settings(self, settings: Settings) -> Self {
        Self { settings, ..self }
    }

    /// The migrations.
    #[must_use]
    pub fn migrations(&self) -> &Migrations {
        &self.migrations
    }

    /// The steps from where a database is to a target, in the order in which they would run. Nothing is
    /// changed.
    ///
    /// # Errors
    /// The database cannot be reached, its history does not agree with the files, or no way leads to the
    /// target.
    pub async fn plan(&self, url: &str, target: Target) -> Result<Vec<&Migration>> {
        let (_, _, history) = open_and_read_history(&connector(url)?).await?;
        Ok(target.plan(&verify(&self.migrations, &history)?)?)
    }

    /// Brings a database to a target. Any number of programs may do so at once: one works, the others wait.
    ///
    /// # Errors
    /// As for [`Migrator::plan`]; or a migration failed: then a [`Failure`](crate::Failure) is among the
    /// causes.
    pub async fn apply(&self, url: &str, target: Target) -> Result<Report> {
        self.apply_observed(url, target, &mut Unobserved, &|_| {}).await
    }

    /// The same for who wants to know what happens: `observer` is asked before and after each statement,
    /// `tell` is called for each migration, and where a lock is waited for. See [`Observer`] for what an
    /// observer changes.
    ///
    /// # Errors
    /// As for [`Migrator::apply`].
    pub async fn apply_observed(
        &self,
        url: &str,
        target: Target,
        observer: &mut impl Observer,
        tell: &dyn Fn(Event),
    ) -> Result<Report> {
        let run = MigrationRun { target, settings: &self.settings, observe: tell };
        let unchecked = async |_: &Client, _: &Database, _: &[Applied]| Ok(());
        run.run_observed(&connector(url)?, &self.migrations, unchecked, observer).await
    }

    /// The catalog of a database: its objects with their properties.
    ///
    /// # Errors
    /// The database cannot be reached or read.
    pub async fn catalog(url: &str) -> Result<Catalog> {
        introspection::read_with_dependencies(&connect(&connector(url)?).await?).await
    }

    /// The catalog that the migrations make, in a scratch database on a server.
    ///
    /// # Errors
    /// The scratch database cannot be made, or a migration failed.
    pub async fn expected_catalog(&self, server: &Server) -> Result<Catalog> {
        scratch::within(server, async |scratch| {
            let prepared = scratch.prepare(self.settings.clone()).await?;
            for migration in self.migrations.iter() {
                prepared.runner(&|_| {}).run(migration, Direction::Up).await?;
            }
            introspection::read_with_dependencies(&prepared.session).await
        })
        .await
    }

    /// Proves every migration, up, down and up again on sample rows, in scratch databases on a server.
    ///
    /// # Errors
    /// See [`prove`]. A migration that does not lead where it should is a refusal in the proof.
    pub async fn verify(&self, server: &Server, tell: &dyn Fn(ProofEvent)) -> Result<Proof> {
        prove(&self.migrations, |_| true, server, self.settings.clone(), default_jobs(), tell).await
    }

    /// Takes over a database that another tool made: what of the migrations it has is stamped, what is
    /// missing before that is applied, all in one transaction. A database with a history is left as it is.
    /// `server` is for the scratch database in which the migrations are tried.
    ///
    /// # Errors
    /// A migration is there in part, it is unclear how far they have run, or one fails. Nothing is changed
    /// then.
    pub async fn adopt(&self, url: &str, server: &Server) -> Result<Adopted> {
        let connector = connector(url)?;
        let (session, database, history) = open_and_read_history(&connector).await?;
        let status = verify(&self.migrations, &history)?;
        let labels = |all: &[&Migration]| all.iter().map(|one| one.label().to_owned()).collect();
        if !history.is_empty() {
            return Ok(Adopted { pending: labels(&status.pending), ..Adopted::default() });
        }
        let survey =
            Survey::take((session, database), &self.migrations, None, server, &self.settings).await?;
        let (plan, _) = survey.adopt(&connector, &self.settings, &|_| {}).await?;
        let mut adopted = Adopted { pending: labels(&plan.pending), ..Adopted::default() };
        for step in &plan.steps {
            match step {
                AdoptionStep::Stamp(migration, _) => adopted.stamped.push(migration.label().to_owned()),
                AdoptionStep::Apply(migration) => adopted.applied.push(migration.label().to_owned()),
            }
        }
        Ok(adopted)
    }
}

fn connector(url: &str) -> Result<Connector> {
    Ok(Connector::new(&session_url(&Url::parse(url)?)?)?)
}
