//! Running one migration, in a transaction or statement by statement.

pub mod log;
mod non_transactional;
pub mod observer;
pub mod progress;
pub mod send;
mod together;
mod transactional;
mod within;

use std::cell::RefCell;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use files::{Migration, Script, Statement};
use pg::Backoff;
use tokio_postgres::{Client, SimpleQueryRow};

use self::observer::{Observer, Unobserved};
use crate::database::{HistoryTable, delete, execute, insert, one_row};
use crate::failure::{Failure, Outcome, excerpt, line_in_file};
use crate::notices::{Heard, Notices};
use crate::report::{Direction, Event, Step};
use crate::settings::Settings;
use crate::values;

/// Takes back what a migration leaves of its session for the next one in the same transaction. DISCARD ALL,
/// which would do that, does not run there.
pub const CLEAR: &str =
    "RESET SESSION AUTHORIZATION; RESET ALL; CLOSE ALL; DEALLOCATE ALL; DISCARD TEMP; DISCARD SEQUENCES";

/// The same without the statements that are prepared, and which of them a migration has prepared. Those of
/// the catalog's readings, which take long to prepare, begin like this.
const CLEAR_BUT_PREPARED: &str = "RESET SESSION AUTHORIZATION; RESET ALL; CLOSE ALL; DISCARD TEMP; \
    DISCARD SEQUENCES; SELECT string_agg(format('DEALLOCATE %I', name), ';') FROM pg_prepared_statements \
    WHERE left(name, 11) <> 'branchline_'";

/// Attempts at a migration whose locks are not to be had. With the pauses between them and the default lock
/// timeout they take about a minute and a half.
const ATTEMPTS: u32 = 10;
const BACKOFF: Backoff = Backoff { first: Duration::from_millis(500), longest: Duration::from_secs(10) };

/// Runs migrations on one session while the caller holds the runners' lock.
pub struct Runner<'a> {
    /// The session that they run on.
    pub session: &'a Client,
    /// Notices of that session.
    pub notices: Notices,
    /// The history table.
    pub table: &'a HistoryTable,
    /// The log's table, where there is one to write to.
    pub log: Option<&'a str>,
    /// Limits on waiting and running of statements.
    pub settings: &'a Settings,
    /// True if the server can end the statement of a client that has died.
    pub notices_lost_clients: bool,
    /// True if catalogs are read in the session as well, whose prepared statements stay.
    pub keeps_prepared: bool,
    /// For whoever watches.
    pub observe: &'a dyn Fn(Event),
}

/// Takes back what a migration leaves of its session, but for the statements by which catalogs are read.
///
/// # Errors
/// The server's refusal.
pub async fn clear_but_prepared(session: &Client) -> Result<(), pg::Error> {
    end_with_clearing(session, "UNLISTEN *; SELECT pg_advisory_unlock_all()").await
}

/// The same behind other statements.
async fn end_with_clearing(session: &Client, statements: &str) -> Result<(), pg::Error> {
    let row = one_row(session, &format!("{statements}; {CLEAR_BUT_PREPARED}")).await?;
    match row.as_ref().and_then(|row| row.get(0)) {
        Some(deallocate) => execute(session, deallocate).await,
        None => Ok(()),
    }
}

impl Runner<'_> {
    /// Runs one migration and its change of the history. Settings that it leaves behind are taken back.
    ///
    /// # Errors
    /// A [`Failure`], or the session's.
    pub async fn run(&self, migration: &Migration, direction: Direction) -> Result<Step> {
        self.run_observed(migration, direction, &mut Unobserved).await
    }

    /// The same, with somebody who looks on at each statement. See [`Observer`] for what that changes.
    ///
    /// # Errors
    /// As for [`Runner::run`].
    pub async fn run_observed(
        &self,
        migration: &Migration,
        direction: Direction,
        observer: &mut impl Observer,
    ) -> Result<Step> {
        let job = self.job(migration, direction)?;
        (self.observe)(Event::Started { migration: migration.label().to_owned(), direction });
        observer.before_migration(self.session, migration, job.script).await;
        if job.script.directives.no_transaction {
            self.run_non_transactional(&job, observer).await?;
        } else {
            self.run_transactional(&job, observer).await?;
        }
        self.clear().await.context("clearing the session after the migration")?;
        let step = job.step();
        observer.after_migration(self.session, &step).await;
        Ok(step)
    }

    async fn clear(&self) -> Result<(), pg::Error> {
        if !self.keeps_prepared {
            return execute(self.session, "DISCARD ALL").await;
        }
        clear_but_prepared(self.session).await
    }

    fn job<'m>(&self, migration: &'m Migration, direction: Direction) -> Result<Job<'m>> {
        let (script, record) = match direction {
            Direction::Up => (&migration.up, insert(self.table, migration)),
            Direction::Down => {
                let down = migration.down.as_ref();
                let down = down.with_context(|| format!("{} has no down", migration.label()))?;
                (down, delete(self.table, migration.version))
            }
        };
        Ok(Job { migration, direction, script, record, begun: Instant::now(), heard: RefCell::default() })
    }

    /// The statements that change the history and the log.
    fn recording(&self, job: &Job<'_>) -> String {
        let Some(log) = self.log else { return job.record.clone() };
        let logging =
            log::insert(log, &self.table.name, job.migration.version, job.direction, job.begun.elapsed());
        format!("{}; {logging}", job.record)
    }

    /// Asks whether the job's migration is in the history.
    fn count_rows(&self, job: &Job<'_>) -> String {
        format!("SELECT count(*) FROM {} WHERE version = {}", self.table, job.migration.version)
    }

    /// Returns the session's setting for every migration: the server notices soon if this process dies, so
    /// that nothing is left running.
    fn watch_client(&self, how: &str) -> String {
        if self.notices_lost_clients {
            format!("{how} client_connection_check_interval = '5s';")
        } else {
            String::new()
        }
    }

    /// Tells what the server said while the job's statements ran.
    fn tell(&self, job: &Job<'_>) {
        let heard = self.notices.take();
        if heard.notices.is_empty() {
            return;
        }
        *job.heard.borrow_mut() = heard.clone();
        (self.observe)(Event::Notices {
            migration: job.migration.label().to_owned(),
            notices: heard.notices,
            left_out: heard.left_out,
        });
    }

    /// Runs a transaction, again where a lock was not to be had, and rolls back what has failed.
    ///
    /// # Errors
    /// The last attempt's, or at once one that another attempt would not change.
    async fn retrying<T>(&self, mut attempt: impl AsyncFnMut() -> Result<T>) -> Result<T> {
        let mut attempts = 1;
        loop {
            let error = match attempt().await {
                Ok(done) => return Ok(done),
                Err(error) => error,
            };
            // If the session is lost this fails as well, and the server has rolled back.
            let _ = execute(self.session, "ROLLBACK").await;
            match error.downcast_ref::<Failure>() {
                Some(failure) if attempts < ATTEMPTS && may_retry(&failure.source) => {
                    self.pause(&failure.file, attempts, &failure.source).await;
                }
                _ => return Err(error),
            }
            attempts += 1;
        }
    }

    /// Tells the watcher and waits before the next attempt.
    async fn pause(&self, file: &str, attempt: u32, error: &pg::Error) {
        let pause = BACKOFF.pause(attempt, 0.0);
        (self.observe)(Event::Retrying {
            file: file.to_owned(),
            reason: values::as_asked(error, None),
            pause,
            attempt: attempt + 1,
            attempts: ATTEMPTS,
        });
        tokio::time::sleep(pause).await;
    }
}

/// A migration on its way.
struct Job<'a> {
    migration: &'a Migration,
    direction: Direction,
    script: &'a Script,
    /// The statement that changes the history.
    record: String,
    begun: Instant,
    /// Notices since then, in the last attempt.
    heard: RefCell<Heard>,
}

impl Job<'_> {
    /// Returns whether the history already says what the job would make it say, from the answer to
    /// [`Runner::count_rows`]: a killed runner's last statement may have committed after the history was
    /// read.
    fn is_done(&self, count: &SimpleQueryRow) -> bool {
        (count.get(0) == Some("1")) == (self.direction == Direction::Up)
    }

    /// The job, done.
    fn step(&self) -> Step {
        Step {
            version: self.migration.version,
            migration: self.migration.label().to_owned(),
            direction: self.direction,
            duration: self.begun.elapsed(),
            notices: self.heard.borrow().notices.clone(),
            notices_left_out: self.heard.borrow().left_out,
        }
    }

    /// A failure at a statement, with the place in it where the server saw the error, in bytes.
    fn failure(&self, at: Option<(Statement<'_>, usize)>, error: pg::Error, outcome: Outcome) -> Failure {
        Failure {
            file: self.script.file.clone(),
            line: at.map(|(statement, offset)| line_in_file(statement, offset, &error)),
            statement: at.map(|(statement, _)| excerpt(statement.text)),
            message: values::without(&error, Some(&self.script.sql)),
            outcome,
            notices: self.heard.borrow().notices.clone(),
            source: error,
        }
    }
}

/// Returns whether the statement was given up for another's sake and may be tried again: lock_not_available,
/// deadlock_detected, serialization_failure.
fn may_retry(error: &pg::Error) -> bool {
    matches!(sqlstate(error), Some("55P03" | "40P01" | "40001"))
}

fn sqlstate(error: &pg::Error) -> Option<&str> {
    match error {
        pg::Error::Session(error) => error.code().map(|code| code.code()),
        _ => None,
    }
}
