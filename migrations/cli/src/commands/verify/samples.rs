//! Rows to try migrations on: a few in every table that takes them.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use schema_core::{Row, Rows, Script};
use serde::Deserialize;
use serde_json::Value;
use tokio_postgres::Client;

use crate::database::{execute, literal, one_row, rows};
use crate::run::send::{SendError, run_script};

/// The tables and their columns, as one JSON document.
const TABLES: &str = include_str!("tables.sql");

/// Rows for each table.
const ROWS: usize = 3;

/// A table to fill.
#[derive(Debug, Deserialize)]
pub(super) struct Table {
    /// With its schema.
    pub(super) name: String,
    quoted: String,
    /// Other tables that its foreign keys refer to.
    refers_to: Vec<String>,
    columns: Vec<Column>,
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
    /// Values that an enum, or a check, names.
    words: Vec<String>,
    /// Whether a row without it is refused.
    is_needed: bool,
    /// Whether only the server may write it.
    is_the_servers: bool,
    /// A query of the values that a foreign key allows.
    refers_to: Option<String>,
}

impl Table {
    /// The names of its columns.
    pub(super) fn columns(&self) -> BTreeSet<String> {
        self.columns.iter().map(|column| column.name.clone()).collect()
    }

    /// The insertion of a row: with everything, or with no more than is needed.
    fn insertion(&self, number: usize, is_whole: bool) -> String {
        let columns = self.columns.iter().filter(|c| !c.is_the_servers && (is_whole || c.is_needed));
        let pairs = columns.filter_map(|column| Some((column.quoted.as_str(), column.value(number)?)));
        let (names, values): (Vec<&str>, Vec<String>) = pairs.unzip();
        match names.is_empty() {
            true => format!("INSERT INTO {} DEFAULT VALUES", self.quoted),
            false => format!(
                "INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE VALUES ({})",
                self.quoted,
                names.join(", "),
                values.join(", ")
            ),
        }
    }
}

impl Column {
    /// The value of a row, from 1; none of a type that is not known here.
    fn value(&self, number: usize) -> Option<String> {
        if let Some(query) = &self.refers_to {
            return Some(format!("({query} OFFSET {} LIMIT 1)", number - 1));
        }
        let text = match self.words.get((number - 1) % self.words.len().max(1)) {
            Some(word) => word.clone(),
            None => sample(&self.base, number)?,
        };
        let value = literal(&text);
        let value = if self.is_array { format!("ARRAY[{value}]") } else { value };
        Some(format!("{value}::{}", self.r#type))
    }
}

/// A value of one of the server's own types, as text.
fn sample(base: &str, number: usize) -> Option<String> {
    let text = match base {
        "int2" | "int4" | "int8" | "numeric" | "money" | "oid" => number.to_string(),
        "float4" | "float8" => format!("{number}.5"),
        "bool" => (number % 2 == 1).to_string(),
        "text" | "varchar" | "bpchar" | "name" | "citext" | "tsvector" => format!("sample {number}"),
        "tsquery" => format!("sample{number}"),
        "char" => "s".to_owned(),
        "uuid" => format!("00000000-0000-4000-8000-{number:012}"),
        "bytea" => format!("\\x{number:064}"),
        "date" => format!("2026-01-{number:02}"),
        "timestamp" => format!("2026-01-{number:02} 12:00:00"),
        "timestamptz" => format!("2026-01-{number:02} 12:00:00+00"),
        "time" | "timetz" => format!("12:00:{number:02}"),
        "interval" => format!("{number} days"),
        "json" | "jsonb" => format!("{{\"sample\": {number}}}"),
        "inet" | "cidr" => format!("192.0.2.{number}"),
        "macaddr" => format!("00:00:5e:00:53:{number:02}"),
        "point" => format!("({number},{number})"),
        "int4range" | "int8range" | "numrange" => format!("[{number},{})", number + 1),
        "daterange" | "tsrange" | "tstzrange" => format!("[2026-01-{number:02},2026-02-{number:02})"),
        "xml" => format!("<sample>{number}</sample>"),
        _ => return None,
    };
    Some(text)
}

/// The tables that there are, each after those that it refers to.
///
/// # Errors
/// The server's refusal.
pub(super) async fn tables(session: &Client) -> Result<Vec<Table>> {
    let document = one_row(session, TABLES).await.context("reading the tables")?;
    let document = document.as_ref().and_then(|row| row.get(0)).unwrap_or("[]");
    let mut left: Vec<Table> = serde_json::from_str(document).context("reading the tables")?;
    let mut ordered: Vec<Table> = Vec::new();
    while !left.is_empty() {
        let is_free = |table: &Table| !left.iter().any(|other| table.refers_to.contains(&other.name));
        // Where all refer to each other, one of them has to come first.
        let next = left.iter().position(is_free).unwrap_or(0);
        ordered.push(left.remove(next));
    }
    Ok(ordered)
}

/// Writes rows into the tables, after deleting those that were there: the given ones, and others where they leave a table
/// empty. Gives the tables that have none afterwards, with the server's reason.
///
/// # Errors
/// The given rows are refused, or the server refuses something other than a row.
pub(super) async fn fill(
    session: &Client,
    tables: &[Table],
    given: Option<&Script>,
) -> Result<BTreeMap<String, String>> {
    execute(session, "SET synchronous_commit = off").await?;
    // TRUNCATE would stumble over triggers that do the same. What cannot be deleted stays, and is as good.
    each_in_its_turn(tables.iter().rev(), async |table| {
        execute(session, &format!("DELETE FROM {}", table.quoted)).await
    })
    .await;
    if let Some(script) = given {
        let outcome = run_script(session, script).await.map_err(|SendError { error, .. }| error);
        outcome.with_context(|| script.file.clone())?;
    }
    Ok(each_in_its_turn(tables.iter(), async |table| fill_one(session, table).await).await)
}

/// Does something with every table, again with those that were refused for as long as others are not: a table may depend
/// on another. Gives those that are left.
async fn each_in_its_turn<'t>(
    tables: impl Iterator<Item = &'t Table>,
    work: impl AsyncFn(&Table) -> Result<(), pg::Error>,
) -> BTreeMap<String, String> {
    let mut left: Vec<&Table> = tables.collect();
    loop {
        let (before, mut refused) = (left.len(), BTreeMap::new());
        let mut still_left = Vec::new();
        for table in left {
            if let Err(error) = work(table).await {
                refused.insert(table.name.clone(), error.to_string());
                still_left.push(table);
            }
        }
        left = still_left;
        if left.is_empty() || left.len() == before {
            return refused;
        }
    }
}

/// Writes what rows an empty table takes; the last refusal where it takes none.
async fn fill_one(session: &Client, table: &Table) -> Result<(), pg::Error> {
    if has_rows(session, table).await? {
        return Ok(());
    }
    let mut outcome = Ok(());
    for number in 1..=ROWS {
        for is_whole in [true, false] {
            outcome = execute(session, &table.insertion(number, is_whole)).await;
            if outcome.is_ok() {
                break;
            }
        }
    }
    if has_rows(session, table).await? { Ok(()) } else { outcome }
}

async fn has_rows(session: &Client, table: &Table) -> Result<bool, pg::Error> {
    let any = one_row(session, &format!("SELECT EXISTS (SELECT FROM {})", table.quoted)).await?;
    Ok(any.is_some_and(|row| row.get(0) == Some("t")))
}

/// Every row of the tables.
///
/// # Errors
/// The server's refusal.
pub(super) async fn read(session: &Client, tables: &[Table]) -> Result<Rows> {
    let mut all = Rows::new();
    for table in tables {
        let sql = format!("SELECT to_jsonb(sample.*) FROM {} AS sample", table.quoted);
        let found = rows(session, &sql).await.context("reading the sample rows")?;
        let found = found.iter().map(|row| parse(row.get(0).unwrap_or("{}")));
        all.insert(table.name.clone(), found.collect::<Result<_>>()?);
    }
    Ok(all)
}

fn parse(row: &str) -> Result<Row> {
    let values: BTreeMap<String, Value> = serde_json::from_str(row).context("reading a sample row")?;
    let text = |value| match value {
        Value::Null => None,
        Value::String(text) => Some(text),
        other => Some(other.to_string()),
    };
    Ok(values.into_iter().map(|(column, value)| (column, text(value))).collect())
}
