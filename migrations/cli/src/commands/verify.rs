//! `branchline verify`.

mod rows;
mod samples;

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use schema_core::{Catalog, Loss, Migration, Migrations, Rows, Trial, row_losses, trials};
use serde::Serialize;
use tokio_postgres::Client;

use self::rows::{RowProof, RowsRefused};
use super::Context;
use super::steps::Count;
use crate::column_order;
use crate::introspection;
use crate::output::{Exit, wrap};
use crate::report::{Direction, Event};
use crate::scratch::{self, Place, Scratch};

/// Prove every up and every down on a scratch database
#[derive(clap::Args)]
#[command(
    after_help = "Every up runs, then every down, then every up again, and the catalog is compared after each with what it \
                  was there before. Then each migration goes up, down and up on tables with sample rows: what a down does \
                  not give back, or takes with it of what the migration before knew, it must say (-- branchline: loses \
                  table.column: why). Rows of your own are taken from V<number>__<name>.rows.sql. The database itself is not touched: the scratch databases are made beside it and \
                  dropped afterwards. Exit status: 0 proved, 1 not."
)]
pub(crate) struct Args {
    #[command(flatten)]
    place: Place,
}

#[derive(Default, Serialize)]
struct Proof {
    /// Migrations whose down restores what was there before, and whose up then makes the same again.
    proved: Vec<String>,
    /// Migrations that say that there is no way back.
    irreversible: Vec<Irreversible>,
    /// Migrations that have no down and do not say why.
    without_down: Vec<String>,
    /// The first migration that does not lead where it should.
    refused: Option<Refused>,
    /// What differs and does not matter: the order of columns.
    notes: Vec<String>,
    /// What no catalog holds.
    not_compared: [&'static str; 4],
    /// Objects in the catalog at the end.
    objects: usize,
    /// What came of rows; null where a catalog was refused already.
    rows: Option<RowProof>,
}

impl Proof {
    fn is_refused(&self) -> bool {
        self.refused.is_some() || self.rows.as_ref().is_some_and(|rows| rows.refused.is_some())
    }
}

#[derive(Serialize)]
struct Irreversible {
    migration: String,
    reason: String,
}

#[derive(Serialize)]
struct Refused {
    file: String,
    direction: Direction,
    differences: Vec<String>,
}

pub(super) async fn run(args: &Args, context: &Context<'_>) -> Result<Exit> {
    let migrations = context.migrations()?;
    let trials = trials(&migrations)?;
    let server = context.scratch_server(&args.place, &migrations).await?;
    let mut proof =
        scratch::within(&server, async |scratch| prove(&migrations, &trials, scratch, context).await).await?;
    if !proof.is_refused() {
        let rows = scratch::within(&server, async |scratch| {
            let observe = |_| {};
            let stage = scratch.stage(context.settings()).await?;
            rows::prove(&stage.runner(&observe), &migrations).await
        });
        proof.rows = Some(rows.await?);
    }
    context.output.result(&proof, &wrap(&text(&proof)));
    let is_proved = !proof.is_refused() && proof.without_down.is_empty();
    Ok(if is_proved { Exit::Done } else { Exit::Failed })
}

/// What was there when so many migrations were applied.
struct Stand {
    catalog: Catalog,
    /// The rows that the migrations themselves wrote.
    rows: Rows,
}

impl Stand {
    async fn read(session: &Client) -> Result<Self> {
        let tables = samples::tables(session).await?;
        Ok(Self {
            catalog: introspection::read(session).await?,
            rows: samples::read(session, &tables).await?,
        })
    }
}

async fn prove(
    migrations: &Migrations,
    trials: &[Trial<'_>],
    scratch: &Scratch,
    context: &Context<'_>,
) -> Result<Proof> {
    let observe = |event| context.output.event(&event);
    let stage = scratch.stage(context.settings()).await?;
    let (session, runner) = (&stage.session, stage.runner(&observe));
    let mut proof = without_way_back(migrations);
    // By the number of migrations that are applied.
    let mut seen = BTreeMap::from([(0, Stand::read(session).await?)]);
    for trial in trials {
        let direction = if trial.is_down { Direction::Down } else { Direction::Up };
        observe(Event::Done(runner.run(trial.migration, direction).await?));
        let stand = Stand::read(session).await?;
        proof.objects = stand.catalog.len();
        let Some(expected) = seen.get(&trial.applied) else {
            seen.insert(trial.applied, stand);
            continue;
        };
        let step = (trial.migration, direction);
        let compared =
            column_order::compare(session, migrations, step, &expected.catalog, &stand.catalog).await?;
        if !compared.differences.is_empty() {
            proof.refused = Some(refused(trial, direction, compared.differences)?);
            break;
        }
        let file = if trial.is_down { trial.migration.down.as_ref() } else { Some(&trial.migration.up) };
        let notes = compared
            .notes
            .into_iter()
            .map(|note| format!("{}: {note}", file.map_or("", |script| script.file.as_str())));
        proof.notes.extend(notes);
        if !trial.is_down {
            // Rows that are written anew may differ in times and random keys.
            proof.proved.push(trial.migration.label().to_owned());
            continue;
        }
        let said: Vec<Loss> =
            migrations.iter().skip(trial.applied).flat_map(Migration::losses).cloned().collect();
        let losses = row_losses(&expected.rows, &stand.rows, &said);
        if !losses.is_empty() {
            let refused = RowsRefused::new(trial.migration, &losses);
            proof.rows = Some(RowProof { refused: Some(refused), ..RowProof::default() });
            break;
        }
    }
    Ok(proof)
}

/// What no trial can prove.
fn without_way_back(migrations: &Migrations) -> Proof {
    let mut proof = Proof { not_compared: introspection::NOT_COMPARED, ..Proof::default() };
    for migration in migrations.iter().filter(|migration| migration.down.is_none()) {
        let label = migration.label().to_owned();
        match migration.up.directives.irreversible.clone() {
            Some(reason) => proof.irreversible.push(Irreversible { migration: label, reason }),
            None => proof.without_down.push(label),
        }
    }
    proof
}

fn refused(trial: &Trial<'_>, direction: Direction, differences: Vec<String>) -> Result<Refused> {
    let script = if trial.is_down { trial.migration.down.as_ref() } else { Some(&trial.migration.up) };
    let file = script.with_context(|| format!("{} has no down", trial.migration.label()))?.file.clone();
    Ok(Refused { file, direction, differences })
}

fn text(proof: &Proof) -> String {
    let mut lines = Vec::new();
    if let Some(Refused { file, direction, differences }) = &proof.refused {
        lines.push(match direction {
            Direction::Down => format!("{file} does not restore what was there before its up:"),
            Direction::Up => format!("{file} does not make the same again after its down:"),
        });
        lines.extend(differences.iter().flat_map(|d| d.lines()).map(|line| format!("  {line}")));
    }
    for Irreversible { migration, reason } in &proof.irreversible {
        lines.push(format!("{migration} is irreversible: {reason}"));
    }
    for migration in &proof.without_down {
        lines.push(format!("{migration} has no down, and does not say that it is irreversible"));
    }
    lines.extend(proof.notes.iter().map(|note| format!("Note: {note}.")));
    lines.extend(proof.rows.iter().flat_map(about_rows));
    let (count, objects) = (proof.proved.len(), proof.objects);
    lines.push(match &proof.rows {
        Some(rows) if !proof.is_refused() => format!(
            "Proved: {} up, down and up again, with sample rows in {}; at the end the catalog has {objects} objects.",
            Count(count),
            if rows.tables == 1 { "1 table".to_owned() } else { format!("{} tables", rows.tables) },
        ),
        _ => "Not proved.".to_owned(),
    });
    lines.push(format!("Not compared: {}.", proof.not_compared.join(", ")));
    lines.join("\n")
}

fn about_rows(rows: &RowProof) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(RowsRefused { file, losses }) = &rows.refused {
        lines.push(format!("{file} does not give back what stood in the tables, and does not say so:"));
        lines.extend(losses.iter().map(|loss| format!("  {loss}")));
        lines.push(
            "If that is bearable, say in its leading comments: -- branchline: loses table.column: why (table.* for all of \
             it)"
                .to_owned(),
        );
    }
    for (file, names) in &rows.unsaid {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        lines.push(format!("Note: {file} takes {} with it, and does not say so (loses).", names.join(", ")));
    }
    for (table, reason) in &rows.unfilled {
        lines.push(format!(
            "Note: {table} took no sample row, so that nothing is proved of its rows: {reason}."
        ));
    }
    if !rows.blank.is_empty() {
        let blank: Vec<&str> = rows.blank.iter().map(String::as_str).collect();
        lines.push(format!(
            "Note: there was no sample value for {}, so that nothing is proved of what stands there.",
            blank.join(", ")
        ));
    }
    if !(rows.unfilled.is_empty() && rows.blank.is_empty()) {
        lines.push(
            "Rows for them can be written beside a migration, as V<number>__<name>.rows.sql.".to_owned(),
        );
    }
    lines
}
