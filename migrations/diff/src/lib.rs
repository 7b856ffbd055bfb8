//! From one catalog to another: the statements that lead there, in their order, in as many files as running
//! them without long locks takes. Pure: whoever calls it reads the catalogs and proves the result.

mod plan;
mod rename;

use std::fmt;

use model::ObjectId;

pub use plan::plan;
pub use rename::rename_candidates;

/// The caller's choices.
#[derive(Clone, Debug)]
pub struct Options {
    /// Plans for a database in use: indexes are built concurrently, constraints validated in a later file.
    pub online: bool,
    /// Plans a type change that rewrites a table as a new column beside the old one.
    pub expand: bool,
    /// Objects that are kept under another name.
    pub renames: Vec<Rename>,
    /// The server's version as `server_version_num` has it: 170004.
    pub server_version: u32,
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
    /// A word or a few for the file's name: `validate`.
    pub name_hint: String,
    /// Its statements.
    pub changes: Vec<Change>,
}

/// One statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The statement, without a semicolon at its end.
    pub sql: String,
    /// The object that it makes, changes or drops.
    pub about: ObjectId,
    /// The change in plain English: `adds column public.a.b`.
    pub summary: String,
    /// Data that cannot be brought back: `public.a.b`, or `public.a.*` for a whole table.
    pub loses: Vec<String>,
    /// True where it may rewrite or scan the whole table.
    pub reads_table: bool,
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
        Self { online: true, expand: false, renames: Vec::new(), server_version: 170_000 }
    }
}

impl fmt::Display for Unplanned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.object, self.reason)
    }
}
