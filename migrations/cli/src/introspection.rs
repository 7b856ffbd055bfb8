//! Reading a database's catalog.

use anyhow::{Context, Result};
use schema_core::{Catalog, Object};
use tokio_postgres::Client;

use crate::database::{execute, rows};

/// One row a property: kind, name, property, value. Objects of the system and of extensions are left out, and so are the
/// tables in which migrations are recorded.
const FACTS: &str = include_str!("introspection/facts.sql");

/// Reads everything on one snapshot.
///
/// # Errors
/// The server's refusal.
pub(crate) async fn read(session: &Client) -> Result<Catalog> {
    // With an empty path every name in a definition has its schema.
    execute(session, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL search_path = pg_catalog")
        .await
        .context("reading the catalog")?;
    let facts = rows(session, FACTS).await.context("reading the catalog")?;
    execute(session, "COMMIT").await.context("reading the catalog")?;
    let mut catalog = Catalog::default();
    for row in facts {
        let text = |i: usize| row.get(i).unwrap_or_default().to_owned();
        catalog.add(Object { kind: text(0), name: text(1) }, text(2), text(3));
    }
    Ok(catalog)
}
