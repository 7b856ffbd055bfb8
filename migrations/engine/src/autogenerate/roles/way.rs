//! The changes of roles that belong to a plan, and how they are tried.

use anyhow::Result;
use model::Catalog;
use tokio_postgres::Client;

use super::plan::{self, Steps};
use super::{Roles, RolesOfSide, read};
use crate::autogenerate::{Change, differences};
use crate::database::execute;
use crate::introspection;

/// The changes of roles around those of a database's objects, with their undo.
pub(in super::super) struct Way {
    /// What comes before the objects: renames, new roles, attributes, memberships.
    pub(in super::super) first: Vec<Change>,
    pub(in super::super) first_back: Vec<Change>,
    /// What comes after them: memberships and roles that go.
    pub(in super::super) last: Vec<Change>,
    pub(in super::super) last_back: Vec<Change>,
    /// What is not done, in words.
    pub(in super::super) notes: Vec<String>,
    /// Roles that the last changes drop. The first side's database holds them still, so that is not tried.
    dropped: Vec<String>,
    /// The roles at the end, with those that are dropped.
    expected: Roles,
    renamed: Vec<(String, String)>,
}

impl Way {
    /// The way between two sides. Renames are tried in the session's database, which is a copy of the first
    /// side's, and stay done.
    ///
    /// # Errors
    /// The server is lost.
    pub(in super::super) async fn find(
        session: &Client,
        (from, wanted): (&RolesOfSide, &Catalog),
        to: &RolesOfSide,
        allowed: &[String],
    ) -> Result<Self> {
        let mut from = from.clone();
        let mut renamed = Vec::new();
        while let Some((old, new)) = best_rename(session, &from, to, wanted).await? {
            execute(session, &rename(&old, &new)).await?;
            from.rename(&old, &new);
            renamed.push((old, new));
        }
        let Steps { first, last, dropped, between, held: expected, end } = plan::steps(&from, to, allowed);
        let first_back = plan::all(&between, &from.there);
        let last_back = plan::all(&end, &between);
        let notes = plan::notes(&from, to, allowed);
        let change = |(old, new): &(String, String)| Change {
            sql: rename(old, new),
            about: format!("role {new}"),
            summary: format!("renames role {old} to {new}, for the whole server"),
            loses: Vec::new(),
        };
        let there = renamed.iter().map(change);
        let back = renamed.iter().rev().map(|(old, new)| change(&(new.clone(), old.clone())));
        let first_back = first_back.first.into_iter().chain(first_back.last);
        Ok(Self {
            first: there.chain(first).collect(),
            first_back: first_back.chain(back).collect(),
            last,
            last_back: last_back.first.into_iter().chain(last_back.last).collect(),
            notes,
            dropped,
            expected,
            renamed,
        })
    }

    pub(in super::super) fn is_empty(&self) -> bool {
        self.first.is_empty() && self.last.is_empty()
    }

    pub(in super::super) fn is_renaming(&self) -> bool {
        !self.renamed.is_empty()
    }

    /// The last changes that can be tried.
    pub(in super::super) fn last_to_try(&self) -> Vec<Change> {
        let is_drop = |change: &&Change| change.sql.starts_with("DROP ROLE ");
        self.last.iter().filter(|change| !is_drop(change)).cloned().collect()
    }

    /// What differs at the end from what was planned.
    ///
    /// # Errors
    /// The server is lost.
    pub(in super::super) async fn left(&self, session: &Client) -> Result<Vec<String>> {
        if self.is_empty() {
            return Ok(Vec::new());
        }
        let mut left = Vec::new();
        for role in &self.dropped {
            let holders = read::held_by(session, role).await?;
            left.extend(holders.iter().map(|holder| format!("role {role} cannot be dropped: {holder}")));
        }
        let rest = plan::all(&read(session).await?, &self.expected);
        left.extend(rest.first.into_iter().chain(rest.last).map(|change| change.sql.trim().to_owned()));
        Ok(left)
    }

    /// Takes the renames back that finding the way has left done.
    ///
    /// # Errors
    /// The server's refusal.
    pub(in super::super) async fn leave(&self, session: &Client) -> Result<()> {
        for (old, new) in self.renamed.iter().rev() {
            execute(session, &rename(new, old)).await?;
        }
        Ok(())
    }
}

fn rename(old: &str, new: &str) -> String {
    format!("ALTER ROLE {old} RENAME TO {new};\n")
}

/// The pair of roles with which the fewest objects differ, if there are fewer than without and no other pair
/// does as well.
async fn best_rename(
    session: &Client,
    from: &RolesOfSide,
    to: &RolesOfSide,
    wanted: &Catalog,
) -> Result<Option<(String, String)>> {
    let candidates = plan::renames(from, to);
    if candidates.is_empty() {
        return Ok(None);
    }
    let before = differences(&introspection::read(session).await?, wanted).len();
    let mut tried = Vec::new();
    for pair in candidates {
        execute(session, &rename(&pair.0, &pair.1)).await?;
        let left = differences(&introspection::read(session).await?, wanted).len();
        execute(session, &rename(&pair.1, &pair.0)).await?;
        tried.push((left, pair));
    }
    tried.sort();
    let is_best = match tried.as_slice() {
        [(first, _), (second, _), ..] => *first < before && first < second,
        [(only, _)] => *only < before,
        [] => false,
    };
    Ok(tried.into_iter().next().filter(|_| is_best).map(|(_, pair)| pair))
}
