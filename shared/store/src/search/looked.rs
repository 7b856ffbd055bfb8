//! What documents are looked up by, and what is read of them.

/// A table of one row, which is made when it is first needed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Looked {
    /// All that is asked for.
    Strict,
    /// The same with words that may be a part of others.
    Relaxed,
    /// One or the other.
    Either,
}

impl Looked {
    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::Relaxed => "relaxed",
            Self::Either => "either",
        }
    }

    /// The table of a SELECT of the query for documents, and of that for what is not indexed yet. The keys
    /// may find more than a query with phrases or exclusions, and one with a word that is no key, in whose
    /// place is what all documents have.
    pub(crate) fn table(self, queries: &str) -> String {
        format!(
            "{} AS MATERIALIZED (
                 SELECT query, of_pending, keys,
                        query::text ~ '[<!]' OR keys::text LIKE '%=a''%' AS is_rough
                 FROM (SELECT query, of_pending, search_key_query(query) AS keys
                       FROM ({queries} OFFSET 0) AS q OFFSET 0) AS k)",
            self.name()
        )
    }

    /// The query for what is pending.
    pub(crate) fn of_pending(self) -> String {
        format!("(SELECT of_pending FROM {})", self.name())
    }
}

/// What is read of the documents that are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Columns {
    Ids,
    /// And whether the bookmark's own tags are still to be compared, since its labels do not hold them all.
    Marks,
    /// And where their words are; those of what is pending are here.
    Places,
    /// The ids of what all that is asked for does not find.
    OtherIds,
}
