//! The databases behind the branches.

use anyhow::Result;
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;
use uuid::Uuid;

use crate::postgres::Postgres;

/// The result of making a copy.
pub(super) enum Copied {
    As(String),
    /// Somebody is connected to the original, which Postgres does not copy then.
    InUse,
}

pub(super) async fn copy(postgres: &Postgres, original: &str) -> Result<Copied> {
    let name = format!("branch_{}", Uuid::now_v7().simple());
    let session = session(postgres).await?;
    match session.batch_execute(&format!("create database {name} template {original}")).await {
        Ok(()) => Ok(Copied::As(name)),
        Err(error) if error.code() == Some(&SqlState::OBJECT_IN_USE) => Ok(Copied::InUse),
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn remove(postgres: &Postgres, database: &str) -> Result<()> {
    let session = session(postgres).await?;
    Ok(session.batch_execute(&format!("drop database if exists {database} with (force)")).await?)
}

/// A session, tried three times: connecting has a bound, which a machine that runs all tests at once may
/// exceed.
async fn session(postgres: &Postgres) -> Result<Client> {
    let url = pg::Url::parse(&postgres.url("postgres"))?;
    let mut retries = 0..2;
    loop {
        match pg::connect(&url).await {
            Ok((client, connection)) => {
                tokio::spawn(connection);
                return Ok(client);
            }
            Err(error) if retries.next().is_none() => return Err(error.into()),
            Err(_) => {}
        }
    }
}
