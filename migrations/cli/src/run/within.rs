//! A migration in one transaction, its row of the history inside.

use anyhow::Result;
use futures_util::TryStreamExt;
use tokio_postgres::{SimpleQueryMessage, SimpleQueryRow};

use super::{ATTEMPTS, Job, Runner, may_retry};
use crate::database::{execute, rows};
use crate::failure::{Failure, Outcome, position};
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
        self.send(job).await?;
        // The history belongs to the role that logged in, whatever role the migration took.
        let end = format!("RESET SESSION AUTHORIZATION; {}; COMMIT", self.recording(job));
        execute(self.session, &end).await.map_err(|error| {
            let outcome = if is_refusal(&error) { Outcome::RolledBack } else { Outcome::Unknown };
            job.failure(None, error, outcome)
        })
    }

    /// Begins the transaction, with the timeouts and the workers' lock; gives the rows of the statements that follow in
    /// the same flight.
    pub(super) async fn begin(&self, first: &str) -> Result<Vec<SimpleQueryRow>, pg::Error> {
        let begin = format!(
            "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; {}; {} SELECT pg_try_advisory_xact_lock({WORKERS}); {first}",
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

    /// Sends the file as one message, as refinery does. The server answers statement by statement, so that the answers
    /// before an error tell which statement it was.
    pub(super) async fn send(&self, job: &Job<'_>) -> Result<(), Failure> {
        let sql = &job.script.sql;
        let mut done = 0;
        let outcome = async {
            let answers = self.session.simple_query_raw(sql).await?;
            let mut answers = std::pin::pin!(answers);
            while let Some(answer) = answers.try_next().await? {
                if matches!(answer, SimpleQueryMessage::CommandComplete(_)) {
                    done += 1;
                }
            }
            Ok::<(), tokio_postgres::Error>(())
        };
        let outcome = outcome.await;
        outcome.map_err(|error| {
            let mut statements = job.script.statements();
            // A syntax error anywhere is told before the first statement runs, with its place in the file.
            let at = match position(&error, sql) {
                Some(offset) => statements
                    .take_while(|statement| statement.start <= offset)
                    .last()
                    .map(|statement| (statement, offset - statement.start)),
                None => statements.nth(done).map(|statement| (statement, 0)),
            };
            job.failure(at, error.into(), Outcome::RolledBack)
        })
    }
}

/// Whether the server itself said no, in which case it has rolled back.
fn is_refusal(error: &pg::Error) -> bool {
    matches!(error, pg::Error::Session(error) if error.as_db_error().is_some())
}
