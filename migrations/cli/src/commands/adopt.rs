//! `branchline adopt`.

mod predecessor;
mod show;

use anyhow::{Context as _, Result, bail};
use pg::Connector;
use schema_core::{Adoption, AdoptionStep, Catalog, Migrations, adoption, others, presences, trials, verify};
use tokio_postgres::Client;

use super::Context;
use crate::database::{HistoryTable, execute, insert};
use crate::failure::{Failure, Outcome, excerpt, line_in_file};
use crate::introspection;
use crate::lock::{RunnersLock, WORKERS};
use crate::migrate::look;
use crate::output::Exit;
use crate::report::Direction;
use crate::run::CLEAR;
use crate::run::send::{SendError, run_script};
use crate::scratch::{self, Place, Scratch};
use crate::script;
use crate::values;

/// Take over a database that another tool made
#[derive(clap::Args)]
#[command(
    after_help = "Each migration is tried on a scratch database, and its effect looked for in the database, catalog against \
                  catalog. What is there whole is stamped; what is missing before that is applied, all in one transaction; \
                  what comes after is left to branchline upgrade. A migration that is there in part stops adoption, which \
                  then changes nothing. Rows and objects that the migrations do not know are left as they are, the other \
                  tool's history too."
)]
pub(crate) struct Args {
    /// Show what would be stamped and applied, and change nothing; exit status 3 where there is something
    #[arg(long, conflicts_with = "sql")]
    dry_run: bool,
    /// Print what would run, as a script for psql, and change nothing
    #[arg(long)]
    sql: bool,
    #[command(flatten)]
    place: Place,
}

pub(super) async fn run(args: &Args, context: &Context<'_>) -> Result<Exit> {
    let migrations = context.migrations()?;
    let url = context.url()?;
    let connector = Connector::new(&url)?;
    let (first, database, history) = look(&connector).await?;
    if !history.is_empty() {
        verify(&migrations, &history)?;
        context.output.result(
            &show::Adopted::default(),
            &"The history is there already: branchline upgrade goes on from it.",
        );
        return Ok(Exit::Done);
    }
    let server = context.scratch_server(&args.place, &migrations).await?;
    let catalogs =
        scratch::within(&server, async |scratch| catalogs(&migrations, scratch, context).await).await?;

    if args.sql || args.dry_run {
        let there = introspection::read(&first).await?;
        let plan = adoption(&migrations, &presences(&catalogs, &there))?;
        if args.sql {
            let table = database.table.unwrap_or_else(|| HistoryTable::unasked(migrations.version_type()));
            table.check_fit(migrations.iter())?;
            context.output.script(&script::of_adoption(&table, &plan, &context.settings()));
            return Ok(Exit::Done);
        }
        let adopted = show::Adopted::of(&plan, &others(&catalogs, &there), predecessor::find(&first).await?);
        context.output.result(&adopted, &adopted.text("would be"));
        return Ok(if plan.steps.is_empty() { Exit::Done } else { Exit::Pending });
    }

    database.check_writable()?;
    let lock = RunnersLock::acquire(first, &|event| context.output.event(&event)).await?;
    let (worker, mut database, history) = look(&connector).await?;
    if !history.is_empty() {
        bail!("another run has written the history meanwhile; see branchline current");
    }
    // Looked at again, as another runner may have been at work until now.
    let there = introspection::read(&worker).await?;
    let plan = adoption(&migrations, &presences(&catalogs, &there))?;
    let adopted = show::Adopted::of(&plan, &others(&catalogs, &there), predecessor::find(&worker).await?);
    if !plan.steps.is_empty() {
        let table = database.ensure_table(&worker, migrations.version_type()).await?;
        table.check_fit(migrations.iter())?;
        lock.check()?;
        apply(&worker, &table, &plan, context).await?;
    }
    context.output.result(&adopted, &adopted.text("was"));
    Ok(Exit::Done)
}

/// The catalogs of an empty database after none, one, two, … of the migrations.
async fn catalogs(migrations: &Migrations, scratch: &Scratch, context: &Context<'_>) -> Result<Vec<Catalog>> {
    // The files are sound, whichever of them will run.
    trials(migrations)?;
    let observe = |_| {};
    let stage = scratch.stage(context.settings()).await?;
    let (session, runner) = (&stage.session, stage.runner(&observe));
    let mut catalogs = vec![introspection::read(session).await?];
    for migration in migrations.iter() {
        let tried = runner.run(migration, Direction::Up).await;
        tried.context("trying the migrations on a scratch database")?;
        catalogs.push(introspection::read(session).await?);
    }
    Ok(catalogs)
}

/// Stamps and applies, in one transaction.
async fn apply(
    session: &Client,
    table: &HistoryTable,
    plan: &Adoption<'_>,
    context: &Context<'_>,
) -> Result<()> {
    let settings = context.settings().statements("SET LOCAL");
    let begin = format!("BEGIN; {settings}; SELECT pg_advisory_xact_lock({WORKERS})");
    execute(session, &begin).await.context("adoption cannot begin")?;
    for step in &plan.steps {
        let (AdoptionStep::Stamp(migration) | AdoptionStep::Apply(migration)) = step;
        if let AdoptionStep::Apply(_) = step {
            execute(session, &format!("{CLEAR}; {settings}")).await.context("adoption cannot go on")?;
            run_script(session, &migration.up).await.map_err(|SendError { at, error }| Failure {
                file: migration.up.file.clone(),
                line: at.map(|(statement, offset)| line_in_file(statement, offset, &error)),
                statement: at.map(|(statement, _)| excerpt(statement.text)),
                message: values::without(&error, Some(&migration.up.sql)),
                outcome: Outcome::RolledBack,
                notices: Vec::new(),
                source: error,
            })?;
        }
        let record = format!("RESET SESSION AUTHORIZATION; {}", insert(table, migration));
        execute(session, &record).await.context("the history cannot be written; nothing was changed")?;
    }
    execute(session, "COMMIT").await.context("adoption could not be committed; see branchline current")
}
