//! A migration that failed: which file and statement, what the server said, what is left, what to do.

use std::fmt;

use tokio_postgres::error::ErrorPosition;

/// A migration that failed.
#[derive(Debug)]
pub struct Failure {
    /// The file.
    pub file: String,
    /// The line, from 1, as near as the server tells.
    pub line: Option<usize>,
    /// The statement's first lines.
    pub statement: Option<String>,
    /// What became of the migration.
    pub outcome: Outcome,
    /// The server's answer.
    pub source: pg::Error,
}

/// What a failed migration leaves behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing: it was rolled back.
    RolledBack,
    /// The statements before the one that failed, since it ran outside a transaction.
    Partial {
        /// How many.
        done: usize,
        /// Indexes that a concurrent build left behind unusable.
        invalid_indexes: Vec<String>,
    },
    /// The session was lost while it committed.
    Unknown,
    /// Nothing, as nothing was to stay.
    Dry,
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        write!(f, ": {}", self.source)?;
        for line in self.statement.iter().flat_map(|s| s.lines()) {
            write!(f, "\n    {line}")?;
        }
        if let Some(db) = self.db_error() {
            for (name, text) in [("detail", db.detail()), ("hint", db.hint()), ("where", db.where_())] {
                if let Some(text) = text {
                    write!(f, "\n{name}: {}", text.replace('\n', "\n    "))?;
                }
            }
        }
        write!(f, "\n{}", self.outcome)?;
        if self.code() == Some("57014") {
            f.write_str(" The statement ran into --statement-timeout, or somebody cancelled it.")?;
        }
        Ok(())
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RolledBack => f.write_str(
                "Nothing of this migration was kept, and what ran before it stays. Correct the cause and run the command \
                 again.",
            ),
            Self::Partial { done, invalid_indexes } => {
                match done {
                    0 => f.write_str("This was the migration's first statement. ")?,
                    done => write!(
                        f,
                        "The migration runs outside a transaction: its first {} kept. ",
                        if *done == 1 { "statement is".to_owned() } else { format!("{done} statements are") }
                    )?,
                }
                if !invalid_indexes.is_empty() {
                    write!(
                        f,
                        "A concurrent build left an unusable index behind ({}); the next run builds the one that this \
                         statement names anew. ",
                        invalid_indexes.join(", ")
                    )?;
                }
                f.write_str("Correct the cause and run the command again: it goes on with this statement.")
            }
            Self::Dry => f.write_str("This was a dry run: nothing was changed."),
            Self::Unknown => f.write_str(
                "The session was lost while the migration was being committed, so that it may be there or not: \
                 branchline current tells. Running the command again is safe.",
            ),
        }
    }
}

impl Failure {
    fn db_error(&self) -> Option<&tokio_postgres::error::DbError> {
        self.source.as_db_error()
    }

    /// The SQLSTATE, where the server gave one.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.db_error().map(|db| db.code().code())
    }
}

/// Where in the text that was sent the server saw the error, as a byte offset.
pub(crate) fn position(error: &tokio_postgres::Error, sent: &str) -> Option<usize> {
    match error.as_db_error()?.position()? {
        ErrorPosition::Original(character) => {
            // The server counts characters from 1.
            let before = usize::try_from(*character).ok()?.checked_sub(1)?;
            Some(sent.char_indices().nth(before).map_or(sent.len(), |(offset, _)| offset))
        }
        ErrorPosition::Internal { .. } => None,
    }
}

/// A statement cut to what an error message can bear.
pub(crate) fn excerpt(statement: &str) -> String {
    const LINES: usize = 6;
    const WIDTH: usize = 72;
    let mut lines: Vec<String> = statement
        .lines()
        .take(LINES)
        .map(|line| match line.char_indices().nth(WIDTH) {
            Some((cut, _)) => format!("{}…", &line[..cut]),
            None => line.to_owned(),
        })
        .collect();
    if statement.lines().count() > LINES {
        lines.push("…".to_owned());
    }
    lines.join("\n")
}
