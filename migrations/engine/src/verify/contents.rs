//! The content of a database's tables, read again if it may have changed.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::pin;
use std::sync::Arc;

use anyhow::{Context, Result};
use futures_util::TryStreamExt;
use model::{ColumnValues, EXCERPT, Rows, TableRows};
use tokio_postgres::{Client, SimpleQueryMessage, SimpleQueryRow};

use super::table_state::{ColumnKey, TableState};
use crate::database::execute;
use crate::introspection::{Frame, framed};

/// A table with more rows keeps no values to show, digests only.
const SHOWN_ROWS: usize = 100;

/// Tables that are read in one flight.
const FLIGHT: usize = 50;

/// The rows of a database, as they were read last.
#[derive(Clone, Default)]
pub(super) struct Contents {
    known: BTreeMap<u32, Known>,
}

/// A table's rows, while its state was this.
#[derive(Clone)]
struct Known {
    rows: Option<String>,
    count: usize,
    /// By their keys.
    columns: BTreeMap<String, Arc<ColumnValues>>,
}

impl Contents {
    /// The tables are others.
    pub(super) fn forget(&mut self) {
        self.known.clear();
    }

    /// Every row of the tables. Tables whose rows have not changed are not read again, nor are their columns.
    ///
    /// # Errors
    /// The server's refusal.
    pub(super) async fn read(
        &mut self,
        session: &Client,
        frame: Frame,
        states: &[TableState],
    ) -> Result<Rows> {
        let oids: BTreeSet<u32> = states.iter().map(|state| state.oid).collect();
        self.known.retain(|oid, _| oids.contains(oid));
        let mut reads: Vec<(&TableState, Vec<&ColumnKey>)> = Vec::new();
        for state in states {
            let is_same = |known: &&Known| state.rows.is_some() && known.rows == state.rows;
            let known = self.known.get(&state.oid).filter(is_same);
            let is_new =
                |column: &&ColumnKey| known.is_none_or(|known| !known.columns.contains_key(&column.1));
            let new: Vec<&ColumnKey> = state.columns.iter().filter(is_new).collect();
            if known.is_none() || !new.is_empty() {
                reads.push((state, new));
            }
        }
        for flight in reads.chunks(FLIGHT) {
            framed(session, frame, async || self.read_flight(session, frame, flight).await)
                .await
                .context("reading the rows")?;
        }
        let rows = |state: &TableState| {
            let known = self.known.get(&state.oid)?;
            let column = |key: &ColumnKey| Some((key.0.clone(), Arc::clone(known.columns.get(&key.1)?)));
            let columns = state.columns.iter().filter_map(column).collect();
            Some((state.name.clone(), TableRows { count: known.count, columns }))
        };
        Ok(states.iter().filter_map(rows).collect())
    }

    async fn read_flight(
        &mut self,
        session: &Client,
        frame: Frame,
        flight: &[(&TableState, Vec<&ColumnKey>)],
    ) -> Result<()> {
        // In the order of the file, always: columns that are read later are of the same rows.
        let begin = format!(
            "{}; SET LOCAL synchronize_seqscans = off; SET LOCAL max_parallel_workers_per_gather = 0; SET \
             LOCAL enable_indexonlyscan = off",
            frame.begin()
        );
        execute(session, &begin).await?;
        let queries: Vec<String> = flight.iter().map(|(state, columns)| query(state, columns)).collect();
        let sql = format!("{};\n{}", queries.join(";\n"), frame.end());
        let answers = session.simple_query_raw(&sql).await?;
        let mut answers = pin!(answers);
        let mut reading = flight.iter();
        let mut table = reading.next().map(|(state, columns)| Reading::new(state, columns));
        while let Some(answer) = answers.try_next().await? {
            match (answer, &mut table) {
                (SimpleQueryMessage::Row(row), Some(table)) => table.push(&row)?,
                (SimpleQueryMessage::CommandComplete(_), _) => {
                    if let Some(table) = table.take() {
                        self.keep(table);
                    }
                    table = reading.next().map(|(state, columns)| Reading::new(state, columns));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn keep(&mut self, table: Reading<'_>) {
        let Reading { state, columns, count, .. } = table;
        let known = self.known.entry(state.oid);
        let known = known.or_insert_with(|| Known { rows: None, count: 0, columns: BTreeMap::new() });
        if known.rows != state.rows || state.rows.is_none() {
            known.columns.clear();
        }
        known.rows.clone_from(&state.rows);
        known.count = count;
        // Of columns that are gone, and of their former types.
        known.columns.retain(|key, _| state.columns.iter().any(|column| column.1 == *key));
        known.columns.extend(columns.into_iter().map(|(key, values)| (key.1.clone(), Arc::new(values))));
    }
}

fn query(state: &TableState, columns: &[&ColumnKey]) -> String {
    let digest = |column: &&ColumnKey| format!("hashtextextended({}, 0)", column.text());
    let beginning = |column: &&ColumnKey| format!("left({}, {})", column.text(), EXCERPT + 1);
    let mut selected: Vec<String> = columns.iter().map(digest).collect();
    if state.is_small {
        selected.extend(columns.iter().map(beginning));
    }
    format!("SELECT {} FROM {} AS sample", selected.join(", "), state.quoted)
}

/// A table that is being read.
struct Reading<'t> {
    state: &'t TableState,
    columns: Vec<(&'t ColumnKey, ColumnValues)>,
    is_shown: bool,
    count: usize,
}

impl<'t> Reading<'t> {
    fn new(state: &'t TableState, columns: &[&'t ColumnKey]) -> Self {
        let columns = columns.iter().map(|key| (*key, ColumnValues::new(state.is_small))).collect();
        Self { state, columns, is_shown: state.is_small, count: 0 }
    }

    fn push(&mut self, row: &SimpleQueryRow) -> Result<()> {
        self.count += 1;
        if self.is_shown && self.count > SHOWN_ROWS {
            self.is_shown = false;
            self.columns.iter_mut().for_each(|(_, values)| values.forget_beginnings());
        }
        let width = self.columns.len();
        for (i, (_, values)) in self.columns.iter_mut().enumerate() {
            let digest = row.get(i).map(str::parse::<i64>).transpose()?.map(i64::cast_unsigned);
            values.push(digest, if self.is_shown { row.get(width + i) } else { None });
        }
        Ok(())
    }
}
