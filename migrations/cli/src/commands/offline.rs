//! `--sql`: printing what would run. With a range, `base:head` or `3:7`, no database is asked, as in Alembic.

use std::str::FromStr;

use files::{Applied, Migration, Migrations, PlanError, StampTarget, TargetError};

use crate::output::Usage;

/// A target, and where the database is taken to be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Range<T> {
    pub(crate) from: Option<StampTarget>,
    pub(crate) target: T,
}

impl<T: FromStr<Err = TargetError>> FromStr for Range<T> {
    type Err = TargetError;

    fn from_str(word: &str) -> Result<Self, TargetError> {
        match word.split_once(':') {
            Some((from, target)) => Ok(Self { from: Some(from.parse()?), target: target.parse()? }),
            None => Ok(Self { from: None, target: word.parse()? }),
        }
    }
}

/// Why a range cannot be used in a run.
pub(crate) const RANGE_WITHOUT_SQL: Usage =
    Usage("a range says where a database that is not asked is taken to be: it goes with --sql only");

/// The history of a database on which the migrations up to a point have run.
///
/// # Errors
/// There is no migration of that number.
pub(crate) fn history(migrations: &Migrations, from: StampTarget) -> Result<Vec<Applied>, PlanError> {
    let stamp = files::stamp(migrations, &[], from)?;
    let versions = migrations.version_type();
    let row = |migration: &Migration| Applied {
        version: migration.version,
        name: migration.name.clone(),
        applied_on: String::new(),
        checksum: migration.checksum_in(versions),
        versions,
    };
    Ok(stamp.add.into_iter().map(row).collect())
}
