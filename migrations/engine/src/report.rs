//! Reports of a run, during it and afterwards.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use crate::notices::Notice;

/// The direction of a migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// The migration is applied.
    Up,
    /// It is taken back.
    Down,
}

impl Direction {
    /// Its name in records and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
        }
    }

    /// Returns the participle that describes a finished migration.
    pub fn participle(self) -> &'static str {
        match self {
            Self::Up => "applied",
            Self::Down => "taken back",
        }
    }
}

/// The report of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Version of the database before the run: the last applied migration, as `V0001__name`; none on an empty
    /// one.
    pub from: Option<String>,
    /// Version of the database now.
    pub to: Option<String>,
    /// Migrations that ran, in order; empty if there was nothing to do.
    pub steps: Vec<Step>,
}

/// The report of a dry run. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DryReport {
    /// Version of the database: the last applied migration, as `V0001__name`; none on an empty one.
    pub at: Option<String>,
    /// Migrations that ran and were rolled back, in order.
    pub steps: Vec<Step>,
    /// Migrations that could not be tried, in order.
    pub untried: Vec<Untried>,
}

/// A migration that a dry run left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Untried {
    /// Its file name without the ending.
    pub migration: String,
    /// Why.
    pub reason: String,
}

/// A migration that was run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Its number.
    pub version: i64,
    /// Its file name without the ending.
    pub migration: String,
    /// Its direction.
    pub direction: Direction,
    /// Duration, in milliseconds, attempts that a lock cut short included.
    #[serde(rename = "duration_ms", serialize_with = "millis")]
    pub duration: Duration,
    /// The server's notices while it ran, at most 20; absent if there were none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<Notice>,
    /// Number of further notices; absent if there were none.
    #[serde(skip_serializing_if = "is_none")]
    pub notices_left_out: usize,
}

fn is_none(count: &usize) -> bool {
    *count == 0
}

fn millis<S: serde::Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u128(duration.as_millis())
}

/// The events of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Another runner is at work, or a statement that a killed one left behind.
    Waiting {
        /// The session that is in the way, where it can be seen.
        holder: Option<LockHolder>,
    },
    /// A lock was not to be had; the migration was rolled back and is tried again.
    Retrying {
        /// The migration's file.
        file: String,
        /// The server's words.
        reason: String,
        /// Pause until the next attempt.
        pause: Duration,
        /// Number of the next attempt, from 2.
        attempt: u32,
        /// Number of attempts.
        attempts: u32,
    },
    /// A migration begins.
    Started {
        /// The migration's file name without the ending.
        migration: String,
        /// Its direction.
        direction: Direction,
    },
    /// The server said something while a migration ran: `RAISE NOTICE`, `RAISE WARNING`, words of its own.
    Notices {
        /// The migration's file name without the ending.
        migration: String,
        /// They, at most 20.
        notices: Vec<Notice>,
        /// Number of notices left out.
        left_out: usize,
    },
    /// A migration is done.
    Done(Step),
}

/// A session that holds the runners' lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockHolder {
    /// The server's process.
    pub pid: i32,
    /// When the session began, in the server's words.
    pub since: String,
}

impl fmt::Display for LockHolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "server process {}, there since {}", self.pid, self.since)
    }
}
