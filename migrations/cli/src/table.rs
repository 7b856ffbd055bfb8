//! Tables of text, without lines.

use std::fmt;

use comfy_table::{Row, Table, presets};

/// A table whose lines end with their last character: padding shows in logs and copies.
pub(crate) struct PlainTable(Table);

impl PlainTable {
    pub(crate) fn new(header: &[&str]) -> Self {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        table.set_header(header);
        Self(table)
    }

    pub(crate) fn row(&mut self, row: impl Into<Row>) {
        self.0.add_row(row);
    }
}

impl fmt::Display for PlainTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.to_string();
        let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        f.write_str(&lines.join("\n"))
    }
}
