//! Figures of another importer, measured by its own benchmark: a JSON file with
//! `import.<size>.servers.<name>.{ms, bookmarks_per_s, peak_rss_mb, x_floor}`, where `x_floor` is its time as
//! a multiple of its own floor, and `parse.<name>.{seconds, mb_per_s}`.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::table::{Table, count, number};

/// The fields of such a file that are used here.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Outside {
    #[serde(default)]
    import: BTreeMap<String, Size>,
    #[serde(default)]
    parse: BTreeMap<String, Parser>,
}

#[derive(Debug, Deserialize, Serialize)]
struct Size {
    servers: BTreeMap<String, Import>,
}

#[derive(Debug, Deserialize, Serialize)]
struct Import {
    ms: f64,
    bookmarks_per_s: f64,
    #[serde(default)]
    peak_rss_mb: f64,
    #[serde(default)]
    x_floor: f64,
}

/// A parser that failed has neither figure.
#[derive(Debug, Deserialize, Serialize)]
struct Parser {
    seconds: Option<f64>,
    mb_per_s: Option<f64>,
}

pub(crate) fn read(path: &Path) -> Result<Outside> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    serde_json::from_str(&text).with_context(|| path.display().to_string())
}

pub(crate) fn print(outside: &Outside) {
    let mut table = Table::new(
        "ANOTHER IMPORTER, from its own run: its files, its table, its floor",
        &["import", "ms", "rows/s", "ratio", "peak MB"],
    );
    for (size, servers) in &outside.import {
        for (name, import) in &servers.servers {
            let ratio = if import.x_floor > 0.0 { number(1.0 / import.x_floor, 2) } else { String::new() };
            table.row([
                format!("{size}, {name}"),
                number(import.ms, 1),
                count(import.bookmarks_per_s),
                ratio,
                count(import.peak_rss_mb),
            ]);
        }
    }
    table.print();
    let mut table = Table::new("ANOTHER IMPORTER, reading alone", &["parser, file", "ms", "MB/s"]);
    for (name, parser) in &outside.parse {
        if let (Some(seconds), Some(speed)) = (parser.seconds, parser.mb_per_s) {
            table.row([name.clone(), number(seconds * 1e3, 1), number(speed, 1)]);
        }
    }
    table.print();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_parser_and_unknown_fields_are_no_error() {
        let text = r#"{"machine": {},
            "parse": {"a 1k": {"error": "x"}, "b 1k": {"seconds": 0.5, "mb_per_s": 9}},
            "import": {"1k": {"bytes": 5,
                "servers": {"b": {"ms": 4, "bookmarks_per_s": 250, "x_floor": 2.0}}}}}"#;
        let outside: Outside = serde_json::from_str(text).unwrap();
        assert_eq!(outside.parse["b 1k"].mb_per_s, Some(9.0));
        assert_eq!(outside.import["1k"].servers["b"].x_floor, 2.0);
    }
}
