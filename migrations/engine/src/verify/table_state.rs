//! The tables of a database as they are, read again where they may have changed.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;
use std::sync::Arc;

use anyhow::{Context, Result};
use serde::Deserialize;
use tokio_postgres::{Client, SimpleQueryRow};

use crate::database::{BOOKKEEPING, rows};
use crate::introspection::{Changes, Frame, Prepared};

/// Columns and constraints of all tables.
const STRUCTURES: Prepared = Prepared { declaration: "branchline_structures", text: |_| structures("") };
/// The same of some.
const STRUCTURES_OF: Prepared = Prepared {
    declaration: "branchline_structures_of (oid[])",
    text: |_| structures("AND c.oid = ANY ($1)"),
};
/// Shows whether rows have changed.
const COUNTS: Prepared = Prepared {
    declaration: "branchline_counts (oid[])",
    text: |_| include_str!("table_state/counts.sql").to_owned(),
};

fn structures(among: &str) -> String {
    include_str!("table_state/structure.sql").replace("{among}", among).replace("{bookkeeping}", BOOKKEEPING)
}

/// A table as it is.
#[derive(Clone, Debug)]
pub(super) struct TableState {
    structure: Arc<Structure>,
    /// Differs where its columns, constraints, partitions or heirs do.
    pub(super) signature: String,
    /// True if it has few rows, or short ones.
    pub(super) is_small: bool,
    /// How many rows were ever inserted.
    pub(super) inserted: String,
    /// Differs where its rows do; none where the server does not count.
    pub(super) rows: Option<String>,
    /// True if it never had a row, or was truncated since.
    pub(super) is_empty: bool,
}

/// The part of a table's state that its rows do not change.
#[derive(Debug)]
pub(super) struct Structure {
    pub(super) oid: u32,
    /// With its schema.
    pub(super) name: String,
    pub(super) quoted: String,
    pub(super) columns: Vec<ColumnKey>,
    /// Differs where its columns or constraints do.
    signature: String,
    /// Other tables that its foreign keys refer to.
    pub(super) refers_to: BTreeSet<u32>,
}

impl Deref for TableState {
    type Target = Structure;

    fn deref(&self) -> &Structure {
        &self.structure
    }
}

impl Structure {
    /// Returns whether it has a column of this name.
    pub(super) fn has_column(&self, name: &str) -> bool {
        self.columns.iter().any(|column| column.0 == name)
    }

    /// Returns whether it has a column of this name that holds dates or times.
    pub(super) fn is_time(&self, name: &str) -> bool {
        self.columns.iter().any(|column| column.0 == name && column.4)
    }
}

/// A column's name, what tells it from a former one of that name, its name in SQL, whether it holds json, and
/// whether dates or times.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct ColumnKey(pub(super) String, pub(super) String, String, bool, bool);

impl ColumnKey {
    /// As text that is the same for the same value: `json` keeps blanks and the order of keys.
    pub(super) fn text(&self) -> String {
        format!("{}{}::text", self.2, if self.3 { "::jsonb" } else { "" })
    }
}

/// The tables, as they were read last.
#[derive(Clone, Default)]
pub(super) struct Tables {
    structures: BTreeMap<u32, Arc<Structure>>,
    /// What the server had counted then.
    counted: BTreeMap<u32, Counts>,
    /// What of that was rolled back.
    undone: BTreeMap<u32, Counts>,
    /// The tables that never had a row but some that were rolled back, with their rows' state.
    empty: BTreeMap<u32, String>,
}

/// Rows of a table that were ever inserted, updated and deleted.
#[derive(Clone, Copy, Default)]
struct Counts([i64; 3]);

impl Counts {
    fn read(row: &SimpleQueryRow, first: usize) -> Result<Self> {
        let count = |i: usize| row.get(first + i).unwrap_or_default().parse();
        Ok(Self([count(0)?, count(1)?, count(2)?]))
    }

    fn plus(self, other: Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i] + other.0[i]))
    }

    fn less(self, other: Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i] - other.0[i]))
    }
}

impl Tables {
    /// The statements of [`Tables::read_and_end`].
    pub(super) const STATEMENTS: [Prepared; 3] = [STRUCTURES, STRUCTURES_OF, COUNTS];

    /// The tables as they are, by their names, where the catalog has changed so since they were read last. In
    /// a frame that was begun with these statements, and ends here.
    ///
    /// # Errors
    /// The server's refusal.
    pub(super) async fn read_and_end(
        &mut self,
        session: &Client,
        frame: Frame,
        changes: &Changes,
    ) -> Result<Vec<TableState>> {
        self.read_structures(session, changes).await.context("reading the tables")?;
        let mut states = Vec::new();
        for row in self.count(session, frame).await? {
            states.push(self.state(&row)?);
        }
        states.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(states)
    }

    /// Goes back to what it knew, which these were the states of, as whatever has been changed since was
    /// rolled back. In a frame as above.
    ///
    /// # Errors
    /// The server's refusal.
    pub(super) async fn go_back_and_end(
        &mut self,
        session: &Client,
        mark: Self,
        states: &[TableState],
    ) -> Result<()> {
        *self = mark;
        for row in self.count(session, Frame::Transaction).await? {
            let (oid, now) = (oid(&row)?, Counts::read(&row, 2)?);
            let before = self.counted.insert(oid, now).unwrap_or_default();
            let undone = self.undone.entry(oid).or_default();
            *undone = undone.plus(now.less(before));
        }
        let empty = states.iter().filter(|state| state.is_empty);
        self.empty = empty.filter_map(|state| Some((state.oid, state.rows.clone()?))).collect();
        Ok(())
    }

    async fn count(&self, session: &Client, frame: Frame) -> Result<Vec<SimpleQueryRow>> {
        let sql = format!("EXECUTE branchline_counts({}); {}", array(self.structures.keys()), frame.end());
        rows(session, &sql).await.context("reading the tables")
    }

    fn state(&mut self, row: &SimpleQueryRow) -> Result<TableState> {
        let (oid, counted) = (oid(row)?, Counts::read(row, 2)?);
        self.counted.insert(oid, counted);
        let structure = Arc::clone(self.structures.get(&oid).context("no such table")?);
        let Counts([inserted, updated, deleted]) =
            counted.less(self.undone.get(&oid).copied().unwrap_or_default());
        let rows = row.get(1).map(|files| format!("{files} {inserted} {updated} {deleted}"));
        let was_empty = self.empty.get(&oid);
        Ok(TableState {
            signature: format!("{} | {}", structure.signature, row.get(7).unwrap_or_default()),
            structure,
            is_small: row.get(5) == Some("t"),
            is_empty: row.get(6) == Some("t") || (was_empty.is_some() && was_empty == rows.as_ref()),
            inserted: inserted.to_string(),
            rows,
        })
    }

    async fn read_structures(&mut self, session: &Client, changes: &Changes) -> Result<()> {
        let sql = match changes {
            Changes::Nothing => return Ok(()),
            Changes::Relations(changed) if changed.is_empty() => return Ok(()),
            Changes::Everything => {
                self.structures.clear();
                "EXECUTE branchline_structures".to_owned()
            }
            Changes::Relations(changed) => {
                self.structures.retain(|oid, _| !changed.contains(oid));
                format!("EXECUTE branchline_structures_of({})", array(changed))
            }
        };
        for row in rows(session, &sql).await? {
            let structure = structure(&row)?;
            self.structures.insert(structure.oid, Arc::new(structure));
        }
        Ok(())
    }
}

fn oid(row: &SimpleQueryRow) -> Result<u32> {
    Ok(row.get(0).unwrap_or_default().parse()?)
}

fn structure(row: &SimpleQueryRow) -> Result<Structure> {
    let text = |i: usize| row.get(i).unwrap_or_default();
    let referred: Vec<String> = serde_json::from_str(text(5))?;
    Ok(Structure {
        oid: text(0).parse()?,
        name: text(1).to_owned(),
        quoted: text(2).to_owned(),
        columns: serde_json::from_str(text(3))?,
        signature: text(4).to_owned(),
        refers_to: referred.iter().map(|oid| oid.parse()).collect::<Result<_, _>>()?,
    })
}

/// Numbers as a SQL literal.
pub(super) fn array<'n>(numbers: impl IntoIterator<Item = &'n u32>) -> String {
    let numbers: Vec<String> = numbers.into_iter().map(u32::to_string).collect();
    format!("'{{{}}}'", numbers.join(","))
}
