//! Measures a migration statement by statement: which locks it takes and how long it holds them, which
//! tables it rewrites and reads from end to end, which indexes it builds, how long it waits.
//!
//! The migration is applied by the engine, as a deploy applies it; a [`Profiler`] looks on.

mod listener;
pub mod profile;
mod relations;
mod watch;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use engine::connect::connect;
use engine::database::one_row;
use engine::failure::excerpt;
use engine::introspection;
use engine::notices::Ear;
use engine::report::Step;
use engine::run::observer::{Observer, Placement};
use files::{Migration, Script, Statement};
use model::Catalog;
use pg::Connector;
use tokio_postgres::Client;

pub use listener::{AllSaid, Said};
pub use profile::{Lock, LockMode, MigrationProfile, StatementProfile, millis};

use listener::Listener;
use relations::{Relation, Relations};
use watch::{Held, Watcher};

/// Measures migrations while the engine applies them.
pub struct Profiler {
    /// A second session, which looks at the migrating one's locks.
    watcher: Arc<Client>,
    listener: Listener,
    /// The origin of measured times.
    origin: Instant,
    /// True if the catalog is read after each migration.
    reads_catalogs: bool,
    current: Option<Current>,
    measured: Vec<Profiled>,
    /// Why measuring failed, where it did.
    error: Option<anyhow::Error>,
}

/// A migration that was applied.
pub struct Profiled {
    /// Its measurements.
    pub profile: MigrationProfile,
    /// The catalog after it, where it was asked for.
    pub catalog: Option<Catalog>,
}

/// One migration on its way.
struct Current {
    script: Script,
    label: String,
    started: Duration,
    /// The migrating session's server process.
    pid: i32,
    /// The relations before the migration: what came since can hold up nobody.
    first: Relations,
    /// The relations after the last statement.
    last: Relations,
    /// The same, and how many statements there were, when the transaction under way began.
    at_begin: (Relations, usize),
    /// Locks of the transaction under way, with the statement that took each.
    open: BTreeMap<(u32, LockMode), (usize, usize)>,
    statements: Vec<StatementProfile>,
    running: Option<Running>,
}

/// Statements that were sent.
struct Running {
    started: Duration,
    /// Position of the write-ahead log before the statement.
    wal: u64,
    watcher: Watcher,
}

impl Profiler {
    /// Opens the session that looks on. Times are counted from `origin`.
    ///
    /// # Errors
    /// The database cannot be reached.
    pub async fn open(connector: &Connector, origin: Instant) -> Result<Self> {
        Ok(Self {
            watcher: Arc::new(connect(connector).await?),
            listener: Listener::default(),
            origin,
            reads_catalogs: false,
            current: None,
            measured: Vec::new(),
            error: None,
        })
    }

    /// Has the catalog read after each migration, too.
    #[must_use]
    pub fn reading_catalogs(mut self) -> Self {
        self.reads_catalogs = true;
        self
    }

    /// Takes the migrations that were applied since the last time.
    ///
    /// # Errors
    /// Measuring failed. What the engine says of the migration is of no use then.
    pub fn take(&mut self) -> Result<Vec<Profiled>> {
        match self.error.take() {
            Some(error) => Err(error),
            None => Ok(std::mem::take(&mut self.measured)),
        }
    }

    /// Takes what the migrations and the server said while they ran.
    pub fn take_said(&self) -> AllSaid {
        self.listener.take()
    }

    /// Keeps the first error.
    fn keep<T>(&mut self, outcome: Result<T>) -> Option<T> {
        outcome.map_err(|error| self.error.get_or_insert(error)).ok()
    }

    async fn begin(&self, session: &Client, migration: &Migration, script: &Script) -> Result<Current> {
        let pid = one_row(session, "SELECT pg_backend_pid()").await?;
        let pid = pid.as_ref().and_then(|row| row.get(0)?.parse().ok());
        let first = Relations::read(session).await?;
        Ok(Current {
            script: script.clone(),
            label: migration.label().to_owned(),
            started: self.origin.elapsed(),
            pid: pid.context("the server gave no answer")?,
            last: first.clone(),
            at_begin: (first.clone(), 0),
            first,
            open: BTreeMap::new(),
            statements: Vec::new(),
            running: None,
        })
    }

    async fn start(&mut self, session: &Client) -> Result<()> {
        let Some(pid) = self.current.as_ref().map(|current| current.pid) else { return Ok(()) };
        let wal = wal_position(session).await?;
        let watcher = Watcher::start(&self.watcher, pid, self.origin);
        let running = Running { started: self.origin.elapsed(), wal, watcher };
        if let Some(current) = &mut self.current {
            current.running = Some(running);
        }
        Ok(())
    }

    async fn stop(
        &mut self,
        session: &Client,
        statements: &[Statement<'_>],
        placement: Placement,
        is_done: bool,
    ) -> Result<()> {
        let Self { current: Some(current), origin, .. } = self else { return Ok(()) };
        let (Some(Running { started, wal, watcher }), [statement, others @ ..]) =
            (current.running.take(), statements)
        else {
            return Ok(());
        };
        let duration = origin.elapsed() - started;
        let seen = watcher.stop();
        self.listener.listen(&current.script, statement.line);
        let seen = seen.context("watching the locks")?;
        if !is_done {
            return Ok(());
        }
        let sql = excerpt(statement.text);
        let sql = match others.len() {
            0 => sql,
            more => format!("{sql}\n… and {more} more on the same table"),
        };
        let mut profile = StatementProfile {
            line: statement.line,
            sql,
            started,
            duration,
            waited: seen.waited,
            locks: Vec::new(),
            rewrites: Vec::new(),
            scans: Vec::new(),
            indexes: Vec::new(),
            wal_bytes: wal_position(session).await?.saturating_sub(wal),
        };
        if placement == Placement::Alone {
            // The locks are gone: the watcher's word is taken for them.
            let all: Vec<Held> = seen.locks.iter().map(|(held, ..)| *held).collect();
            for (held, from, until) in seen.locks {
                if !current.open.contains_key(&held) {
                    profile.locks.extend(current.lock(held, &all, from, until - from));
                }
            }
        } else {
            let (held, _) = watch::locks(session, current.pid).await?;
            current.note_locks(&held, &mut profile);
        }
        let now = Relations::read(session).await?;
        current.end(statement, profile, now, placement != Placement::Within);
        Ok(())
    }

    async fn finish(&mut self, session: &Client, step: &Step) -> Result<()> {
        let Some(current) = self.current.take() else { return Ok(()) };
        let duration = self.origin.elapsed() - current.started;
        let after = Relations::read(session).await?;
        let catalog = match self.reads_catalogs {
            true => Some(introspection::read(&self.watcher).await?),
            false => None,
        };
        let profile = MigrationProfile {
            version: step.version,
            migration: current.label,
            file: current.script.file.clone(),
            in_transaction: !current.script.directives.no_transaction,
            started: current.started,
            duration,
            size_change: after.size() - current.first.size(),
            statements: current.statements,
        };
        self.measured.push(Profiled { profile, catalog });
        Ok(())
    }
}

impl Observer for Profiler {
    fn ear(&self) -> Option<Ear> {
        Some(self.listener.ear())
    }

    fn batch(&self, next: &[Statement<'_>]) -> usize {
        alike(next)
    }

    async fn before_migration(&mut self, session: &Client, migration: &Migration, script: &Script) {
        let begun = self.begin(session, migration, script).await;
        self.current = self.keep(begun);
    }

    async fn before_statement(&mut self, session: &Client, _: &[Statement<'_>]) {
        let started = self.start(session).await;
        self.keep(started);
    }

    async fn after_statement(
        &mut self,
        session: &Client,
        statements: &[Statement<'_>],
        placement: Placement,
        outcome: Result<(), &pg::Error>,
    ) {
        let stopped = self.stop(session, statements, placement, outcome.is_ok()).await;
        self.keep(stopped);
    }

    fn after_transaction(&mut self, is_committed: bool) {
        if let Some(current) = &mut self.current {
            current.end_transaction(is_committed, self.origin.elapsed());
        }
    }

    async fn after_migration(&mut self, session: &Client, step: &Step) {
        let finished = self.finish(session, step).await;
        self.keep(finished);
    }
}

impl Current {
    /// Notes the locks of the transaction under way that no statement before had.
    fn note_locks(&mut self, held: &[Held], profile: &mut StatementProfile) {
        let number = self.statements.len();
        for &(oid, mode) in held {
            // A lock that the session has a stronger one beside adds nothing.
            let is_implied = held.iter().any(|(other, stronger)| *other == oid && *stronger > mode);
            if is_implied || self.open.contains_key(&(oid, mode)) {
                continue;
            }
            if let Some(lock) = self.lock((oid, mode), held, profile.started, Duration::ZERO) {
                self.open.insert((oid, mode), (number, profile.locks.len()));
                profile.locks.push(lock);
            }
        }
    }

    /// Adds what the relations tell, and the statement. `resets` where a transaction began before it.
    fn end(
        &mut self,
        statement: &Statement<'_>,
        mut profile: StatementProfile,
        now: Relations,
        resets: bool,
    ) {
        let changes = self.last.changes(&now, &self.first, resets);
        // TRUNCATE gives a table a new file as well, and writes nothing into it.
        if statement.words(1).first().is_none_or(|word| word != "TRUNCATE") {
            profile.rewrites = changes.rewrites;
        }
        profile.scans = changes.scans;
        profile.indexes = changes.indexes;
        self.last = now;
        self.statements.push(profile);
    }

    /// A lock that can hold others up: one on a relation of before the migration, an index's only where its
    /// table is not locked as much.
    fn lock(&self, (oid, mode): Held, all: &[Held], taken: Duration, held: Duration) -> Option<Lock> {
        let relation: &Relation = self.first.get(oid)?;
        if all.iter().any(|(other, stronger)| *other == relation.table && *stronger >= mode) {
            return None;
        }
        let (name, kind) = (relation.name.clone(), relation.kind_of());
        Some(Lock { relation: name, kind, mode, taken, held })
    }

    /// The transaction has ended, and with it its locks. What one did that is not committed comes again, or
    /// never.
    fn end_transaction(&mut self, is_committed: bool, now: Duration) {
        let open = std::mem::take(&mut self.open);
        if is_committed {
            for (statement, lock) in open.into_values() {
                if let Some(lock) = self.statements.get_mut(statement).and_then(|s| s.locks.get_mut(lock)) {
                    lock.held = now.saturating_sub(lock.taken);
                }
            }
            self.at_begin = (self.last.clone(), self.statements.len());
        } else {
            let (relations, statements) = &self.at_begin;
            self.last = relations.clone();
            self.statements.truncate(*statements);
        }
    }
}

async fn wal_position(session: &Client) -> Result<u64, pg::Error> {
    let sql = "SELECT pg_current_wal_insert_lsn() - '0/0'";
    let row = one_row(session, sql).await?;
    Ok(row.as_ref().and_then(|row| row.get(0)?.parse().ok()).unwrap_or_default())
}

/// As many rows written one by one are measured together: asking after each what it did takes longer than the
/// rows do.
const ALIKE: usize = 20;

/// Returns how many of the next statements are measured together: one, except in long runs of INSERT …
/// VALUES, UPDATE or DELETE on one table.
fn alike(statements: &[Statement<'_>]) -> usize {
    let Some(first) = statements.first().and_then(table_written) else { return 1 };
    let run =
        statements.iter().take_while(|statement| table_written(statement).as_ref() == Some(&first)).count();
    if run > ALIKE { run } else { 1 }
}

/// The verb and the table of a statement that writes rows one by one.
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
