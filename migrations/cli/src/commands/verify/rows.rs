//! Rows that must come through a migration and its way back.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result};
use schema_core::{Migration, Migrations, RowLoss, row_losses};
use serde::Serialize;

use super::samples::{self, Table};
use crate::report::Direction;
use crate::run::Runner;

/// What came of the rows.
#[derive(Default, Serialize)]
pub(super) struct RowProof {
    /// How many tables had rows at some time.
    pub(super) tables: usize,
    /// Tables that took no sample row at any time, with the server's reason.
    pub(super) unfilled: BTreeMap<String, String>,
    /// What a down takes with it that its up made, and does not say: `table.*` or `table.column`, by the down's file.
    pub(super) unsaid: BTreeMap<String, BTreeSet<String>>,
    /// The first down that does not give back, or keep, what it should.
    pub(super) refused: Option<RowsRefused>,
}

/// A down that loses what stood in the tables.
#[derive(Serialize)]
pub(super) struct RowsRefused {
    /// The down's file.
    pub(super) file: String,
    /// What it loses, a line each.
    pub(super) losses: Vec<String>,
}

/// Tries every migration on tables with rows, in an empty database: up and down again, which must give back what was
/// there; then down and up again, which must keep what the migration before knew of.
///
/// # Errors
/// A migration fails, which it may not have done on empty tables.
pub(super) async fn prove(runner: &Runner<'_>, migrations: &Migrations) -> Result<RowProof> {
    let mut trial = Trial { runner, proof: RowProof::default(), filled: BTreeSet::new() };
    for migration in migrations.iter() {
        trial.prove(migration).await.with_context(|| {
            format!("{} ran on empty tables, and not on tables with sample rows", migration.label())
        })?;
        if trial.proof.refused.is_some() {
            break;
        }
    }
    let Trial { mut proof, filled, .. } = trial;
    proof.unfilled.retain(|table, _| !filled.contains(table));
    proof.tables = filled.len();
    Ok(proof)
}

struct Trial<'r> {
    runner: &'r Runner<'r>,
    proof: RowProof,
    filled: BTreeSet<String>,
}

impl Trial<'_> {
    async fn prove(&mut self, migration: &Migration) -> Result<()> {
        let older = self.fill().await?;
        let before = samples::read(self.runner.session, &older).await?;
        self.runner.run(migration, Direction::Up).await?;
        let Some(down) = &migration.down else { return Ok(()) };
        self.runner.run(migration, Direction::Down).await?;
        let after = samples::read(self.runner.session, &older).await?;
        let said = [&migration.up.directives.losses[..], &down.directives.losses].concat();
        let losses = row_losses(&before, &after, &said);

        self.runner.run(migration, Direction::Up).await?;
        let newer = self.fill().await?;
        let before = samples::read(self.runner.session, &newer).await?;
        self.runner.run(migration, Direction::Down).await?;
        self.runner.run(migration, Direction::Up).await?;
        let after = samples::read(self.runner.session, &newer).await?;
        let (kept, made): (Vec<_>, Vec<_>) =
            row_losses(&before, &after, &said).into_iter().partition(|loss| is_known(&older, loss));

        let losses: BTreeSet<String> = losses.iter().chain(&kept).map(ToString::to_string).collect();
        if !losses.is_empty() {
            let losses = losses.into_iter().collect();
            self.proof.refused = Some(RowsRefused { file: down.file.clone(), losses });
        }
        for loss in made {
            let name = format!("{}.{}", loss.table(), loss.column().unwrap_or("*"));
            self.proof.unsaid.entry(down.file.clone()).or_default().insert(name);
        }
        Ok(())
    }

    /// Fills the tables that there are now.
    async fn fill(&mut self) -> Result<Vec<Table>> {
        let tables = samples::tables(self.runner.session).await?;
        let refused = samples::fill(self.runner.session, &tables).await?;
        let filled = tables.iter().map(|table| &table.name).filter(|name| !refused.contains_key(*name));
        self.filled.extend(filled.cloned());
        self.proof.unfilled.extend(refused);
        Ok(tables)
    }
}

/// Whether a loss is of what was there before the migration.
fn is_known(older: &[Table], loss: &RowLoss) -> bool {
    let table = older.iter().find(|table| table.name == loss.table());
    table.is_some_and(|table| loss.column().is_none_or(|column| table.columns().contains(column)))
}
