//! Tables and columns that migrations drop, and how many values they held: a deploy checks that production
//! does not hold other values by then.
//!
//! A column that is renamed is no loss, so the columns are known by the numbers that the server has for them.

use std::collections::HashSet;

use anyhow::{Context, Result, bail};
use files::Migration;
use model::{Catalog, Ident, ObjectId, QualifiedName};
use serde::{Deserialize, Serialize};
use tokio_postgres::Client;

use super::tables::{Columns, is_said};
use engine::database::{literal, one_row, rows};

/// A column, or a table's column, whose values are gone after the migrations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loss {
    /// The table with its schema, quoted.
    pub table: String,
    /// The column, quoted.
    pub column: String,
    /// Number of values other than null that it held.
    pub values: u64,
    /// True if a directive of the migrations says that they are lost.
    pub is_declared: bool,
}

/// The columns of the touched tables before the migrations, as the server numbers them.
pub(super) struct Held(Vec<Column>);

struct Column {
    table: String,
    name: String,
    oid: String,
    number: String,
    values: u64,
}

/// Counts the values of every column of the tables. What the server computes from others is left out.
///
/// # Errors
/// The server's refusal.
pub(super) async fn held(session: &Client, catalog: &Catalog, touched: &Columns) -> Result<Held> {
    let mut held = Vec::new();
    for table in touched.keys().filter(|table| is_table(catalog, table)) {
        let list = format!(
            "SELECT attrelid, attnum, quote_ident(attname), relkind FROM pg_attribute JOIN pg_class c ON \
             c.oid = attrelid WHERE attrelid = to_regclass({}) AND attnum > 0 AND NOT attisdropped AND \
             attgenerated = '' ORDER BY attnum",
            literal(table)
        );
        let columns =
            rows(session, &list).await.with_context(|| format!("reading the columns of {table}"))?;
        let text = |row: &tokio_postgres::SimpleQueryRow, i: usize| row.get(i).unwrap_or_default().to_owned();
        let Some(first) = columns.first() else { continue };
        let counts: Vec<String> = columns.iter().map(|row| format!("count({})", text(row, 2))).collect();
        let sql = format!("SELECT {} FROM {}{table}", counts.join(", "), only(&text(first, 3)));
        let counts = one_row(session, &sql).await.with_context(|| format!("reading the rows of {table}"))?;
        let counts = counts.context("the server gave no answer")?;
        held.extend(columns.iter().enumerate().map(|(i, row)| Column {
            table: table.clone(),
            name: text(row, 2),
            oid: text(row, 0),
            number: text(row, 1),
            values: counts.get(i).and_then(|count| count.parse().ok()).unwrap_or_default(),
        }));
    }
    Ok(Held(held))
}

impl Held {
    /// Those of the columns that are no more.
    ///
    /// # Errors
    /// The server's refusal.
    pub(super) async fn losses(self, session: &Client, migrations: &[&Migration]) -> Result<Vec<Loss>> {
        if self.0.is_empty() {
            return Ok(Vec::new());
        }
        let pairs: Vec<String> =
            self.0.iter().map(|column| format!("({}::oid, {}::int2)", column.oid, column.number)).collect();
        let there = format!(
            "SELECT attrelid, attnum FROM pg_attribute WHERE NOT attisdropped AND (attrelid, attnum) IN ({})",
            pairs.join(", ")
        );
        let there = rows(session, &there).await.context("looking for the columns that are gone")?;
        let there: HashSet<(&str, &str)> =
            there.iter().filter_map(|row| Some((row.get(0)?, row.get(1)?))).collect();
        let is_there = |column: &Column| there.contains(&(column.oid.as_str(), column.number.as_str()));
        let declared: Vec<_> = migrations.iter().flat_map(|migration| migration.losses()).collect();
        let gone = self.0.into_iter().filter(|column| !is_there(column));
        Ok(gone
            .map(|column| {
                let table = QualifiedName::parse(&column.table);
                let name = Ident::new(&column.name);
                let is_said = |table| declared.iter().any(|loss| is_said(loss, table, &name));
                let is_declared = table.as_ref().is_some_and(is_said);
                Loss { table: column.table, column: column.name, values: column.values, is_declared }
            })
            .collect())
    }
}

/// Refuses where a column that is to be dropped holds values that the rehearsal has not seen: some where
/// there were none; or more, where no directive says that they may go.
///
/// # Errors
/// The refusal, or the server's.
pub async fn check(session: &Client, losses: &[Loss]) -> Result<()> {
    for Loss { table, column, values, is_declared } in losses {
        // As many as there may be, since the reason that the directive names holds for all of them.
        if *is_declared && *values > 0 {
            continue;
        }
        let there = format!(
            "SELECT relkind FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid \
             WHERE c.oid = to_regclass({}) AND quote_ident(attname) = {} AND NOT attisdropped",
            literal(table),
            literal(column)
        );
        let there =
            one_row(session, &there).await.with_context(|| format!("looking for {table}.{column}"))?;
        // An earlier deploy by the same report has dropped it.
        let Some(kind) = there.as_ref().and_then(|row| row.get(0)) else { continue };
        let sql = format!(
            "SELECT count(*) FROM (SELECT FROM {}{table} WHERE {column} IS NOT NULL LIMIT {}) found",
            only(kind),
            values.saturating_add(1)
        );
        let found = one_row(session, &sql).await.with_context(|| format!("reading {table}.{column}"))?;
        let found: u64 =
            found.and_then(|row| row.get(0)?.parse().ok()).context("the server gave no answer")?;
        if found > *values {
            let seen = match values {
                0 => "none".to_owned(),
                values => values.to_string(),
            };
            bail!(
                "{table}.{column} is to be dropped and holds more values than the rehearsal saw ({seen}); \
                 rehearse again, and where they may go, say so in the migration: \
                 -- branchline: loses {table}.{column}: <reason>"
            );
        }
    }
    Ok(())
}

fn is_table(catalog: &Catalog, table: &str) -> bool {
    QualifiedName::parse(table).is_some_and(|name| catalog.contains(&ObjectId::Table(name)))
}

/// A partitioned table's rows are its partitions'; another table's heirs have rows of their own.
fn only(kind: &str) -> &'static str {
    if kind == "p" { "" } else { "ONLY " }
}
