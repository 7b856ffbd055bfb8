//! `branchline upgrade [head|N|+n]`.

use anyhow::Result;
use schema_core::{UpgradeTarget, verify};

use super::Context;
use super::offline::{self, RANGE_WITHOUT_SQL, Range};
use crate::migrate;
use crate::output::Exit;
use crate::report::{Direction, Report};
use crate::script;

/// Apply pending migrations
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Where to: head, a migration's number, or +n for the next n. With --sql also a range, as base:head
    #[arg(default_value = "head", value_name = "TARGET")]
    target: Range<UpgradeTarget>,
    /// Print what would run, as a script for psql, and change nothing
    #[arg(long)]
    sql: bool,
}

pub(super) async fn run(args: &Args, context: &Context<'_>) -> Result<Exit> {
    let migrations = context.migrations()?;
    let target = args.target.target;
    if args.sql {
        let (table, history) = match args.target.from {
            Some(from) => (None, offline::history(&migrations, from)?),
            None => context.look().await.map(|(database, history)| (database.table, history))?,
        };
        let steps = schema_core::upgrade(&verify(&migrations, &history)?, target)?;
        let table = table.as_deref().unwrap_or(offline::TABLE);
        context.output.script(&script::of_steps(table, &steps, Direction::Up, &context.settings()));
        return Ok(Exit::Done);
    }
    if args.target.from.is_some() {
        return Err(RANGE_WITHOUT_SQL.into());
    }
    let observe = |event| context.output.event(&event);
    let report =
        migrate::upgrade(&context.url()?, &migrations, target, &context.settings(), &observe).await?;
    context.output.result(&report, &summary(&report));
    Ok(Exit::Done)
}

/// One line for people.
pub(super) fn summary(report: &Report) -> String {
    let at = report.to.as_deref().unwrap_or("base, before the first migration");
    let count = report.steps.len();
    let plural = if count == 1 { "migration" } else { "migrations" };
    match report.steps.first().map(|step| step.direction) {
        None => format!("Nothing to do: the database is at {at}."),
        Some(Direction::Up) => format!("{count} {plural} applied: the database is at {at}."),
        Some(Direction::Down) => format!("{count} {plural} taken back: the database is at {at}."),
    }
}
