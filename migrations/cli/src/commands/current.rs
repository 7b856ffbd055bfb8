//! `branchline current`.

use anyhow::Result;
use serde::Serialize;

use super::Context;
use super::interrupted::Interrupted;
use crate::output::Exit;
use engine::predecessor;
use text::wrap;

/// Show where the database is
#[derive(clap::Args)]
pub(crate) struct Args {}

#[derive(Serialize)]
struct Current {
    /// The last applied migration's number; null on a database without any.
    version: Option<i64>,
    migration: Option<String>,
    applied_on: Option<String>,
    /// True if that is the last file too.
    is_head: bool,
    /// Number of files that are not applied.
    pending: usize,
    #[serde(rename = "broken_off")]
    interrupted: Option<Interrupted>,
    /// The other tool, and what to do, if only another tool has a history.
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<String>,
}

pub(crate) async fn run(_: &Args, context: &Context<'_>) -> Result<Exit> {
    let migrations = context.migrations()?;
    let records = context.read_state().await?;
    let history = &records.history;
    let last = history.last();
    let version = last.map(|row| row.version);
    let current = Current {
        version,
        migration: last.map(|row| match migrations.get(row.version) {
            Some(migration) => migration.label().to_owned(),
            None => format!("V{}__{}", row.version, row.name),
        }),
        applied_on: last.map(|row| row.applied_on.clone()),
        is_head: version == migrations.head().map(|migration| migration.version),
        pending: migrations.iter().filter(|m| history.iter().all(|row| row.version != m.version)).count(),
        interrupted: records.interrupted.map(|progress| Interrupted::new(&progress, &migrations)),
        advice: match &records.database.table {
            Some(_) => None,
            None => predecessor::advice(&records.session).await?,
        },
    };
    context.output.result(&current, &text(&current));
    Ok(Exit::Done)
}

/// As Alembic says it.
fn text(current: &Current) -> String {
    let name = current.migration.as_deref().unwrap_or("base, before the first migration");
    let place = match (current.is_head, current.pending) {
        (true, _) => format!("{name} (head)"),
        (false, 0) => name.to_owned(),
        (false, pending) => format!("{name} ({pending} pending)"),
    };
    let interrupted = current.interrupted.iter().map(|interrupted| wrap(&interrupted.to_string()));
    let advice = current.advice.iter().map(|advice| wrap(advice));
    [place].into_iter().chain(interrupted).chain(advice).collect::<Vec<_>>().join("\n")
}
