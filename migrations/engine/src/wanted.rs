//! The wanted schema: files of SQL that say how a database is to be, in any order. Loading them makes a
//! database whose catalog can be compared.
//!
//! A statement that fails may need what stands further below or in another file, so it is tried again until
//! nothing more can be loaded. Each runs with the settings that its file has made before it.

mod load;
mod read;
mod renamed;

use std::fmt;

pub use load::load;
pub use renamed::{RenameHint, RenamedObject, rename_hints};

/// A file of the wanted schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedFile {
    /// Its path, as messages name it.
    pub file: String,
    /// Its text.
    pub sql: String,
}

/// Remarks on files that were loaded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    /// Words for whoever watches.
    pub notes: Vec<String>,
}

/// A statement of the wanted schema that cannot be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadFailure {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The server's message, and what to do where that is known.
    pub message: String,
    /// The statement's first lines.
    pub statement: String,
}

/// The wanted schema cannot be loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotLoaded {
    /// The statements that failed to the last, in the order of the files.
    pub failures: Vec<LoadFailure>,
}

/// Failures that a message names.
const SHOWN: usize = 10;

impl std::error::Error for NotLoaded {}

impl fmt::Display for NotLoaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = text::counted(self.failures.len(), "statement");
        write!(
            f,
            "the wanted schema does not load: {count} failed, also when tried again after the others:"
        )?;
        for LoadFailure { file, line, message, statement } in self.failures.iter().take(SHOWN) {
            write!(f, "\n{file}, line {line}: {message}")?;
            for line in statement.lines() {
                write!(f, "\n    {line}")?;
            }
        }
        match self.failures.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, "\n… and {more} more"),
        }
    }
}
