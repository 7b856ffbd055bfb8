//! A migration outside a transaction, statement by statement.

use anyhow::{Context, Result};
use schema_core::Statement;

use super::{ATTEMPTS, Job, Runner, may_retry};
use crate::database::{execute, one_row, rows};
use crate::failure::{Outcome, position};
use crate::lock::{WORKERS, acquire_for_session};

impl Runner<'_> {
    /// Runs a job's statements one after another, then changes the history. A rerun begins with the first statement, so
    /// such files are written to be rerun.
    pub(super) async fn run_outside(&self, job: &Job<'_>) -> Result<()> {
        acquire_for_session(self.session, self.observe).await?;
        let settings = format!("{} {}", self.watch_client("SET"), self.settings.statements("SET"));
        execute(self.session, &settings).await.context("setting the timeouts")?;
        let count =
            one_row(self.session, &self.count_rows(job)).await.context("the history cannot be read")?;
        if count.is_some_and(|count| job.is_done(&count)) {
            return Ok(());
        }
        for (done, statement) in job.script.statements().enumerate() {
            if let Err(error) = self.run_statement(job, statement).await {
                let invalid_indexes = self.invalid_indexes(statement).await;
                let outcome = Outcome::Partial { done, invalid_indexes };
                let offset = match &error {
                    pg::Error::Session(error) => position(error, statement.text).unwrap_or(0),
                    _ => 0,
                };
                return Err(job.failure(Some((statement, offset)), error, outcome).into());
            }
        }
        let record = format!("RESET SESSION AUTHORIZATION; {}", job.record);
        execute(self.session, &record)
            .await
            .context("the migration ran, and the history could not be changed")?;
        let unlock = format!("SELECT pg_advisory_unlock({WORKERS})");
        Ok(execute(self.session, &unlock).await?)
    }

    async fn run_statement(&self, job: &Job<'_>, statement: Statement<'_>) -> Result<(), pg::Error> {
        if statement.is_concurrent() {
            return self.run_concurrent(statement).await;
        }
        let mut attempt = 1;
        loop {
            match execute(self.session, statement.text).await {
                Err(error) if attempt < ATTEMPTS && may_retry(&error) => {
                    self.pause(job, attempt, &error).await
                }
                outcome => return outcome,
            }
            attempt += 1;
        }
    }

    /// A concurrent build waits for older transactions without standing in anybody's way, and giving up leaves an invalid
    /// index behind: so it waits as long as it takes.
    async fn run_concurrent(&self, statement: Statement<'_>) -> Result<(), pg::Error> {
        execute(self.session, "SET lock_timeout = 0").await?;
        execute(self.session, statement.text).await?;
        execute(self.session, &self.settings.statements("SET")).await
    }

    /// Indexes that cannot be used, after a concurrent statement failed. Without a session there is no answer.
    async fn invalid_indexes(&self, statement: Statement<'_>) -> Vec<String> {
        if !statement.is_concurrent() {
            return Vec::new();
        }
        let sql = "SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid ORDER BY 1";
        let found = rows(self.session, sql).await.unwrap_or_default();
        found.iter().filter_map(|row| row.get(0).map(str::to_owned)).collect()
    }
}
