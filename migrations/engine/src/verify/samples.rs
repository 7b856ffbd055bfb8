//! Rows to try migrations on: a few in every table that takes them, beside those that the migrations write.

mod values;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::{Context, Result};
use files::Script;
use serde::Deserialize;
use tokio_postgres::Client;

use self::values::sample;
use super::table_state::{TableState, array};
use super::watch::Watch;
use crate::database::{execute, literal, one_row};
use crate::introspection::{Prepared, begin_with, in_transaction};
use crate::run::send::{SendError, run_script};

/// Some tables with their columns, as one JSON document.
const TABLES: Prepared =
    Prepared { declaration: "branchline_tables (oid[])", text: |_| include_str!("tables.sql").to_owned() };

/// Rows for each table.
const ROWS: usize = 3;

/// How often other rows are tried where a migration cannot bear the first ones.
const ATTEMPTS: usize = 3;

/// A table to fill.
#[derive(Debug, Deserialize)]
struct Table {
    oid: String,
    name: String,
    quoted: String,
    columns: Vec<Column>,
    /// Whether it has no row, for all that is known without asking.
    #[serde(skip)]
    is_empty: bool,
}

#[derive(Debug, Deserialize)]
struct Column {
    name: String,
    quoted: String,
    /// As SQL writes it.
    r#type: String,
    /// The type's name, or that of what a domain or an array is made of.
    base: String,
    is_array: bool,
    /// Characters, bits or digits that it takes, where that is bounded.
    length: Option<usize>,
    /// The values of an enum.
    labels: Vec<String>,
    /// What a range is a range of.
    subtype: Option<String>,
    is_multirange: bool,
    default: Option<String>,
    /// Conditions on this column alone.
    conditions: Vec<String>,
    /// The conditions of its domain.
    domain: Option<String>,
    /// Whether a unique index, or an exclusion, has it.
    is_key: bool,
    /// Whether a row without it is refused.
    is_needed: bool,
    is_nullable: bool,
    is_generated: bool,
    refers_to: Option<Reference>,
    /// Values that fit the conditions, where there are conditions.
    #[serde(skip)]
    fitting: Option<Vec<String>>,
}

/// A foreign key's other side.
#[derive(Debug, Deserialize)]
struct Reference {
    oid: String,
    table: String,
    column: String,
    quoted: String,
}

/// Which value of a column.
#[derive(Clone, Copy, Debug)]
struct Draw {
    /// The row's, from 1.
    number: usize,
    /// How many rows have been refused before.
    attempt: usize,
    /// What is added, so that a column is greater than those before it.
    place: usize,
}

/// How a row is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// Every column, the values alike.
    Whole,
    /// Every column, and each greater than the one before.
    Rising,
    /// Every column, and each less than the one before.
    Falling,
    /// The keys and what has to be there.
    Needed,
}

const FORMS: [Form; 4] = [Form::Whole, Form::Rising, Form::Falling, Form::Needed];

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
    /// What the server had counted; none where others had written rows as well.
    inserted: Option<String>,
}

/// What became of a filling.
pub(super) struct Filling {
    /// The tables with their rows as they are now.
    pub(super) states: Arc<[TableState]>,
    /// Whether a row was written.
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

    /// Whether there are still other rows to try.
    pub(super) fn has_next_attempt(&self) -> bool {
        self.attempt + 1 < ATTEMPTS
    }

    /// Whether a table has rows that the migrations wrote, as far as it was filled.
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

    /// Whether every row of a table was written here.
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

    async fn describe(&mut self, session: &Client, states: &[&TableState]) -> Result<Vec<Table>> {
        if states.is_empty() {
            return Ok(Vec::new());
        }
        let oids = array(states.iter().map(|state| &state.oid));
        let document = in_transaction(session, async || {
            begin_with(session, "BEGIN; SET LOCAL plan_cache_mode = force_generic_plan", &[TABLES]).await?;
            let sql = format!("EXECUTE branchline_tables({oids}); COMMIT");
            one_row(session, &sql).await.context("reading the tables")
        });
        let document = document.await?;
        let document = document.as_ref().and_then(|row| row.get(0)).unwrap_or("[]");
        let mut tables: Vec<Table> = serde_json::from_str(document).context("reading the tables")?;
        let places: BTreeMap<String, (usize, bool)> = states
            .iter()
            .enumerate()
            .map(|(i, state)| (state.oid.to_string(), (i, state.is_empty)))
            .collect();
        let place = |table: &Table| places.get(&table.oid).copied().unwrap_or_default();
        tables.iter_mut().for_each(|table| table.is_empty = place(table).1);
        tables.sort_by_key(place);
        for column in tables.iter_mut().flat_map(|table| &mut table.columns) {
            if column.refers_to.is_none() && column.conditions().next().is_some() {
                column.fitting = Some(self.fitting(session, column).await?);
            }
        }
        Ok(tables)
    }

    /// The first values that fit a column's conditions. The server tries them.
    async fn fitting(&mut self, session: &Client, column: &Column) -> Result<Vec<String>> {
        let conditions: Vec<&str> = column.conditions().collect();
        let key = (format!("{} {}", column.quoted, column.r#type), conditions.join(" "), self.attempt);
        if let Some(known) = self.fitting.get(&key) {
            return Ok(known.clone());
        }
        let draw = Draw { number: 1, attempt: self.attempt, place: 0 };
        let candidates: Vec<String> =
            column.candidates(ROWS, draw).iter().map(|text| literal(text)).collect();
        let value = |text: &str| column.cast(text);
        let all: Vec<String> =
            column.conditions.iter().map(|condition| format!("({condition}) IS NOT FALSE")).collect();
        let test = format!(
            "SELECT {} FROM (SELECT {} AS {}) AS sample",
            if all.is_empty() {
                format!("sample IS NOT NULL OR {} IS NULL", column.quoted)
            } else {
                all.join(" AND ")
            },
            value("$1"),
            column.quoted
        );
        // Whatever a candidate brings the conditions to do, it is that candidate's fault.
        let sql = format!(
            "DO LANGUAGE plpgsql {}; SELECT current_setting('branchline.fitting')",
            literal(&format!(
                "DECLARE candidate text; fits boolean; fitting text[] := '{{}}'; \
                 BEGIN \
                   FOREACH candidate IN ARRAY ARRAY[{}]::text[] LOOP \
                     EXIT WHEN cardinality(fitting) = {ROWS}; \
                     BEGIN \
                       EXECUTE {} INTO fits USING candidate; \
                       IF fits THEN fitting := fitting || candidate; END IF; \
                     EXCEPTION WHEN others THEN NULL; \
                     END; \
                   END LOOP; \
                   PERFORM set_config('branchline.fitting', array_to_json(fitting)::text, false); \
                 END",
                candidates.join(", "),
                literal(&test)
            ))
        );
        // Where the server has no plpgsql, rows are as good as their insertion shows.
        let row = one_row(session, &sql).await.ok().flatten();
        let fitting: Vec<String> =
            row.and_then(|row| serde_json::from_str(row.get(0)?).ok()).unwrap_or_default();
        self.fitting.insert(key, fitting.clone());
        Ok(fitting)
    }
}

/// Tables, each after those that it refers to, as far as they do not refer to each other in a circle.
fn in_order(states: &[TableState]) -> Vec<&TableState> {
    let mut left: Vec<&TableState> = states.iter().collect();
    let mut placed: BTreeSet<u32> = BTreeSet::new();
    let known: BTreeSet<u32> = states.iter().map(|state| state.oid).collect();
    let mut ordered = Vec::new();
    while !left.is_empty() {
        let is_free = |state: &&TableState| {
            state.refers_to.iter().all(|oid| placed.contains(oid) || !known.contains(oid))
        };
        let (mut free, rest): (Vec<_>, Vec<_>) = left.into_iter().partition(is_free);
        left = rest;
        if free.is_empty() {
            // Where all refer to each other, one of them has to come first.
            free.push(left.remove(0));
        }
        placed.extend(free.iter().map(|state| state.oid));
        ordered.extend(free);
    }
    ordered
}

/// Does something with every table, again with those that were refused for as long as others are not: a table
/// may depend on another. Returns those that are left, with the server's reason.
async fn each_in_its_turn<'t, T: 't>(
    tables: impl Iterator<Item = &'t T>,
    name: impl Fn(&T) -> String,
    work: impl AsyncFn(&T) -> Result<(), pg::Error>,
) -> BTreeMap<String, String> {
    let mut left: Vec<&T> = tables.collect();
    loop {
        let (before, mut refused) = (left.len(), BTreeMap::new());
        let mut still_left = Vec::new();
        for table in left {
            if let Err(error) = work(table).await {
                refused.insert(name(table), crate::values::as_asked(&error, None));
                still_left.push(table);
            }
        }
        left = still_left;
        if left.is_empty() || left.len() == before {
            return refused;
        }
    }
}

/// Writes what rows a table takes; the last refusal where it is empty afterwards. A table of which the
/// migrations wrote all columns needs none.
async fn fill_one(session: &Client, table: &Table, attempt: usize) -> Result<(), pg::Error> {
    if !table.is_empty && has_all_values(session, table).await? {
        return Ok(());
    }
    let insertion = |number, form| table.insertion(Draw { number, attempt, place: 0 }, form, &[]);
    let all: Vec<String> = (1..=ROWS).map(|number| insertion(number, Form::Whole)).collect();
    if execute(session, &all.join(";\n")).await.is_ok() {
        return Ok(());
    }
    let (mut outcome, mut is_empty) = (Ok(()), true);
    for number in 1..=ROWS {
        for form in FORMS {
            outcome = execute(session, &insertion(number, form)).await;
            if outcome.is_ok() {
                is_empty = false;
                break;
            }
        }
    }
    if !is_empty || has_rows(session, table).await? { Ok(()) } else { outcome }
}

/// Writes rows into tables that refer to each other, whose constraints are deferred: all of them or none.
async fn fill_circle(session: &Client, tables: &[&Table], attempt: usize) -> Result<(), pg::Error> {
    let insertion =
        |table: &&Table, number| table.insertion(Draw { number, attempt, place: 0 }, Form::Whole, tables);
    let all: Vec<String> =
        (1..=ROWS).flat_map(|number| tables.iter().map(move |table| insertion(table, number))).collect();
    // One message is one transaction.
    execute(session, &format!("SET CONSTRAINTS ALL DEFERRED;\n{}", all.join(";\n"))).await
}

async fn has_all_values(session: &Client, table: &Table) -> Result<bool, pg::Error> {
    let has = |column: &Column| {
        format!("EXISTS (SELECT FROM {} WHERE {} IS NOT NULL)", table.quoted, column.quoted)
    };
    let written = table.columns.iter().filter(|column| !column.is_generated);
    let all: Vec<String> =
        std::iter::once(format!("EXISTS (SELECT FROM {})", table.quoted)).chain(written.map(has)).collect();
    let row = one_row(session, &format!("SELECT {}", all.join(" AND "))).await?;
    Ok(row.is_some_and(|row| row.get(0) == Some("t")))
}

async fn has_rows(session: &Client, table: &Table) -> Result<bool, pg::Error> {
    let any = one_row(session, &format!("SELECT EXISTS (SELECT FROM {})", table.quoted)).await?;
    Ok(any.is_some_and(|row| row.get(0) == Some("t")))
}

impl Table {
    /// The insertion of a row. `circle`: tables whose rows come later in the same transaction.
    fn insertion(&self, draw: Draw, form: Form, circle: &[&Table]) -> String {
        let is_written = |column: &Column| match form {
            _ if column.is_generated => false,
            Form::Needed => column.is_needed || column.is_key,
            _ => true,
        };
        let place = |i: usize| match form {
            Form::Rising => i,
            Form::Falling => self.columns.len() - i,
            Form::Whole | Form::Needed => 0,
        };
        let (mut names, mut values) = (Vec::new(), Vec::new());
        for (i, column) in self.columns.iter().enumerate().filter(|(_, column)| is_written(column)) {
            if let Some(value) = column.value(Draw { place: place(i), ..draw }, self, circle) {
                names.push(column.quoted.as_str());
                values.push(value);
            }
        }
        match names.is_empty() {
            true => format!("INSERT INTO {} DEFAULT VALUES", self.quoted),
            // An identity is written as well: the sequence is for the migrations' own rows.
            false => format!(
                "INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE VALUES ({})",
                self.quoted,
                names.join(", "),
                values.join(", ")
            ),
        }
    }

    /// The value of a column that another refers to, as it is or will be.
    fn key(&self, column: &str, draw: Draw) -> Option<String> {
        self.columns.iter().find(|other| other.name == column)?.own_value(draw)
    }
}

impl Column {
    /// The value of a row; none of a type that is not known here.
    fn value(&self, draw: Draw, table: &Table, circle: &[&Table]) -> Option<String> {
        let Some(Reference { oid, table: other, column, quoted }) = &self.refers_to else {
            return self.own_value(draw);
        };
        if *oid == table.oid {
            // The first row of a tree has nothing above it, where that may be.
            return match (draw.number, self.is_nullable) {
                (1, true) => Some("NULL".to_owned()),
                (number, is_nullable) => {
                    table.key(column, Draw { number: if is_nullable { 1 } else { number }, ..draw })
                }
            };
        }
        if let Some(key) =
            circle.iter().find(|other| other.oid == *oid).and_then(|other| other.key(column, draw))
        {
            return Some(key);
        }
        // A sample, as it was written there; else the oldest rows, on which a migration that is just tried
        // has no claim.
        let of_row = |offset| format!("(SELECT {quoted} FROM {other} ORDER BY ctid OFFSET {offset} LIMIT 1)");
        let same = sample(&self.base, draw, true, None).filter(|_| !self.is_array);
        let same = same.map(|key| {
            format!("(SELECT {quoted} FROM {other} WHERE {quoted} = {} LIMIT 1), ", self.cast(&literal(&key)))
        });
        Some(format!("coalesce({}{}, {})", same.unwrap_or_default(), of_row(draw.number - 1), of_row(0)))
    }

    /// The value of a column that refers to nothing.
    fn own_value(&self, draw: Draw) -> Option<String> {
        let fitting = self.fitting.as_ref().filter(|fitting| !fitting.is_empty());
        let text = match fitting {
            Some(fitting) => fitting.get((draw.number - 1) % fitting.len())?.clone(),
            None => self.everyday(draw)?,
        };
        Some(self.cast(&literal(&text)))
    }

    /// A text as a value of the column's type.
    fn cast(&self, text: &str) -> String {
        let value = if self.is_array { format!("ARRAY[{text}]") } else { text.to_owned() };
        format!("{value}::{}", self.r#type)
    }
}
