//! Rows before and after a migration and its way back: which of them, and which of their values, did not come through.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::directive::Loss;

/// A row: its columns' values, as text; none is NULL.
pub type Row = BTreeMap<String, Option<String>>;

/// The rows of some tables, by the table's name with its schema.
pub type Rows = BTreeMap<String, Vec<Row>>;

/// The most of a value that a difference shows.
const EXCERPT: usize = 40;

/// What did not come through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowLoss {
    /// Rows of a table.
    Rows {
        /// The table.
        table: String,
        /// How many there were.
        before: usize,
        /// How many there are; none where the table itself is gone.
        after: Option<usize>,
    },
    /// Values of a column.
    Values {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// How many rows had a value that none has now; all of them where the column is gone.
        count: usize,
        /// One of those values.
        was: Option<String>,
        /// One that was not there before.
        is: Option<Option<String>>,
    },
    /// Which values stand together in a row, though each column has all of its own.
    Pairing {
        /// The table.
        table: String,
        /// How many rows there were that are not there now.
        count: usize,
    },
}

impl RowLoss {
    /// The table.
    #[must_use]
    pub fn table(&self) -> &str {
        match self {
            Self::Rows { table, .. } | Self::Values { table, .. } | Self::Pairing { table, .. } => table,
        }
    }

    /// The column; none where whole rows are lost.
    #[must_use]
    pub fn column(&self) -> Option<&str> {
        match self {
            Self::Rows { .. } | Self::Pairing { .. } => None,
            Self::Values { column, .. } => Some(column),
        }
    }
}

/// Whether a directive says that a column, or a whole table, is lost. A table without a schema is one of that name in any.
fn is_said(said: &[Loss], table: &str, column: Option<&str>) -> bool {
    let bare = table.rsplit_once('.').map_or(table, |(_, bare)| bare);
    let mut of_table = said.iter().filter(|loss| loss.table == table || loss.table == bare);
    of_table.any(|loss| loss.column == "*" || Some(&*loss.column) == column)
}

/// What of the rows before is not there afterwards and is not said to be lost. Rows are compared as a whole, over the
/// columns that have kept their values: their order says nothing, and of a column it is told on its own what it lost.
#[must_use]
pub fn row_losses(before: &Rows, after: &Rows, said: &[Loss]) -> Vec<RowLoss> {
    let mut losses = Vec::new();
    for (table, rows) in before {
        match after.get(table) {
            Some(left) if left.len() >= rows.len() => {
                let columns: BTreeSet<&String> = rows.iter().flat_map(|row| row.keys()).collect();
                let columns: Vec<&String> =
                    columns.into_iter().filter(|&column| !is_said(said, table, Some(column))).collect();
                let lost: BTreeMap<&String, RowLoss> =
                    columns.iter().filter_map(|&c| Some((c, lost_values(table, c, rows, left)?))).collect();
                let kept: Vec<&String> =
                    columns.into_iter().filter(|column| !lost.contains_key(column)).collect();
                losses.extend(lost.into_values());
                losses.extend(lost_pairing(table, &kept, rows, left));
            }
            _ if rows.is_empty() || is_said(said, table, None) => {}
            left => {
                let (table, before) = (table.clone(), rows.len());
                losses.push(RowLoss::Rows { table, before, after: left.map(Vec::len) });
            }
        }
    }
    losses
}

fn lost_pairing(table: &str, columns: &[&String], before: &[Row], after: &[Row]) -> Option<RowLoss> {
    let whole = |rows: &[Row]| {
        let cut = |row: &Row| columns.iter().map(|column| row.get(*column).cloned()).collect::<Vec<_>>();
        let mut whole: Vec<_> = rows.iter().map(cut).collect();
        whole.sort();
        whole
    };
    let count = without(&whole(before), &whole(after)).len();
    (count > 0).then(|| RowLoss::Pairing { table: table.to_owned(), count })
}

fn lost_values(table: &str, column: &str, before: &[Row], after: &[Row]) -> Option<RowLoss> {
    let values = |rows: &[Row]| {
        let mut values: Vec<Option<Option<String>>> =
            rows.iter().map(|row| row.get(column).cloned()).collect();
        values.sort();
        values
    };
    let (was, is) = (values(before), values(after));
    let lost = without(&was, &is);
    let (table, column) = (table.to_owned(), column.to_owned());
    let first = lost.first()?.clone().flatten();
    let new = without(&is, &was).first().and_then(|value| (*value).clone());
    Some(RowLoss::Values { table, column, count: lost.len(), was: first, is: new })
}

/// The elements of one sorted list that another does not have.
fn without<T: Ord + Clone>(list: &[T], other: &[T]) -> Vec<T> {
    let mut other = other.to_vec();
    list.iter()
        .filter(|value| match other.binary_search(value) {
            Ok(at) => {
                other.remove(at);
                false
            }
            Err(_) => true,
        })
        .cloned()
        .collect()
}

impl fmt::Display for RowLoss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pairing { table, count } => {
                write!(
                    f,
                    "table {table}: in {} values have changed places with those of others",
                    rows(*count)
                )
            }
            Self::Rows { table, before, after: None } => {
                write!(f, "table {table}: it is gone, and {} with it", rows(*before))
            }
            Self::Rows { table, before, after: Some(after) } => {
                write!(f, "table {table}: {} before, {after} now", rows(*before))
            }
            Self::Values { table, column, count, was, is } => {
                write!(f, "column {table}.{column}: in {} {} ", rows(*count), excerpt(was.as_deref()))?;
                match is {
                    Some(is) => write!(f, "has become {}", excerpt(is.as_deref())),
                    None => f.write_str("is gone"),
                }
            }
        }
    }
}

fn rows(count: usize) -> String {
    format!("{count} {}", if count == 1 { "row" } else { "rows" })
}

fn excerpt(value: Option<&str>) -> String {
    match value {
        None => "NULL".to_owned(),
        Some(value) if value.chars().count() > EXCERPT => {
            format!("\"{}…\"", value.chars().take(EXCERPT).collect::<String>())
        }
        Some(value) => format!("\"{value}\""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(values: &[(&str, Option<&str>)]) -> Row {
        values.iter().map(|(column, value)| ((*column).to_owned(), value.map(str::to_owned))).collect()
    }

    fn table(rows: Vec<Row>) -> Rows {
        Rows::from([("public.t".to_owned(), rows)])
    }

    fn told(before: &Rows, after: &Rows) -> Vec<String> {
        row_losses(before, after, &[]).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_same_rows_in_another_order_are_kept() {
        let (one, other) = (row(&[("a", Some("1"))]), row(&[("a", None)]));
        let before = table(vec![one.clone(), other.clone()]);
        assert!(told(&before, &table(vec![other, one])).is_empty());
    }

    #[test]
    fn a_new_row_or_column_loses_nothing() {
        let before = table(vec![row(&[("a", Some("1"))])]);
        assert!(told(&before, &table(vec![row(&[("a", None)]), row(&[("a", Some("1"))])])).is_empty());
        assert!(told(&table(vec![]), &Rows::new()).is_empty());
        assert!(told(&before, &table(vec![row(&[("a", Some("1")), ("b", None)])])).is_empty());
    }

    #[test]
    fn rows_tables_columns_and_values_that_are_gone_are_told() {
        let before = table(vec![row(&[("a", Some("1"))]), row(&[("a", Some("2"))])]);
        assert_eq!(told(&before, &Rows::new()), ["table public.t: it is gone, and 2 rows with it"]);
        let fewer = table(vec![row(&[("a", Some("1"))])]);
        assert_eq!(told(&before, &fewer), ["table public.t: 2 rows before, 1 now"]);
        let other = table(vec![row(&[("a", Some("1"))]), row(&[("a", None)])]);
        assert_eq!(told(&before, &other), ["column public.t.a: in 1 row \"2\" has become NULL"]);
        let none = table(vec![row(&[]), row(&[])]);
        assert_eq!(told(&before, &none), ["column public.t.a: in 2 rows \"1\" is gone"]);
    }

    #[test]
    fn values_that_change_places_are_told_though_each_column_has_all_of_its_own() {
        let pair = |a, b| row(&[("a", Some(a)), ("b", Some(b))]);
        let before = table(vec![pair("1", "x"), pair("2", "y"), pair("3", "z")]);
        let after = table(vec![pair("1", "y"), pair("2", "x"), pair("3", "z")]);
        let expected = "table public.t: in 2 rows values have changed places with those of others";
        assert_eq!(told(&before, &after), [expected]);
        // A column whose values are said to be lost does not part the others.
        let gone = table(vec![row(&[("a", Some("1"))]), row(&[("a", Some("2"))]), row(&[("a", Some("3"))])]);
        let said = [Loss { table: "t".into(), column: "b".into(), reason: "it is a test".into() }];
        assert!(row_losses(&before, &gone, &said).is_empty());
    }

    #[test]
    fn a_directive_excuses_a_column_or_a_table_with_or_without_its_schema() {
        let before = table(vec![row(&[("a", Some("1"))])]);
        let say = |table: &str, column: &str| {
            [Loss { table: table.into(), column: column.into(), reason: "it is a test".into() }]
        };
        let is_told = |after: &Rows, said: &[Loss]| !row_losses(&before, after, said).is_empty();
        let (other, gone) = (table(vec![row(&[("a", None)])]), Rows::new());
        assert!(!is_told(&other, &say("t", "a")) && !is_told(&other, &say("public.t", "*")));
        assert!(is_told(&other, &say("t", "b")) && is_told(&other, &say("other.t", "a")));
        assert!(!is_told(&gone, &say("t", "*")) && is_told(&gone, &say("t", "a")));
    }
}
