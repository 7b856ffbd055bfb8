//! `branchline stamp --int8`: from refinery's default history table to the one of its feature
//! `int8-versions`.

use anyhow::{Context as _, Result};
use files::{Applied, Migrations, VersionType, verify};
use pg::Connector;
use serde_json::json;

use super::super::Context;
use crate::output::Exit;
use engine::database::{Database, execute};
use engine::lock::RunnersLock;
use engine::migrate::open_and_read_history;
use engine::run::log;
use engine::script;
use text::wrap;

const NOTHING: &str =
    "Nothing to do: the history has 8-byte numbers and their checksums, or is not there yet.";

pub(super) async fn run(is_sql: bool, migrations: &Migrations, context: &Context<'_>) -> Result<Exit> {
    let connector = Connector::new(&context.url()?)?;
    let (first, database, history) = open_and_read_history(&connector).await?;
    if is_sql {
        context.output.script(&script::render_transaction(&statements(migrations, &database, &history)?));
        return Ok(Exit::Done);
    }
    database.check_writable()?;
    let _lock = RunnersLock::acquire(first, &connector, &|event| context.output.event(&event)).await?;
    let (worker, database, history) = open_and_read_history(&connector).await?;
    let mut statements = statements(migrations, &database, &history)?;
    if let Some(table) = &database.table {
        statements.extend(log::widen(&worker, table).await?);
    }
    // One simple query is one transaction.
    execute(&worker, &statements.join("; ")).await.context("the history cannot be changed")?;
    let text = match statements.len() {
        0 => NOTHING.to_owned(),
        _ => format!(
            "The history has 8-byte numbers, and checksums that go with them: {} rows.",
            history.len()
        ),
    };
    context.output.result(&json!({ "changed": !statements.is_empty(), "rows": history.len() }), &wrap(&text));
    Ok(Exit::Done)
}

/// The statements that change the table and its checksums.
///
/// # Errors
/// A row is not of the file of its number: its checksum would be made up.
fn statements(migrations: &Migrations, database: &Database, history: &[Applied]) -> Result<Vec<String>> {
    let Some(table) = &database.table else { return Ok(Vec::new()) };
    let is_narrow = |row: &Applied| {
        migrations.get(row.version).is_some_and(|migration| row.is_of_narrower_table(migration))
    };
    // As if each row were right for a table of the kind that its checksum is of.
    let rows: Vec<Applied> = history
        .iter()
        .map(|row| Applied {
            versions: if is_narrow(row) { VersionType::Int4 } else { table.versions },
            ..row.clone()
        })
        .collect();
    verify(migrations, &rows)?;
    let mut statements = Vec::new();
    if table.versions == VersionType::Int4 {
        statements.push(format!("ALTER TABLE {table} ALTER COLUMN version TYPE int8"));
    }
    for row in rows.iter().filter(|row| row.versions == VersionType::Int4) {
        let Some(migration) = migrations.get(row.version) else { continue };
        let (version, checksum) = (row.version, migration.checksum_in(VersionType::Int8));
        statements.push(format!("UPDATE {table} SET checksum = '{checksum}' WHERE version = {version}"));
    }
    Ok(statements)
}
