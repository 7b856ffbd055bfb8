//! Transactions, as tools begin them.

use std::ops::Range;

use super::Layout;
use crate::statement::Statement;

impl Layout {
    /// Returns whether the tool runs a file of these statements outside a transaction by itself.
    pub(crate) fn runs_outside(self, statements: &[Statement<'_>]) -> bool {
        match self {
            // The file goes to the server as one message, which is a transaction only where it has several
            // statements.
            Self::GolangMigrate | Self::Prisma => matches!(statements, [one] if refuses_transaction(one)),
            // Looked for in the text, `executeInTransaction` aside; a mixture is an error there, and here.
            Self::Flyway => !statements.is_empty() && statements.iter().all(refuses_transaction),
            _ => false,
        }
    }
}

fn refuses_transaction(statement: &Statement<'_>) -> bool {
    statement.is_concurrent() || statement.words(1).first().is_some_and(|word| word == "VACUUM")
}

/// `BEGIN` and `COMMIT` where they are the first and the last of the statements and no other ends a
/// transaction.
pub(crate) fn around(statements: &[Statement<'_>]) -> Option<[Range<usize>; 2]> {
    let [first, between @ .., last] = statements else { return None };
    let is = |statement: &Statement<'_>, words: &[&str]| {
        let (length, found) = (statement.tokens().len(), statement.words(3));
        let second = found.get(1).map(String::as_str);
        found.first().is_some_and(|word| words.contains(&word.as_str()))
            && (length == 1 || (length == 2 && matches!(second, Some("WORK" | "TRANSACTION"))))
    };
    let is_whole = is(first, &["BEGIN", "START"])
        && is(last, &["COMMIT", "END"])
        && !between.iter().any(Statement::controls_transaction);
    let range = |statement: &Statement<'_>| statement.start..statement.start + statement.text.len();
    is_whole.then(|| [range(first), range(last)])
}
