//! The result of a proof.

use std::collections::{BTreeMap, BTreeSet};

use files::Migration;
use model::{RowLoss, Rows};
use serde::Serialize;

use super::table_state::TableState;
use crate::failure::chain;
use crate::introspection::{self, ReadCounts};
use crate::report::Direction;
use crate::scratch::Kind;

/// The result of a proof.
#[derive(Default, Serialize)]
pub struct Proof {
    /// Migrations whose down restores what was there before, and whose up then makes the same again.
    pub proved: Vec<String>,
    /// Migrations that say that there is no way back.
    pub irreversible: Vec<Irreversible>,
    /// Migrations that have no down and do not say why.
    pub without_down: Vec<String>,
    /// Migrations of which no proof was asked: they ran up only.
    pub up_only: Vec<String>,
    /// The first refusal that is not of rows.
    pub refused: Option<Refusal>,
    /// Every refusal, at most one a migration, in their order.
    pub refusals: Vec<Refusal>,
    /// Differences that do not matter: the order of columns.
    pub notes: Vec<String>,
    /// The kinds of things that no catalog holds.
    pub not_compared: [&'static str; 4],
    /// Objects that some migration left there and of which nothing is known, so that nothing of them was
    /// compared.
    pub unmodeled: BTreeSet<String>,
    /// Objects in the catalog at the end.
    pub objects: usize,
    /// The outcome for rows.
    pub rows: RowProof,
    /// Where the scratch databases were made.
    pub scratch_server: Option<Kind>,
    /// What it took.
    #[serde(skip)]
    pub effort: Effort,
}

/// What a proof took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effort {
    /// How often it went on in another database, in which ups alone had run.
    pub copies: usize,
    /// How often catalogs were read.
    pub reads: ReadCounts,
}

/// A migration that says that there is no way back.
#[derive(Serialize)]
pub struct Irreversible {
    /// Its file name without the ending.
    pub migration: String,
    /// Why there is none.
    pub reason: String,
}

/// A migration that does not lead where it should.
#[derive(Clone, Serialize)]
pub struct Refusal {
    /// Its file name without the ending.
    pub migration: String,
    /// The file that is at fault.
    pub file: String,
    /// Which of its two files is at fault.
    pub direction: Direction,
    /// The differences of the catalog.
    pub differences: Vec<String>,
    /// The rows and values that are lost.
    pub losses: Vec<String>,
    /// Why it did not run.
    pub error: Option<String>,
    /// True if it runs on tables without sample rows, where it did not run.
    pub runs_on_empty_tables: Option<bool>,
    /// The file in which to write rows that it runs on.
    pub rows_file: Option<String>,
}

/// The outcome for the rows.
#[derive(Default, Serialize)]
pub struct RowProof {
    /// How many tables had rows at some time.
    pub tables: usize,
    /// Tables that took no sample row at any time, with the server's reason.
    pub unfilled: BTreeMap<String, String>,
    /// Columns, `table.column`, that were NULL in every row at any time.
    pub blank: BTreeSet<String>,
    /// Objects that a down drops, its up made and no directive names: `table.*` or `table.column`, by the
    /// down's file.
    pub unsaid: BTreeMap<String, BTreeSet<String>>,
    /// The first refusal that is of rows.
    pub refused: Option<Refusal>,
    /// Tables that had rows.
    #[serde(skip)]
    filled: BTreeSet<String>,
    /// Columns that had values.
    #[serde(skip)]
    valued: BTreeSet<String>,
}

impl Refusal {
    fn new(migration: &Migration, direction: Direction) -> Self {
        let script = match direction {
            Direction::Up => Some(&migration.up),
            Direction::Down => migration.down.as_ref(),
        };
        Self {
            migration: migration.label().to_owned(),
            file: script.map(|script| script.file.clone()).unwrap_or_default(),
            direction,
            differences: Vec::new(),
            losses: Vec::new(),
            error: None,
            runs_on_empty_tables: None,
            rows_file: None,
        }
    }

    /// The catalog is another.
    pub fn of_catalog(migration: &Migration, direction: Direction, differences: Vec<String>) -> Self {
        Self { differences, ..Self::new(migration, direction) }
    }

    /// Rows do not come through.
    pub fn of_rows(migration: &Migration, losses: &[RowLoss]) -> Self {
        // The same may be lost both ways.
        let losses: BTreeSet<String> = losses.iter().map(ToString::to_string).collect();
        Self { losses: losses.into_iter().collect(), ..Self::new(migration, Direction::Down) }
    }

    /// A file does not run. `filled`: the migration whose tables have the sample rows.
    pub fn of_failure(
        migration: &Migration,
        direction: Direction,
        error: &anyhow::Error,
        filled: Option<&Migration>,
    ) -> Self {
        Self {
            error: Some(chain(error)),
            rows_file: filled.map(|filled| format!("{}.rows.sql", filled.label())),
            ..Self::new(migration, direction)
        }
    }

    /// Returns whether it is rows that are at fault.
    pub fn is_of_rows(&self) -> bool {
        !self.losses.is_empty()
    }

    /// The refusal for people.
    pub fn lines(&self) -> Vec<String> {
        let Self { migration, file, direction, .. } = self;
        let quoted = |text: &String| text.lines().map(|line| format!("  {line}")).collect::<Vec<_>>();
        let mut lines = vec![match (&self.error, self.runs_on_empty_tables) {
            (Some(_), Some(true)) => {
                format!("{migration} ran on empty tables, and not on tables with sample rows:")
            }
            (Some(_), _) if *direction == Direction::Up => {
                format!("{file} does not run again after its down:")
            }
            (Some(_), _) => format!("{file} does not run:"),
            (None, _) if self.is_of_rows() => {
                format!("{file} does not give back what stood in the tables, and does not say so:")
            }
            (None, _) if *direction == Direction::Up => {
                format!("{file} does not make the same again after its down:")
            }
            (None, _) => format!("{file} does not restore what was there before its up:"),
        }];
        lines.extend(self.error.iter().chain(&self.differences).chain(&self.losses).flat_map(quoted));
        if self.is_of_rows() {
            lines.push(
                "If that is bearable, say in its leading comments: -- branchline: loses table.column: why \
                 (table.* for all of it)"
                    .to_owned(),
            );
        }
        if let (Some(true), Some(rows)) = (self.runs_on_empty_tables, &self.rows_file) {
            lines.push(format!("If real rows are different, write some that it runs on: {rows}"));
        }
        lines
    }
}

impl Proof {
    /// One proof of several, each of which is of the migrations after those of the one before.
    pub fn joined(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut all = Self { not_compared: introspection::NOT_COMPARED, ..Self::default() };
        for mut part in parts {
            all.proved.append(&mut part.proved);
            all.irreversible.append(&mut part.irreversible);
            all.without_down.append(&mut part.without_down);
            all.up_only.append(&mut part.up_only);
            all.refused = all.refused.or(part.refused);
            all.refusals.append(&mut part.refusals);
            all.notes.append(&mut part.notes);
            all.unmodeled.append(&mut part.unmodeled);
            all.objects = part.objects;
            all.effort.copies += part.effort.copies;
            all.effort.reads = all.effort.reads.and(part.effort.reads);
            all.rows.add(part.rows);
        }
        all.rows.finish();
        all
    }

    /// Adds a refusal.
    pub fn refuse(&mut self, refusal: Refusal) {
        let first = if refusal.is_of_rows() { &mut self.rows.refused } else { &mut self.refused };
        first.get_or_insert_with(|| refusal.clone());
        self.refusals.push(refusal);
    }

    /// Returns whether all that was asked is proved.
    pub fn is_complete(&self) -> bool {
        self.refusals.is_empty() && self.without_down.is_empty()
    }
}

impl RowProof {
    /// Takes note of the rows that are in the tables, and of the tables that took none.
    pub fn note(&mut self, rows: &Rows, refused: &BTreeMap<String, String>) {
        for (table, rows) in rows.iter().filter(|(_, rows)| rows.count > 0) {
            self.filled.insert(table.clone());
            for (column, values) in &rows.columns {
                let name = format!("{table}.{column}");
                if !self.valued.contains(&name) {
                    let columns = if values.has_any() { &mut self.valued } else { &mut self.blank };
                    columns.insert(name);
                }
            }
        }
        self.unfilled.extend(refused.iter().map(|(table, reason)| (table.clone(), reason.clone())));
    }

    /// Takes note of what a down takes with it unsaid.
    pub fn note_unsaid(&mut self, migration: &Migration, losses: &[RowLoss]) {
        let Some(down) = &migration.down else { return };
        for loss in losses {
            let whole = if loss.column().is_none() { ".*" } else { "" };
            self.unsaid.entry(down.file.clone()).or_default().insert(loss.name() + whole);
        }
    }

    fn add(&mut self, mut later: Self) {
        self.unfilled.append(&mut later.unfilled);
        self.blank.append(&mut later.blank);
        self.unsaid.append(&mut later.unsaid);
        self.refused = self.refused.take().or(later.refused);
        self.filled.append(&mut later.filled);
        self.valued.append(&mut later.valued);
    }

    /// Counts, and strikes what was filled at another time.
    fn finish(&mut self) {
        let Self { unfilled, blank, filled, valued, tables, .. } = self;
        unfilled.retain(|table, _| !filled.contains(table));
        blank.retain(|column| !valued.contains(column));
        *tables = filled.len();
    }
}

/// Returns whether a migration's tables had what was lost before its up.
pub fn is_known(older: &[TableState], loss: &RowLoss) -> bool {
    let of_table = older.iter().find(|state| state.name == loss.table());
    of_table.is_some_and(|state| loss.column().is_none_or(|column| state.has_column(column)))
}
