//! The pieces of a plan before they are put into files.

use model::ObjectId;

use crate::Change;

/// A change, and where it may stand.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) change: Change,
    /// True if it cannot run in a transaction.
    pub(crate) is_concurrent: bool,
    /// True if the step before it must have been committed.
    pub(crate) is_later: bool,
    /// True if what comes of it can be used once it is committed, and not before.
    pub(crate) must_commit: bool,
}

impl Step {
    pub(crate) fn new(about: &ObjectId, summary: impl Into<String>, sql: impl Into<String>) -> Self {
        let change =
            Change { sql: sql.into(), about: about.clone(), summary: summary.into(), loses: Vec::new() };
        Self { change, is_concurrent: false, is_later: false, must_commit: false }
    }

    pub(crate) fn losing(mut self, loses: Vec<String>) -> Self {
        self.change.loses = loses;
        self
    }

    pub(crate) fn concurrent(mut self) -> Self {
        self.is_concurrent = true;
        self
    }

    pub(crate) fn later(mut self) -> Self {
        self.is_later = true;
        self
    }

    pub(crate) fn committing(mut self) -> Self {
        self.must_commit = true;
        self
    }
}

/// The outcome of looking at an object that differs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Altered {
    /// It is altered in place.
    pub(crate) steps: Vec<Step>,
    /// What comes ahead of all that.
    pub(crate) first: Vec<Step>,
    /// What comes after all that: columns that are computed of others.
    pub(crate) last: Vec<Step>,
    /// What goes when nothing needs it any more: columns.
    pub(crate) shrinks: Vec<Step>,
    /// True if it must be dropped and made again.
    pub(crate) is_replaced: bool,
    /// Columns that no view, rule, policy, trigger or routine may name meanwhile.
    pub(crate) retyped: Vec<ObjectId>,
    /// Columns that are dropped and added, with what is on them.
    pub(crate) remade: Vec<ObjectId>,
    /// Columns that are computed anew, since others take another type.
    pub(crate) recomputed: Vec<ObjectId>,
    /// Columns that go.
    pub(crate) dropped: Vec<ObjectId>,
    /// Takes a partition out of its parent, before anything takes its place there.
    pub(crate) detach: Option<Step>,
    /// Makes it a partition, once its parts are there.
    pub(crate) attach: Option<Step>,
    /// Defaults that its own statements set.
    pub(crate) absorbed: Vec<ObjectId>,
    /// True if nothing but comments, owners, privileges and the like differ.
    pub(crate) is_outward: bool,
    /// Why there is no plan.
    pub(crate) unplanned: Option<String>,
}

impl Altered {
    /// Columns that stay and are computed otherwise.
    pub(crate) fn computed(&self) -> impl Iterator<Item = &ObjectId> {
        let steps = [&self.first, &self.steps, &self.last].into_iter().flatten();
        steps.filter(|step| step.change.sql.contains(" SET EXPRESSION ")).map(|step| &step.change.about)
    }

    /// Returns whether it is altered in nothing that what needs it could be in the way of.
    pub(crate) fn is_in_nobodys_way(&self) -> bool {
        self.is_outward && self.retyped.is_empty() && self.remade.is_empty() && self.last.is_empty()
    }
}
