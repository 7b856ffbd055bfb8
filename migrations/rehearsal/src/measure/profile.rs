//! The measurements, as they are written into a rehearsal's report and read back.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A migration that ran, and what each of its statements did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MigrationProfile {
    /// Its number.
    pub version: i64,
    /// Its file name without the ending.
    pub migration: String,
    /// The file, as in the folder of migrations.
    pub file: String,
    /// True if all of it ran in one transaction, so that what a statement locks stays locked to the end.
    pub in_transaction: bool,
    /// When it began, from the first measurement on.
    #[serde(rename = "started_ms", with = "millis")]
    pub started: Duration,
    /// Duration, measuring between its statements included.
    #[serde(rename = "duration_ms", with = "millis")]
    pub duration: Duration,
    /// By how much the tables and indexes have grown, in bytes; negative where they shrank.
    pub size_change: i64,
    /// Its statements in order.
    pub statements: Vec<StatementProfile>,
}

/// One statement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StatementProfile {
    /// Its line in the file, from 1.
    pub line: usize,
    /// Its first lines.
    pub sql: String,
    /// When it began, from the first measurement on.
    #[serde(rename = "started_ms", with = "millis")]
    pub started: Duration,
    /// Duration, waiting included.
    #[serde(rename = "duration_ms", with = "millis")]
    pub duration: Duration,
    /// The part of it spent waiting for other sessions' locks, as far as it was seen in the intervals of
    /// watching.
    #[serde(rename = "waited_ms", with = "millis")]
    pub waited: Duration,
    /// Locks that it took and that no statement before it held.
    pub locks: Vec<Lock>,
    /// Tables and materialized views that it rewrote.
    pub rewrites: Vec<String>,
    /// Tables that it read from end to end, at least in part.
    pub scans: Vec<Scan>,
    /// Indexes that it built.
    pub indexes: Vec<String>,
    /// Write-ahead log that the server wrote meanwhile, in bytes: other sessions' is in it.
    pub wal_bytes: u64,
}

/// A lock on a relation that was there before the migration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lock {
    /// The relation with its schema.
    pub relation: String,
    /// Its kind.
    pub kind: RelationKind,
    /// The lock's mode.
    pub mode: LockMode,
    /// When it was taken at the earliest, from the first measurement on: at the beginning of its statement,
    /// or when the watcher saw it first.
    #[serde(rename = "taken_ms", with = "millis")]
    pub taken: Duration,
    /// Time for which it was held: to the end of the transaction, or as long as the watcher saw it.
    #[serde(rename = "held_ms", with = "millis")]
    pub held: Duration,
}

/// Rows read by a sequential scan or by an index build.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scan {
    /// The table with its schema.
    pub table: String,
    /// Number of rows.
    pub rows: u64,
}

/// The kind of a relation, as far as it matters for who has to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RelationKind {
    /// A table, partitioned or not, or a materialized view.
    Table,
    /// An index.
    Index,
    /// A view, a sequence or a foreign table.
    Other,
}

/// Postgres's table-level locks, the weakest first (Postgres 17 manual, 13.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum LockMode {
    /// Taken by reading.
    #[serde(rename = "ACCESS SHARE")]
    AccessShare,
    /// Taken by `SELECT … FOR UPDATE` and its kin.
    #[serde(rename = "ROW SHARE")]
    RowShare,
    /// Taken by writing.
    #[serde(rename = "ROW EXCLUSIVE")]
    RowExclusive,
    /// Taken by concurrent index builds, `VALIDATE CONSTRAINT`, `VACUUM`.
    #[serde(rename = "SHARE UPDATE EXCLUSIVE")]
    ShareUpdateExclusive,
    /// Taken by `CREATE INDEX`: it stops writing.
    #[serde(rename = "SHARE")]
    Share,
    /// Taken by `ADD FOREIGN KEY`, `CREATE TRIGGER`: it stops writing.
    #[serde(rename = "SHARE ROW EXCLUSIVE")]
    ShareRowExclusive,
    /// Taken by `REFRESH MATERIALIZED VIEW CONCURRENTLY`: it stops writing and row locks.
    #[serde(rename = "EXCLUSIVE")]
    Exclusive,
    /// Taken by most of `ALTER TABLE`, `DROP TABLE`, `TRUNCATE`: it stops reading, too.
    #[serde(rename = "ACCESS EXCLUSIVE")]
    AccessExclusive,
}

impl LockMode {
    const ALL: [(Self, &'static str, &'static str); 8] = [
        (Self::AccessShare, "AccessShareLock", "ACCESS SHARE"),
        (Self::RowShare, "RowShareLock", "ROW SHARE"),
        (Self::RowExclusive, "RowExclusiveLock", "ROW EXCLUSIVE"),
        (Self::ShareUpdateExclusive, "ShareUpdateExclusiveLock", "SHARE UPDATE EXCLUSIVE"),
        (Self::Share, "ShareLock", "SHARE"),
        (Self::ShareRowExclusive, "ShareRowExclusiveLock", "SHARE ROW EXCLUSIVE"),
        (Self::Exclusive, "ExclusiveLock", "EXCLUSIVE"),
        (Self::AccessExclusive, "AccessExclusiveLock", "ACCESS EXCLUSIVE"),
    ];

    /// The mode that `pg_locks` calls so.
    pub fn from_pg_locks(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, in_view, _)| *in_view == name).map(|(mode, ..)| *mode)
    }

    /// Returns whether sessions that insert, update or delete wait for its end.
    pub fn stops_writers(self) -> bool {
        self >= Self::Share
    }

    /// Returns whether those who only read wait for its end.
    pub fn stops_readers(self) -> bool {
        self == Self::AccessExclusive
    }
}

impl fmt::Display for LockMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Self::ALL.iter().find(|(mode, ..)| mode == self).map_or("", |(_, _, name)| name);
        f.write_str(name)
    }
}

impl Lock {
    /// When it was released, from the first measurement on.
    pub fn released(&self) -> Duration {
        self.taken + self.held
    }
}

impl MigrationProfile {
    /// All locks of all statements.
    pub fn locks(&self) -> impl Iterator<Item = &Lock> {
        self.statements.iter().flat_map(|statement| &statement.locks)
    }

    /// The lock that stood in others' way for longest.
    pub fn longest_blocking_lock(&self) -> Option<&Lock> {
        self.locks().filter(|lock| lock.mode.stops_writers()).max_by_key(|lock| lock.held)
    }
}

/// A duration as a number of milliseconds, to the microsecond.
pub mod millis {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer, de};

    /// Writes a time as milliseconds, to the microsecond.
    pub fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64((duration.as_secs_f64() * 1e6).round() / 1e3)
    }

    /// Reads milliseconds.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        let millis = f64::deserialize(deserializer)?;
        Duration::try_from_secs_f64(millis / 1e3).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_modes_are_in_the_order_of_their_strength() {
        let modes = LockMode::ALL.map(|(mode, ..)| mode);
        assert!(modes.is_sorted());
        assert_eq!(modes.map(LockMode::stops_writers).iter().filter(|stops| **stops).count(), 4);
        assert_eq!(modes.map(LockMode::stops_readers).iter().filter(|stops| **stops).count(), 1);
    }

    #[test]
    fn the_report_calls_a_mode_as_people_do() {
        for (mode, in_view, name) in LockMode::ALL {
            assert_eq!(LockMode::from_pg_locks(in_view), Some(mode));
            assert_eq!(serde_json::to_value(mode).unwrap(), name);
            assert_eq!(mode.to_string(), name);
        }
    }

    #[test]
    fn durations_come_back_to_the_microsecond() {
        let lock = Lock {
            relation: "public.a".to_owned(),
            kind: RelationKind::Table,
            mode: LockMode::Share,
            taken: Duration::from_micros(1_234_567),
            held: Duration::from_micros(89),
        };
        let text = serde_json::to_string(&lock).unwrap();
        assert!(text.contains(r#""taken_ms":1234.567,"held_ms":0.089"#), "{text}");
        assert_eq!(serde_json::from_str::<Lock>(&text).unwrap(), lock);
    }
}
