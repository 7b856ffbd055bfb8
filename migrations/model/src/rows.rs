//! Rows before and after a migration and its way back: which of them, and which of their values, did not come
//! through.
//!
//! A value is known by a digest of 64 bits, so that a table costs 8 bytes a value, whatever it holds. Columns
//! that were not read again are shared, and known to be the same by that.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use files::Loss;

use crate::schema_file::identifier;

/// The rows of some tables, by the table's name with its schema.
pub type Rows = BTreeMap<String, TableRows>;

/// The most of a value that a difference shows.
pub const EXCERPT: usize = 40;

/// Stands for NULL among digests.
const NULL: u64 = 0x6e75_6c6c_6e75_6c6c;

/// The rows of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableRows {
    /// Number of rows.
    pub count: usize,
    /// Their values, by the column's name. All columns have them in the same order of rows.
    pub columns: BTreeMap<String, Arc<ColumnValues>>,
}

/// A column's values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ColumnValues {
    digests: Vec<u64>,
    /// Starts of the values, if they are few enough to be kept.
    shown: Option<Vec<Option<Box<str>>>>,
}

impl ColumnValues {
    /// No values yet, of which the beginnings are kept or not.
    #[must_use]
    pub fn new(is_shown: bool) -> Self {
        Self { digests: Vec::new(), shown: is_shown.then(Vec::new) }
    }

    /// Adds the next row's value by its digest, and its beginning where those are kept. NULL has no digest.
    pub fn push(&mut self, digest: Option<u64>, beginning: Option<&str>) {
        self.digests.push(digest.unwrap_or(NULL));
        if let Some(shown) = &mut self.shown {
            shown.push(beginning.map(Into::into));
        }
    }

    /// Keeps the digests alone.
    pub fn forget_beginnings(&mut self) {
        self.shown = None;
    }

    /// Returns whether a row has a value other than NULL.
    #[must_use]
    pub fn has_any(&self) -> bool {
        self.digests.iter().any(|digest| *digest != NULL)
    }

    fn sample(&self, row: usize) -> Sample {
        match self.shown.as_ref().map(|shown| shown.get(row)) {
            Some(Some(Some(text))) => Sample::Text(text.to_string()),
            Some(Some(None)) => Sample::Null,
            _ => Sample::Unknown,
        }
    }

    /// The rows' digests in their order, each with its row.
    fn sorted(&self) -> Vec<(u64, usize)> {
        let mut sorted: Vec<_> = self.digests.iter().copied().zip(0..).collect();
        sorted.sort_unstable();
        sorted
    }
}

/// A value, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sample {
    /// NULL.
    Null,
    /// The beginning of a value.
    Text(String),
    /// The table is too large to keep its values.
    Unknown,
}

/// A loss of rows or values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowLoss {
    /// Rows of a table.
    Rows {
        /// The table.
        table: String,
        /// Number of rows before.
        before: usize,
        /// Number of rows after; none if the table itself is gone.
        after: Option<usize>,
    },
    /// Values of a column.
    Values {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// Number of rows with a value that none has now; all of them if the column is gone.
        count: usize,
        /// One of those values.
        was: Sample,
        /// One that was not there before.
        is: Option<Sample>,
    },
    /// The combination of values in a row, though each column has all of its own.
    Pairing {
        /// The table.
        table: String,
        /// Number of rows that were there and are gone.
        count: usize,
    },
}

impl RowLoss {
    /// The table or the column as a directive takes it: quoted where its name has to be.
    #[must_use]
    pub fn name(&self) -> String {
        let (schema, table) = self.table().split_once('.').unwrap_or(("public", self.table()));
        let names = [Some(schema), Some(table), self.column()];
        names.into_iter().flatten().map(identifier).collect::<Vec<_>>().join(".")
    }

    /// The table.
    #[must_use]
    pub fn table(&self) -> &str {
        match self {
            Self::Rows { table, .. } | Self::Values { table, .. } | Self::Pairing { table, .. } => table,
        }
    }

    /// Returns the number of rows concerned.
    #[must_use]
    pub fn count(&self) -> usize {
        match self {
            Self::Rows { before, after, .. } => before.saturating_sub(after.unwrap_or(0)),
            Self::Values { count, .. } | Self::Pairing { count, .. } => *count,
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

/// Returns whether a directive says that a column, or a whole table, is lost.
fn is_said(said: &[Loss], table: &str, column: Option<&str>) -> bool {
    let (schema, table) = table.split_once('.').unwrap_or(("public", table));
    said.iter().any(|loss| loss.is_of(schema, table, column))
}

/// Returns the rows and values before that are not there afterwards and that no directive declares lost. Rows
/// are compared as a whole, over the columns that have kept their values: their order says nothing, and a
/// column that lost values is reported by itself. Costs a sort of what was read again.
#[must_use]
pub fn row_losses(before: &Rows, after: &Rows, said: &[Loss]) -> Vec<RowLoss> {
    let mut losses = Vec::new();
    for (table, rows) in before {
        match after.get(table) {
            Some(left) if left.count >= rows.count => losses.extend(value_losses(table, rows, left, said)),
            _ if rows.count == 0 || is_said(said, table, None) => {}
            left => {
                let (table, before) = (table.clone(), rows.count);
                losses.push(RowLoss::Rows { table, before, after: left.map(|left| left.count) });
            }
        }
    }
    losses
}

fn value_losses(table: &str, before: &TableRows, after: &TableRows, said: &[Loss]) -> Vec<RowLoss> {
    let mut losses = Vec::new();
    let mut kept = Vec::new();
    for (column, values) in before.columns.iter().filter(|(c, _)| !is_said(said, table, Some(c))) {
        match lost_values(values, after.columns.get(column)) {
            Some((count, was, is)) if count > 0 => losses.push(RowLoss::Values {
                table: table.to_owned(),
                column: column.clone(),
                count,
                was,
                is,
            }),
            _ => kept.extend(after.columns.get(column).map(|others| (values, others))),
        }
    }
    let is_same =
        before.count == after.count && kept.iter().all(|(values, others)| Arc::ptr_eq(values, others));
    let count = if is_same { 0 } else { lost_pairings(&kept, before.count, after.count) };
    losses.extend((count > 0).then(|| RowLoss::Pairing { table: table.to_owned(), count }));
    losses
}

/// Returns the number of a column's values that are lost, the first of them, and the first that is new.
fn lost_values(
    before: &Arc<ColumnValues>,
    after: Option<&Arc<ColumnValues>>,
) -> Option<(usize, Sample, Option<Sample>)> {
    let Some(after) = after else {
        return (!before.digests.is_empty()).then(|| (before.digests.len(), before.sample(0), None));
    };
    if Arc::ptr_eq(before, after) {
        return None;
    }
    let (was, is) = (before.sorted(), after.sorted());
    let lost = missing(&was, &is, |entry| entry.0);
    let first = |entries: &[(u64, usize)]| entries.iter().map(|entry| entry.1).min();
    let sample = before.sample(first(&lost)?);
    let new = first(&missing(&is, &was, |entry| entry.0)).map(|row| after.sample(row));
    Some((lost.len(), sample, new))
}

fn lost_pairings(columns: &[(&Arc<ColumnValues>, &Arc<ColumnValues>)], before: usize, after: usize) -> usize {
    let whole = |count: usize, digest: &dyn Fn(usize, usize) -> Option<u64>| {
        let combine =
            |sum: u64, digest: u64| (sum.rotate_left(23) ^ digest).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let row = |row| (0..columns.len()).filter_map(|column| digest(column, row)).fold(0, combine);
        let mut rows: Vec<u64> = (0..count).map(row).collect();
        rows.sort_unstable();
        rows
    };
    let was = whole(before, &|column, row| columns.get(column)?.0.digests.get(row).copied());
    let is = whole(after, &|column, row| columns.get(column)?.1.digests.get(row).copied());
    missing(&was, &is, |row| *row).len()
}

/// The elements of one sorted list whose keys another does not have, each as often as the other lacks it.
fn missing<T: Copy>(list: &[T], other: &[T], key: impl Fn(&T) -> u64) -> Vec<T> {
    let mut others = other.iter().map(&key).peekable();
    let is_missing = |element: &&T| {
        let wanted = key(element);
        while others.next_if(|other| *other < wanted).is_some() {}
        others.next_if_eq(&wanted).is_none()
    };
    list.iter().filter(is_missing).copied().collect()
}

impl fmt::Display for RowLoss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name();
        match self {
            Self::Pairing { count, .. } => {
                write!(f, "table {name}: in {} values have changed places with those of others", rows(*count))
            }
            Self::Rows { before, after: None, .. } => {
                write!(f, "table {name}: it is gone, and {} with it", rows(*before))
            }
            Self::Rows { before, after: Some(after), .. } => {
                write!(f, "table {name}: {} before, {after} now", rows(*before))
            }
            Self::Values { count, was, is, .. } => {
                write!(f, "column {name}: in {} {was} ", rows(*count))?;
                match is {
                    Some(Sample::Unknown) => f.write_str("has become another"),
                    Some(is) => write!(f, "has become {is}"),
                    None => f.write_str("is gone"),
                }
            }
        }
    }
}

fn rows(count: usize) -> String {
    format!("{count} {}", if count == 1 { "row" } else { "rows" })
}

impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("NULL"),
            Self::Unknown => f.write_str("a value"),
            Self::Text(text) if text.chars().count() > EXCERPT => {
                write!(f, "\"{}…\"", text.chars().take(EXCERPT).collect::<String>())
            }
            Self::Text(text) => write!(f, "\"{text}\""),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::hash::{DefaultHasher, Hash, Hasher};

    use super::*;

    type Row<'a> = Vec<(&'a str, Option<&'a str>)>;

    fn digest(text: &str) -> u64 {
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        hasher.finish()
    }

    fn values(values: &[Option<&str>], is_shown: bool) -> Arc<ColumnValues> {
        let mut column = ColumnValues::new(is_shown);
        values.iter().for_each(|value| column.push(value.map(digest), *value));
        Arc::new(column)
    }

    fn table(rows: &[Row<'_>]) -> Rows {
        let mut columns: BTreeMap<String, Vec<Option<&str>>> = BTreeMap::new();
        for (column, value) in rows.iter().flatten() {
            columns.entry((*column).to_owned()).or_default().push(*value);
        }
        let columns = columns.into_iter().map(|(name, column)| (name, values(&column, true))).collect();
        Rows::from([("public.t".to_owned(), TableRows { count: rows.len(), columns })])
    }

    fn said(what: &str) -> Vec<Loss> {
        files::Directives::parse(&format!("-- branchline: loses {what}: it is a test")).unwrap().losses
    }

    fn described(before: &Rows, after: &Rows) -> Vec<String> {
        row_losses(before, after, &[]).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_same_rows_in_another_order_are_kept() {
        let (one, other) = (vec![("a", Some("1"))], vec![("a", None)]);
        let before = table(&[one.clone(), other.clone()]);
        assert!(described(&before, &table(&[other, one])).is_empty());
    }

    #[test]
    fn a_new_row_or_column_loses_nothing() {
        let before = table(&[vec![("a", Some("1"))]]);
        assert!(described(&before, &table(&[vec![("a", None)], vec![("a", Some("1"))]])).is_empty());
        assert!(described(&table(&[]), &Rows::new()).is_empty());
        assert!(described(&before, &table(&[vec![("a", Some("1")), ("b", None)]])).is_empty());
    }

    #[test]
    fn rows_tables_columns_and_values_that_are_gone_are_reported() {
        let before = table(&[vec![("a", Some("1"))], vec![("a", Some("2"))]]);
        assert_eq!(described(&before, &Rows::new()), ["table public.t: it is gone, and 2 rows with it"]);
        let fewer = table(&[vec![("a", Some("1"))]]);
        assert_eq!(described(&before, &fewer), ["table public.t: 2 rows before, 1 now"]);
        let other = table(&[vec![("a", Some("1"))], vec![("a", None)]]);
        assert_eq!(described(&before, &other), ["column public.t.a: in 1 row \"2\" has become NULL"]);
        let none = table(&[vec![], vec![]]);
        assert_eq!(described(&before, &none), ["column public.t.a: in 2 rows \"1\" is gone"]);
    }

    #[test]
    fn values_that_change_places_are_reported_though_each_column_has_all_of_its_own() {
        let pair = |a, b| vec![("a", Some(a)), ("b", Some(b))];
        let before = table(&[pair("1", "x"), pair("2", "y"), pair("3", "z")]);
        let after = table(&[pair("1", "y"), pair("2", "x"), pair("3", "z")]);
        let expected = "table public.t: in 2 rows values have changed places with those of others";
        assert_eq!(described(&before, &after), [expected]);
        // A column whose values are said to be lost does not part the others.
        let gone = table(&[vec![("a", Some("1"))], vec![("a", Some("2"))], vec![("a", Some("3"))]]);
        assert!(row_losses(&before, &gone, &said("t.b")).is_empty());
    }

    #[test]
    fn a_directive_excuses_a_column_or_a_table_with_or_without_its_schema() {
        let before = table(&[vec![("a", Some("1"))]]);
        let is_reported = |after: &Rows, what: &str| !row_losses(&before, after, &said(what)).is_empty();
        let (other, gone) = (table(&[vec![("a", None)]]), Rows::new());
        assert!(!is_reported(&other, "t.a") && !is_reported(&other, "public.t.*"));
        assert!(is_reported(&other, "t.b") && is_reported(&other, "other.t.a"));
        assert!(!is_reported(&gone, "t.*") && is_reported(&gone, "t.a"));
    }

    #[test]
    fn a_report_shows_names_as_a_directive_takes_them() {
        let before = table(&[vec![("userId", Some("1")), ("a.b", Some("1")), ("plain", Some("1"))]]);
        let after = table(&[vec![("userId", None), ("a.b", None), ("plain", None)]]);
        let columns = ["public.t.\"a.b\"", "public.t.plain", "public.t.\"userId\""];
        for (text, column) in described(&before, &after).iter().zip(columns) {
            assert!(text.starts_with(&format!("column {column}: ")), "{text}");
            let left = row_losses(&before, &after, &said(column));
            assert!(
                left.len() == 2 && left.iter().all(|loss| !loss.to_string().contains(column)),
                "{column}"
            );
        }
    }

    #[test]
    fn a_loss_of_values_that_are_not_kept_is_reported_without_them() {
        let column = |numbers: std::ops::Range<usize>| {
            let texts: Vec<String> = numbers.map(|number| number.to_string()).collect();
            values(&texts.iter().map(|text| Some(text.as_str())).collect::<Vec<_>>(), false)
        };
        let rows = |values: Arc<ColumnValues>| {
            let columns = BTreeMap::from([("a".to_owned(), values)]);
            Rows::from([("public.t".to_owned(), TableRows { count: 1_000_000, columns })])
        };
        let before = rows(column(0..1_000_000));
        assert!(described(&before, &before.clone()).is_empty());
        // Every element is missing, which a search and removal for each would take minutes for.
        let expected = "column public.t.a: in 1000000 rows a value has become another";
        assert_eq!(described(&before, &rows(column(1_000_000..2_000_000))), [expected]);
    }

    #[test]
    fn a_missing_element_is_counted_as_often_as_it_is_missing() {
        let count = |list: &[u64], other: &[u64]| missing(list, other, |element| *element);
        assert_eq!(count(&[1, 1, 2, 5, 5], &[1, 2, 2, 4, 5]), [1, 5]);
        assert!(count(&[], &[1]).is_empty());
        assert_eq!(count(&[3, 3], &[]), [3, 3]);
    }
}
