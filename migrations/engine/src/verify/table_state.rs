//! The tables of a database as they are, read again where they may have changed.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;
use std::sync::Arc;

use anyhow::{Context, Result};
use serde::Deserialize;
use tokio_postgres::{Client, SimpleQueryRow};

use crate::database::{BOOKKEEPING, rows};
use crate::introspection::{Changes, Prepared};

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
#[derive(Default)]
pub(super) struct Tables {
    structures: BTreeMap<u32, Arc<Structure>>,
}

impl Tables {
    /// The statement of [`Tables::read_and_commit`].
    pub(super) const STATEMENTS: [Prepared; 3] = [STRUCTURES, STRUCTURES_OF, COUNTS];

    /// The tables as they are, by their names, where the catalog has changed so since they were read last. In
    /// a transaction that was begun with these statements, and ends here.
    ///
    /// # Errors
    /// The server's refusal.
    pub(super) async fn read_and_commit(
        &mut self,
        session: &Client,
        changes: &Changes,
    ) -> Result<Vec<TableState>> {
        self.read_structures(session, changes).await.context("reading the tables")?;
        let sql = format!("EXECUTE branchline_counts({}); COMMIT", array(self.structures.keys()));
        let mut states = Vec::new();
        for row in rows(session, &sql).await.context("reading the tables")? {
            let oid: u32 = row.get(0).unwrap_or_default().parse()?;
            let structure = Arc::clone(self.structures.get(&oid).context("no such table")?);
            states.push(TableState {
                signature: format!("{} | {}", structure.signature, row.get(5).unwrap_or_default()),
                structure,
                rows: row.get(1).map(str::to_owned),
                inserted: row.get(2).unwrap_or_default().to_owned(),
                is_small: row.get(3) == Some("t"),
                is_empty: row.get(4) == Some("t"),
            });
        }
        states.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(states)
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
