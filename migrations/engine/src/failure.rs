//! A migration that failed: which file and statement, what the server said, what is left, what to do.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use crate::notices::Notice;
use files::Statement;
use tokio_postgres::error::{DbError, ErrorPosition};

use crate::values;

/// A migration that failed.
#[derive(Debug)]
pub struct Failure {
    /// The file.
    pub file: String,
    /// The line, from 1, as near as the server tells.
    pub line: Option<usize>,
    /// The statement's first lines.
    pub statement: Option<String>,
    /// The server's message without row values.
    pub message: String,
    /// State of the migration after the failure.
    pub outcome: Outcome,
    /// The server's notices while it ran.
    pub notices: Vec<Notice>,
    /// The server's answer.
    pub source: pg::Error,
}

/// The state that a failed migration leaves behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing: it was rolled back.
    RolledBack,
    /// The statements before the one that failed, since it ran outside a transaction.
    Partial {
        /// Number of statements done.
        done: usize,
        /// Indexes that a concurrent build left behind unusable.
        invalid_indexes: Vec<String>,
    },
    /// The session was lost while it committed.
    Unknown,
    /// Nothing, as nothing was to stay.
    Dry,
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.source)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        if values::are_shown() {
            write!(f, ": {}", self.source)?;
        } else {
            write!(f, ": {}", self.message)?;
        }
        for line in self.statement.iter().flat_map(|s| s.lines()) {
            write!(f, "\n    {line}")?;
        }
        let row = self.db_error().and_then(copied_row).filter(|_| !values::are_shown());
        if let Some(row) = row {
            write!(f, "\nwhere: {}", row.place)?;
        } else if let Some(db) = self.db_error() {
            for (name, text) in values::further(db) {
                write!(f, "\n{name}: {}", text.replace('\n', "\n    "))?;
            }
        }
        if self.leaves_values_out() {
            f.write_str("\nRow values are left out; --show-values shows them.")?;
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
                "Nothing of this migration was kept, and what ran before it stays. Correct the cause and run \
                 the command again.",
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
                        "A concurrent build left an unusable index behind ({}); the next run builds the one \
                         that this statement names again. ",
                        invalid_indexes.join(", ")
                    )?;
                }
                f.write_str("Correct the cause and run the command again: it goes on with this statement.")
            }
            Self::Dry => f.write_str("This was a dry run: nothing was changed."),
            Self::Unknown => f.write_str(
                "The session was lost while the migration was being committed, so that it may be there or \
                 not: branchline current tells. Running the command again is safe.",
            ),
        }
    }
}

impl Failure {
    fn db_error(&self) -> Option<&DbError> {
        self.source.as_db_error()
    }

    fn leaves_values_out(&self) -> bool {
        let Some(db) = self.db_error().filter(|_| !values::are_shown()) else { return false };
        !self.message.starts_with(db.message()) || values::hides_detail(db)
    }

    /// The SQLSTATE, where the server gave one.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.db_error().map(|db| db.code().code())
    }
}

/// The line of the file that a failure is about: the row's where a COPY failed at one, else the statement's
/// at an offset of bytes.
pub fn line_in_file(statement: Statement<'_>, offset: usize, error: &pg::Error) -> usize {
    match (statement.data, error.as_db_error().and_then(copied_row)) {
        (Some(data), Some(row)) => data.line + row.line.saturating_sub(1),
        _ => {
            let before = statement.text.as_bytes().iter().take(offset);
            statement.line + before.filter(|&&byte| byte == b'\n').count()
        }
    }
}

/// The row at which a COPY failed.
struct CopiedRow<'a> {
    /// Its line among the rows, from 1.
    line: usize,
    /// The server's words for it, without its value.
    place: &'a str,
}

/// Reads the row from the error's context, `COPY t, line 3, column b: "value"`, whose words are in the
/// server's language.
fn copied_row(db: &DbError) -> Option<CopiedRow<'_>> {
    let context = db.where_()?.lines().find(|line| line.starts_with("COPY "))?;
    let place = without_value(context);
    let is_number = |word: &&str| word.chars().all(|c| c.is_ascii_digit());
    let line = place.split(", ").skip(1).find_map(|part| part.split(' ').next_back().filter(is_number));
    Some(CopiedRow { line: line?.parse().ok()?, place })
}

/// A message of the server's up to the value that it quotes.
fn without_value(text: &str) -> &str {
    text.split_once(": \"").map_or(text, |(before, _)| before)
}

/// Returns the position of the server's error in the text that was sent, as a byte offset.
pub fn position(error: &tokio_postgres::Error, sent: &str) -> Option<usize> {
    match error.as_db_error()?.position()? {
        ErrorPosition::Original(character) => {
            // The server counts characters from 1.
            let before = usize::try_from(*character).ok()?.checked_sub(1)?;
            Some(sent.char_indices().nth(before).map_or(sent.len(), |(offset, _)| offset))
        }
        ErrorPosition::Internal { .. } => None,
    }
}

/// A statement cut to what an error message can bear. The strings of statements in which passwords stand are
/// left out.
pub fn excerpt(statement: &str) -> String {
    const LINES: usize = 6;
    const WIDTH: usize = 72;
    let shown = without_secrets(statement);
    let statement = shown.as_ref();
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

/// The statement without the strings of roles, foreign objects and subscriptions, of which one may be a
/// password.
fn without_secrets(statement: &str) -> Cow<'_, str> {
    let words: Vec<String> = statement.split_whitespace().take(2).map(str::to_ascii_uppercase).collect();
    let may_hold = matches!(words.as_slice(), [verb, kind, ..]
        if matches!(verb.as_str(), "CREATE" | "ALTER")
            && matches!(kind.as_str(), "ROLE" | "USER" | "GROUP" | "SERVER" | "FOREIGN" | "SUBSCRIPTION"));
    if !may_hold {
        return Cow::Borrowed(statement);
    }
    // Where a quote may stand within a string, its end is not looked for.
    let begin = statement.find(['\'', '$']).unwrap_or(statement.len());
    if statement.contains(['\\', '$']) {
        return Cow::Owned(format!("{}…", &statement[..begin]));
    }
    let parts = statement.split('\'').enumerate();
    Cow::Owned(parts.map(|(at, part)| if at % 2 == 0 { part } else { "'…'" }).collect())
}

/// Returns an error with its causes, without row values unless they are asked for. A cause whose text its
/// effect already contains ends the chain.
#[must_use]
pub fn chain(error: &anyhow::Error) -> String {
    let mut message = String::new();
    for cause in error.chain() {
        if !message.is_empty() {
            message.push_str(": ");
        }
        match cause.downcast_ref::<pg::Error>() {
            Some(error) => message.push_str(&values::as_asked(error, None)),
            None => message.push_str(&cause.to_string()),
        }
        if tells_its_causes(cause) {
            break;
        }
    }
    message
}

fn tells_its_causes(error: &(dyn Error + 'static)) -> bool {
    error.is::<Failure>() || error.is::<pg::Error>()
}
