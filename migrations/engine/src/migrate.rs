//! A command from the first look at the database to the report.

use anyhow::Result;
use files::{Applied, DowngradeTarget, Migration, Migrations, PlanError, Status, UpgradeTarget, verify};
use pg::{Connector, Url};
use tokio_postgres::Client;

use crate::connect::connect_and_listen;
use crate::database::{Database, HistoryTable};
use crate::lock::RunnersLock;
use crate::notices::{Ear, Notices};
use crate::predecessor;
use crate::report::{Direction, DryReport, Event, Report};
use crate::run::observer::{Observer, Unobserved};
use crate::run::progress::Progress;
use crate::run::{Runner, log};
use crate::settings::Settings;

/// The target of migrations.
#[derive(Clone, Copy, Debug)]
pub enum Target {
    /// Migrations are applied.
    Up(UpgradeTarget),
    /// They are taken back.
    Down(DowngradeTarget),
}

impl Target {
    /// Returns the direction to it.
    pub fn direction(self) -> Direction {
        match self {
            Self::Up(_) => Direction::Up,
            Self::Down(_) => Direction::Down,
        }
    }

    /// The steps from where a database is.
    ///
    /// # Errors
    /// There is no way.
    pub fn plan<'m>(self, status: &Status<'m>) -> Result<Vec<&'m Migration>, PlanError> {
        match self {
            Self::Up(target) => files::upgrade(status, target),
            Self::Down(target) => files::downgrade(status, target),
        }
    }
}

/// A target of migrations, and the settings of the run.
pub struct MigrationRun<'a> {
    /// The target.
    pub target: Target,
    /// Limits on waiting and running of statements.
    pub settings: &'a Settings,
    /// For whoever watches.
    pub observe: &'a dyn Fn(Event),
}

/// Brings a database to a target.
///
/// # Errors
/// As for [`MigrationRun::run`].
pub async fn migrate(
    url: &Url,
    migrations: &Migrations,
    target: Target,
    settings: &Settings,
    observe: &dyn Fn(Event),
) -> Result<Report> {
    MigrationRun { target, settings, observe }.run(&Connector::new(url)?, migrations).await
}

/// The ways in which a run begins.
enum Start<'m> {
    /// There is nothing to do; the last applied migration.
    Nothing(Option<String>),
    Steps(Box<Ready<'m>>),
}

/// A database that is locked for other runners, with the steps ahead of it.
struct Ready<'m> {
    lock: RunnersLock,
    worker: Client,
    notices: Notices,
    database: Database,
    /// The last applied migration.
    from: Option<String>,
    steps: Vec<&'m Migration>,
}

impl MigrationRun<'_> {
    /// Runs the steps. Without anything to do it takes no lock and needs one session.
    ///
    /// # Errors
    /// As for [`crate::upgrade_to_head`]; and a migration on the way has no down.
    pub async fn run(&self, connector: &Connector, migrations: &Migrations) -> Result<Report> {
        self.run_if(connector, migrations, async |_, _, _| Ok(())).await
    }

    /// Runs the steps where `check` has nothing against it. It is asked while the runners' lock is held, so
    /// that no other runner changes what it has seen.
    ///
    /// # Errors
    /// As for [`MigrationRun::run`]; and the check's, with nothing done.
    pub async fn run_if(
        &self,
        connector: &Connector,
        migrations: &Migrations,
        check: impl AsyncFn(&Client, &Database, &[Applied]) -> Result<()>,
    ) -> Result<Report> {
        self.run_observed(connector, migrations, check, &mut Unobserved).await
    }

    /// The same, with somebody who looks on at each statement. See [`Observer`] for what that changes.
    ///
    /// # Errors
    /// As for [`MigrationRun::run_if`].
    pub async fn run_observed(
        &self,
        connector: &Connector,
        migrations: &Migrations,
        check: impl AsyncFn(&Client, &Database, &[Applied]) -> Result<()>,
        observer: &mut impl Observer,
    ) -> Result<Report> {
        let ready = match self.begin(connector, migrations, check, observer.ear()).await? {
            Start::Steps(ready) => ready,
            Start::Nothing(at) => return Ok(Report { to: at.clone(), from: at, steps: Vec::new() }),
        };
        let Ready { lock, worker, notices, mut database, from, steps } = *ready;
        let table = database.ensure_table(&worker, migrations.version_type()).await?;
        self.check_progress(&worker, &table.name, &steps).await?;
        let log = log::ensure(&worker, &table).await?;
        let runner = Runner { log: log.as_deref(), ..self.runner(&worker, notices, &table, &database) };
        let mut done = Vec::new();
        for migration in steps {
            lock.check()?;
            let step = runner.run_observed(migration, self.target.direction(), observer).await?;
            (self.observe)(Event::Done(step.clone()));
            done.push(step);
        }
        let history = database.history(&worker).await?;
        let to = verify(migrations, &history)?.current().map(label);
        Ok(Report { from, to, steps: done })
    }

    /// Runs the steps in one transaction and rolls it back, as far as that is possible. Other runners wait
    /// meanwhile, and so does whoever wants what the migrations lock.
    ///
    /// # Errors
    /// Those of [`MigrationRun::run`].
    pub async fn try_out(&self, connector: &Connector, migrations: &Migrations) -> Result<DryReport> {
        let ready = match self.begin(connector, migrations, async |_, _, _| Ok(()), None).await? {
            Start::Steps(ready) => ready,
            Start::Nothing(at) => return Ok(DryReport { at, steps: Vec::new(), untried: Vec::new() }),
        };
        let Ready { lock, worker, notices, database, from: at, steps } = *ready;
        let (table, create) = database.table_to_be(migrations.version_type())?;
        self.check_progress(&worker, &table.name, &steps).await?;
        lock.check()?;
        let runner = self.runner(&worker, notices, &table, &database);
        let (steps, untried) = runner.try_out(&steps, self.target.direction(), create.as_deref()).await?;
        Ok(DryReport { at, steps, untried })
    }

    /// Looks, plans and, where there is something to do, takes the runners' lock and checks.
    async fn begin<'m>(
        &self,
        connector: &Connector,
        migrations: &'m Migrations,
        check: impl AsyncFn(&Client, &Database, &[Applied]) -> Result<()>,
        ear: Option<Ear>,
    ) -> Result<Start<'m>> {
        let (first, database, history) = open_and_read_history(connector).await?;
        let status = verify(migrations, &history)?;
        let mut steps = self.target.plan(&status)?;
        if steps.is_empty() {
            return Ok(Start::Nothing(status.current().map(label)));
        }
        match &database.table {
            Some(table) => table.check_fit(steps.iter().copied())?,
            None => predecessor::check_none(&first).await?,
        }
        database.check_writable()?;

        let lock = RunnersLock::acquire(first, connector, self.observe).await?;
        // Another runner may have been at work until now. What was planned stays planned, so that "+1" under
        // two runners is one step and not two.
        let (worker, notices, database, history) = open_and_listen(connector, ear).await?;
        check(&worker, &database, &history).await?;
        let status = verify(migrations, &history)?;
        let open = match self.target.direction() {
            Direction::Up => &status.pending,
            Direction::Down => &status.applied,
        };
        steps.retain(|step| open.iter().any(|migration| migration.version == step.version));
        let from = status.current().map(label);
        Ok(Start::Steps(Box::new(Ready { lock, worker, notices, database, from, steps })))
    }

    /// Refuses to pass over a migration that was broken off.
    async fn check_progress(&self, worker: &Client, table: &str, steps: &[&Migration]) -> Result<()> {
        match Progress::read(worker, table).await? {
            Some(progress) => progress.check_first(steps.first().copied(), self.target.direction()),
            None => Ok(()),
        }
    }

    fn runner<'r>(
        &'r self,
        session: &'r Client,
        notices: Notices,
        table: &'r HistoryTable,
        database: &Database,
    ) -> Runner<'r> {
        Runner {
            session,
            notices,
            table,
            log: None,
            settings: self.settings,
            notices_lost_clients: database.notices_lost_clients,
            keeps_prepared: false,
            observe: self.observe,
        }
    }
}

fn label(migration: &Migration) -> String {
    migration.label().to_owned()
}

/// A new session, what server it is on and what the history says.
///
/// # Errors
/// The database cannot be reached or read.
pub async fn open_and_read_history(connector: &Connector) -> Result<(Client, Database, Vec<Applied>)> {
    let (client, _, database, history) = open_and_listen(connector, None).await?;
    Ok((client, database, history))
}

/// The same, with what the server says beside its answers from now on.
pub async fn open_and_listen(
    connector: &Connector,
    ear: Option<Ear>,
) -> Result<(Client, Notices, Database, Vec<Applied>)> {
    let (client, notices) = connect_and_listen(connector, ear).await?;
    let database = Database::inspect(&client).await?;
    let history = database.history(&client).await?;
    Ok((client, notices, database, history))
}
