//! Changes of type beside those who use the table: the planner's expansion, and around it the plan of the
//! rest.

use anyhow::Result;
use diff::Expansion;
use model::Catalog;

use super::trial::run_file;
use super::{Change, PlannedFile, Side, copy, leave, planning};
use crate::introspection;
use crate::scratch::Scratch;

/// The reason for which nothing is lost with the old columns.
const KEPT: &str = "the column that has its name holds them";

/// An expansion as it is written.
#[derive(Default)]
pub(super) struct Expanding {
    pub(super) ahead: Vec<PlannedFile>,
    swap: Vec<Change>,
    back: Vec<Change>,
    /// The old columns, as a change says what it is about.
    old: Vec<String>,
    /// Words on columns whose table is written anew all the same.
    pub(super) left: Vec<String>,
}

impl Expanding {
    pub(super) fn between(from: &Catalog, to: &Catalog) -> Self {
        let Expansion { ahead, swap, back, old, left } = diff::expand(from, to);
        let changes = |changes: Vec<diff::Change>| changes.into_iter().map(Into::into).collect();
        Self {
            ahead: ahead.into_iter().map(Into::into).collect(),
            swap: changes(swap),
            back: changes(back),
            old: old.iter().map(ToString::to_string).collect(),
            left: left
                .iter()
                .map(|one| {
                    format!("{} changes its type by writing the table anew: {}", one.object, one.reason)
                })
                .collect(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.swap.is_empty()
    }

    /// The swap as a file of its own.
    pub(super) fn swap(&self) -> PlannedFile {
        PlannedFile::of(true, self.swap.clone())
    }

    /// The plan of the rest, once the swap was made: what can be in the swap's transaction, which then is the
    /// first file, what follows, and at the end the old columns' going. Rows are looked at after the swap.
    pub(super) fn around(&self, planned: Vec<PlannedFile>) -> Vec<PlannedFile> {
        let mut with_swap = PlannedFile::of(true, Vec::new());
        let mut checks = PlannedFile::of(true, Vec::new());
        let mut last = PlannedFile::of(true, Vec::new());
        last.why_lost = Some(KEPT);
        let mut rest = Vec::new();
        for (at, mut file) in planned.into_iter().enumerate() {
            let (old, others): (Vec<Change>, Vec<Change>) =
                file.changes.into_iter().partition(|change| self.old.contains(&change.about));
            last.changes.extend(old);
            file.changes = others;
            if at > 0 || !file.in_transaction {
                rest.push(file);
                continue;
            }
            let is_check = |change: &Change| change.sql.contains(" VALIDATE CONSTRAINT ");
            (checks.changes, with_swap.changes) = file.changes.into_iter().partition(is_check);
        }
        rest.insert(0, checks);
        rest.push(last);
        rest.insert(0, with_swap);
        // The first is run even if there is nothing in it.
        let mut first = true;
        rest.retain(|file| std::mem::take(&mut first) || !file.changes.is_empty());
        rest
    }

    /// The undo of the file that swaps, from the catalog after it to the one before. `files`: all up to it.
    pub(super) async fn down(
        &self,
        scratch: &Scratch,
        from: &Side,
        files: &[&PlannedFile],
        before: &Catalog,
    ) -> Result<std::result::Result<PlannedFile, String>> {
        let copied = copy(scratch, from).await?;
        let session = copied.session().await?;
        let back = PlannedFile::of(true, self.back.clone());
        for file in files.iter().copied().chain([&back]) {
            // Roles are the server's, which has them by now.
            let is_here = |change: &&Change| !change.is_of_role();
            let changes = file.changes.iter().filter(is_here).cloned().collect();
            let file = PlannedFile::of(file.in_transaction, changes);
            if let Err(error) = run_file(&session, &file).await? {
                return Ok(Err(error));
            }
        }
        let now = introspection::read_with_dependencies(&session).await?;
        drop(session);
        leave(scratch, copied).await?;
        let mut down = planning::plan_down(&now, before)?;
        down.changes.splice(0..0, self.back.clone());
        Ok(Ok(down))
    }
}
