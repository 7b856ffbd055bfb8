//! Whose database it was.

use anyhow::Result;
use tokio_postgres::Client;

use crate::database::{one_row, rows};

/// The tables in which other tools keep where they are, with their names and how to read the newest entry.
const TOOLS: [(&str, &str, &str); 6] = [
    ("Alembic", "alembic_version", "string_agg(version_num, ', ')"),
    ("sqlx", "_sqlx_migrations", "max(version)::text"),
    ("Flyway", "flyway_schema_history", "max(version)::text"),
    ("Diesel", "__diesel_schema_migrations", "max(version)::text"),
    ("Django", "django_migrations", "count(*) || ' migrations'"),
    ("golang-migrate or Rails", "schema_migrations", "max(version)::text"),
];

/// The tools that have left a history, as `Alembic at c1a36d61036a`.
///
/// # Errors
/// The server's refusal.
pub(super) async fn find(session: &Client) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for (tool, table, newest) in TOOLS {
        let there = rows(session, &format!("SELECT to_regclass('{table}')")).await?;
        if there.first().is_none_or(|row| row.get(0).is_none()) {
            continue;
        }
        // A table of that name that is another's has other columns, and then it is not this tool's.
        if let Ok(Some(row)) = one_row(session, &format!("SELECT {newest} FROM {table}")).await {
            found.push(match row.get(0) {
                Some(newest) => format!("{tool} at {newest}"),
                None => tool.to_owned(),
            });
        }
    }
    Ok(found)
}
