//! A migration in one transaction, its row of the history inside.

use anyhow::Result;
use tokio_postgres::SimpleQueryRow;

use super::send::{SendError, run_script};
use super::{ATTEMPTS, Job, Runner, may_retry};
use crate::cluster::Shared;
use crate::database::{execute, rows};
use crate::failure::{Failure, Outcome};
use crate::lock::{WORKERS, Wait};

impl Runner<'_> {
    /// Runs a job, again where a lock was not to be had.
    pub(super) async fn run_within(&self, job: &Job<'_>) -> Result<()> {
        let mut attempt = 1;
        loop {
            let Err(failure) = self.attempt_within(job).await else { return Ok(()) };
            if failure.outcome != Outcome::Unknown {
                // Where the session is lost the rollback fails as well, and the server has done it.
                let _ = execute(self.session, "ROLLBACK").await;
            }
            if attempt == ATTEMPTS || !may_retry(&failure.source) {
                return Err(failure.into());
            }
            self.pause(&job.script.file, attempt, &failure.source).await;
            attempt += 1;
        }
    }

    async fn attempt_within(&self, job: &Job<'_>) -> Result<(), Failure> {
        let rolled_back = |error| job.failure(None, error, Outcome::RolledBack);
        let counted = self.begin(&self.count_rows(job)).await.map_err(rolled_back)?;
        if counted.last().is_some_and(|count| job.is_done(count)) {
            return execute(self.session, "ROLLBACK").await.map_err(rolled_back);
        }
        let shared = Shared::before(self.session, job.script, self.settings).await.map_err(rolled_back)?;
        self.send(job).await?;
        shared.check_transaction(self.session).await.map_err(rolled_back)?;
        // The history belongs to the role that logged in, whatever role the migration took.
        let end = format!("RESET SESSION AUTHORIZATION; {}; COMMIT", self.recording(job));
        execute(self.session, &end).await.map_err(|error| {
            let outcome = if is_refusal(&error) { Outcome::RolledBack } else { Outcome::Unknown };
            job.failure(None, error, outcome)
        })
    }

    /// Begins the transaction, with the timeouts and the workers' lock; gives the rows of the statements that
    /// follow in the same flight.
    pub(super) async fn begin(&self, first: &str) -> Result<Vec<SimpleQueryRow>, pg::Error> {
        let begin = format!(
            "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; {}; {} SELECT \
             pg_try_advisory_xact_lock({WORKERS}); {first}",
            self.settings.statements("SET LOCAL"),
            self.watch_client("SET LOCAL"),
        );
        let mut wait = Wait::for_workers();
        loop {
            // READ COMMITTED: what follows the lock has a snapshot of its own.
            let mut answers = rows(self.session, &begin).await?;
            if answers.first().is_some_and(|lock| lock.get(0) == Some("t")) {
                answers.remove(0);
                return Ok(answers);
            }
            execute(self.session, "ROLLBACK").await?;
            wait.once(self.session, self.observe).await?;
        }
    }

    /// Runs the file's statements.
    pub(super) async fn send(&self, job: &Job<'_>) -> Result<(), Failure> {
        // What was said before is about the runner's own statements.
        self.notices.take();
        let outcome = run_script(self.session, job.script).await;
        self.tell(job);
        outcome.map_err(|SendError { at, error }| job.failure(at, error, Outcome::RolledBack))
    }
}

/// Whether the server itself said no, in which case it has rolled back.
fn is_refusal(error: &pg::Error) -> bool {
    matches!(error, pg::Error::Session(error) if error.as_db_error().is_some())
}
