//! What the server has counted of changes to its own tables.

use tokio_postgres::SimpleQueryRow;

/// The server's counters then.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Counters {
    pub(super) of_relations: String,
    pub(super) of_others: String,
    /// Of functions, enums and schemas.
    pub(super) of_plain: String,
    pub(super) updates: String,
    pub(super) type_updates: String,
    /// Rows that were deleted.
    pub(super) gone: String,
    /// The first transaction that may have ended since.
    pub(super) since: String,
}

impl Counters {
    /// None where the server does not count, or no session can have it add up what it has counted.
    pub(super) fn read(row: &SimpleQueryRow) -> Option<Self> {
        let text = |i: usize| row.get(i).unwrap_or_default().to_owned();
        let counters = Self {
            of_relations: text(1),
            of_others: text(2),
            of_plain: text(3),
            updates: text(4),
            type_updates: text(5),
            gone: text(6),
            since: text(7),
        };
        (row.get(0) == Some("t")).then_some(counters)
    }

    /// Returns whether nothing has been counted since.
    pub(super) fn is_same(&self, now: &Self) -> bool {
        (&self.of_relations, &self.of_others, &self.of_plain)
            == (&now.of_relations, &now.of_others, &now.of_plain)
    }
}
