//! Rows to try migrations on: a few in every table that takes them, beside those that the migrations write.

mod describe;
mod row;
mod values;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::{Context, Result};
use files::Script;
use tokio_postgres::Client;

use self::row::Table;
use self::write::{each_in_its_turn, fill_circle, fill_one, in_order};
use super::table_state::TableState;
use super::watch::Watch;
use crate::database::{execute, literal};
use crate::run::clear_but_prepared;
use crate::run::send::{SendError, run_script};

/// Rows for each table.
const ROWS: usize = 3;

/// How often other rows are tried where a migration cannot bear the first ones.
const ATTEMPTS: usize = 3;

/// The tables that were filled, by their numbers.
#[derive(Default)]
pub(super) struct Samples {
    filled: BTreeMap<u32, Filled>,
    /// How many other rows a migration could not bear.
    attempt: usize,
    /// Values that fit, by type and conditions.
    fitting: BTreeMap<(String, String, usize), Vec<String>>,
    /// Rows that somebody wrote, as they are in the tables: the file, and the tables that it writes to.
    given: Option<(String, BTreeSet<u32>)>,
}

/// A table as it was when it had been filled.
struct Filled {
    rows: Option<String>,
    signature: String,
    /// The server's counters then; none where others had written rows as well.
    inserted: Option<String>,
}

/// The outcome of filling a table.
pub(super) struct Filling {
    /// The tables with their rows as they are now.
    pub(super) states: Arc<[TableState]>,
    /// True if a row was written.
    pub(super) is_changed: bool,
    /// Tables that are empty, with the server's reason.
    pub(super) refused: BTreeMap<String, String>,
}

impl Samples {
    /// The tables are others: none of them is filled.
    pub(super) fn forget(&mut self) {
        self.filled.clear();
        self.given = None;
    }

    /// Other rows, from the next filling on.
    pub(super) fn next_attempt(&mut self) {
        self.filled.values_mut().for_each(|filled| filled.signature.clear());
        self.attempt += 1;
    }

    /// Returns whether there are still other rows to try.
    pub(super) fn has_next_attempt(&self) -> bool {
        self.attempt + 1 < ATTEMPTS
    }

    /// Returns whether a table has rows that the migrations wrote, as far as it was filled.
    pub(super) fn has_others(&self, table: u32) -> bool {
        self.filled.get(&table).is_none_or(|filled| filled.inserted.is_none())
    }

    /// The rows of the beginning, from the next filling on.
    pub(super) fn first_attempt(&mut self) {
        self.attempt = 0;
    }

    /// Fills the tables that have changed since they were filled, and those that refer to them, after
    /// deleting the rows that were written here. What cannot be deleted stays. Rows of the migrations' own
    /// stay as well, since later migrations may build on them.
    ///
    /// # Errors
    /// The given rows are refused, or the server refuses something other than a row.
    pub(super) async fn fill(
        &mut self,
        session: &Client,
        watch: &mut Watch,
        given: Option<&Script>,
    ) -> Result<Filling> {
        let before = watch.look(session).await?.tables;
        let changed = self.changed(&before, given);
        self.fill_tables((session, watch), before, &changed, given).await
    }

    /// Fills the tables that were not there before.
    ///
    /// # Errors
    /// The server refuses something other than a row.
    pub(super) async fn fill_new(
        &mut self,
        session: &Client,
        watch: &mut Watch,
        older: &[TableState],
    ) -> Result<Filling> {
        let before = watch.look(session).await?.tables;
        let is_new = |state: &&TableState| !older.iter().any(|older| older.oid == state.oid);
        let new = before.iter().filter(is_new).map(|state| state.oid).collect();
        self.fill_tables((session, watch), before, &new, None).await
    }

    fn changed(&self, states: &[TableState], given: Option<&Script>) -> BTreeSet<u32> {
        let is_other_script = given.map(|script| &script.file) != self.given.as_ref().map(|(file, _)| file);
        let has_changed = |state: &&TableState| {
            self.filled.get(&state.oid).is_none_or(|filled| {
                filled.signature != state.signature || filled.rows != state.rows || state.rows.is_none()
            })
        };
        let mut changed: BTreeSet<u32> =
            states.iter().filter(|s| is_other_script || has_changed(s)).map(|state| state.oid).collect();
        if changed.is_empty() {
            return changed;
        }
        // Given rows are written all together.
        changed.extend(self.given.iter().flat_map(|(_, tables)| tables));
        // A row that another refers to can be deleted only after that one.
        loop {
            let refers =
                |state: &&TableState| !changed.contains(&state.oid) && !state.refers_to.is_disjoint(&changed);
            let more: Vec<u32> = states.iter().filter(refers).map(|state| state.oid).collect();
            if more.is_empty() {
                return changed;
            }
            changed.extend(more);
        }
    }

    async fn fill_tables(
        &mut self,
        (session, watch): (&Client, &mut Watch),
        before: Arc<[TableState]>,
        wanted: &BTreeSet<u32>,
        given: Option<&Script>,
    ) -> Result<Filling> {
        if wanted.is_empty() {
            return Ok(Filling { states: before, is_changed: false, refused: BTreeMap::new() });
        }
        let ordered: Vec<&TableState> =
            in_order(&before).into_iter().filter(|state| wanted.contains(&state.oid)).collect();
        let ours: BTreeSet<u32> = ordered.iter().filter(|s| self.is_ours(s)).map(|state| state.oid).collect();
        let deletions: BTreeMap<u32, String> =
            ordered.iter().filter_map(|state| Some((state.oid, self.deletion(state)?))).collect();
        watch.touch();
        execute(session, "SET synchronous_commit = off").await?;
        let delete = async |state: &&TableState| match deletions.get(&state.oid) {
            Some(sql) => execute(session, sql).await,
            None => Ok(()),
        };
        // TRUNCATE would stumble over foreign keys that a deletion satisfies.
        each_in_its_turn(ordered.iter().rev(), |state| state.name.clone(), delete).await;
        self.given = match given {
            Some(script) => {
                Some((script.file.clone(), self.write_given((session, watch), script, &before).await?))
            }
            None => None,
        };

        let given = self.given.as_ref().map(|(_, tables)| tables.clone()).unwrap_or_default();
        let open: Vec<&TableState> =
            ordered.into_iter().filter(|state| !given.contains(&state.oid)).collect();
        let refused = self.write(session, &open).await?;
        // Migrations run in the session as well, and are not to find what triggers and sequences leave in it.
        clear_but_prepared(session).await?;
        watch.touch();
        let after = watch.look(session).await?.tables;
        for state in after.iter().filter(|state| wanted.contains(&state.oid)) {
            let is_ours = ours.contains(&state.oid) && !given.contains(&state.oid);
            let filled = Filled {
                rows: state.rows.clone(),
                signature: state.signature.clone(),
                inserted: is_ours.then(|| state.inserted.clone()),
            };
            self.filled.insert(state.oid, filled);
        }
        Ok(Filling { states: after, is_changed: true, refused })
    }

    /// Returns whether every row of a table was written here.
    fn is_ours(&self, state: &TableState) -> bool {
        match self.filled.get(&state.oid) {
            Some(filled) => filled.inserted.as_ref() == Some(&state.inserted),
            None => state.is_empty,
        }
    }

    /// The deletion of the rows that were written here; none of a table that was not filled.
    fn deletion(&self, state: &TableState) -> Option<String> {
        self.filled.get(&state.oid)?;
        let is_given = self.given.as_ref().is_some_and(|(_, tables)| tables.contains(&state.oid));
        Some(match is_given || self.is_ours(state) {
            true => format!("DELETE FROM {}", state.quoted),
            false => format!(
                "DELETE FROM {} AS sample WHERE sample::text ~ {}",
                state.quoted,
                literal(values::MARK)
            ),
        })
    }

    /// Writes the rows that somebody wrote; returns the tables that they are in.
    async fn write_given(
        &self,
        (session, watch): (&Client, &mut Watch),
        script: &Script,
        tables: &[TableState],
    ) -> Result<BTreeSet<u32>> {
        let before = watch.look(session).await?.tables;
        watch.touch();
        let run = async || run_script(session, script).await.map_err(|SendError { error, .. }| error);
        if run().await.is_err() {
            // They may meet rows of the migrations' own, of whose tables they are to be all.
            let ordered = in_order(tables);
            let empty =
                async |state: &&TableState| execute(session, &format!("DELETE FROM {}", state.quoted)).await;
            each_in_its_turn(ordered.iter().rev(), |state| state.name.clone(), empty).await;
            run().await.with_context(|| script.file.clone())?;
        }
        let after = watch.look(session).await?.tables;
        let inserted =
            |state: &TableState| before.iter().find(|b| b.oid == state.oid).map(|b| b.inserted.clone());
        Ok(after
            .iter()
            .filter(|s| inserted(s).as_ref() != Some(&s.inserted))
            .map(|state| state.oid)
            .collect())
    }

    /// Writes rows into the tables. Returns those that are empty afterwards, with the server's reason.
    async fn write(&mut self, session: &Client, states: &[&TableState]) -> Result<BTreeMap<String, String>> {
        let tables = self.describe(session, states).await?;
        let attempt = self.attempt;
        let fill = async |table: &Table| fill_one(session, table, attempt).await;
        let mut refused = each_in_its_turn(tables.iter(), |table| table.name.clone(), fill).await;
        let left: Vec<&Table> = tables.iter().filter(|table| refused.contains_key(&table.name)).collect();
        if left.len() > 1 && fill_circle(session, &left, attempt).await.is_ok() {
            refused.clear();
        }
        Ok(refused)
    }
}
