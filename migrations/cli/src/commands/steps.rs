//! Shared parts of `upgrade` and `downgrade`: the run, the dry run, and the script.

use std::fmt;

use anyhow::Result;
use files::{StampTarget, verify};

use super::offline::{self, RANGE_WITHOUT_SQL};
use super::{Context, DatabaseState};
use crate::output::Exit;
use engine::database::HistoryTable;
use engine::migrate::{MigrationRun, Target};
use engine::predecessor;
use engine::report::{DryReport, Report};
use engine::script;
use text::{counted, wrap};

/// Selects whether the steps run, are tried, or are printed.
#[derive(clap::Args)]
pub(crate) struct Mode {
    /// Print what would run, as a script for psql, and change nothing
    #[arg(long)]
    sql: bool,
    /// Run it in one transaction and roll that back; says what cannot be tried so. Until then it holds its
    /// locks
    #[arg(long, conflicts_with = "sql")]
    dry_run: bool,
}

/// Does with the steps to a target what is asked. `from`: where a database that is not asked is taken to be.
pub(super) async fn run(
    target: Target,
    from: Option<StampTarget>,
    mode: &Mode,
    context: &Context<'_>,
) -> Result<Exit> {
    let settings = context.settings();
    if mode.sql {
        let migrations = context.migrations()?;
        let (table, history) = match from {
            Some(from) => (None, offline::history(&migrations, from)?),
            None => {
                let DatabaseState { session, database, history, .. } = context.read_state().await?;
                if database.table.is_none() {
                    predecessor::check_none(&session).await?;
                }
                (database.table, history)
            }
        };
        let steps = target.plan(&verify(&migrations, &history)?)?;
        let table = table.unwrap_or_else(|| HistoryTable::unasked(migrations.version_type()));
        table.check_fit(steps.iter().copied())?;
        context.output.script(&script::render_steps(&table, &steps, target.direction(), &settings));
        return Ok(Exit::Done);
    }
    if from.is_some() {
        return Err(RANGE_WITHOUT_SQL.into());
    }
    // Loads while the files are read, whose errors are reported first.
    let connector = context.connector().await;
    let migrations = context.migrations()?;
    let observe = |event| context.output.event(&event);
    let run = MigrationRun { target, settings: &settings, observe: &observe };
    if mode.dry_run {
        let report = run.try_out(&connector?, &migrations).await?;
        context.output.result(&report, &wrap(&tried(&report)));
    } else {
        let report = run.run(&connector?, &migrations).await?;
        context.output.result(&report, &wrap(&summary(&report)));
    }
    Ok(Exit::Done)
}

/// One line for people.
pub(super) fn summary(report: &Report) -> String {
    let at = place(report.to.as_deref());
    match report.steps.first().map(|step| step.direction) {
        None => format!("Nothing to do: the database is at {at}."),
        Some(direction) => {
            format!("{} {}: the database is at {at}.", Count(report.steps.len()), direction.participle())
        }
    }
}

fn tried(report: &DryReport) -> String {
    let at = place(report.at.as_deref());
    let not_tried =
        report.untried.iter().map(|left| format!("Not tried: {}: {}.", left.migration, left.reason));
    let result = match report.steps.first().map(|step| step.direction) {
        None if report.untried.is_empty() => format!("Nothing to do: the database is at {at}."),
        None => format!("Nothing was tried, and nothing changed: the database is at {at}."),
        Some(direction) => format!(
            "Dry run: {} could be {}. All was rolled back: the database is at {at}.",
            Count(report.steps.len()),
            direction.participle(),
        ),
    };
    not_tried.chain([result]).collect::<Vec<_>>().join("\n")
}

fn place(label: Option<&str>) -> &str {
    label.unwrap_or("base, before the first migration")
}

/// So many migrations.
pub(super) struct Count(pub(super) usize);

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&counted(self.0, "migration"))
    }
}
