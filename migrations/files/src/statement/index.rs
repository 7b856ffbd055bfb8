//! `CREATE INDEX CONCURRENTLY`: which index, on which table.

use std::ops::Range;

use super::Statement;
use super::scanner::{Scanner, Token};

/// A concurrent index build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IndexBuild<'a> {
    /// The index's name as it is written, with its quotes; none where the server is to choose one.
    pub name: Option<&'a str>,
    /// The table's name as it is written, with its schema and quotes.
    pub table: &'a str,
}

impl<'a> Statement<'a> {
    /// The index that the statement builds concurrently, if that is what it does. The index is in its table's
    /// schema: the grammar gives it no other (CREATE INDEX in Postgres's manual).
    #[must_use]
    pub fn concurrent_build(&self) -> Option<IndexBuild<'a>> {
        let tokens = self.head();
        let is = |i: usize, word: &str| {
            tokens.get(i).is_some_and(|(token, range)| {
                *token == Token::Word && self.text[range.clone()].eq_ignore_ascii_case(word)
            })
        };
        let mut at = if is(1, "UNIQUE") { 2 } else { 1 };
        if !(is(0, "CREATE") && is(at, "INDEX") && is(at + 1, "CONCURRENTLY")) {
            return None;
        }
        at += 2;
        // An index may be called "if".
        if is(at, "IF") && is(at + 1, "NOT") {
            at += 3;
        }
        let name = if is(at, "ON") { None } else { Some(&self.text[tokens.get(at)?.1.clone()]) };
        at += usize::from(name.is_some()) + 1;
        if is(at, "ONLY") {
            at += 1;
        }
        let start = tokens.get(at)?.1.start;
        let last =
            (at..tokens.len()).take_while(|&i| tokens[i].0 != Token::Open && !is(i, "USING")).last()?;
        Some(IndexBuild { name, table: &self.text[start..tokens[last].1.end] })
    }

    /// As many tokens as a name on a table can need.
    fn head(&self) -> Vec<(Token, Range<usize>)> {
        let mut scanner = Scanner::new(self.text);
        std::iter::from_fn(|| scanner.next_token().ok().flatten()).take(16).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::split;

    fn build(sql: &str) -> Option<(Option<&str>, &str)> {
        split(sql).unwrap()[0].concurrent_build().map(|build| (build.name, build.table))
    }

    #[test]
    fn the_index_and_its_table_are_found_as_they_are_written() {
        assert_eq!(build("create index concurrently i on t (a)"), Some((Some("i"), "t")));
        assert_eq!(
            build(
                "CREATE UNIQUE INDEX /* c */ CONCURRENTLY IF NOT EXISTS \"I x\" ON ONLY s.\"T\" USING gin (a)"
            ),
            Some((Some("\"I x\""), "s.\"T\""))
        );
        assert_eq!(build("CREATE INDEX CONCURRENTLY if ON t(a)"), Some((Some("if"), "t")));
    }

    #[test]
    fn a_build_without_a_name_has_none() {
        assert_eq!(build("CREATE INDEX CONCURRENTLY ON s.t (a)"), Some((None, "s.t")));
    }

    #[test]
    fn other_statements_build_no_index_concurrently() {
        for sql in [
            "CREATE INDEX i ON t (a)",
            "DROP INDEX CONCURRENTLY i",
            "REINDEX INDEX CONCURRENTLY i",
            "SELECT 1",
        ] {
            assert_eq!(build(sql), None, "{sql}");
        }
    }
}
