//! From one catalog to another: the statements that lead there, in their order, in as many files as running
//! them without long locks takes. Pure: whoever calls it reads the catalogs and proves the result.

mod alter;
mod cast;
mod circles;
mod column;
mod drop;
mod expand;
mod make;
mod names;
mod operations;
mod plan;
mod rename;
mod retype;
mod serial;
mod side;
mod step;

use std::fmt;

use model::ObjectId;

pub use expand::{Expansion, expand};
pub use plan::plan;
pub use rename::rename_candidates;

/// The caller's choices.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Plans for a database in use: indexes are built concurrently, constraints validated in a later file.
    pub online: bool,
}

/// An object that changes its name alone. A table, a column, an index and the like keep their kind and their
/// whole.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rename {
    /// The object as it is called now.
    pub from: ObjectId,
    /// The object as it is to be called.
    pub to: ObjectId,
}

/// The way from one catalog to another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Files, to be applied one after the other; none where the catalogs agree.
    pub files: Vec<PlannedFile>,
}

/// Statements that are applied together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedFile {
    /// True for a file that runs as one transaction; false for one whose statements must not.
    pub in_transaction: bool,
    /// Its statements.
    pub changes: Vec<Change>,
}

/// Statements that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// One statement or more, each with a semicolon and a line's end.
    pub sql: String,
    /// The object that it makes, changes or drops.
    pub about: ObjectId,
    /// The change in plain English: `adds column public.a.b`.
    pub summary: String,
    /// Data that cannot be brought back: `public.a.b`, or `public.a.*` for a whole table.
    pub loses: Vec<String>,
}

/// A difference for which there is no plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unplanned {
    /// The object.
    pub object: ObjectId,
    /// Why there is no plan.
    pub reason: String,
}

impl Default for Options {
    fn default() -> Self {
        Self { online: true }
    }
}

impl fmt::Display for Unplanned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.object, self.reason)
    }
}
