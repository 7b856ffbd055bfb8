//! `branchline history [-v]`.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Result;
use comfy_table::{Cell, CellAlignment, Table, presets};
use files::{Entry, overview};
use serde::Serialize;
use serde_json::json;

use super::interrupted::Interrupted;
use super::{Context, DatabaseState};
use crate::output::Exit;
use engine::predecessor;
use engine::run::log::{self, Logged};
use text::{HumanDuration, wrap};

/// List the migrations, applied and pending
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Show for each migration who applied it and how long that took, its files, and what they say about
    /// themselves
    #[arg(short, long)]
    verbose: bool,
}

#[derive(Serialize)]
struct Row {
    version: i64,
    name: String,
    state: &'static str,
    applied_on: Option<String>,
    /// The role that applied it; null where another tool did, or it was stamped.
    applied_by: Option<String>,
    duration_ms: Option<u64>,
    file: Option<String>,
    down: Option<String>,
    checksum: Option<String>,
    transaction: Option<bool>,
    irreversible: Option<String>,
}

pub(crate) async fn run(args: &Args, context: &Context<'_>) -> Result<Exit> {
    let migrations = context.migrations()?;
    let DatabaseState { session, database, history, interrupted } = context.read_state().await?;
    let log = match &database.table {
        Some(table) => log::read(&session, &table.name, &history).await?,
        None => BTreeMap::new(),
    };
    let rows: Vec<Row> = overview(&migrations, &history).iter().map(|entry| row(entry, &log)).collect();
    let interrupted = interrupted.as_ref().map(|progress| Interrupted::new(progress, &migrations));
    let mut text = if args.verbose { details(&rows) } else { table(&rows) };
    if let Some(interrupted) = &interrupted {
        text = format!("{text}\n\n{}", wrap(&interrupted.to_string()));
    }
    let advice = match &database.table {
        Some(_) => None,
        None => predecessor::advice(&session).await?,
    };
    if let Some(advice) = &advice {
        text = format!("{text}\n\n{}", wrap(advice));
    }
    let mut value = json!({ "migrations": rows, "broken_off": interrupted });
    if let Some(advice) = advice {
        value["advice"] = advice.into();
    }
    context.output.result(&value, &text);
    Ok(Exit::Done)
}

fn row(entry: &Entry<'_>, log: &BTreeMap<i64, Logged>) -> Row {
    let migration = entry.migration;
    let logged = log.get(&entry.version);
    Row {
        version: entry.version,
        name: entry.name.to_owned(),
        state: entry.state.as_str(),
        applied_on: entry.applied_on.map(str::to_owned),
        applied_by: logged.map(|logged| logged.role.clone()),
        duration_ms: logged.map(|logged| logged.duration_ms),
        file: migration.map(|m| m.up.file.clone()),
        down: migration.and_then(|m| m.down.as_ref()).map(|down| down.file.clone()),
        checksum: migration.map(|m| m.checksum()),
        transaction: migration.map(|m| !m.up.directives.no_transaction),
        irreversible: migration.and_then(|m| m.up.directives.irreversible.clone()),
    }
}

fn table(rows: &[Row]) -> String {
    if rows.is_empty() {
        return "There are no migrations.".to_owned();
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["version", "name", "state", "applied on (UTC)"]);
    for row in rows {
        table.add_row([
            Cell::new(row.version).set_alignment(CellAlignment::Right),
            Cell::new(&row.name),
            Cell::new(row.state),
            Cell::new(row.applied_on.as_deref().map(to_the_second).unwrap_or_default()),
        ]);
    }
    trimmed(&table.to_string())
}

/// `2026-01-02T03:04:05.678Z` as `2026-01-02 03:04:05`.
fn to_the_second(rfc3339: &str) -> String {
    rfc3339.get(..19).unwrap_or(rfc3339).replace('T', " ")
}

/// Without the padding at the ends of lines, which shows in logs and copies.
fn trimmed(text: &str) -> String {
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

fn details(rows: &[Row]) -> String {
    let mut blocks = Vec::new();
    for row in rows {
        let mut lines = vec![format!("{} {}", row.version, row.name)];
        let mut line = |name: &str, value: Option<&str>| {
            if let Some(value) = value {
                lines.push(format!("    {name:<12} {value}"));
            }
        };
        line("state", Some(row.state));
        let applied_on = row.applied_on.as_deref().map(|at| format!("{} (UTC)", to_the_second(at)));
        line("applied on", applied_on.as_deref());
        line("applied by", row.applied_by.as_deref());
        let took = row.duration_ms.map(|ms| HumanDuration(Duration::from_millis(ms)).to_string());
        line("took", took.as_deref());
        line("file", row.file.as_deref());
        line("down", row.down.as_deref());
        line("checksum", row.checksum.as_deref());
        line(
            "transaction",
            row.transaction.filter(|&inside| !inside).map(|_| "none: statement by statement"),
        );
        line("irreversible", row.irreversible.as_deref());
        blocks.push(lines.join("\n"));
    }
    blocks.join("\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_shown_to_the_second() {
        assert_eq!(to_the_second("2026-01-02T03:04:05.678901Z"), "2026-01-02 03:04:05");
        assert_eq!(to_the_second("odd"), "odd");
    }
}
