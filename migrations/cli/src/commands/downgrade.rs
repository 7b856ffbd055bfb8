//! `branchline downgrade -n|N|base`.

use anyhow::Result;
use schema_core::{DowngradeTarget, verify};

use super::offline::{self, RANGE_WITHOUT_SQL, Range};
use super::{Context, upgrade};
use crate::migrate;
use crate::output::Exit;
use crate::report::Direction;
use crate::script;

/// Take applied migrations back
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Where to: -n for the last n, the number of the last migration to keep, or base. With --sql also a range, as 7:5
    #[arg(value_name = "TARGET", allow_negative_numbers = true)]
    target: Range<DowngradeTarget>,
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
        let steps = schema_core::downgrade(&verify(&migrations, &history)?, target)?;
        let table = table.as_deref().unwrap_or(offline::TABLE);
        context.output.script(&script::of_steps(table, &steps, Direction::Down, &context.settings()));
        return Ok(Exit::Done);
    }
    if args.target.from.is_some() {
        return Err(RANGE_WITHOUT_SQL.into());
    }
    let observe = |event| context.output.event(&event);
    let report =
        migrate::downgrade(&context.url()?, &migrations, target, &context.settings(), &observe).await?;
    context.output.result(&report, &upgrade::summary(&report));
    Ok(Exit::Done)
}
