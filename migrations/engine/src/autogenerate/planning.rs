//! The pure planner, called.

use std::fmt;

use anyhow::Result;
use diff::Options;
use model::Catalog;

use super::{AppliedRename, Change, PlannedFile};

/// The planner has no way for some difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Each with its reason.
    pub reasons: Vec<String>,
}

impl std::error::Error for Refused {}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "these differences cannot be planned; write their migration by hand (branchline new NAME):",
        )?;
        self.reasons.iter().try_for_each(|reason| write!(f, "\n    {}", reason.replace('\n', "\n    ")))
    }
}

/// The files from one catalog to another.
pub(super) fn plan(from: &Catalog, to: &Catalog, is_online: bool) -> Result<Vec<PlannedFile>> {
    let options = &mut Options::default();
    options.online = is_online;
    let plan = diff::plan(from, to, options).map_err(|unplanned| Refused {
        reasons: unplanned.iter().map(|one| format!("{}: {}", one.object, one.reason)).collect(),
    })?;
    Ok(plan.files.into_iter().map(Into::into).collect())
}

/// The undo of a file, from the catalog after it to the one before. What cannot be in one transaction runs in
/// none.
pub(super) fn plan_down(after: &Catalog, before: &Catalog) -> Result<PlannedFile> {
    let files = plan(after, before, false)?;
    let in_transaction = files.len() < 2 && files.iter().all(|file| file.in_transaction);
    let changes = files.into_iter().flat_map(|file| file.changes).collect();
    Ok(PlannedFile::of(in_transaction, changes))
}

impl From<diff::Change> for Change {
    fn from(change: diff::Change) -> Self {
        let diff::Change { sql, about, summary, loses } = change;
        Self { sql, about: about.to_string(), summary, loses }
    }
}

impl From<diff::PlannedFile> for PlannedFile {
    fn from(file: diff::PlannedFile) -> Self {
        Self::of(file.in_transaction, file.changes.into_iter().map(Into::into).collect())
    }
}

/// Renames that may be, by the shapes of what is gone and what is new.
pub(super) fn rename_candidates(from: &Catalog, to: &Catalog) -> Vec<AppliedRename> {
    let found = diff::rename_candidates(from, to).into_iter();
    found.map(|one| AppliedRename { from: one.from, to: one.to }).collect()
}
