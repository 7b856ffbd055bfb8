//! The relations of a database at one moment, and what a statement did to them between two.

use std::collections::BTreeMap;

use tokio_postgres::{Client, SimpleQueryRow};

use super::profile::{RelationKind, Scan};
use engine::database::{BOOKKEEPING, rows};

/// One row a relation. Sizes need an ACCESS SHARE lock each, given back at once: asked on the migrating
/// session, they wait for nobody.
const RELATIONS: &str = include_str!("relations.sql");

/// Relations by oid.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Relations(BTreeMap<u32, Relation>);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Relation {
    pub(super) name: String,
    /// `pg_class.relkind`.
    kind: String,
    /// The file that holds it; another one after a rewrite. Zero where it has none.
    filenode: u32,
    size: i64,
    /// Rows, as the last index build or analysis counted them.
    tuples: u64,
    /// Rows that sequential scans of this session's transaction have read. An index build's are among them,
    /// those of its parallel workers are not.
    read: u64,
    /// The table of an index; zero for others.
    pub(super) table: u32,
}

/// The changes between two moments.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Changes {
    pub(super) rewrites: Vec<String>,
    pub(super) scans: Vec<Scan>,
    pub(super) indexes: Vec<String>,
}

impl Relations {
    /// Asks the session that migrates, which sees what it has not committed.
    pub(super) async fn read(session: &Client) -> Result<Self, pg::Error> {
        let sql = RELATIONS.replace("{bookkeeping}", BOOKKEEPING);
        Ok(Self(rows(session, &sql).await?.iter().map(relation).collect()))
    }

    pub(super) fn get(&self, oid: u32) -> Option<&Relation> {
        self.0.get(&oid)
    }

    /// Bytes of all tables and indexes.
    pub(super) fn size(&self) -> i64 {
        self.0.values().map(|relation| relation.size).sum()
    }

    /// Compares with a later moment. Of tables only those of `first` count, which were there before the
    /// migration. `resets` where a transaction began in between, which counts from zero.
    pub(super) fn changes(&self, after: &Self, first: &Self, resets: bool) -> Changes {
        let mut changes = Changes::default();
        let mut read: BTreeMap<u32, u64> = BTreeMap::new();
        for (&oid, now) in &after.0 {
            let before = self.get(oid);
            let is_new_file =
                now.filenode != 0 && before.is_none_or(|before| before.filenode != now.filenode);
            match now.kind.as_str() {
                "i" if is_new_file => {
                    changes.indexes.push(now.name.clone());
                    // The build has counted its rows, those of its parallel workers included. A partial index
                    // has fewer than were read.
                    let rows = read.entry(now.table).or_default();
                    *rows = now.tuples.max(*rows);
                }
                "r" | "m" if is_new_file && first.get(oid).is_some() => {
                    changes.rewrites.push(now.name.clone())
                }
                _ => {}
            }
        }
        for (&oid, now) in &after.0 {
            let before = if resets { 0 } else { self.get(oid).map_or(0, |before| before.read) };
            let rows = now.read.saturating_sub(before).max(read.get(&oid).copied().unwrap_or(0));
            if rows > 0 && first.get(oid).is_some() && now.kind_of() == RelationKind::Table {
                changes.scans.push(Scan { table: now.name.clone(), rows });
            }
        }
        changes
    }
}

impl Relation {
    pub(super) fn kind_of(&self) -> RelationKind {
        match self.kind.as_str() {
            "r" | "p" | "m" => RelationKind::Table,
            "i" | "I" => RelationKind::Index,
            _ => RelationKind::Other,
        }
    }
}

fn relation(row: &SimpleQueryRow) -> (u32, Relation) {
    // The query gives each column in this form.
    fn number<T: std::str::FromStr + Default>(row: &SimpleQueryRow, i: usize) -> T {
        row.get(i).and_then(|text| text.parse().ok()).unwrap_or_default()
    }
    let text = |i: usize| row.get(i).unwrap_or_default().to_owned();
    let relation = Relation {
        name: text(1),
        kind: text(2),
        filenode: number(row, 3),
        size: number(row, 4),
        tuples: number(row, 5),
        read: number(row, 6),
        table: number(row, 7),
    };
    (number(row, 0), relation)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn relation(name: &str, kind: &str, filenode: u32, read: u64, table: u32) -> Relation {
        Relation { name: name.to_owned(), kind: kind.to_owned(), filenode, size: 10, tuples: 7, read, table }
    }

    fn relations(all: &[(u32, Relation)]) -> Relations {
        Relations(all.iter().cloned().collect())
    }

    #[test]
    fn a_new_file_is_a_rewrite_of_a_table_and_a_build_of_an_index() {
        let before = relations(&[(1, relation("a", "r", 100, 3, 0)), (2, relation("a_i", "i", 101, 0, 1))]);
        let after = relations(&[(1, relation("a", "r", 200, 9, 0)), (2, relation("a_i", "i", 201, 0, 1))]);
        let changes = before.changes(&after, &before, false);
        assert_eq!(changes.rewrites, ["a"]);
        assert_eq!(changes.indexes, ["a_i"]);
        assert_eq!(changes.scans, [Scan { table: "a".to_owned(), rows: 7 }], "counted by the index build");
    }

    #[test]
    fn a_new_table_is_neither_rewritten_nor_scanned() {
        let after = relations(&[(1, relation("a", "r", 100, 3, 0)), (2, relation("a_i", "i", 101, 0, 1))]);
        let none = Relations::default();
        let changes = none.changes(&after, &none, false);
        assert_eq!(changes, Changes { indexes: vec!["a_i".to_owned()], ..Changes::default() });
    }

    #[test]
    fn what_an_earlier_statement_read_does_not_count() {
        let before = relations(&[(1, relation("a", "r", 100, 3, 0))]);
        let after = relations(&[(1, relation("a", "r", 100, 5, 0))]);
        assert_eq!(before.changes(&after, &before, false).scans, [Scan { table: "a".to_owned(), rows: 2 }]);
        assert_eq!(before.changes(&after, &before, true).scans, [Scan { table: "a".to_owned(), rows: 5 }]);
        assert_eq!(before.changes(&before, &before, false), Changes::default());
    }
}
