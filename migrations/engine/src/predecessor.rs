//! The history that another tool left in a database.

mod tools;

use crate::adoption::{Record, RecordEntry};
use anyhow::{Context, Result, bail};
use tokio_postgres::Client;

use crate::database::{literal, rows};
use crate::values;
use tools::{TOOLS, Tool};

/// More entries than any history of ours has; a table with more is not read.
const MOST_ENTRIES: usize = 10_000;

/// The name of a history table that is ours and refinery's, which is no predecessor's.
const OURS: &str = "refinery_schema_history";

/// Reads what other tools recorded, in the schemas of the search path and in those that the tools use by
/// default.
///
/// # Errors
/// The server's refusal to say which tables there are. A table that cannot be read is named in its record.
pub async fn records(session: &Client) -> Result<Vec<Record>> {
    let mut records = Vec::new();
    for (tool, table) in tables(session).await? {
        let entries = entries(session, tool, &table).await;
        let (entries, unreadable) = match entries {
            Ok(entries) if entries.len() > MOST_ENTRIES => {
                (Vec::new(), Some(format!("it has more than {MOST_ENTRIES} entries")))
            }
            Ok(entries) => (entries, None),
            Err(error) => (Vec::new(), Some(values::as_asked(&error, None))),
        };
        records.push(Record { tool: tool.name.to_owned(), table, entries, unreadable });
    }
    Ok(records)
}

/// The tables that are a tool's, by name and columns, with their schemas.
async fn tables(session: &Client) -> Result<Vec<(&'static Tool, String)>> {
    let list = |words: Vec<&str>| words.into_iter().map(literal).collect::<Vec<_>>().join(", ");
    let names = list(TOOLS.iter().map(|tool| tool.table).filter(|table| !table.is_empty()).collect());
    let schemas = list(TOOLS.iter().filter_map(|tool| tool.schema).collect());
    let sql = format!(
        "SELECT n.nspname, c.relname, format('%I.%I', n.nspname, c.relname), \
                (SELECT string_agg(a.attname, ' ' ORDER BY a.attnum) FROM pg_attribute a \
                 WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns \
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE c.relkind IN ('r', 'p') \
           AND (n.nspname = ANY (current_schemas(false)) OR n.nspname IN ({schemas})) \
           AND (c.relname IN ({names}) \
                OR (SELECT string_agg(a.attname, ' ' ORDER BY a.attname) FROM pg_attribute a \
                    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) \
                   = 'applied_on checksum name version') \
         ORDER BY array_position(current_schemas(false), n.nspname), n.nspname, c.relname"
    );
    let found = rows(session, &sql).await.context("looking for what other tools recorded")?;
    let mut tables = Vec::new();
    for row in &found {
        let text = |i: usize| row.get(i).unwrap_or_default();
        let columns: Vec<&str> = text(3).split(' ').collect();
        if text(1) == OURS {
            continue;
        }
        let tool = TOOLS.iter().find(|tool| tool.wrote(text(0), text(1), &columns));
        tables.extend(tool.map(|tool| (tool, text(2).to_owned())));
    }
    Ok(tables)
}

async fn entries(session: &Client, tool: &Tool, table: &str) -> Result<Vec<RecordEntry>, pg::Error> {
    let Tool { version, description, checksum, failed, covers, skip, order, .. } = tool;
    let sql = format!(
        "SELECT {version}, {description}, {checksum}, {failed}, {covers} \
         FROM (SELECT to_jsonb(t) AS r FROM {table} AS t) AS rows \
         WHERE ({skip}) IS NOT TRUE ORDER BY {order} LIMIT {}",
        MOST_ENTRIES + 1
    );
    let found = rows(session, &sql).await?;
    let entry = found.iter().map(|row| {
        let text = |i: usize| row.get(i).filter(|text| !text.is_empty()).map(str::to_owned);
        RecordEntry {
            version: text(0),
            name: text(1),
            checksum: text(2),
            failed: text(3),
            covers_earlier: row.get(4) == Some("t"),
        }
    });
    Ok(entry.collect())
}

/// A record in a few words, as `Alembic at c1a36d61036a`.
pub fn describe(record: &Record) -> String {
    let newest = record.newest().map(|entry| entry.version.clone().unwrap_or_else(|| entry.label()));
    match newest {
        Some(newest) => format!("{} at {newest}", record.tool),
        None => record.tool.clone(),
    }
}

/// Refuses a database without a history of ours in which another tool recorded that it applied something: an
/// upgrade would apply it again, and what changes rows does so twice without an error.
///
/// # Errors
/// There is such a record.
pub async fn check_none(session: &Client) -> Result<()> {
    let records = records(session).await?;
    let Some(record) = records.iter().find(|record| !record.is_empty()) else { return Ok(()) };
    let Record { tool, table, .. } = record;
    bail!(
        "{tool} recorded in {table} what it applied to this database, and branchline has no history here, so \
         that it would apply that again; nothing was changed. branchline adopt takes the database over. \
         Where its migrations are other ones than these, branchline stamp base says that none of these has \
         run"
    );
}

/// A word on the records in a database that has no history of ours.
///
/// # Errors
/// As for [`records`].
pub async fn advice(session: &Client) -> Result<Option<String>> {
    let records = records(session).await?;
    let tools: Vec<String> = records.iter().filter(|record| !record.is_empty()).map(describe).collect();
    Ok((!tools.is_empty()).then(|| {
        format!(
            "Another tool has a history here: {}. branchline adopt takes the database over.",
            tools.join(", ")
        )
    }))
}
