//! The schema at the end against the file that says what it should be.

use std::path::Path;

use anyhow::{Context, Result};
use schema_core::{Catalog, schema_file};

use super::report::{About, Finding, Level};

/// Differences that a message shows.
const SHOWN: usize = 8;

/// Compares a catalog with the schema file, where there is one.
///
/// # Errors
/// The file cannot be read.
pub(crate) fn compare(file: Option<&Path>, catalog: &Catalog) -> Result<Option<Finding>> {
    let Some(file) = file else { return Ok(None) };
    let wanted =
        std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let differences = differences(&wanted, &schema_file(catalog));
    if differences.is_empty() {
        return Ok(None);
    }
    let (shown, more) = (differences.iter().take(SHOWN), differences.len().saturating_sub(SHOWN));
    let mut message = "is not the schema at the end:".to_owned();
    for line in shown {
        message.push_str("\n    ");
        message.push_str(line);
    }
    if more > 0 {
        message.push_str(&format!("\n    … and {more} more lines"));
    }
    message.push_str("\nwrite it anew with branchline schema, or see what was changed on production by hand");
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned());
    Ok(Some(Finding { level: Level::Failure, about: About::Schema, file: name, line: None, message }))
}

/// The lines that only the file has, with `-`, and those that only the database has, with `+`.
fn differences(wanted: &str, there: &str) -> Vec<String> {
    let only_in = |mark: char, of: &str, other: &str| {
        let other: Vec<&str> = other.lines().collect();
        of.lines()
            .filter(|line| !other.contains(line))
            .map(|line| format!("{mark} {line}"))
            .collect::<Vec<_>>()
    };
    let mut differences = only_in('-', wanted, there);
    differences.extend(only_in('+', there, wanted));
    if differences.is_empty() && wanted != there {
        differences.push("~ the same lines in another order".to_owned());
    }
    differences
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_side_is_shown_with_its_mark() {
        assert_eq!(differences("a\nb\n", "a\nc\n"), ["- b", "+ c"]);
        assert_eq!(differences("a\nb\n", "b\na\n"), ["~ the same lines in another order"]);
        assert!(differences("a\n", "a\n").is_empty());
    }
}
