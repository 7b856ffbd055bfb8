//! From what a database has and what a directory holds to the steps in between.

use std::collections::BTreeSet;

use crate::migrations::{Gap, Migration, Migrations, Script};
use crate::refusal::{Checker, Refusal};
use crate::target::{DowngradeTarget, StampTarget, UpgradeTarget};
use crate::version::VersionType;

/// A row of the history table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The migration's number.
    pub version: i64,
    /// Its name when it was applied.
    pub name: String,
    /// When, RFC 3339.
    pub applied_on: String,
    /// refinery's checksum of it when it was applied, in decimal.
    pub checksum: String,
    /// The type of the table's numbers, on which the checksum depends.
    pub versions: VersionType,
}

impl Applied {
    /// Returns whether the row is of this migration as its file is now.
    #[must_use]
    pub fn is(&self, migration: &Migration) -> bool {
        self.version == migration.version
            && self.name == migration.name
            && self.checksum == migration.checksum_in(self.versions)
    }

    /// Returns whether the row is of this migration but for its checksum, which is that of 4-byte numbers:
    /// the table has been given 8-byte ones since.
    #[must_use]
    pub fn is_of_narrower_table(&self, migration: &Migration) -> bool {
        self.versions == VersionType::Int8
            && !self.is(migration)
            && Self { versions: VersionType::Int4, ..self.clone() }.is(migration)
    }
}

/// The directory's migrations, divided by a database's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status<'a> {
    /// Those in the history, lowest number first.
    pub applied: Vec<&'a Migration>,
    /// The others, lowest number first; all come after the applied ones.
    pub pending: Vec<&'a Migration>,
    /// Before which of the migrations a number is missing.
    gaps: Vec<Gap<'a>>,
}

/// Why there is no way.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// An applied file's text or name is another now.
    #[error(
        "{label} has changed since it was applied on {applied_on}: the database has what it said then; put \
         the file back as it was, and make the change in a new migration"
    )]
    Changed {
        /// The file's label now.
        label: String,
        /// When it was applied.
        applied_on: String,
    },
    /// The table's numbers got 8 bytes, and its checksums are those of 4.
    #[error(
        "the history's checksum of {label} is that of 4-byte numbers, and its table has 8-byte ones, with \
         which refinery computes another; branchline stamp --int8 writes the checksums as they should be"
    )]
    NarrowChecksum {
        /// The file's label.
        label: String,
    },
    /// The table's numbers are too small for a file's.
    #[error(
        "the history table holds numbers up to 2147483647, and {label} has a larger one; branchline stamp \
         --int8 gives it 8-byte numbers and the checksums that go with them (refinery then needs its feature \
         int8-versions)"
    )]
    TooLarge {
        /// The file's label.
        label: String,
    },
    /// An applied file is gone.
    #[error(
        "V{version}__{name} was applied on {applied_on}, and its file is not in the directory; is this \
         checkout older than the database?"
    )]
    Missing {
        /// Its number.
        version: i64,
        /// Its name when it was applied.
        name: String,
        /// When it was applied.
        applied_on: String,
    },
    /// A file that was added below the head.
    #[error(
        "{label} is not applied, and {head}, which comes after it, is; give it a number after the last \
         file's (branchline renumber does that), so that it runs in the same place everywhere"
    )]
    BehindHead {
        /// The file's label.
        label: String,
        /// The last applied migration.
        head: String,
    },
    /// No migration of that number.
    #[error("there is no migration {version}; the directory has {range}")]
    Unknown {
        /// The number asked for.
        version: i64,
        /// The numbers that there are.
        range: String,
    },
    /// An upgrade to below, or a downgrade to above.
    #[error("the database is at {current}, so that {version} is {word}; use branchline {command} {version}")]
    WrongWay {
        /// The database's version.
        current: String,
        /// The number asked for.
        version: i64,
        /// "behind it" or "ahead of it".
        word: &'static str,
        /// The command that goes there.
        command: &'static str,
    },
    /// A relative target past the end.
    #[error("{asked} steps were asked for, and there are {there}")]
    TooFar {
        /// Steps asked for.
        asked: usize,
        /// Steps that there are.
        there: usize,
    },
    /// There is no way back by decision.
    #[error("{label} is irreversible: {reason}")]
    Irreversible {
        /// The file's label.
        label: String,
        /// The directive's reason.
        reason: String,
    },
    /// There is no way back by omission.
    #[error(
        "{label} has no down; write {place}, or say -- branchline: irreversible: <reason> in a new migration"
    )]
    NoDown {
        /// The file's label.
        label: String,
        /// The path where it would be written.
        place: String,
    },
    /// A file is not there, or not there yet.
    #[error(
        "{file}: follows {previous}, and number {missing} is missing; is a file not checked in, or misnamed? \
         Where numbers may be missing, say --layout refinery"
    )]
    Gap {
        /// The file after.
        file: String,
        /// The file before.
        previous: String,
        /// The first number that is missing.
        missing: i64,
    },
    /// A file that cannot run as it is written.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

/// Holds the history against the directory.
///
/// # Errors
/// They do not agree: an applied file has changed or is gone, or a file was added below the head.
pub fn verify<'a>(migrations: &'a Migrations, history: &[Applied]) -> Result<Status<'a>, PlanError> {
    let mut status = Status { applied: Vec::new(), pending: Vec::new(), gaps: migrations.gaps().collect() };
    for row in history {
        let Some(migration) = migrations.get(row.version) else {
            let Applied { version, name, applied_on, .. } = row.clone();
            return Err(PlanError::Missing { version, name, applied_on });
        };
        if !row.is(migration) {
            let label = migration.label().to_owned();
            if row.is_of_narrower_table(migration) {
                return Err(PlanError::NarrowChecksum { label });
            }
            return Err(PlanError::Changed { label, applied_on: row.applied_on.clone() });
        }
        status.applied.push(migration);
    }
    status.applied.sort_by_key(|m| m.version);
    let applied: BTreeSet<i64> = history.iter().map(|row| row.version).collect();
    for migration in migrations.iter().filter(|m| !applied.contains(&m.version)) {
        if let Some(head) = status.applied.last().filter(|head| head.version > migration.version) {
            let (label, head) = (migration.label().to_owned(), head.label().to_owned());
            return Err(PlanError::BehindHead { label, head });
        }
        status.pending.push(migration);
    }
    Ok(status)
}

/// The migrations that lead from where the database is up to a target, in the order to run them.
///
/// # Errors
/// The target does not exist or is behind, or a migration cannot be run as it is written.
pub fn upgrade<'a>(status: &Status<'a>, target: UpgradeTarget) -> Result<Vec<&'a Migration>, PlanError> {
    let count = match target {
        UpgradeTarget::Head => status.pending.len(),
        UpgradeTarget::Steps(asked) => within(asked, status.pending.len())?,
        UpgradeTarget::Version(version) if status.applied.iter().any(|m| m.version == version) => {
            if status.current().is_some_and(|current| current.version > version) {
                return Err(status.wrong_way(version, "behind it", "downgrade"));
            }
            0
        }
        UpgradeTarget::Version(version) => match status.pending.iter().position(|m| m.version == version) {
            Some(place) => place + 1,
            None => return Err(status.unknown(version)),
        },
    };
    let steps = status.pending[..count].to_vec();
    let range = steps.first().map_or(0, |m| m.version)..=steps.last().map_or(-1, |m| m.version);
    let of_step = |gap: &&Gap<'_>| range.contains(&gap.next.version);
    if let Some(Gap { previous, next, missing }) = status.gaps.iter().find(of_step) {
        let (file, previous) = (next.up.file.clone(), previous.up.file.clone());
        return Err(PlanError::Gap { file, previous, missing: *missing });
    }
    let mut checker = Checker::default();
    status.applied.iter().for_each(|migration| checker.note(&migration.up));
    for migration in &steps {
        checker.check(&migration.up)?;
    }
    Ok(steps)
}

/// The migrations to take back, in the order to run their downs.
///
/// # Errors
/// The target does not exist or is ahead, or a migration on the way cannot be taken back.
pub fn downgrade<'a>(status: &Status<'a>, target: DowngradeTarget) -> Result<Vec<&'a Migration>, PlanError> {
    let stay = match target {
        DowngradeTarget::Base => 0,
        DowngradeTarget::Steps(asked) => status.applied.len() - within(asked, status.applied.len())?,
        DowngradeTarget::Version(version) => match status.applied.iter().position(|m| m.version == version) {
            Some(place) => place + 1,
            None if status.pending.iter().any(|m| m.version == version) => {
                return Err(status.wrong_way(version, "ahead of it", "upgrade"));
            }
            None => return Err(status.unknown(version)),
        },
    };
    let steps: Vec<&Migration> = status.applied[stay..].iter().rev().copied().collect();
    let mut checker = Checker::default();
    status.applied.iter().for_each(|migration| checker.note(&migration.up));
    for migration in &steps {
        let label = || migration.label().to_owned();
        if let Some(reason) = &migration.up.directives.irreversible {
            return Err(PlanError::Irreversible { label: label(), reason: reason.clone() });
        }
        let no_down = || PlanError::NoDown { label: label(), place: migration.down_place() };
        checker.check(migration.down.as_ref().ok_or_else(no_down)?)?;
    }
    Ok(steps)
}

/// Refuses migrations whose numbers a history table cannot hold.
///
/// # Errors
/// The first that it cannot.
pub fn check_fit<'a>(
    versions: VersionType,
    migrations: impl IntoIterator<Item = &'a Migration>,
) -> Result<(), PlanError> {
    match migrations.into_iter().find(|migration| !versions.holds(migration.version)) {
        Some(migration) => Err(PlanError::TooLarge { label: migration.label().to_owned() }),
        None => Ok(()),
    }
}

/// The changes of a stamp to the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp<'a> {
    /// Numbers whose rows go.
    pub remove: Vec<i64>,
    /// Migrations whose rows come.
    pub add: Vec<&'a Migration>,
}

/// Plans how to make the history say what the target says, whatever it says now: rows above the target, of
/// files that are gone or of files that have changed are removed, and rows up to the target are added.
///
/// # Errors
/// The target does not exist.
pub fn stamp<'a>(
    migrations: &'a Migrations,
    history: &[Applied],
    target: StampTarget,
) -> Result<Stamp<'a>, PlanError> {
    let last = match target {
        StampTarget::Base => None,
        StampTarget::Head => migrations.head().map(|m| m.version),
        StampTarget::Version(version) => match migrations.get(version) {
            Some(migration) => Some(migration.version),
            None => return Err(PlanError::Unknown { version, range: range(migrations.iter()) }),
        },
    };
    let wanted: Vec<&Migration> = migrations.iter().filter(|m| Some(m.version) <= last).collect();
    Ok(Stamp {
        remove: history
            .iter()
            .filter(|row| !wanted.iter().any(|m| row.is(m)))
            .map(|row| row.version)
            .collect(),
        add: wanted.into_iter().filter(|m| !history.iter().any(|row| row.is(m))).collect(),
    })
}

impl<'a> Status<'a> {
    /// The migration that the database is at.
    #[must_use]
    pub fn current(&self) -> Option<&'a Migration> {
        self.applied.last().copied()
    }

    fn unknown(&self, version: i64) -> PlanError {
        PlanError::Unknown { version, range: range(self.applied.iter().chain(&self.pending).copied()) }
    }

    fn wrong_way(&self, version: i64, word: &'static str, command: &'static str) -> PlanError {
        let current = self.current().map_or("base", |m| m.label()).to_owned();
        PlanError::WrongWay { current, version, word, command }
    }
}

fn within(asked: usize, there: usize) -> Result<usize, PlanError> {
    if asked > there { Err(PlanError::TooFar { asked, there }) } else { Ok(asked) }
}

fn range<'a>(migrations: impl Iterator<Item = &'a Migration> + Clone) -> String {
    match (migrations.clone().next(), migrations.last()) {
        (Some(first), Some(last)) => format!("{} to {}", first.version, last.version),
        _ => "none".to_owned(),
    }
}

/// Refuses what cannot be run as it is written.
///
/// # Errors
/// The first such statement or command of psql's.
pub fn check_statements(script: &Script) -> Result<(), PlanError> {
    Ok(Checker::default().check(script)?)
}

#[cfg(test)]
mod tests;
