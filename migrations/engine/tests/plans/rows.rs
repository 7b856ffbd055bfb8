//! The rows of tables that are there before and after.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use model::{Catalog, ObjectId, ObjectKind, Property};
use tokio_postgres::{Client, SimpleQueryMessage};

/// The properties that a column's values follow from.
const VALUES: [Property; 3] = [Property::Type, Property::Generated, Property::Virtual];

/// The tables of both catalogs, as FROM names them, each with its columns that hold the same both times.
/// A table that becomes partitioned, or is so no more, is read with all that is beneath it.
pub fn kept<'c>(
    (from, to): (&'c Catalog, &'c Catalog),
    lost: &BTreeSet<&str>,
) -> BTreeMap<String, BTreeSet<String>> {
    let tables = from.iter().map(|(object, _)| object).filter(|o| matches!(o, ObjectId::Table(_)));
    let mut kept: BTreeMap<String, BTreeSet<String>> = tables
        .filter(|table| to.contains(table) && !lost.contains(format!("{}.*", table.name()).as_str()))
        .map(|table| (rows_of((from, to), table), BTreeSet::new()))
        .collect();
    for (column, _) in from.iter().filter(|(object, _)| object.kind() == ObjectKind::Column) {
        let Some(part) = column.part() else { continue };
        let is_same =
            || VALUES.iter().all(|property| from.value(column, property) == to.value(column, property));
        if let Some(columns) = kept.get_mut(&rows_of((from, to), &ObjectId::Table(part.whole.clone())))
            && to.contains(column)
            && !lost.contains(part.to_string().as_str())
            && is_same()
        {
            columns.insert(part.name.to_string());
        }
    }
    kept
}

fn rows_of((from, to): (&Catalog, &Catalog), table: &ObjectId) -> String {
    let key = |catalog: &Catalog| catalog.value(table, &Property::PartitionedBy).map(str::to_owned);
    if key(from) == key(to) { format!("ONLY {}", table.name()) } else { table.name() }
}

/// The number of rows of each table, and a digest of them, whatever their order.
pub async fn digests(
    session: &Client,
    tables: &BTreeMap<String, BTreeSet<String>>,
) -> Result<BTreeMap<String, String>> {
    let query = |(table, columns): (&String, &BTreeSet<String>)| {
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        format!(
            "SELECT '{}', count(*), md5(string_agg(kept, chr(10) ORDER BY kept)) FROM (SELECT \
             ROW({})::text COLLATE \"C\" AS kept FROM {table}) AS rows",
            table.replace('\'', "''"),
            columns.join(", ")
        )
    };
    let queries: Vec<String> = tables.iter().map(query).collect();
    let mut digests = BTreeMap::new();
    for message in session.simple_query(&queries.join(" UNION ALL ")).await? {
        if let SimpleQueryMessage::Row(row) = message {
            let text = |at: usize| row.get(at).unwrap_or_default().to_owned();
            digests.insert(text(0), format!("{} rows {}", text(1), text(2)));
        }
    }
    Ok(digests)
}
