//! Renames: told by hints in the wanted files, or found by trying candidates of like shape in a scratch
//! database and keeping those with which fewer things differ.

mod statements;
mod told;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use anyhow::{Result, bail};
use model::{Catalog, ObjectId};
use serde::{Serialize, Serializer};
use tokio_postgres::Client;

use super::losses::is_allowed;
use super::{PlanOptions, Side, copy, differences, leave};
use crate::database::execute;
use crate::introspection::{CatalogWatch, flush_counts};
use crate::scratch::Scratch;
use statements::statements;
use told::told;

pub(super) use statements::{changes, changes_back};

/// A rename that is part of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppliedRename {
    /// The object as it was called. Its whole, if it has one, has its new name where that is renamed as well.
    pub from: ObjectId,
    /// The object as it is called now.
    pub to: ObjectId,
}

impl fmt::Display for AppliedRename {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rename {} to {}", self.from, self.to.name())
    }
}

impl Serialize for AppliedRename {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = [
            ("kind", self.from.kind().as_str().to_owned()),
            ("from", self.from.name()),
            ("to", self.to.name()),
        ];
        serializer.collect_map(fields)
    }
}

/// Several renames would do, and nothing says which is right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ambiguous {
    /// Groups of them; of each group one or none is right.
    pub groups: Vec<Vec<AppliedRename>>,
}

impl std::error::Error for Ambiguous {}

impl fmt::Display for Ambiguous {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("which of these was renamed cannot be told, so nothing is planned:")?;
        self.groups.iter().flatten().try_for_each(|candidate| write!(f, "\n    {candidate}"))?;
        f.write_str(
            "\nSay it in the wanted file, on the line before the object: -- branchline: renamed_from <old \
             name>; or allow that the old one is dropped: --allow-loss <old name>",
        )
    }
}

/// Finds the renames from a side, whose catalog that is, to another catalog.
///
/// # Errors
/// [`Ambiguous`]; hints that contradict each other; or the server is lost.
pub(super) async fn find(
    scratch: &Scratch,
    (side, from): (&Side, &Catalog),
    to: &Catalog,
    options: &PlanOptions,
) -> Result<Found> {
    let told = told(from, to, &options.hints)?;
    let first = candidates(from, to, options);
    if told.is_empty() && options.chosen.is_empty() && first.is_empty() {
        return Ok(Found::default());
    }
    let database = copy(scratch, side).await?;
    let session = database.session().await?;
    let mut search = Search {
        session: &session,
        watch: CatalogWatch::default(),
        now: Arc::new(from.clone()),
        to,
        found: Found::default(),
    };
    let outcome = search.run(told, options).await;
    let found = search.found;
    drop(session);
    leave(scratch, database).await?;
    outcome?;
    let may_lose_all = options.allowed_losses.iter().any(|allowed| allowed == "all");
    if !found.undecided.is_empty() && !may_lose_all {
        return Err(Ambiguous { groups: found.undecided }.into());
    }
    Ok(found)
}

/// What a search has found.
#[derive(Default)]
pub(super) struct Found {
    /// In the order in which they are made.
    pub(super) renames: Vec<AppliedRename>,
    /// Groups of which one each may be a rename, and nothing says which.
    pub(super) undecided: Vec<Vec<AppliedRename>>,
}

impl Found {
    /// Says that what cannot be told is dropped and made, which is what somebody wants who gives up all.
    pub(super) fn note(&self) -> Option<String> {
        let olds: BTreeSet<String> =
            self.undecided.iter().flatten().map(|candidate| candidate.from.to_string()).collect();
        let olds: Vec<String> = olds.into_iter().collect();
        (!olds.is_empty()).then(|| {
            format!(
                "to what these were renamed cannot be told, so they are dropped, as all may be lost: {}",
                olds.join(", ")
            )
        })
    }

    /// Returns whether a candidate speaks of an object of which nothing could be told.
    fn leaves_open(&self, candidate: &AppliedRename) -> bool {
        let mut undecided = self.undecided.iter().flatten();
        undecided.any(|open| open.from == candidate.from || open.to == candidate.to)
    }
}

struct Search<'a> {
    session: &'a Client,
    /// Reads no more than what a rename has changed.
    watch: CatalogWatch,
    /// The catalog with the renames so far.
    now: Arc<Catalog>,
    to: &'a Catalog,
    found: Found,
}

impl Search<'_> {
    async fn run(&mut self, told: Vec<AppliedRename>, options: &PlanOptions) -> Result<()> {
        // Wholes first: their parts are then found by the names that these have now.
        for rename in told.into_iter().chain(options.chosen.iter().cloned()) {
            if self.now.contains(&rename.from) && !self.now.contains(&rename.to) {
                self.apply(rename).await?;
            }
        }
        while let Some(best) = self.best(options).await? {
            self.apply(best).await?;
        }
        Ok(())
    }

    /// The candidate that is to be kept next.
    async fn best(&mut self, options: &PlanOptions) -> Result<Option<AppliedRename>> {
        let mut candidates = candidates(&self.now, self.to, options);
        candidates.retain(|candidate| !self.found.leaves_open(candidate));
        let before = differences(&self.now, self.to).len();
        let mut seen = BTreeSet::new();
        for candidate in &candidates {
            if self.found.leaves_open(candidate) || !seen.insert(candidate.from.clone()) {
                continue;
            }
            let rivals = group(candidate, &candidates);
            let mut tried = Vec::new();
            for rival in rivals {
                if let Some(left) = self.left_with(&rival).await?
                    && left < before
                {
                    tried.push((left, rival));
                }
            }
            let Some(best) = tried.iter().map(|(left, _)| *left).min() else { continue };
            let kept: Vec<AppliedRename> =
                tried.into_iter().filter(|(left, _)| *left == best).map(|(_, rival)| rival).collect();
            // Several that do as well and leave room for each other come one after the other.
            let is_free = |one: &&AppliedRename| !kept.iter().any(|other| contend(one, other));
            if let Some(free) = kept.iter().find(is_free) {
                return Ok(Some(free.clone()));
            }
            // The others are looked at all the same, so that everything that is to be said is known at once.
            self.found.undecided.push(kept);
        }
        Ok(None)
    }

    /// How much differs with a candidate; none where the server refuses it.
    async fn left_with(&mut self, rename: &AppliedRename) -> Result<Option<usize>> {
        let Some(there_sql) = statements(rename) else { return Ok(None) };
        if execute(self.session, &there_sql.join("; ")).await.is_err() {
            return Ok(None);
        }
        let there = self.read().await?;
        let back = AppliedRename { from: rename.to.clone(), to: rename.from.clone() };
        if let Some(statements) = statements(&back) {
            execute(self.session, &statements.join("; ")).await?;
        }
        Ok(Some(differences(&there, self.to).len()))
    }

    async fn apply(&mut self, rename: AppliedRename) -> Result<()> {
        let Some(statements) = statements(&rename) else {
            bail!("{rename}: Postgres has no statement for that")
        };
        execute(self.session, &statements.join("; ")).await?;
        self.now = self.read().await?;
        self.found.renames.push(rename);
        Ok(())
    }

    /// The catalog as the statements have left it that ran in the session.
    async fn read(&mut self) -> Result<Arc<Catalog>> {
        flush_counts(self.session).await;
        Ok(self.watch.read(self.session).await?.0)
    }
}

/// Returns whether of two renames only one can be.
fn contend(one: &AppliedRename, other: &AppliedRename) -> bool {
    one != other && (one.from == other.from || one.to == other.to)
}

/// The candidates that contend for the same object, of either side.
fn group(candidate: &AppliedRename, all: &[AppliedRename]) -> Vec<AppliedRename> {
    let mut group = vec![candidate.clone()];
    loop {
        let before = group.len();
        for other in all {
            let contends = group.iter().any(|one| contend(one, other));
            if contends && !group.contains(other) {
                group.push(other.clone());
            }
        }
        if group.len() == before {
            return group;
        }
    }
}

/// Renames that may be, by the shapes of what is gone and what is new, without those that were rejected.
fn candidates(now: &Catalog, to: &Catalog, options: &PlanOptions) -> Vec<AppliedRename> {
    let is_given_up = |object: &ObjectId| {
        options
            .allowed_losses
            .iter()
            .any(|allowed| allowed != "all" && is_allowed(&object.name(), std::slice::from_ref(allowed)))
    };
    let found = super::planning::rename_candidates(now, to);
    found.into_iter().filter(|one| !options.rejected.contains(one) && !is_given_up(&one.from)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::introspection;

    #[tokio::test]
    async fn however_many_renames_are_tried_everything_is_read_once() {
        let table = |columns: [&str; 3]| {
            let [a, b, c] = columns;
            format!(
                "CREATE TABLE t ({a} int, {b} int, {c} int); CREATE INDEX of_a ON t ({a}); \
                 CREATE INDEX of_b ON t ({b}); CREATE INDEX of_c ON t ({c});"
            )
        };
        let (before, after) = (support::empty_database(), support::empty_database());
        let (session, wanted) = (before.client().await, after.client().await);
        execute(&session, &table(["a", "b", "c"])).await.unwrap();
        execute(&wanted, &table(["x", "y", "z"])).await.unwrap();
        let from = introspection::read(&session).await.unwrap();
        let to = introspection::read(&wanted).await.unwrap();
        let mut search = Search {
            session: &session,
            watch: CatalogWatch::default(),
            now: Arc::new(from),
            to: &to,
            found: Found::default(),
        };
        search.run(Vec::new(), &PlanOptions::default()).await.unwrap();
        let found: Vec<String> = search.found.renames.iter().map(ToString::to_string).collect();
        let expected = ["public.t.a to public.t.x", "public.t.b to public.t.y", "public.t.c to public.t.z"];
        assert_eq!(found, expected.map(|names| format!("rename column {names}")));
        // Nine are tried for the first, four for the second, and one for the last.
        let counts = search.watch.counts();
        assert_eq!((counts.wholes, counts.looks), (1, 9 + 4 + 1 + 3), "{counts:?}");
    }
}
