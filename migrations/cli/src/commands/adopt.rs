//! `branchline adopt`.

mod show;
mod timeline;

use anyhow::{Context as _, Result, bail};
use pg::Connector;
use schema_core::{
    Adoption, AdoptionStep, Catalog, Evidence, Object, Record, StampTarget, Timeline, adoption, others,
    stamp, verify,
};
use tokio_postgres::Client;

use self::timeline::Reading;
use super::Context;
use crate::database::{HistoryTable, execute, insert};
use crate::failure::{Failure, Outcome, excerpt, line_in_file};
use crate::introspection;
use crate::lock::{RunnersLock, WORKERS};
use crate::migrate::look;
use crate::output::Exit;
use crate::predecessor;
use crate::run::CLEAR;
use crate::run::send::{SendError, run_script};
use crate::scratch::Place;
use crate::script;
use crate::values;

/// Take over a database that another tool made
#[derive(clap::Args)]
#[command(
    after_help = "Each migration is tried on a scratch database, and its effect looked for in the database, catalog against \
                  catalog. What leaves no trace there, as a change of rows, the other tool's own history tells: it is read \
                  where sqlx, Alembic, Flyway, Diesel, Prisma and others keep it. What is there whole or recorded is \
                  stamped; what is missing before that is applied, all in one transaction; what comes after is left to \
                  branchline upgrade. A migration that is there in part stops adoption, which then changes nothing, and so \
                  does doubt about how far the migrations have run: --stamp-through answers it. Rows and objects that the \
                  migrations do not know are left as they are, the other tool's history too."
)]
pub(crate) struct Args {
    /// Show what would be stamped and applied, and change nothing; exit status 3 where there is something
    #[arg(long, conflicts_with = "sql")]
    dry_run: bool,
    /// Print what would run, as a script for psql, and change nothing
    #[arg(long)]
    sql: bool,
    /// The last migration that has run: a number, head, or base for none. What comes up to it is stamped, whatever the
    /// catalog and the other tool's history say; what comes after it is pending
    #[arg(long, value_name = "TARGET")]
    stamp_through: Option<StampTarget>,
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
    // As `branchline stamp` counts.
    let through =
        args.stamp_through.map(|target| stamp(&migrations, &[], target).map(|stamp| stamp.add.len()));
    let through = through.transpose()?;
    let server = context.scratch_server(&args.place, &migrations).await?;
    let seen = introspection::read(&first).await?;
    let records = predecessor::records(&first).await?;
    let mut reading = Reading::first(&migrations);
    let (timeline, found) = loop {
        let timeline = timeline::read(&migrations, reading, &server, context).await?;
        let found = Found::of(&timeline, &seen, records.clone());
        let is_certain = reading == Reading::Each
            || (found.evidence.is_settled
                && through.is_none_or(|through| found.evidence.positions.contains(&through))
                && adoption(&migrations, &found.evidence, &found.records, through).is_ok()
                && !timeline::may_miss(&timeline, &seen, &migrations));
        if is_certain {
            break (timeline, found);
        }
        reading = reading.next(&found.evidence);
    };

    if args.sql || args.dry_run {
        let plan = adoption(&migrations, &found.evidence, &found.records, through)?;
        if args.sql {
            let table = database.table.unwrap_or_else(|| HistoryTable::unasked(migrations.version_type()));
            table.check_fit(migrations.iter())?;
            context.output.script(&script::of_adoption(&table, &plan, &context.settings()));
            return Ok(Exit::Done);
        }
        let mut adopted = show::Adopted::of(&plan, &found);
        adopted.scratch_server = Some(server.kind);
        context.output.result(&adopted, &adopted.text("would be"));
        return Ok(if plan.steps.is_empty() { Exit::Done } else { Exit::Pending });
    }

    database.check_writable()?;
    let lock = RunnersLock::acquire(first, &connector, &|event| context.output.event(&event)).await?;
    let (worker, mut database, history) = look(&connector).await?;
    if !history.is_empty() {
        bail!("another run has written the history meanwhile; see branchline current");
    }
    // Looked at again, as another runner may have been at work until now.
    let there = introspection::read(&worker).await?;
    if there != seen && reading != Reading::Each {
        bail!("the database has changed while the migrations were tried; nothing was changed: adopt again");
    }
    let found = Found::of(&timeline, &there, predecessor::records(&worker).await?);
    let plan = adoption(&migrations, &found.evidence, &found.records, through)?;
    let mut adopted = show::Adopted::of(&plan, &found);
    adopted.scratch_server = Some(server.kind);
    // An empty history says that none has run, which an upgrade needs to know where another tool has a history.
    if !plan.steps.is_empty() || !found.records.is_empty() {
        let table = database.ensure_table(&worker, migrations.version_type()).await?;
        table.check_fit(migrations.iter())?;
        lock.check()?;
        apply(&worker, &table, &plan, context).await?;
    }
    context.output.result(&adopted, &adopted.text("was"));
    Ok(Exit::Done)
}

/// What is found in the database.
struct Found {
    evidence: Evidence,
    records: Vec<Record>,
    /// Tables and columns that the migrations do not know.
    others: Vec<Object>,
}

impl Found {
    fn of(timeline: &Timeline, there: &Catalog, records: Vec<Record>) -> Self {
        let others = others(timeline, there).into_iter().cloned().collect();
        Self { evidence: Evidence::of(timeline, there), records, others }
    }
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
        let (AdoptionStep::Stamp(migration, _) | AdoptionStep::Apply(migration)) = step;
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
