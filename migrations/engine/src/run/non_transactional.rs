//! A migration outside a transaction, statement by statement.
//!
//! Each statement that can runs in a transaction of its own, together with the record that it is done, so
//! that it runs once whenever the runner dies. One that commits by itself is recorded before and after; where
//! a run finds it begun and not done, it is run again unless the server shows that it was done.

use anyhow::{Context, Result};
use files::{IndexBuild, Statement, Step, StepKind};
use futures_util::future::join3;
use tokio_postgres::SimpleQueryRow;

use super::observer::{Observer, Placement};
use super::progress::{self, Progress};
use super::send::run_statement;
use super::{ATTEMPTS, Job, Runner, may_retry, sqlstate};
use crate::cluster::Shared;
use crate::database::{execute, literal, one_row, rows};
use crate::failure::{Outcome, position};
use crate::lock::{WORKERS, acquire_for_session};

/// A statement's failure.
type Failed<'s> = (Option<Statement<'s>>, pg::Error);

impl Runner<'_> {
    /// Runs a job's statements one after another, from where an earlier run stopped, then changes the
    /// history.
    pub(super) async fn run_non_transactional(
        &self,
        job: &Job<'_>,
        observer: &mut impl Observer,
    ) -> Result<()> {
        acquire_for_session(self.session, self.observe).await?;
        let settings = format!("{} {}", self.watch_client("SET"), self.settings.statements("SET"));
        execute(self.session, &settings).await.context("setting the timeouts")?;
        let count =
            one_row(self.session, &self.count_rows(job)).await.context("the history cannot be read")?;
        if count.is_some_and(|count| job.is_done(&count)) {
            return Ok(());
        }
        let shared = Shared::before(self.session, job.script, self.settings).await?;
        let (mut done, mut is_begun) = self.resume(job).await?;
        // Earlier notices are about the runner's own statements.
        self.notices.take();
        for step in job.script.steps() {
            let is_new = step.end > done;
            if !is_new && step.kind != StepKind::Session {
                continue;
            }
            let ran = self.run_step(job, &step, (is_begun && is_new, &shared), observer).await;
            if let Err((statement, error)) = ran {
                self.tell(job);
                // If the session is lost the rollback fails as well, and the server has rolled back.
                let _ = execute(self.session, "ROLLBACK").await;
                let invalid_indexes = match statement {
                    Some(statement) => self.invalid_indexes(statement).await,
                    None => Vec::new(),
                };
                let outcome = Outcome::Partial { done, invalid_indexes };
                let at = statement.map(|statement| (statement, offset(&error, statement)));
                return Err(job.failure(at, error, outcome).into());
            }
            if is_new {
                (done, is_begun) = (step.end, false);
            }
        }
        self.tell(job);
        shared.check_outside(self.session, job.script).await.map_err(|error| {
            job.failure(None, error, Outcome::Partial { done, invalid_indexes: Vec::new() })
        })?;
        // The migration's settings may say anything; the history is reached all the same.
        let record = format!(
            "RESET SESSION AUTHORIZATION; RESET ROLE; BEGIN READ WRITE; {}; {}; COMMIT",
            self.recording(job),
            progress::remove(&self.table.name)
        );
        execute(self.session, &record)
            .await
            .context("the migration ran, and the history could not be changed; run the command again")?;
        let unlock = format!("SELECT pg_advisory_unlock({WORKERS})");
        Ok(execute(self.session, &unlock).await?)
    }

    /// Returns where to continue: the number of statements that are done, and whether the next one was begun.
    async fn resume(&self, job: &Job<'_>) -> Result<(usize, bool)> {
        if let Some(progress) = Progress::read(self.session, &self.table.name).await? {
            progress.check_first(Some(job.migration), job.direction)?;
            progress.check_file(job.script)?;
            return Ok((progress.done, progress.is_begun));
        }
        let begin = progress::begin(&self.table.name, job.migration.version, job.direction, job.script);
        execute(self.session, &begin)
            .await
            .context("the record of the migration's progress cannot be made")?;
        Ok((0, false))
    }

    /// Runs a step and its record, again where a lock was not to be had.
    async fn run_step<'s>(
        &self,
        job: &Job<'_>,
        step: &Step<'s>,
        (is_begun, shared): (bool, &Shared),
        observer: &mut impl Observer,
    ) -> Result<(), Failed<'s>> {
        let mut attempt = 1;
        loop {
            let outcome = match step.kind {
                StepKind::Session => self.all(&step.statements, Placement::Alone, observer).await,
                StepKind::Committing => self.committing(step, is_begun || attempt > 1, observer).await,
                StepKind::Transaction => self.own_transaction(step, observer).await,
                StepKind::Alone => match self.alone(step, shared, observer).await {
                    Err((_, error)) if needs_no_transaction(&error) => {
                        let _ = execute(self.session, "ROLLBACK").await;
                        self.committing(step, is_begun, observer).await
                    }
                    outcome => outcome,
                },
            };
            match outcome {
                Err((_, error)) if attempt < ATTEMPTS && may_retry(&error) => {
                    execute(self.session, "ROLLBACK").await.map_err(|error| (None, error))?;
                    self.pause(&job.script.file, attempt, &error).await;
                }
                outcome => return outcome,
            }
            attempt += 1;
        }
    }

    /// Runs statements one after another, of which `first` says where the first stands.
    async fn all<'s>(
        &self,
        statements: &[Statement<'s>],
        first: Placement,
        observer: &mut impl Observer,
    ) -> Result<(), Failed<'s>> {
        let mut placement = first;
        for &statement in statements {
            let work = run_statement(self.session, statement);
            let outcome = self.observed(statement, placement, observer, work).await;
            outcome.map_err(|error| (Some(statement), error))?;
            if placement == Placement::First {
                placement = Placement::Within;
            }
        }
        Ok(())
    }

    async fn observed(
        &self,
        statement: Statement<'_>,
        placement: Placement,
        observer: &mut impl Observer,
        work: impl Future<Output = Result<(), pg::Error>>,
    ) -> Result<(), pg::Error> {
        observer.before_statement(self.session, &[statement]).await;
        let outcome = work.await;
        observer.after_statement(self.session, &[statement], placement, outcome.as_ref().copied()).await;
        outcome
    }

    /// One transaction around the statement and its record. All of it travels at once, unless somebody has to
    /// be asked before the commit: where the statement fails, the server refuses what comes behind it.
    async fn alone<'s, O: Observer>(
        &self,
        step: &Step<'s>,
        shared: &Shared,
        observer: &mut O,
    ) -> Result<(), Failed<'s>> {
        let end = format!("{}; COMMIT", self.record(step, false));
        let failed = |error| (step.statements.last().copied(), error);
        // The rows of a COPY are sent once the server asks for them.
        let has_rows = step.statements.iter().any(|statement| statement.data.is_some());
        if O::BY_STATEMENT || shared.is_protected() || has_rows {
            execute(self.session, "BEGIN").await.map_err(|error| (None, error))?;
            let outcome = async {
                self.all(&step.statements, Placement::First, observer).await?;
                shared.check_transaction(self.session).await.map_err(failed)?;
                execute(self.session, &end).await.map_err(failed)
            };
            let outcome = outcome.await;
            observer.after_transaction(outcome.is_ok());
            return outcome;
        }
        let statements = self.all(&step.statements, Placement::First, observer);
        let (begun, ran, ended) =
            join3(execute(self.session, "BEGIN"), statements, execute(self.session, &end)).await;
        begun.map_err(|error| (None, error))?;
        ran?;
        ended.map_err(failed)
    }

    /// The file's own transaction, its record within where it ends in a commit.
    async fn own_transaction<'s>(
        &self,
        step: &Step<'s>,
        observer: &mut impl Observer,
    ) -> Result<(), Failed<'s>> {
        let outcome = self.attempt_own_transaction(step, observer).await;
        observer.after_transaction(outcome.is_ok());
        outcome
    }

    async fn attempt_own_transaction<'s>(
        &self,
        step: &Step<'s>,
        observer: &mut impl Observer,
    ) -> Result<(), Failed<'s>> {
        let Some((&last, others)) = step.statements.split_last() else { return Ok(()) };
        self.all(others, Placement::First, observer).await?;
        let failed = |error| (Some(last), error);
        let is_commit = matches!(last.words(2).as_slice(), [word] if word == "COMMIT" || word == "END");
        if is_commit {
            execute(self.session, &self.record(step, false)).await.map_err(failed)?;
        }
        let work = execute(self.session, last.text);
        self.observed(last, Placement::Alone, observer, work).await.map_err(failed)?;
        if is_commit { Ok(()) } else { self.record_alone(step, false).await.map_err(failed) }
    }

    /// A statement that commits by itself, recorded before and after.
    async fn committing<'s>(
        &self,
        step: &Step<'s>,
        is_begun: bool,
        observer: &mut impl Observer,
    ) -> Result<(), Failed<'s>> {
        let Some(&statement) = step.statements.first() else { return Ok(()) };
        let failed = |error| (Some(statement), error);
        if !is_begun {
            self.record_alone(step, true).await.map_err(failed)?;
        }
        let is_built = match statement.concurrent_build() {
            Some(build) => self.clear_way(build).await.map_err(failed)? && is_begun,
            None => false,
        };
        if !is_built {
            match self.without_lock_timeout(statement, observer).await {
                Err(error) if is_begun && tells_that_it_is_done(statement, &error) => {}
                outcome => outcome.map_err(failed)?,
            }
        }
        self.record_alone(step, false).await.map_err(failed)
    }

    /// A concurrent build waits for older transactions without standing in anybody's way, and giving up
    /// leaves an invalid index behind: so it waits as long as it takes.
    async fn without_lock_timeout(
        &self,
        statement: Statement<'_>,
        observer: &mut impl Observer,
    ) -> Result<(), pg::Error> {
        let work = execute(self.session, statement.text);
        if !statement.is_concurrent() {
            return self.observed(statement, Placement::Alone, observer, work).await;
        }
        let before = one_row(self.session, "SELECT current_setting('lock_timeout')").await?;
        let before = before.as_ref().and_then(|row| row.get(0)).unwrap_or("0");
        execute(self.session, "SET lock_timeout = 0").await?;
        let outcome = self.observed(statement, Placement::Alone, observer, work).await;
        if !self.session.is_closed() {
            execute(self.session, &format!("SET lock_timeout = {}", literal(before))).await?;
        }
        outcome
    }

    /// Drops an index of the build's name that an earlier build left unusable. Tells whether a usable one is
    /// there.
    async fn clear_way(&self, build: IndexBuild<'_>) -> Result<bool, pg::Error> {
        let Some(name) = build.name else { return Ok(false) };
        let find = format!(
            "SELECT i.indisvalid, format('%I.%I', n.nspname, c.relname) FROM pg_index i \
             JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE i.indrelid = to_regclass({}) AND c.relname = (parse_ident({}))[1]::name",
            literal(build.table),
            literal(name)
        );
        let Some(index) = one_row(self.session, &find).await? else { return Ok(false) };
        if is_usable(&index) {
            return Ok(true);
        }
        // A build that is under way holds this lock: after it, what is unusable stays so.
        let wait = format!("BEGIN; LOCK TABLE {} IN SHARE UPDATE EXCLUSIVE MODE", build.table);
        execute(self.session, &wait).await?;
        let index = one_row(self.session, &find).await?;
        execute(self.session, "COMMIT").await?;
        match index {
            Some(index) if is_usable(&index) => Ok(true),
            Some(index) => {
                let drop = format!("DROP INDEX CONCURRENTLY {}", index.get(1).unwrap_or(name));
                execute(self.session, &drop).await.map(|()| false)
            }
            None => Ok(false),
        }
    }

    /// The statements that record a step: as begun, or as done.
    fn record(&self, step: &Step<'_>, is_begun: bool) -> String {
        let (done, digest) =
            if is_begun { (step.end - 1, &step.digest_before) } else { (step.end, &step.digest) };
        progress::update(&self.table.name, done, digest, is_begun)
    }

    async fn record_alone(&self, step: &Step<'_>, is_begun: bool) -> Result<(), pg::Error> {
        execute(self.session, &format!("BEGIN; {}; COMMIT", self.record(step, is_begun))).await
    }

    /// Indexes that cannot be used, after a concurrent statement failed. Without a session there is no
    /// answer.
    async fn invalid_indexes(&self, statement: Statement<'_>) -> Vec<String> {
        if !statement.is_concurrent() {
            return Vec::new();
        }
        let sql = "SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid ORDER BY 1";
        let found = rows(self.session, sql).await.unwrap_or_default();
        found.iter().filter_map(|row| row.get(0).map(str::to_owned)).collect()
    }
}

/// Returns whether [`Runner::clear_way`]'s row is of an index that can be used.
fn is_usable(index: &SimpleQueryRow) -> bool {
    index.get(0) == Some("t")
}

/// Returns the position of the server's error in the statement, in bytes.
fn offset(error: &pg::Error, statement: Statement<'_>) -> usize {
    match error {
        pg::Error::Session(error) => position(error, statement.text).unwrap_or(0),
        _ => 0,
    }
}

/// The server's word that a statement cannot run in a transaction: active_sql_transaction, or
/// invalid_transaction_termination where a procedure would commit.
fn needs_no_transaction(error: &pg::Error) -> bool {
    matches!(sqlstate(error), Some("25001" | "2D000"))
}

/// Returns whether an error tells that a statement which was begun by a run that died had been done: the
/// object that it creates is there (duplicate_object, duplicate_table, duplicate_database), or the one that
/// it drops is gone (undefined_object, undefined_table, invalid_catalog_name).
fn tells_that_it_is_done(statement: Statement<'_>, error: &pg::Error) -> bool {
    let first = statement.words(1).pop().unwrap_or_default();
    matches!(
        (first.as_str(), sqlstate(error)),
        ("CREATE", Some("42710" | "42P07" | "42P04")) | ("DROP", Some("42704" | "42P01" | "3D000"))
    )
}
