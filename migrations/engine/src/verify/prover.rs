//! Migrations tried one after the other, both ways, on tables with sample rows.

use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, Result};
use files::{Extent, Loss, Migration, Migrations, ProofStep, Script};
use model::{Catalog, RowLoss, Rows, TableRows, row_losses};

use super::contents::Contents;
use super::copies::Copies;
use super::proof::{Irreversible, Proof, Refusal, is_known};
use super::samples::{Filling, Samples};
use super::table_state::TableState;
use super::trip::{Passed, Trip, Way};
use super::watch::{Seen, Watch};
use super::{ProofEvent, Verdict};
use crate::column_order;
use crate::failure::Failure;
use crate::introspection::Frame;
use crate::report::{Direction, Event};

/// A proof on its way.
pub(super) struct Prover<'a> {
    migrations: &'a Migrations,
    /// Up to its last migration.
    proof_steps: &'a [ProofStep<'a>],
    /// The place of its first migration. Those before it run up and are another proof's.
    first: usize,
    /// All migrations, those after its last as well.
    count: usize,
    observe: &'a dyn Fn(ProofEvent),
    pub(super) copies: Copies<'a>,
    samples: Samples,
    pub(super) contents: Contents,
    pub(super) watch: Watch,
    pub(super) proof: Proof,
}

/// The outcome of trying a migration.
pub(super) enum Outcome {
    /// It leads where it should. Whether it leaves rows of the migrations as its first up made them.
    Proved { is_clean: bool },
    /// It does not. Whether the database is as the up alone made it.
    Refused { refusal: Box<Refusal>, is_intact: bool },
    /// It did not run, perhaps since sample rows were in its way, of which there are others.
    Collided,
}

impl<'a> Prover<'a> {
    pub(super) fn new(
        migrations: &'a Migrations,
        (proof_steps, first): (&'a [ProofStep<'a>], usize),
        count: usize,
        observe: &'a dyn Fn(ProofEvent),
        copies: Copies<'a>,
    ) -> Self {
        Self {
            migrations,
            proof_steps,
            first,
            count,
            observe,
            copies,
            samples: Samples::default(),
            contents: Contents::default(),
            watch: Watch::default(),
            proof: Proof::default(),
        }
    }

    /// Tries all of them.
    ///
    /// # Errors
    /// An up does not run where the ups before it have led, so that there is nothing beyond; or the server is
    /// lost.
    pub(super) async fn run(&mut self) -> Result<()> {
        if self.first > 0 {
            self.copies.begin_after(self.first).await?;
        }
        for (at, step) in self.proof_steps.iter().enumerate().skip(self.first) {
            let begun = Instant::now();
            let label = step.migration.label();
            let name = format!("{label} ({} of {})", at + 1, self.count);
            (self.observe)(ProofEvent::Run(Event::Started { migration: name, direction: Direction::Up }));
            let verdict = match step.extent {
                Extent::UpOnly => {
                    if at >= self.copies.begun() {
                        self.run_file(step.migration, Direction::Up).await?;
                    }
                    self.proof.up_only.push(label.to_owned());
                    continue;
                }
                Extent::NoWayBack | Extent::RoundTrip => self.try_migration(at, step).await?,
            };
            (self.observe)(ProofEvent::Judged {
                migration: label.to_owned(),
                verdict,
                duration: begun.elapsed(),
            });
        }
        self.proof.objects = self.read_catalog().await?.len();
        self.note_reads();
        Ok(())
    }

    async fn try_migration(&mut self, at: usize, step: &ProofStep<'_>) -> Result<Verdict> {
        let migration = step.migration;
        self.samples.first_attempt();
        loop {
            match self.attempt(at, step).await? {
                Outcome::Proved { is_clean } => {
                    match (&migration.down, &migration.up.directives.irreversible) {
                        (Some(_), _) => self.proof.proved.push(migration.label().to_owned()),
                        (None, Some(reason)) => self.proof.irreversible.push(Irreversible {
                            migration: migration.label().to_owned(),
                            reason: reason.clone(),
                        }),
                        (None, None) => self.proof.without_down.push(migration.label().to_owned()),
                    }
                    if !is_clean {
                        self.restore(at + 1).await?;
                    }
                    return Ok(Verdict::Passed);
                }
                Outcome::Collided => {
                    self.samples.next_attempt();
                    self.restore(at).await?;
                }
                Outcome::Refused { refusal, is_intact } => {
                    self.proof.refuse(*refusal);
                    // The migrations that follow are tried on the result of the ups alone, as if this one had
                    // been right.
                    if !is_intact {
                        self.restore(at + 1).await?;
                    }
                    return Ok(Verdict::Refused);
                }
            }
        }
    }

    /// Up, down and up again, with rows in all tables that take them.
    async fn attempt(&mut self, at: usize, step: &ProofStep<'_>) -> Result<Outcome> {
        let migration = step.migration;
        let before = self.read_catalog().await?;
        let (older, old_rows) = self.fill(at).await?;
        if let Err(error) = self.run_file(migration, Direction::Up).await {
            return self.judge_up(at, error).await;
        }
        if step.extent == Extent::NoWayBack {
            return Ok(Outcome::Proved { is_clean: true });
        }
        let made = self.read_catalog().await?;
        let made_rows = self.read_rows().await?;
        let newer_rows = self.fill_new(at, &older).await?;
        let said: Vec<Loss> = migration.losses().cloned().collect();
        let trip = Trip { at, migration, older: &older, said: &said };

        let way = Way::First { catalogs: [&before, &made], old_rows: &old_rows, newer_rows: &newer_rows };
        let Passed { mut lost, mut kept, is_intact, is_clean } =
            match self.try_both_ways(&trip, &way, &made_rows).await? {
                Ok(passed) => passed,
                Err(outcome) => return Ok(outcome),
            };
        if !is_clean {
            self.restore(at + 1).await?;
        }
        // Once more where the tables take rows that they did not have the first time: in columns that the up
        // made.
        let (mut is_clean, mut is_intact) = (true, is_intact);
        if let Some(rows) = self.refill(at + 1).await? {
            match self.try_both_ways(&trip, &Way::Second { rows: &rows }, &rows).await? {
                Ok(passed) => {
                    kept.extend(passed.kept);
                    is_clean = passed.is_clean;
                    is_intact = is_intact && passed.is_intact;
                }
                Err(outcome) => return Ok(outcome),
            }
        }
        let (mut kept, made): (Vec<_>, Vec<_>) = kept.into_iter().partition(|loss| is_known(&older, loss));
        // Rows that an up writes again differ in times and keys.
        let count = |rows: &Rows, table: &str| rows.get(table).map_or(0, |rows| rows.count);
        kept.retain(|loss| {
            let table = loss.table();
            loss.count() > count(&made_rows, table).saturating_sub(count(&old_rows, table))
        });
        // The losses on the way down and on the way up again are often the same.
        if lost.is_empty() {
            lost = kept;
        }
        if !lost.is_empty() {
            let refusal = Box::new(Refusal::of_rows(migration, &lost));
            return Ok(Outcome::Refused { refusal, is_intact });
        }
        self.proof.rows.note_unsaid(migration, &made);
        Ok(Outcome::Proved { is_clean })
    }

    /// Returns whether later migrations find the migrations' own rows as the first up made them, times aside.
    pub(super) fn is_clean(&self, older: &[TableState], made: &Rows, now: &Rows) -> bool {
        let has_others =
            |name: &str| older.iter().any(|state| state.name == name && self.samples.has_others(state.oid));
        let is_doubled =
            |(table, rows): (&String, &TableRows)| made.get(table).is_none_or(|made| made.count < rows.count);
        let is_time = |loss: &RowLoss| {
            let state = older.iter().find(|state| state.name == loss.table());
            loss.column().is_some_and(|column| state.is_some_and(|state| state.is_time(column)))
        };
        let is_other = |loss: &RowLoss| is_known(older, loss) && has_others(loss.table()) && !is_time(loss);
        !now.iter().any(is_doubled) && !row_losses(made, now, &[]).iter().any(is_other)
    }

    /// A refusal where the catalog is not the expected one, the order of columns aside.
    pub(super) async fn compare(
        &mut self,
        expected: &Catalog,
        found: &Catalog,
        migration: &Migration,
        direction: Direction,
    ) -> Result<Option<Refusal>> {
        let step = (migration, direction);
        let reader = self.copies.session();
        let compared = column_order::compare(reader, self.migrations, step, expected, found).await?;
        if !compared.differences.is_empty() {
            return Ok(Some(Refusal::of_catalog(migration, direction, compared.differences)));
        }
        let file = match direction {
            Direction::Up => &migration.up.file,
            Direction::Down => migration.down.as_ref().map_or(&migration.up.file, |down| &down.file),
        };
        self.proof.notes.extend(compared.notes.iter().map(|note| format!("{file}: {note}")));
        Ok(None)
    }

    /// An up that does not run: an error where the tables are empty as well, since then nothing leads
    /// further.
    async fn judge_up(&mut self, at: usize, error: anyhow::Error) -> Result<Outcome> {
        let migration = self.migration(at)?;
        if error.downcast_ref::<Failure>().is_none() {
            return Err(error);
        }
        if self.may_fit_others(&error) {
            return Ok(Outcome::Collided);
        }
        self.copies.check_ups(at + 1).await?;
        let filled = at.checked_sub(1).map(|before| self.migration(before)).transpose()?;
        let mut refusal = Refusal::of_failure(migration, Direction::Up, &error, filled);
        refusal.runs_on_empty_tables = Some(true);
        Ok(Outcome::Refused { refusal: Box::new(refusal), is_intact: false })
    }

    /// Returns whether a file ran into a row that is there already (unique_violation, exclusion_violation),
    /// and other sample rows can be tried.
    pub(super) fn may_fit_others(&self, error: &anyhow::Error) -> bool {
        let code = error.downcast_ref::<Failure>().and_then(Failure::code);
        matches!(code, Some("23505" | "23P01")) && self.samples.has_next_attempt()
    }

    fn migration(&self, at: usize) -> Result<&'a Migration> {
        Ok(self.proof_steps.get(at).context("no such migration")?.migration)
    }

    /// Goes on with what so many ups alone make.
    async fn restore(&mut self, applied: usize) -> Result<()> {
        self.copies.restore(applied).await?;
        self.proof.effort.copies += 1;
        self.note_reads();
        self.samples.forget();
        self.contents.forget();
        self.watch = Watch::default();
        Ok(())
    }

    fn note_reads(&mut self) {
        let effort = &mut self.proof.effort;
        effort.reads = effort.reads.and(self.watch.counts());
    }

    /// The rows that somebody wrote for the tables after so many migrations.
    fn given(&self, applied: usize) -> Option<&'a Script> {
        self.proof_steps.iter().take(applied).rev().find_map(|step| step.migration.rows.as_ref())
    }

    /// Runs a migration where migrations are tried.
    pub(super) async fn run_file(&mut self, migration: &Migration, direction: Direction) -> Result<()> {
        self.watch.touch();
        match self.watch.frame() {
            Frame::Transaction => self.copies.run(migration, direction).await,
            Frame::Savepoint => self.copies.run_within(migration, direction).await,
        }
    }

    async fn look(&mut self) -> Result<Seen> {
        self.watch.look(self.copies.session()).await
    }

    pub(super) async fn read_catalog(&mut self) -> Result<Arc<Catalog>> {
        let catalog = self.look().await?.catalog;
        self.proof.unmodeled.extend(catalog.unmodeled().map(str::to_owned));
        Ok(catalog)
    }

    pub(super) async fn read_rows(&mut self) -> Result<Rows> {
        let tables = self.look().await?.tables;
        self.contents.read(self.copies.session(), self.watch.frame(), &tables).await
    }

    /// The rows, where nobody asks for the catalog.
    pub(super) async fn read_rows_alone(&mut self) -> Result<Rows> {
        let session = self.copies.session();
        let tables = self.watch.look_at_tables(session).await?;
        self.contents.read(session, self.watch.frame(), &tables).await
    }

    /// Fills the tables after so many migrations.
    async fn fill(&mut self, applied: usize) -> Result<(Arc<[TableState]>, Rows)> {
        let (filling, rows) = self.fill_changed(applied).await?;
        Ok((filling.states, rows))
    }

    /// Fills the tables after so many migrations; returns their rows where one was written.
    async fn refill(&mut self, applied: usize) -> Result<Option<Rows>> {
        let (filling, rows) = self.fill_changed(applied).await?;
        Ok(filling.is_changed.then_some(rows))
    }

    async fn fill_changed(&mut self, applied: usize) -> Result<(Filling, Rows)> {
        let given = self.given(applied);
        let reader = self.copies.session();
        let filling = self
            .samples
            .fill(reader, &mut self.watch, given)
            .await
            .with_context(|| unfit(self.proof_steps, applied))?;
        let rows = self.contents.read(reader, self.watch.frame(), &filling.states).await?;
        self.proof.rows.note(&rows, &filling.refused);
        Ok((filling, rows))
    }

    /// Fills the tables that an up has just made, unless somebody has written rows for them.
    async fn fill_new(&mut self, at: usize, older: &[TableState]) -> Result<Rows> {
        if self.given(at + 1).is_some() {
            return self.read_rows().await;
        }
        let reader = self.copies.session();
        let filling = self.samples.fill_new(reader, &mut self.watch, older).await?;
        let rows = self.contents.read(reader, self.watch.frame(), &filling.states).await?;
        self.proof.rows.note(&rows, &filling.refused);
        Ok(rows)
    }
}

fn unfit(proof_steps: &[ProofStep<'_>], applied: usize) -> String {
    let newest = applied.checked_sub(1).and_then(|at| proof_steps.get(at));
    let label = newest.map_or("", |step| step.migration.label());
    format!("the sample rows do not fit the tables after {label}; write {label}.rows.sql with rows that do")
}
