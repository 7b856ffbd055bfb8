//! Reading a database's catalog.

use std::borrow::Cow;

use anyhow::{Context, Result};
use model::{Catalog, ObjectId, Property, canonical_expression};
use tokio_postgres::{Client, SimpleQueryRow};

use crate::database::{execute, one_row, rows};

/// The objects that are neither the system's nor an extension's. The tables in which migrations are recorded are left out.
const COMMON: &str = include_str!("introspection/common.sql");

/// One row a property: kind, name, property, value.
const FACTS: [&str; 10] = [
    include_str!("introspection/facts/relations.sql"),
    include_str!("introspection/facts/parts.sql"),
    include_str!("introspection/facts/types.sql"),
    include_str!("introspection/facts/operators.sql"),
    include_str!("introspection/facts/others.sql"),
    include_str!("introspection/facts/foreign.sql"),
    include_str!("introspection/facts/publications.sql"),
    include_str!("introspection/facts/database.sql"),
    include_str!("introspection/facts/privileges.sql"),
    include_str!("introspection/facts/comments.sql"),
];

/// Facts that Postgres has since version 15.
const FACTS_SINCE_15: &str = include_str!("introspection/facts/published.sql");

/// One row an edge: who needs, and what, each by kind and name.
const DEPENDENCIES: &str = include_str!("introspection/dependencies.sql");

/// What the query of facts is called in a session. Planning takes longer than reading a small catalog.
const STATEMENT: &str = "branchline_catalog";

/// Everything on one snapshot. With an empty path every name in a definition has its schema; a moment, a date, a number in
/// a default is printed as the session has it. The server's compiler costs more than it saves here.
const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; \
    SET LOCAL search_path = pg_catalog; SET LOCAL jit = off; \
    SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL IntervalStyle = 'postgres'; \
    SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex'; SET LOCAL quote_all_identifiers = off";

/// What is not in a catalog, for whoever relies on a comparison.
pub const NOT_COMPARED: [&str; 4] = [
    "large objects",
    "roles, tablespaces and settings of the server",
    "what subscriptions connect to",
    "planner statistics",
];

/// Reads a database's catalog.
///
/// # Errors
/// The server's refusal.
pub async fn read(session: &Client) -> Result<Catalog> {
    within(session, async || facts(session).await).await.context("reading the catalog")
}

/// Reads a database's catalog with what depends on what, which writing it as a script takes.
///
/// # Errors
/// The server's refusal.
pub async fn read_with_dependencies(session: &Client) -> Result<Catalog> {
    let work = async || {
        let mut catalog = facts(session).await?;
        for row in rows(session, &format!("{COMMON}{DEPENDENCIES}")).await? {
            catalog.add_dependency(object(&row, 0)?, object(&row, 2)?);
        }
        Ok(catalog)
    };
    within(session, work).await.context("reading the catalog")
}

/// Reads in a transaction, which leaves the session's settings as they were.
async fn within<T>(session: &Client, work: impl AsyncFnOnce() -> Result<T>) -> Result<T> {
    execute(session, BEGIN).await?;
    let outcome = work().await;
    // A transaction that failed is rolled back by it, too.
    let ended = execute(session, "COMMIT").await;
    let outcome = outcome?;
    Ok(ended.map(|()| outcome)?)
}

async fn facts(session: &Client) -> Result<Catalog> {
    let asked = format!(
        "SELECT EXISTS (SELECT FROM pg_prepared_statements WHERE name = '{STATEMENT}'), \
                current_setting('server_version_num')::int >= 150000"
    );
    let asked = one_row(session, &asked).await?;
    let is = |i| asked.as_ref().and_then(|row| row.get(i)) == Some("t");
    if !is(0) {
        let since_15 = is(1).then_some(FACTS_SINCE_15);
        let parts: Vec<&str> = FACTS.into_iter().chain(since_15).collect();
        let query = format!(
            "PREPARE {STATEMENT} AS {COMMON} SELECT kind, name, property, value FROM ({}) fact (kind, name, property, value) \
             WHERE value IS NOT NULL",
            parts.join("\nUNION ALL\n")
        );
        execute(session, &query).await?;
    }
    let mut catalog = Catalog::default();
    for row in rows(session, &format!("EXECUTE {STATEMENT}")).await? {
        let (property, value) = (row.get(2).unwrap_or_default(), row.get(3).unwrap_or_default());
        let object = object(&row, 0)?;
        let property = Property::parse(property)
            .with_context(|| format!("{property:?} is no property that is known"))?;
        // A body is what somebody wrote.
        let is_body =
            matches!(object, ObjectId::Function(_) | ObjectId::Procedure(_)) || property == Property::Comment;
        let value = if is_body { Cow::Borrowed(value) } else { Cow::Owned(canonical_expression(value)) };
        catalog.add(object, property, &value);
    }
    Ok(catalog)
}

/// The object whose kind and name stand in two columns.
fn object(row: &SimpleQueryRow, first: usize) -> Result<ObjectId> {
    let (kind, name) = (row.get(first).unwrap_or_default(), row.get(first + 1).unwrap_or_default());
    ObjectId::parse(kind, name).with_context(|| format!("{kind} {name:?} is no object that is known"))
}
