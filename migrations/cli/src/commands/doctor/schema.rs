//! Checks the schema's version.

use anyhow::Result;
use files::{State, overview};
use serde_json::json;
use tokio_postgres::Client;

use super::super::Context;
use super::step::Step;
use engine::database::Database;
use engine::failure::chain;

const STEP: &str = "schema";

pub(super) async fn compare(context: &Context<'_>, client: &Client) -> Step {
    let read = async || -> Result<Step> {
        let history = Database::inspect(client).await?.history(client).await?;
        let at = history.last().map(|row| row.version);
        let migrations = context.migrations();
        let reached = match history.last() {
            Some(row) => match migrations.as_ref().ok().and_then(|files| files.get(row.version)) {
                Some(migration) => format!("at {}", migration.label()),
                None => format!("at V{}__{}", row.version, row.name),
            },
            None => "before the first migration".to_owned(),
        };
        let migrations = match migrations {
            Ok(migrations) => migrations,
            Err(error) => {
                return Ok(Step::look(
                    STEP,
                    format!("{reached}; there are no files to compare with: {error:#}"),
                )
                .advise("--dir names the folder of the migration files.")
                .with(json!({ "version": at })));
            }
        };
        let entries = overview(&migrations, &history);
        let pending = entries.iter().filter(|entry| entry.state == State::Pending).count();
        let disagree = entries.iter().any(|entry| !matches!(entry.state, State::Applied | State::Pending));
        let step = match (disagree, pending) {
            (true, _) => Step::look(STEP, format!("{reached}; files and history disagree"))
                .advise("branchline check says in what."),
            (false, 0) => Step::ok(STEP, format!("{reached}, nothing pending")),
            (false, pending) => Step::look(STEP, format!("{reached}, {pending} pending"))
                .advise("branchline upgrade applies them."),
        };
        Ok(step.with(json!({ "version": at, "pending": pending })))
    };
    read().await.unwrap_or_else(|error| {
        Step::look(STEP, chain(&error)).advise("The role must be able to read the history table.")
    })
}
