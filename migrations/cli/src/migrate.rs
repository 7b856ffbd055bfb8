//! A command from the first look at the database to the report.

use anyhow::Result;
use pg::{Connector, Url};
use schema_core::{
    Applied, DowngradeTarget, Migration, Migrations, PlanError, Status, UpgradeTarget, verify,
};
use tokio_postgres::Client;

use crate::connect::connect;
use crate::database::Database;
use crate::lock::RunnersLock;
use crate::report::{Direction, Event, Report};
use crate::run::progress::Progress;
use crate::run::{Runner, Settings};

/// Applies what is pending up to a target. Without anything to do it takes no lock and needs one session.
///
/// # Errors
/// As for [`crate::upgrade_to_head`].
pub(crate) async fn upgrade(
    url: &Url,
    migrations: &Migrations,
    target: UpgradeTarget,
    settings: &Settings,
    observe: &dyn Fn(Event),
) -> Result<Report> {
    migrate(url, migrations, Direction::Up, |status| schema_core::upgrade(status, target), settings, observe)
        .await
}

/// Takes applied migrations back down to a target.
///
/// # Errors
/// As for [`crate::upgrade_to_head`]; and a migration on the way has no down.
pub(crate) async fn downgrade(
    url: &Url,
    migrations: &Migrations,
    target: DowngradeTarget,
    settings: &Settings,
    observe: &dyn Fn(Event),
) -> Result<Report> {
    migrate(
        url,
        migrations,
        Direction::Down,
        |status| schema_core::downgrade(status, target),
        settings,
        observe,
    )
    .await
}

async fn migrate<'a>(
    url: &Url,
    migrations: &'a Migrations,
    direction: Direction,
    plan: impl Fn(&Status<'a>) -> Result<Vec<&'a Migration>, PlanError>,
    settings: &Settings,
    observe: &dyn Fn(Event),
) -> Result<Report> {
    let connector = Connector::new(url)?;
    let (first, database, history) = look(&connector).await?;
    let status = verify(migrations, &history)?;
    let from = status.current().map(label);
    let mut steps = plan(&status)?;
    if steps.is_empty() {
        return Ok(Report { to: from.clone(), from, steps: Vec::new() });
    }
    database.check_writable()?;

    let lock = RunnersLock::acquire(first, observe).await?;
    // Another runner may have been at work until now. What was planned stays planned, so that "+1" under two runners
    // is one step and not two.
    let (worker, mut database, history) = look(&connector).await?;
    let status = verify(migrations, &history)?;
    let open = match direction {
        Direction::Up => &status.pending,
        Direction::Down => &status.applied,
    };
    steps.retain(|step| open.iter().any(|migration| migration.version == step.version));
    let from = status.current().map(label);
    let table = database.ensure_table(&worker).await?;
    if let Some(progress) = Progress::read(&worker, &table).await? {
        progress.check_first(steps.first().copied(), direction)?;
    }

    let runner = Runner {
        session: &worker,
        table: &table,
        settings,
        notices_lost_clients: database.notices_lost_clients,
        observe,
    };
    let mut done = Vec::new();
    for migration in steps {
        lock.check()?;
        let step = runner.run(migration, direction).await?;
        observe(Event::Done(step.clone()));
        done.push(step);
    }
    let history = database.history(&worker).await?;
    let to = verify(migrations, &history)?.current().map(label);
    Ok(Report { from, to, steps: done })
}

fn label(migration: &Migration) -> String {
    migration.label().to_owned()
}

/// A new session, what server it is on and what the history says.
///
/// # Errors
/// The database cannot be reached or read.
pub(crate) async fn look(connector: &Connector) -> Result<(Client, Database, Vec<Applied>)> {
    let client = connect(connector).await?;
    let database = Database::inspect(&client).await?;
    let history = database.history(&client).await?;
    Ok((client, database, history))
}
