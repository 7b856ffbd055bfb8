//! A migration in a transaction that is rolled back afterwards: it is tried, and leaves nothing.

use anyhow::{Context, Result};
use files::Migration;

use super::observer::Unobserved;
use super::{Job, Runner, end_with_clearing};
use crate::cluster::Shared;
use crate::database::execute;
use crate::failure::{Failure, Outcome};
use crate::report::Direction;

impl Runner<'_> {
    /// Begins a transaction for [`Runner::run_within`].
    ///
    /// # Errors
    /// The server's refusal.
    pub async fn begin_trial(&self) -> Result<()> {
        self.begin("").await.context("the trial cannot begin")?;
        Ok(())
    }

    /// Runs a migration and its change of the history in a transaction that was begun, with what a commit
    /// does behind it: deferred triggers fire. Their constraints stay immediate, so that a migration behind
    /// it that counts on their being deferred may fail, which it would not in a transaction of its own.
    ///
    /// # Errors
    /// A [`Failure`], or the session's.
    pub async fn run_within(&self, migration: &Migration, direction: Direction) -> Result<()> {
        let job = self.job(migration, direction)?;
        Ok(self.attempt_within(&job).await?)
    }

    async fn attempt_within(&self, job: &Job<'_>) -> Result<(), Failure> {
        let failed = |error| job.failure(None, error, Outcome::RolledBack);
        let settings =
            format!("{} {}", self.watch_client("SET LOCAL"), self.settings.statements("SET LOCAL"));
        execute(self.session, &settings).await.map_err(failed)?;
        let shared = Shared::before(self.session, job.script, self.settings).await.map_err(failed)?;
        self.send(job, &mut Unobserved).await?;
        shared.check_transaction(self.session).await.map_err(failed)?;
        let end =
            format!("RESET SESSION AUTHORIZATION; {}; SET CONSTRAINTS ALL IMMEDIATE", self.recording(job));
        end_with_clearing(self.session, &end).await.map_err(failed)
    }
}
