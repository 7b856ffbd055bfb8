//! Rows that must come through a migration and its way back.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result};
use schema_core::{Loss, Migration, Migrations, RowLoss, Rows, Script, row_losses};
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
    /// Columns, `table.column`, that were NULL in every row at any time.
    pub(super) blank: BTreeSet<String>,
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

impl RowsRefused {
    /// What a migration loses on its way back.
    pub(super) fn new(migration: &Migration, losses: &[RowLoss]) -> Self {
        let file = migration.down.as_ref().map(|down| down.file.clone()).unwrap_or_default();
        // The same may be lost both ways.
        let losses: BTreeSet<String> = losses.iter().map(ToString::to_string).collect();
        Self { file, losses: losses.into_iter().collect() }
    }
}

/// Tries every migration on tables with rows, in an empty database: up and down again, which must give back what was
/// there; then down and up again, which must keep what the migration before knew of.
///
/// # Errors
/// A migration fails, which it may not have done on empty tables.
pub(super) async fn prove(runner: &Runner<'_>, migrations: &Migrations) -> Result<RowProof> {
    let mut trial = Trial {
        runner,
        proof: RowProof::default(),
        newest: None,
        given: None,
        filled: BTreeSet::new(),
        valued: BTreeSet::new(),
    };
    for migration in migrations.iter() {
        trial.prove(migration).await?;
        if trial.proof.refused.is_some() {
            break;
        }
    }
    let Trial { mut proof, filled, valued, .. } = trial;
    proof.unfilled.retain(|table, _| !filled.contains(table));
    proof.blank.retain(|column| !valued.contains(column));
    proof.tables = filled.len();
    Ok(proof)
}

struct Trial<'r> {
    runner: &'r Runner<'r>,
    proof: RowProof,
    /// The migration that made the tables as they are.
    newest: Option<&'r Migration>,
    /// The rows that somebody wrote for them.
    given: Option<&'r Script>,
    /// Tables that had rows.
    filled: BTreeSet<String>,
    /// Columns that had values.
    valued: BTreeSet<String>,
}

impl<'r> Trial<'r> {
    async fn prove(&mut self, migration: &'r Migration) -> Result<()> {
        let (older, before) = self.fill().await?;
        self.run(migration, Direction::Up).await?;
        let Some(down) = &migration.down else {
            self.passed(migration);
            return Ok(());
        };
        self.run(migration, Direction::Down).await?;
        let after = samples::read(self.runner.session, &older).await?;
        let said: Vec<Loss> = migration.losses().cloned().collect();
        let losses = row_losses(&before, &after, &said);

        self.run(migration, Direction::Up).await?;
        self.passed(migration);
        let (newer, before) = self.fill().await?;
        self.run(migration, Direction::Down).await?;
        self.run(migration, Direction::Up).await?;
        let after = samples::read(self.runner.session, &newer).await?;
        let (kept, made): (Vec<_>, Vec<_>) =
            row_losses(&before, &after, &said).into_iter().partition(|loss| is_known(&older, loss));

        let lost: Vec<RowLoss> = losses.into_iter().chain(kept).collect();
        if !lost.is_empty() {
            self.proof.refused = Some(RowsRefused::new(migration, &lost));
        }
        for loss in made {
            let name = format!("{}.{}", loss.table(), loss.column().unwrap_or("*"));
            self.proof.unsaid.entry(down.file.clone()).or_default().insert(name);
        }
        Ok(())
    }

    async fn run(&self, migration: &Migration, direction: Direction) -> Result<()> {
        self.runner.run(migration, direction).await.with_context(|| {
            format!("{} ran on empty tables, and not on tables with sample rows", migration.label())
        })?;
        Ok(())
    }

    /// From here on the tables are as a migration leaves them.
    fn passed(&mut self, migration: &'r Migration) {
        self.newest = Some(migration);
        self.given = migration.rows.as_ref().or(self.given);
    }

    /// Fills the tables that there are now; gives them and their rows.
    async fn fill(&mut self) -> Result<(Vec<Table>, Rows)> {
        let session = self.runner.session;
        let tables = samples::tables(session).await?;
        let refused = samples::fill(session, &tables, self.given).await.with_context(|| {
            let label = self.newest.map_or("", Migration::label);
            format!("the sample rows do not fit the tables after {label}; write {label}.rows.sql with rows that do")
        })?;
        let filled = samples::read(session, &tables).await?;
        for (table, rows) in filled.iter().filter(|(_, rows)| !rows.is_empty()) {
            self.filled.insert(table.clone());
            for (column, value) in rows.iter().flatten() {
                let columns = if value.is_some() { &mut self.valued } else { &mut self.proof.blank };
                columns.insert(format!("{table}.{column}"));
            }
        }
        self.proof.unfilled.extend(refused);
        Ok((tables, filled))
    }
}

/// Whether a loss is of what was there before the migration.
fn is_known(older: &[Table], loss: &RowLoss) -> bool {
    let table = older.iter().find(|table| table.name == loss.table());
    table.is_some_and(|table| loss.column().is_none_or(|column| table.columns().contains(column)))
}
