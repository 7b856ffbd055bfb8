//! The tables that migrations touch: which they are, and a digest of their rows.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use files::{Loss, Migration};
use model::{Catalog, Ident, ObjectId, QualifiedName};
use tokio_postgres::Client;

use engine::database::{literal, one_row};

/// The rows of a table: how many, and the sum of their hashes, where the columns are there that go into it. A
/// table that is gone has none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rows {
    pub(super) count: u64,
    digest: Option<String>,
}

impl Rows {
    /// Returns whether there are as many, of the same values as far as that is known.
    pub(super) fn are_as(&self, before: &Self) -> bool {
        self.count == before.count && (self.digest.is_none() || self.digest == before.digest)
    }
}

/// A digest for each table.
pub(super) type Digest = BTreeMap<String, Rows>;

/// The quoted columns of a table that go into its digest. None for a table whose rows are declared lost.
pub(super) type Columns = BTreeMap<String, Vec<String>>;

/// The tables of a catalog whose names stand in the files of the migrations, with their columns. What a
/// directive says is lost is left out.
pub(super) fn touched(catalog: &Catalog, migrations: &[&Migration]) -> Columns {
    let scripts =
        migrations.iter().flat_map(|migration| [Some(&migration.up), migration.down.as_ref()]).flatten();
    // Each file is read once, however many tables there are.
    let words: BTreeSet<String> = scripts
        .flat_map(|script| script.sql.split(|c: char| !is_of_name(c)))
        .map(str::to_ascii_lowercase)
        .collect();
    let is_named = |table: &QualifiedName| {
        let name = table.name.unquoted().to_ascii_lowercase();
        name.split(|c: char| !is_of_name(c)).all(|word| word.is_empty() || words.contains(word))
    };
    let losses: Vec<&Loss> = migrations.iter().flat_map(|migration| migration.losses()).collect();
    let tables = catalog.iter().filter_map(|(object, _)| match object {
        ObjectId::Table(name) => Some(name),
        _ => None,
    });
    let columns = |table: &QualifiedName| {
        let of_table = |(object, _): (&ObjectId, _)| match object {
            ObjectId::Column(column) if column.whole == *table => Some(column.name.clone()),
            _ => None,
        };
        let is_kept = |column: &Ident| !losses.iter().any(|loss| is_said(loss, table, column));
        let columns = catalog.iter().filter_map(of_table).filter(is_kept);
        columns.map(|column| column.to_string()).collect::<Vec<_>>()
    };
    tables.filter(|table| is_named(table)).map(|table| (table.to_string(), columns(table))).collect()
}

/// Returns whether a directive says that a column is lost.
pub(super) fn is_said(loss: &Loss, table: &QualifiedName, column: &Ident) -> bool {
    let schema = table.schema.as_ref().map(Ident::unquoted).unwrap_or_default();
    loss.is_of(&schema, &table.name.unquoted(), Some(&column.unquoted()))
}

/// Reads every row of the tables, but for those whose rows are said to be lost.
///
/// # Errors
/// The server's refusal.
pub(super) async fn digest(session: &Client, columns: &Columns) -> Result<Digest> {
    let mut digest = Digest::new();
    for (table, columns) in columns.iter().filter(|(_, columns)| !columns.is_empty()) {
        let names: Vec<String> = columns.iter().map(|column| literal(column)).collect();
        let there = format!(
            "SELECT relkind, (SELECT count(*) FROM pg_attribute WHERE attrelid = c.oid AND NOT attisdropped \
             AND quote_ident(attname) IN ({})) FROM pg_class c WHERE oid = to_regclass({})",
            names.join(", "),
            literal(table),
        );
        let there =
            one_row(session, &there).await.with_context(|| format!("reading the columns of {table}"))?;
        let Some(there) = there else {
            digest.insert(table.clone(), Rows { count: 0, digest: None });
            continue;
        };
        // A partitioned table's rows are its partitions'; another table's heirs have rows of their own.
        let only = if there.get(0) == Some("p") { "" } else { "ONLY " };
        // A sum does not depend on the order, and tells equal rows from rows that are missing.
        let sum = if there.get(1) == Some(columns.len().to_string().as_str()) {
            format!("coalesce(sum(hashtextextended(ROW({})::text, 0)::numeric), 0)", columns.join(", "))
        } else {
            "NULL".to_owned()
        };
        let sql = format!("SELECT count(*), {sum} FROM {only}{table}");
        let row = one_row(session, &sql).await.with_context(|| format!("reading the rows of {table}"))?;
        let row = row.context("the server gave no answer")?;
        let count = row.get(0).and_then(|count| count.parse().ok()).unwrap_or_default();
        digest.insert(table.clone(), Rows { count, digest: row.get(1).map(str::to_owned) });
    }
    Ok(digest)
}

fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

#[cfg(test)]
mod tests {
    use files::Migrations;
    use model::Property;

    use super::*;

    #[test]
    fn tables_are_touched_where_a_file_names_them_and_lost_columns_are_left_out() {
        let mut catalog = Catalog::default();
        for (kind, name) in [
            ("table", "public.bookmarks"),
            ("column", "public.bookmarks.url"),
            ("column", "public.bookmarks.note"),
            ("table", "public.bookmark"),
            ("column", "public.bookmark.id"),
            ("table", "public.\"Odd one\""),
            ("column", "public.\"Odd one\".\"a b\""),
            ("column", "public.\"Odd one\".\"userId\""),
        ] {
            catalog.add(ObjectId::parse(kind, name).unwrap(), Property::Comment, "");
        }
        let sql = "-- branchline: loses bookmarks.note: nobody reads it\n\
                   -- branchline: loses \"Odd one\".\"a b\": nobody reads it\n\
                   ALTER TABLE Bookmarks DROP note;\nALTER TABLE \"Odd one\" DROP \"a b\";\n";
        let files = [("V1__a.sql".to_owned(), sql.as_bytes().to_vec())];
        let migrations = Migrations::from_files(files).unwrap();
        let touched = touched(&catalog, &migrations.iter().collect::<Vec<_>>());
        let columns = |column: &str| vec![column.to_owned()];
        let odd = ("public.\"Odd one\"".to_owned(), columns("\"userId\""));
        assert_eq!(touched, Columns::from([odd, ("public.bookmarks".to_owned(), columns("url"))]));
    }
}
