//! Progress of a migration outside a transaction, kept in the database until it is done.
//!
//! The record is a table of branchline's own beside refinery's, which knows nothing of statements. It is
//! there only while such a migration is under way or broken off, and goes in the transaction that changes the
//! history.

use anyhow::{Context, Result, bail};
use files::{Migration, Script};
use tokio_postgres::Client;

use crate::database::{literal, one_row};
use crate::report::Direction;

const TABLE: &str = "branchline_progress";

/// The record's place, from the history table's.
pub fn table(history: &str) -> String {
    beside(history, TABLE)
}

/// A table in the history table's schema.
pub(super) fn beside(history: &str, table: &str) -> String {
    match history.rsplit_once('.') {
        Some((schema, _)) => format!("{schema}.{table}"),
        None => table.to_owned(),
    }
}

/// The record of progress.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The migration.
    pub version: i64,
    /// Direction in which it was running.
    pub direction: Direction,
    /// Number of statements that are done.
    pub done: usize,
    /// True if the next one, which commits by itself, was sent: it may have run or not.
    pub is_begun: bool,
    digest: String,
}

impl Progress {
    /// Reads the record; none where no migration is under way.
    ///
    /// # Errors
    /// The server's refusal, or a table of that name that is not ours.
    pub async fn read(session: &Client, history: &str) -> Result<Option<Self>> {
        let table = table(history);
        let there = format!("SELECT to_regclass({}) IS NOT NULL", literal(&table));
        if one_row(session, &there).await?.is_none_or(|row| row.get(0) != Some("t")) {
            return Ok(None);
        }
        let sql = format!("SELECT version, direction, done, is_begun, digest FROM {table}");
        let Some(row) = one_row(session, &sql).await.with_context(|| format!("{table} cannot be read"))?
        else {
            return Ok(None);
        };
        let text = |i: usize| row.get(i).unwrap_or_default();
        Ok(Some(Self {
            version: text(0).parse().with_context(|| format!("{table} holds the number {}", text(0)))?,
            direction: if text(1) == Direction::Up.as_str() { Direction::Up } else { Direction::Down },
            done: text(2).parse().with_context(|| format!("{table} holds the count {}", text(2)))?,
            is_begun: text(3) == "t",
            digest: text(4).to_owned(),
        }))
    }

    /// Refuses to run anything else before a migration that was broken off.
    ///
    /// # Errors
    /// The first migration to run is another one than the record's, or goes the other way.
    pub fn check_first(&self, first: Option<&Migration>, direction: Direction) -> Result<()> {
        let Self { version, done, .. } = self;
        if first.is_some_and(|first| first.version != *version) || self.direction != direction {
            let (what, command) = (self.direction.participle(), self.command());
            bail!(
                "migration {version} was broken off while it was being {what} ({done} of its statements are \
                 done); let {command} finish it, or put it right by hand and say so with branchline stamp"
            );
        }
        Ok(())
    }

    /// The command that goes on with it.
    pub fn command(&self) -> String {
        match self.direction {
            Direction::Up => format!("branchline upgrade {}", self.version),
            Direction::Down => "branchline downgrade -1".to_owned(),
        }
    }

    /// Refuses a file whose statements that ran are other ones now.
    ///
    /// # Errors
    /// They are.
    pub fn check_file(&self, script: &Script) -> Result<()> {
        if script.digest(self.done) != self.digest {
            bail!(
                "{}: {} of its statements have run already, and they have been changed since; put them back \
                 as they were (what comes after them may change)",
                script.file,
                self.done
            );
        }
        Ok(())
    }
}

/// Makes the record of a migration that begins.
pub fn begin(history: &str, version: i64, direction: Direction, script: &Script) -> String {
    let (table, direction, digest) = (table(history), direction.as_str(), script.digest(0));
    format!(
        "CREATE TABLE IF NOT EXISTS {table} (version int8 PRIMARY KEY, direction text NOT NULL, done int4 \
         NOT NULL, is_begun bool NOT NULL, digest text NOT NULL); INSERT INTO {table} VALUES ({version}, \
         '{direction}', 0, false, '{digest}')"
    )
}

/// Says in the record how far the migration has come, with [`Script::digest`] of what is done. In a
/// transaction; whatever role or path the migration took, the record belongs to the role that logged in.
pub fn update(history: &str, done: usize, digest: &str, is_begun: bool) -> String {
    let table = table(history);
    format!(
        "SET LOCAL SESSION AUTHORIZATION DEFAULT; SET LOCAL ROLE NONE; \
         UPDATE {table} SET done = {done}, is_begun = {is_begun}, digest = '{digest}'"
    )
}

/// The statement that removes the record.
pub fn remove(history: &str) -> String {
    format!("DROP TABLE {}", table(history))
}
