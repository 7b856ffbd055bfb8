//! Tables for a terminal of 80 columns, and numbers in them.

use comfy_table::{CellAlignment, ContentArrangement};

const WIDTH: u16 = 80;

/// A table with a heading above it and notes below.
pub(crate) struct Table {
    heading: String,
    table: comfy_table::Table,
    notes: Vec<String>,
}

impl Table {
    /// The first column is text, the others are figures.
    pub(crate) fn new(heading: impl Into<String>, columns: &[&str]) -> Self {
        let mut table = comfy_table::Table::new();
        table.load_style(comfy_table::presets::NOTHING);
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(WIDTH);
        table.set_header(columns);
        for (index, column) in table.column_iter_mut().enumerate() {
            let (alignment, padding) =
                if index == 0 { (CellAlignment::Left, (2, 0)) } else { (CellAlignment::Right, (2, 0)) };
            column.set_cell_alignment(alignment);
            column.set_padding(padding);
        }
        Self { heading: heading.into(), table, notes: Vec::new() }
    }

    pub(crate) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.table.add_row(cells);
    }

    /// A line below the table.
    pub(crate) fn note(&mut self, line: impl Into<String>) {
        self.notes.push(line.into());
    }

    pub(crate) fn print(&self) {
        line(&self.heading);
        for row in self.table.lines() {
            line(row.trim_end());
        }
        for note in &self.notes {
            line(&format!("  {note}"));
        }
        line("");
    }
}

/// Writes a line to standard output.
#[expect(clippy::print_stdout, reason = "the figures are what the program is for")]
pub(crate) fn line(text: &str) {
    println!("{text}");
}

/// Says what is being measured, so that a long run is seen to move.
#[expect(clippy::print_stderr, reason = "progress is for people, the figures are on standard output")]
pub(crate) fn progress(text: &str) {
    eprintln!("bench: {text}");
}

/// With so many decimals.
pub(crate) fn number(value: f64, decimals: usize) -> String {
    format!("{value:.decimals$}")
}

/// Whole, with commas between the thousands.
pub(crate) fn count(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        let counted: Vec<String> = [0.4, 999.0, 1_000.0, 1_234_567.0].map(count).into();
        assert_eq!(counted, ["0", "999", "1,000", "1,234,567"]);
    }
}
