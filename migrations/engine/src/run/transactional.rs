//! A migration in one transaction, its row of the history inside.

use anyhow::Result;
use files::Statement;
use tokio_postgres::SimpleQueryRow;

use super::observer::{Observer, Placement};
use super::send::{SendError, run_group, run_script};
use super::{Job, Runner};
use crate::cluster::Shared;
use crate::database::{execute, rows};
use crate::failure::{Failure, Outcome};
use crate::lock::{WORKERS, Wait};

impl Runner<'_> {
    /// Runs a job, again where a lock was not to be had.
    pub(super) async fn run_transactional(&self, job: &Job<'_>, observer: &mut impl Observer) -> Result<()> {
        self.retrying(async || {
            let outcome = self.attempt_transaction(job, observer).await;
            observer.after_transaction(outcome.is_ok());
            Ok(outcome?)
        })
        .await
    }

    async fn attempt_transaction(&self, job: &Job<'_>, observer: &mut impl Observer) -> Result<(), Failure> {
        let rolled_back = |error| job.failure(None, error, Outcome::RolledBack);
        let counted = self.begin(&self.count_rows(job)).await.map_err(rolled_back)?;
        if counted.last().is_some_and(|count| job.is_done(count)) {
            return execute(self.session, "ROLLBACK").await.map_err(rolled_back);
        }
        let shared = Shared::before(self.session, job.script, self.settings).await.map_err(rolled_back)?;
        self.send(job, observer).await?;
        shared.check_transaction(self.session).await.map_err(rolled_back)?;
        // The history belongs to the role that logged in, whatever role the migration took.
        let end = format!("RESET SESSION AUTHORIZATION; {}; COMMIT", self.recording(job));
        execute(self.session, &end).await.map_err(|error| {
            let outcome = if is_refusal(&error) { Outcome::RolledBack } else { Outcome::Unknown };
            job.failure(None, error, outcome)
        })
    }

    /// Begins the transaction, with the timeouts and the workers' lock; returns the rows of the statements
    /// that follow in the same flight.
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

    /// Runs the file's statements: whole where nobody looks on, else one by one. See [`Observer`].
    pub(super) async fn send<O: Observer>(&self, job: &Job<'_>, observer: &mut O) -> Result<(), Failure> {
        // Earlier notices are about the runner's own statements.
        self.notices.take();
        let outcome = if O::BY_STATEMENT {
            self.send_each(job, observer).await
        } else {
            run_script(self.session, job.script).await
        };
        self.tell(job);
        outcome.map_err(|SendError { at, error }| job.failure(at, error, Outcome::RolledBack))
    }

    async fn send_each<'s>(&self, job: &Job<'s>, observer: &mut impl Observer) -> Result<(), SendError<'s>> {
        let statements: Vec<Statement<'s>> = job.script.statements().collect();
        let mut left = &statements[..];
        while !left.is_empty() {
            let placement = if left.len() == statements.len() { Placement::First } else { Placement::Within };
            let (batch, others) = left.split_at(observer.batch(left).clamp(1, left.len()));
            observer.before_statement(self.session, batch).await;
            let outcome = run_group(self.session, job.script, batch).await;
            let result = outcome.as_ref().copied().map_err(|failed| &failed.error);
            observer.after_statement(self.session, batch, placement, result).await;
            outcome?;
            left = others;
        }
        Ok(())
    }
}

/// Returns whether the server itself said no, in which case it has rolled back.
fn is_refusal(error: &pg::Error) -> bool {
    matches!(error, pg::Error::Session(error) if error.as_db_error().is_some())
}
