//! Copies of a side's scratch database.

use anyhow::Result;
use model::{Catalog, ObjectId, ObjectKind, Statements};
use tokio_postgres::Client;

use super::{Side, subscriptions};
use crate::database::execute;
use crate::scratch::{Beside, Scratch};

/// A copy of a side's scratch database, to try something in.
///
/// # Errors
/// The server's refusal.
pub async fn copy(scratch: &Scratch, side: &Side) -> Result<Beside> {
    let copy = scratch.beside(Some(side.template()?)).await?;
    let session = copy.session().await?;
    subscriptions::copy(&session, &side.catalog).await?;
    describe(&session, &side.catalog).await?;
    Ok(copy)
}

/// Gives a copy what is said of its database as a whole, which a copy has not: settings, privileges, a
/// comment.
async fn describe(session: &Client, catalog: &Catalog) -> Result<()> {
    let objects: Vec<&ObjectId> =
        catalog.iter().map(|(object, _)| object).filter(|object| is_of_database(object)).collect();
    if objects.is_empty() {
        return Ok(());
    }
    let statements = Statements::new(catalog);
    for object in objects {
        if let Some(sql) = statements.set_defaults(object, true) {
            execute(session, &sql).await?;
        }
    }
    Ok(())
}

/// Returns whether an object is the database's by its number, so that a copy has none.
pub(super) fn is_of_database(object: &ObjectId) -> bool {
    matches!(
        object.kind(),
        ObjectKind::Database
            | ObjectKind::DatabasePrivileges
            | ObjectKind::DatabaseSetting
            | ObjectKind::Subscription
    )
}

/// The side's scratch database as a copy for the last time. No other database holds its roles then, so that
/// they can be dropped.
///
/// # Errors
/// The server's refusal.
pub async fn last_copy(scratch: &Scratch, side: Side) -> Result<Beside> {
    let copied = copy(scratch, &side).await?;
    if let Some(template) = side.template {
        scratch.remove_beside(template).await?;
    }
    Ok(copied)
}

/// Removes such a copy where its server stays.
///
/// # Errors
/// The server's refusal.
pub async fn leave(scratch: &Scratch, copy: Beside) -> Result<()> {
    match scratch.is_temporary() {
        true => Ok(()),
        false => remove(scratch, copy).await,
    }
}

/// Removes such a copy, so that nothing in it holds a role any more.
///
/// # Errors
/// The server's refusal.
pub(super) async fn remove(scratch: &Scratch, copy: Beside) -> Result<()> {
    subscriptions::drop_all(&copy.session().await?).await?;
    scratch.remove_beside(copy).await
}
