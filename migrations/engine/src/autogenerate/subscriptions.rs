//! Subscriptions of scratch databases. They are the server's, so a copy of a database has none of its
//! template's, and a database that has some cannot be dropped.

use anyhow::Result;
use model::{Catalog, ObjectId, ObjectKind, Property, Statements};
use tokio_postgres::Client;

use crate::database::{execute, rows};
use crate::introspection;

/// Words of a connection that may hold a secret.
const SECRETS: [&str; 6] = ["pass", "secret", "token", "key", "credential", "auth"];

/// Reads a catalog with its dependencies, and what its subscriptions connect to, where the role may see that
/// and no secret is in it.
///
/// # Errors
/// The server's refusal.
pub(super) async fn read(session: &Client) -> Result<Catalog> {
    let mut catalog = introspection::read_with_dependencies(session).await?;
    if !has_any(&catalog) {
        return Ok(catalog);
    }
    let sql = "SELECT has_column_privilege('pg_catalog.pg_subscription', 'subconninfo', 'SELECT')";
    if rows(session, sql).await?.first().is_none_or(|row| row.get(0) != Some("t")) {
        return Ok(catalog);
    }
    let sql = "SELECT quote_ident(subname), subconninfo FROM pg_subscription s \
               JOIN pg_database d ON d.oid = s.subdbid AND d.datname = current_database()";
    for row in rows(session, sql).await? {
        let (name, connection) = (row.get(0).unwrap_or_default(), row.get(1).unwrap_or_default());
        let is_secret = SECRETS.iter().any(|word| connection.to_lowercase().contains(word));
        if let Some(object) = ObjectId::parse(ObjectKind::Subscription.as_str(), name).filter(|_| !is_secret)
        {
            catalog.add(object, Property::Connection, connection);
        }
    }
    Ok(catalog)
}

/// Makes the subscriptions of a catalog in a copy of its database.
///
/// # Errors
/// The server's refusal.
pub(super) async fn copy(session: &Client, catalog: &Catalog) -> Result<()> {
    if !has_any(catalog) {
        return Ok(());
    }
    let statements = Statements::new(catalog);
    for (object, _) in catalog.iter().filter(|(object, _)| object.kind() == ObjectKind::Subscription) {
        if let Some(create) = statements.create_subscription(object) {
            execute(session, &create).await?;
        }
    }
    Ok(())
}

/// Drops the subscriptions of a session's database, so that it can be dropped.
///
/// # Errors
/// The server's refusal.
pub(super) async fn drop_all(session: &Client) -> Result<()> {
    let sql = "SELECT quote_ident(subname) FROM pg_subscription s \
               JOIN pg_database d ON d.oid = s.subdbid AND d.datname = current_database()";
    for row in rows(session, sql).await? {
        let name = row.get(0).unwrap_or_default();
        let alter = |what: &str| format!("ALTER SUBSCRIPTION {name} {what}");
        for statement in
            [alter("DISABLE"), alter("SET (slot_name = NONE)"), format!("DROP SUBSCRIPTION {name}")]
        {
            execute(session, &statement).await?;
        }
    }
    Ok(())
}

fn has_any(catalog: &Catalog) -> bool {
    catalog.iter().any(|(object, _)| object.kind() == ObjectKind::Subscription)
}
