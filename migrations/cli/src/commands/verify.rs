//! `branchline verify`.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use schema_core::{Difference, Migrations, Trial, trials};
use serde::Serialize;

use super::Context;
use crate::database::Database;
use crate::introspection;
use crate::output::Exit;
use crate::report::{Direction, Event};
use crate::run::Runner;
use crate::scratch::{self, Place, Scratch};

/// Prove every up and every down on a scratch database
#[derive(clap::Args)]
#[command(
    after_help = "Every up runs, then every down, then every up again, and the catalog is compared after each with what it \
                  was there before. The database itself is not touched: the scratch database is made beside it and \
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
    /// Objects in the catalog at the end.
    objects: usize,
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
    let url = context.scratch_url(&args.place)?;
    let proof =
        scratch::within(&url, async |scratch| prove(&migrations, &trials, scratch, context).await).await?;
    context.output.result(&proof, &text(&proof));
    let is_proved = proof.refused.is_none() && proof.without_down.is_empty();
    Ok(if is_proved { Exit::Done } else { Exit::Failed })
}

async fn prove(
    migrations: &Migrations,
    trials: &[Trial<'_>],
    scratch: &Scratch,
    context: &Context<'_>,
) -> Result<Proof> {
    let session = scratch.session().await?;
    let mut database = Database::inspect(&session).await?;
    let table = database.ensure_table(&session).await?;
    let (settings, observe) = (context.settings(), |event| context.output.event(&event));
    let runner = Runner {
        session: &session,
        table: &table,
        log: None,
        settings: &settings,
        notices_lost_clients: database.notices_lost_clients,
        observe: &observe,
    };
    let mut proof = without_way_back(migrations);
    // The catalog where so many migrations are applied.
    let mut seen = BTreeMap::from([(0, introspection::read(&session).await?)]);
    for trial in trials {
        let direction = if trial.is_down { Direction::Down } else { Direction::Up };
        observe(Event::Done(runner.run(trial.migration, direction).await?));
        let catalog = introspection::read(&session).await?;
        proof.objects = catalog.len();
        let Some(expected) = seen.get(&trial.applied) else {
            seen.insert(trial.applied, catalog);
            continue;
        };
        let differences = expected.diff(&catalog);
        if !differences.is_empty() {
            proof.refused = Some(refused(trial, direction, &differences)?);
            break;
        }
        if !trial.is_down {
            proof.proved.push(trial.migration.label().to_owned());
        }
    }
    Ok(proof)
}

/// What no trial can prove.
fn without_way_back(migrations: &Migrations) -> Proof {
    let mut proof = Proof::default();
    for migration in migrations.iter().filter(|migration| migration.down.is_none()) {
        let label = migration.label().to_owned();
        match migration.up.directives.irreversible.clone() {
            Some(reason) => proof.irreversible.push(Irreversible { migration: label, reason }),
            None => proof.without_down.push(label),
        }
    }
    proof
}

fn refused(trial: &Trial<'_>, direction: Direction, differences: &[Difference]) -> Result<Refused> {
    let script = if trial.is_down { trial.migration.down.as_ref() } else { Some(&trial.migration.up) };
    let file = script.with_context(|| format!("{} has no down", trial.migration.label()))?.file.clone();
    Ok(Refused { file, direction, differences: differences.iter().map(ToString::to_string).collect() })
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
    let (count, objects) = (proof.proved.len(), proof.objects);
    lines.push(match &proof.refused {
        Some(_) => "Not proved.".to_owned(),
        None => format!(
            "Proved: {count} {} up, down and up again; at the end the catalog has {objects} objects.",
            if count == 1 { "migration" } else { "migrations" }
        ),
    });
    lines.join("\n")
}
