//! Measuring a migration: it is applied statement by statement, and what each statement did is asked of the server
//! right after it, in its transaction: the locks that it holds, the files that it replaced, the rows that it read.
//!
//! Statements that cannot run in a transaction give their locks back before they can be asked for; a second session
//! looks every few milliseconds while they run.

pub mod profile;
mod relations;
mod said;
mod watch;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use files::{Migration, Script, Statement, Step, StepKind, VersionType};
use pg::{Connector, Url};
use tokio_postgres::Client;

pub use profile::{Lock, LockMode, Measured, MeasuredStatement, millis};

use engine::cluster::Shared;
use engine::connect::{connect, connect_and_hear};
use engine::database::{Database, HistoryTable, execute, insert, one_row};
use engine::failure::{Failure, Outcome, excerpt, line_in_file};
use engine::run::Settings;
use engine::run::send::{SendError, run_group};
use engine::values;
pub use said::{AllSaid, Said};

use relations::{Relation, Relations};
use said::Listener;
use watch::{Held, Seen, watch};

/// Applies migrations to a database that nobody else migrates, and measures them.
pub struct Meter {
    worker: Client,
    /// What the worker's statements said so far.
    said: Listener,
    watcher: Client,
    /// The worker's server process.
    pid: i32,
    /// The history table, with its schema.
    table: HistoryTable,
    settings: Settings,
    /// What measured times count from.
    origin: Instant,
}

impl Meter {
    /// Opens the two sessions, and makes the history table where there is none, for numbers of a type. Times are counted from `origin`.
    ///
    /// # Errors
    /// The database cannot be reached or written.
    pub async fn open(
        url: &Url,
        settings: &Settings,
        versions: VersionType,
        origin: Instant,
    ) -> Result<Self> {
        let connector = Connector::new(url)?;
        let watcher = connect(&connector).await?;
        let said = Listener::default();
        let worker = connect_and_hear(&connector, said.ear()).await?;
        let mut database = Database::inspect(&worker).await?;
        database.check_writable()?;
        let table = database.ensure_table(&worker, versions).await?;
        let pid = one_row(&worker, "SELECT pg_backend_pid()").await?;
        let pid =
            pid.as_ref().and_then(|row| row.get(0)?.parse().ok()).context("the server gave no answer")?;
        Ok(Self { worker, said, watcher, pid, table, settings: settings.clone(), origin })
    }

    /// Applies one migration with its row of the history.
    ///
    /// # Errors
    /// A [`Failure`] at a statement; or a session's.
    pub async fn apply(&self, migration: &Migration) -> Result<Measured> {
        let script = &migration.up;
        let started = self.origin.elapsed();
        let before = Relations::read(&self.worker).await?;
        let mut run = Run::new(self, script, before.clone());
        let record = insert(&self.table, migration);
        if script.directives.no_transaction {
            run.outside(&record).await?;
        } else {
            run.within(&record).await?;
        }
        let statements = run.statements;
        let duration = self.origin.elapsed() - started;
        execute(&self.worker, "DISCARD ALL").await.context("clearing the session after the migration")?;
        let after = Relations::read(&self.worker).await?;
        Ok(Measured {
            version: migration.version,
            migration: migration.label().to_owned(),
            file: script.file.clone(),
            in_transaction: !script.directives.no_transaction,
            started,
            duration,
            size_change: after.size() - before.size(),
            statements,
        })
    }

    /// Takes what the migrations and the server said while they ran.
    pub fn take_said(&self) -> AllSaid {
        self.said.take()
    }

    async fn wal_position(&self) -> Result<u64, pg::Error> {
        let sql = "SELECT pg_current_wal_insert_lsn() - '0/0'";
        let row = one_row(&self.worker, sql).await?;
        Ok(row.as_ref().and_then(|row| row.get(0)?.parse().ok()).unwrap_or_default())
    }
}

/// One migration on its way.
struct Run<'a> {
    meter: &'a Meter,
    script: &'a Script,
    /// The relations before the migration: what came since can hold up nobody.
    first: Relations,
    /// The relations after the last statement.
    last: Relations,
    /// Locks of the transaction under way, with the statement that took each.
    open: BTreeMap<(u32, LockMode), (usize, usize)>,
    statements: Vec<MeasuredStatement>,
    /// Statements that are there to stay, for the message of a failure.
    kept: usize,
}

impl<'a> Run<'a> {
    fn new(meter: &'a Meter, script: &'a Script, first: Relations) -> Self {
        let last = first.clone();
        Self { meter, script, first, last, open: BTreeMap::new(), statements: Vec::new(), kept: 0 }
    }

    async fn within(&mut self, record: &str) -> Result<()> {
        let worker = &self.meter.worker;
        let begin = format!("BEGIN READ WRITE; {}", self.meter.settings.statements("SET LOCAL"));
        execute(worker, &begin).await?;
        let script = self.script;
        let shared = Shared::before(worker, script, &self.meter.settings).await?;
        let statements: Vec<Statement<'_>> = script.statements().collect();
        let mut left = &statements[..];
        while !left.is_empty() {
            let (group, others) = left.split_at(alike(left));
            self.in_transaction(group, left.len() == statements.len()).await?;
            left = others;
        }
        shared.check_transaction(worker).await.map_err(|error| self.failure(None, error))?;
        let end = format!("RESET SESSION AUTHORIZATION; {record}; COMMIT");
        execute(worker, &end).await.map_err(|error| self.failure(None, error))?;
        self.release();
        Ok(())
    }

    async fn outside(&mut self, record: &str) -> Result<()> {
        let worker = &self.meter.worker;
        execute(worker, &self.meter.settings.statements("SET")).await?;
        let script = self.script;
        let shared = Shared::before(worker, script, &self.meter.settings).await?;
        for step in script.steps() {
            self.step(&step, &shared).await?;
            self.kept = step.end;
        }
        shared.check_outside(worker, script).await.map_err(|error| self.failure(None, error))?;
        let end = format!("RESET SESSION AUTHORIZATION; RESET ROLE; {record}");
        execute(worker, &end).await.map_err(|error| self.failure(None, error))?;
        Ok(())
    }

    async fn step(&mut self, step: &Step<'a>, shared: &Shared) -> Result<()> {
        let worker = &self.meter.worker;
        match (step.kind, &step.statements[..]) {
            (StepKind::Alone, &[statement]) => {
                execute(worker, "BEGIN").await?;
                match self.in_transaction(&[statement], true).await {
                    Err(error) if needs_no_transaction(&error) => {
                        execute(worker, "ROLLBACK").await?;
                        self.alone(statement).await
                    }
                    Err(error) => Err(error),
                    Ok(()) => {
                        let failed = |error| self.failure(Some((statement, 0)), error);
                        shared.check_transaction(worker).await.map_err(failed)?;
                        execute(worker, "COMMIT").await.map_err(failed)?;
                        self.release();
                        Ok(())
                    }
                }
            }
            (StepKind::Transaction, statements) => {
                for (i, &statement) in statements.iter().enumerate() {
                    // The last one ends the transaction, and BEGIN itself counts nothing.
                    if i + 1 < statements.len() {
                        self.in_transaction(&[statement], i == 0).await?;
                    } else {
                        self.alone(statement).await?;
                        self.release();
                    }
                }
                Ok(())
            }
            (_, statements) => {
                for &statement in statements {
                    self.alone(statement).await?;
                }
                Ok(())
            }
        }
    }

    /// Runs a statement of a transaction, or several that are alike, and asks, within it, what they did.
    async fn in_transaction(&mut self, group: &[Statement<'a>], is_first: bool) -> Result<()> {
        let [statement, ..] = *group else { return Ok(()) };
        let (mut measured, _) = self.run(group).await?;
        let (held, _) = watch::locks(&self.meter.worker, self.meter.pid).await?;
        let now = Relations::read(&self.meter.worker).await?;
        let number = self.statements.len();
        for &(oid, mode) in &held {
            // A lock that the session has a stronger one beside adds nothing.
            let is_implied = held.iter().any(|(other, stronger)| *other == oid && *stronger > mode);
            if is_implied || self.open.contains_key(&(oid, mode)) {
                continue;
            }
            if let Some(lock) = self.lock((oid, mode), &held, measured.started, Duration::ZERO) {
                self.open.insert((oid, mode), (number, measured.locks.len()));
                measured.locks.push(lock);
            }
        }
        self.end(statement, measured, now, is_first);
        Ok(())
    }

    /// Runs a statement that commits by itself, and takes the watcher's word for its locks.
    async fn alone(&mut self, statement: Statement<'a>) -> Result<()> {
        let (mut measured, seen) = self.run(&[statement]).await?;
        let now = Relations::read(&self.meter.worker).await?;
        let all: Vec<Held> = seen.locks.iter().map(|(held, ..)| *held).collect();
        for (held, from, until) in seen.locks.into_iter().filter(|(held, ..)| !self.open.contains_key(held)) {
            measured.locks.extend(self.lock(held, &all, from, until - from));
        }
        self.end(statement, measured, now, true);
        Ok(())
    }

    /// Runs statements while the watcher looks.
    async fn run(&self, group: &[Statement<'a>]) -> Result<(MeasuredStatement, Seen)> {
        let [statement, others @ ..] = group else { bail!("no statement to measure") };
        let Meter { worker, watcher, pid, origin, .. } = self.meter;
        let wal = self.meter.wal_position().await?;
        let mut seen = Seen::default();
        let started = origin.elapsed();
        let outcome = tokio::select! {
            biased;
            outcome = run_group(worker, self.script, group) => outcome,
            error = watch(watcher, *pid, *origin, &mut seen) => return Err(error).context("watching the locks"),
        };
        let duration = origin.elapsed() - started;
        self.meter.said.listen(self.script, statement.line);
        outcome.map_err(|SendError { at, error }| self.failure(at, error))?;
        let sql = excerpt(statement.text);
        let sql = match others.len() {
            0 => sql,
            more => format!("{sql}\n… and {more} more on the same table"),
        };
        let measured = MeasuredStatement {
            line: statement.line,
            sql,
            started,
            duration,
            waited: seen.waited,
            locks: Vec::new(),
            rewrites: Vec::new(),
            scans: Vec::new(),
            indexes: Vec::new(),
            wal_bytes: self.meter.wal_position().await?.saturating_sub(wal),
        };
        Ok((measured, seen))
    }

    /// Adds what the relations tell, and the statement.
    fn end(
        &mut self,
        statement: Statement<'a>,
        mut measured: MeasuredStatement,
        now: Relations,
        resets: bool,
    ) {
        let changes = self.last.changes(&now, &self.first, resets);
        // TRUNCATE gives a table a new file as well, and writes nothing into it.
        if statement.words(1).first().is_none_or(|word| word != "TRUNCATE") {
            measured.rewrites = changes.rewrites;
        }
        measured.scans = changes.scans;
        measured.indexes = changes.indexes;
        self.last = now;
        self.statements.push(measured);
    }

    /// A lock that can hold others up: one on a relation of before the migration, an index's only where its table is not
    /// locked as much.
    fn lock(&self, (oid, mode): Held, all: &[Held], taken: Duration, held: Duration) -> Option<Lock> {
        let relation: &Relation = self.first.get(oid)?;
        if all.iter().any(|(other, stronger)| *other == relation.table && *stronger >= mode) {
            return None;
        }
        let (name, kind) = (relation.name.clone(), relation.kind_of());
        Some(Lock { relation: name, kind, mode, taken, held })
    }

    /// The transaction has ended, and with it its locks.
    fn release(&mut self) {
        let now = self.meter.origin.elapsed();
        for (statement, lock) in std::mem::take(&mut self.open).into_values() {
            if let Some(lock) = self.statements.get_mut(statement).and_then(|s| s.locks.get_mut(lock)) {
                lock.held = now.saturating_sub(lock.taken);
            }
        }
    }

    fn failure(&self, at: Option<(Statement<'a>, usize)>, error: pg::Error) -> Failure {
        let outcome = if self.script.directives.no_transaction {
            Outcome::Partial { done: self.kept, invalid_indexes: Vec::new() }
        } else {
            Outcome::RolledBack
        };
        let line = at.map(|(statement, offset)| line_in_file(statement, offset, &error));
        let (file, statement) = (self.script.file.clone(), at.map(|(statement, _)| excerpt(statement.text)));
        let message = values::without(&error, Some(&self.script.sql));
        Failure { file, line, statement, message, outcome, notices: Vec::new(), source: error }
    }
}

/// As many rows written one by one are measured together: asking after each what it did takes longer than the rows do.
const ALIKE: usize = 20;

/// How many of the next statements are measured together: one, but for long runs of INSERT … VALUES, UPDATE or DELETE on
/// one table.
fn alike(statements: &[Statement<'_>]) -> usize {
    let Some(first) = statements.first().and_then(table_written) else { return 1 };
    let run =
        statements.iter().take_while(|statement| table_written(statement).as_ref() == Some(&first)).count();
    if run > ALIKE { run } else { 1 }
}

/// What a statement that writes rows one by one does to which table.
fn table_written(statement: &Statement<'_>) -> Option<(String, String)> {
    let words = statement.words(2);
    let keyword = match words.first()?.as_str() {
        "INSERT" => "INTO",
        "UPDATE" => "UPDATE",
        "DELETE" => "FROM",
        _ => return None,
    };
    Some((words.into_iter().next()?, statement.name_behind(keyword)?))
}

/// The server's word that a statement cannot run in a transaction: active_sql_transaction, or
/// invalid_transaction_termination where a procedure would commit.
fn needs_no_transaction(error: &anyhow::Error) -> bool {
    let code = error.downcast_ref::<Failure>().and_then(Failure::code);
    matches!(code, Some("25001" | "2D000"))
}
