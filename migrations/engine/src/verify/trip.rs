//! The way down and up again: in a transaction that is rolled back, so that what follows finds everything as
//! the first up left it; or in transactions of their own, as downgrade and upgrade run them.

use anyhow::Result;
use files::{Loss, Migration};
use model::{Catalog, RowLoss, Rows, row_losses};

use super::contents::Contents;
use super::proof::Refusal;
use super::prover::{Outcome, Prover};
use super::table_state::TableState;
use super::watch::Before;
use crate::failure::Failure;
use crate::report::Direction;
use crate::run::clear_but_prepared;

/// A migration that is applied, to be taken back and applied again.
pub(super) struct Trip<'a> {
    pub(super) at: usize,
    pub(super) migration: &'a Migration,
    /// The tables before it.
    pub(super) older: &'a [TableState],
    /// The losses that its files declare.
    pub(super) said: &'a [Loss],
}

/// What is compared on the way.
pub(super) enum Way<'a> {
    /// The catalogs as they were before its up and after it, and the rows that must come through.
    First { catalogs: [&'a Catalog; 2], old_rows: &'a Rows, newer_rows: &'a Rows },
    /// Rows alone.
    Second { rows: &'a Rows },
}

/// A way that led where it should, but for rows.
pub(super) struct Passed {
    /// What the down does not give back.
    pub(super) lost: Vec<RowLoss>,
    /// What is not there after the second up.
    pub(super) kept: Vec<RowLoss>,
    /// True if all of it was rolled back.
    pub(super) is_intact: bool,
    /// True if the migrations' own rows are there as the first up made them.
    pub(super) is_clean: bool,
}

/// The reason why a way does not lead where it should.
enum Stop {
    /// To another catalog.
    Refused(Box<Refusal>),
    /// A file does not run.
    Failed(Direction, anyhow::Error),
}

/// What is known of a database in which something is tried.
struct Known {
    before: Before,
    contents: Contents,
    notes: usize,
}

impl Prover<'_> {
    /// Runs a migration down and up again. In one transaction at first; where it fails there for a reason
    /// that transactions of their own may not have, in such.
    pub(super) async fn try_both_ways(
        &mut self,
        trip: &Trip<'_>,
        way: &Way<'_>,
        made_rows: &Rows,
    ) -> Result<Result<Passed, Outcome>> {
        if trip.migration.is_transactional() {
            let known = self.enter().await?;
            let notes = known.notes;
            let tried = self.there_and_back(trip, way, made_rows).await;
            let left = self.leave(known).await;
            let tried = tried?;
            left?;
            if matches!(tried, Err(Stop::Failed(..))) {
                // What it prepared, no rollback takes back.
                clear_but_prepared(self.copies.session()).await?;
            }
            match tried {
                Ok(passed) => return Ok(Ok(Passed { is_intact: true, is_clean: true, ..passed })),
                Err(Stop::Failed(_, error)) if !is_certain(&error) => self.proof.notes.truncate(notes),
                Err(stop) => return Ok(Err(self.judge(trip, stop, true).await?)),
            }
        }
        match self.there_and_back(trip, way, made_rows).await? {
            Ok(passed) => Ok(Ok(passed)),
            Err(stop) => Ok(Err(self.judge(trip, stop, false).await?)),
        }
    }

    async fn there_and_back(
        &mut self,
        trip: &Trip<'_>,
        way: &Way<'_>,
        made_rows: &Rows,
    ) -> Result<Result<Passed, Stop>> {
        let Trip { migration, said, .. } = *trip;
        let mut lost = Vec::new();
        for direction in [Direction::Down, Direction::Up] {
            if let Err(error) = self.run_file(migration, direction).await {
                let is_of_file = error.downcast_ref::<Failure>().is_some();
                return if is_of_file { Ok(Err(Stop::Failed(direction, error))) } else { Err(error) };
            }
            let Way::First { catalogs: [before, made], old_rows, .. } = way else { continue };
            let expected = if direction == Direction::Down { before } else { made };
            let found = self.read_catalog().await?;
            if let Some(refusal) = self.compare(expected, &found, migration, direction).await? {
                return Ok(Err(Stop::Refused(Box::new(refusal))));
            }
            if direction == Direction::Down {
                lost = row_losses(old_rows, &self.read_rows().await?, said);
            }
        }
        let (rows, now) = match way {
            Way::First { newer_rows, .. } => (newer_rows, self.read_rows().await?),
            Way::Second { rows } => (rows, self.read_rows_alone().await?),
        };
        let kept = row_losses(rows, &now, said);
        let is_clean = self.is_clean(trip.older, made_rows, &now);
        Ok(Ok(Passed { lost, kept, is_intact: false, is_clean }))
    }

    /// The verdict where a way does not lead where it should; `is_intact`: it was rolled back.
    async fn judge(&mut self, trip: &Trip<'_>, stop: Stop, is_intact: bool) -> Result<Outcome> {
        let Trip { at, migration, .. } = *trip;
        let (direction, error) = match stop {
            Stop::Refused(refusal) => return Ok(Outcome::Refused { refusal, is_intact }),
            Stop::Failed(direction, error) => (direction, error),
        };
        if self.may_fit_others(&error) {
            return Ok(Outcome::Collided);
        }
        let directions: &[Direction] = match direction {
            Direction::Down => &[Direction::Down],
            Direction::Up => &[Direction::Down, Direction::Up],
        };
        let (runs, is_same) = self.copies.runs_alone(at + 1, migration, directions).await?;
        let mut refusal = Box::new(Refusal::of_failure(migration, direction, &error, Some(migration)));
        refusal.runs_on_empty_tables = Some(runs);
        Ok(Outcome::Refused { refusal, is_intact: is_intact && is_same })
    }

    /// Begins a transaction in which migrations are tried.
    async fn enter(&mut self) -> Result<Known> {
        let before = self.watch.enter(self.copies.session()).await?;
        self.copies.begin().await?;
        Ok(Known { before, contents: self.contents.clone(), notes: self.proof.notes.len() })
    }

    /// Rolls it back.
    async fn leave(&mut self, known: Known) -> Result<()> {
        self.contents = known.contents;
        self.watch.leave(self.copies.session(), known.before).await
    }
}

/// Returns whether a file that fails in a transaction with others fails in one of its own as well: its words
/// are wrong, or it names what is not there (class 42). Else its constraints may be checked too early, the
/// rows of the file before be on their way, or a value of an enum be too new.
fn is_certain(error: &anyhow::Error) -> bool {
    let code = error.downcast_ref::<Failure>().and_then(Failure::code);
    code.is_some_and(|code| code.starts_with("42"))
}
