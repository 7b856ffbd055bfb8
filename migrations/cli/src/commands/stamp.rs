//! `branchline stamp head|N|base`.

mod int8;

use anyhow::{Context as _, Result};
use files::{Stamp, StampTarget};
use pg::Connector;
use serde::Serialize;

use super::Context;
use crate::output::Exit;
use engine::database::{HistoryTable, execute};
use engine::lock::RunnersLock;
use engine::migrate::open_and_read_history;
use engine::run::progress::{self, Progress};
use engine::script;

/// Set the history without running anything
#[derive(clap::Args)]
#[command(
    after_help = "For a database whose schema is known to be there already. Rows that do not agree with the \
                  files are replaced, so a stamp also accepts a file that has changed since it was applied. \
                  --int8 keeps the rows with their times, and refinery then needs its feature int8-versions \
                  on this database."
)]
pub(crate) struct Args {
    /// Target of the stamp: head, the last applied migration's number, or base for none
    #[arg(value_name = "TARGET", required_unless_present = "int8")]
    target: Option<StampTarget>,
    /// Give the history table 8-byte numbers, for files with numbers over 2147483647, and the checksums that
    /// refinery computes with them
    #[arg(long, conflicts_with = "target")]
    int8: bool,
    /// Print what would run, as a script for psql, and change nothing
    #[arg(long)]
    sql: bool,
}

#[derive(Serialize)]
struct Stamped {
    removed: Vec<i64>,
    added: Vec<String>,
}

pub(crate) async fn run(args: &Args, context: &Context<'_>) -> Result<Exit> {
    let migrations = context.migrations()?;
    let Some(target) = args.target else { return int8::run(args.sql, &migrations, context).await };
    if args.sql {
        let (database, history) = context.read_history().await?;
        let stamp = files::stamp(&migrations, &history, target)?;
        let table = database.table.unwrap_or_else(|| HistoryTable::unasked(migrations.version_type()));
        table.check_fit(stamp.add.iter().copied())?;
        context.output.script(&script::render_stamp(&table, &stamp));
        return Ok(Exit::Done);
    }
    let connector = Connector::new(&context.url()?)?;
    let (first, database, _) = open_and_read_history(&connector).await?;
    database.check_writable()?;
    let _lock = RunnersLock::acquire(first, &connector, &|event| context.output.event(&event)).await?;
    let (worker, mut database, history) = open_and_read_history(&connector).await?;
    let stamp = files::stamp(&migrations, &history, target)?;
    let table = database.ensure_table(&worker, migrations.version_type()).await?;
    table.check_fit(stamp.add.iter().copied())?;
    // One simple query is one transaction.
    let mut statements = script::stamp_statements(&table, &stamp, &engine::database::now());
    // A migration that was broken off is what the history says from now on.
    if Progress::read(&worker, &table.name).await?.is_some() {
        statements.push(progress::remove(&table.name));
    }
    execute(&worker, &statements.join("; ")).await.context("the history cannot be changed")?;
    let stamped = Stamped {
        added: stamp.add.iter().map(|migration| migration.label().to_owned()).collect(),
        removed: stamp.remove.clone(),
    };
    context.output.result(&stamped, &text(&stamp));
    Ok(Exit::Done)
}

fn text(stamp: &Stamp<'_>) -> String {
    if stamp.add.is_empty() && stamp.remove.is_empty() {
        return "Nothing to do: the history says so already.".to_owned();
    }
    let removed = stamp.remove.iter().map(|version| format!("removed from the history: {version}"));
    let added = stamp.add.iter().map(|migration| format!("stamped as applied: {}", migration.label()));
    removed.chain(added).collect::<Vec<_>>().join("\n")
}
