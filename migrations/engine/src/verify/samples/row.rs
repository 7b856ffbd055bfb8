//! A row for a table, as the statement that inserts it.

use serde::Deserialize;

use super::values::sample;
use crate::database::literal;

/// A table to fill.
#[derive(Debug, Deserialize)]
pub(super) struct Table {
    pub(super) oid: String,
    pub(super) name: String,
    pub(super) quoted: String,
    pub(super) columns: Vec<Column>,
    /// True if it has no row, for all that is known without asking.
    #[serde(skip)]
    pub(super) is_empty: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) quoted: String,
    /// As SQL writes it.
    pub(super) r#type: String,
    /// The type's name, or that of what a domain or an array is made of.
    pub(super) base: String,
    pub(super) is_array: bool,
    /// Characters, bits or digits that it takes, where that is bounded.
    pub(super) length: Option<usize>,
    /// The values of an enum.
    pub(super) labels: Vec<String>,
    /// Subtype of a range.
    pub(super) subtype: Option<String>,
    pub(super) is_multirange: bool,
    pub(super) default: Option<String>,
    /// Conditions on this column alone.
    pub(super) conditions: Vec<String>,
    /// The conditions of its domain.
    pub(super) domain: Option<String>,
    /// True if it is part of a unique index or an exclusion.
    pub(super) is_key: bool,
    /// True if a row without it is refused.
    pub(super) is_needed: bool,
    pub(super) is_nullable: bool,
    pub(super) is_generated: bool,
    pub(super) refers_to: Option<Reference>,
    /// Values that fit the conditions, where there are conditions.
    #[serde(skip)]
    pub(super) fitting: Option<Vec<String>>,
}

/// A foreign key's other side.
#[derive(Debug, Deserialize)]
pub(super) struct Reference {
    pub(super) oid: String,
    pub(super) table: String,
    pub(super) column: String,
    pub(super) quoted: String,
}

/// Selects a value of a column.
#[derive(Clone, Copy, Debug)]
pub(super) struct Draw {
    /// The row's, from 1.
    pub(super) number: usize,
    /// Number of rows that have been refused before.
    pub(super) attempt: usize,
    /// Addend, so that a column is greater than those before it.
    pub(super) place: usize,
}

/// The ways of writing a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Every column, the values alike.
    Whole,
    /// Every column, and each greater than the one before.
    Rising,
    /// Every column, and each less than the one before.
    Falling,
    /// The keys and what has to be there.
    Needed,
}

pub(super) const FORMS: [Form; 4] = [Form::Whole, Form::Rising, Form::Falling, Form::Needed];

impl Table {
    /// The insertion of a row. `circle`: tables whose rows come later in the same transaction.
    pub(super) fn insertion(&self, draw: Draw, form: Form, circle: &[&Table]) -> String {
        let is_written = |column: &Column| match form {
            _ if column.is_generated => false,
            Form::Needed => column.is_needed || column.is_key,
            _ => true,
        };
        let place = |i: usize| match form {
            Form::Rising => i,
            Form::Falling => self.columns.len() - i,
            Form::Whole | Form::Needed => 0,
        };
        let (mut names, mut values) = (Vec::new(), Vec::new());
        for (i, column) in self.columns.iter().enumerate().filter(|(_, column)| is_written(column)) {
            if let Some(value) = column.value(Draw { place: place(i), ..draw }, self, circle) {
                names.push(column.quoted.as_str());
                values.push(value);
            }
        }
        match names.is_empty() {
            true => format!("INSERT INTO {} DEFAULT VALUES", self.quoted),
            // An identity is written as well: the sequence is for the migrations' own rows.
            false => format!(
                "INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE VALUES ({})",
                self.quoted,
                names.join(", "),
                values.join(", ")
            ),
        }
    }

    /// The value of a column that another refers to, as it is or will be.
    fn key(&self, column: &str, draw: Draw) -> Option<String> {
        self.columns.iter().find(|other| other.name == column)?.own_value(draw)
    }
}

impl Column {
    /// The value of a row; none of a type that is not known here.
    fn value(&self, draw: Draw, table: &Table, circle: &[&Table]) -> Option<String> {
        let Some(Reference { oid, table: other, column, quoted }) = &self.refers_to else {
            return self.own_value(draw);
        };
        if *oid == table.oid {
            // The first row of a tree has nothing above it, where that may be.
            return match (draw.number, self.is_nullable) {
                (1, true) => Some("NULL".to_owned()),
                (number, is_nullable) => {
                    table.key(column, Draw { number: if is_nullable { 1 } else { number }, ..draw })
                }
            };
        }
        if let Some(key) =
            circle.iter().find(|other| other.oid == *oid).and_then(|other| other.key(column, draw))
        {
            return Some(key);
        }
        // A sample, as it was written there; else the oldest rows, on which a migration that is just tried
        // has no claim.
        let of_row = |offset| format!("(SELECT {quoted} FROM {other} ORDER BY ctid OFFSET {offset} LIMIT 1)");
        let same = sample(&self.base, draw, true, None).filter(|_| !self.is_array);
        let same = same.map(|key| {
            format!("(SELECT {quoted} FROM {other} WHERE {quoted} = {} LIMIT 1), ", self.cast(&literal(&key)))
        });
        Some(format!("coalesce({}{}, {})", same.unwrap_or_default(), of_row(draw.number - 1), of_row(0)))
    }

    /// The value of a column that refers to nothing.
    fn own_value(&self, draw: Draw) -> Option<String> {
        let fitting = self.fitting.as_ref().filter(|fitting| !fitting.is_empty());
        let text = match fitting {
            Some(fitting) => fitting.get((draw.number - 1) % fitting.len())?.clone(),
            None => self.everyday(draw)?,
        };
        Some(self.cast(&literal(&text)))
    }

    /// A text as a value of the column's type.
    pub(super) fn cast(&self, text: &str) -> String {
        let value = if self.is_array { format!("ARRAY[{text}]") } else { text.to_owned() };
        format!("{value}::{}", self.r#type)
    }
}
