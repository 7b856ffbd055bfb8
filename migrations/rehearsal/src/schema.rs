//! The schema at the end against the file that says what it should be.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result};
use model::{Catalog, SCHEMA_FILE_ACCESS, schema_file};

use super::report::{About, Finding, Level};

/// Differences that a message shows.
const SHOWN: usize = 8;

/// Compares a catalog with the schema file, where there is one.
///
/// # Errors
/// The file cannot be read.
pub fn compare(file: Option<&Path>, catalog: &Catalog) -> Result<Option<Finding>> {
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
    message.push_str("\nwrite it with branchline schema, or see what was changed on production by hand");
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned());
    Ok(Some(Finding::new(Level::Failure, About::Schema, name, None, message)))
}

/// The lines that only the file has, with `-`, and those that only the database has, with `+`. A database may
/// have privileges, settings and publications beyond those of the file; it has its own provider and its own
/// roles. Columns of a table in another order are no difference, since no migration can put them back.
fn differences(wanted: &str, there: &str) -> Vec<String> {
    let only_in = |mark: char, of: &str, other: &str| {
        let other: BTreeSet<&str> = other.lines().map(without_comma).collect();
        let missing = of.lines().filter(|line| !other.contains(without_comma(line)));
        missing.map(|line| format!("{mark} {line}")).collect::<Vec<_>>()
    };
    let (wanted_objects, wanted_access) = parts(wanted);
    let (objects, access) = parts(there);
    let mut differences = only_in('-', wanted_objects, objects);
    differences.extend(only_in('-', wanted_access, access));
    differences.extend(only_in('+', objects, wanted_objects));
    if differences.is_empty() && blocks(wanted_objects) != blocks(objects) {
        differences.push("~ the same lines in another order".to_owned());
    }
    differences
}

/// Objects, and what access to them there is.
fn parts(file: &str) -> (&str, &str) {
    let (objects, access) = file.split_once(SCHEMA_FILE_ACCESS).unwrap_or((file, ""));
    (objects.trim_end(), access)
}

/// The last of a table's lines has no comma.
fn without_comma(line: &str) -> &str {
    line.strip_suffix(',').unwrap_or(line)
}

/// The paragraphs of a file; the lines of a table are sorted.
fn blocks(text: &str) -> Vec<Vec<&str>> {
    text.split("\n\n").map(lines_in_fixed_order).collect()
}

fn lines_in_fixed_order(block: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = block.lines().map(without_comma).collect();
    if lines.first().is_some_and(|line| line.starts_with("CREATE ") && line.ends_with('(')) {
        lines.sort_unstable();
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_side_is_shown_with_its_mark() {
        assert_eq!(differences("a\nb\n", "a\nc\n"), ["- b", "+ c"]);
        assert_eq!(differences("a\n\nb\n", "b\n\na\n"), ["~ the same lines in another order"]);
        assert!(differences("a\n", "a\n").is_empty());
    }

    #[test]
    fn columns_in_another_order_are_no_difference() {
        let table = |columns: &str| format!("CREATE TABLE t (\n{columns}\n);\n");
        assert!(differences(&table("    a int,\n    b int"), &table("    b int,\n    a int")).is_empty());
        assert_eq!(differences(&table("    a int"), &table("    a text")), ["-     a int", "+     a text"]);
    }

    #[test]
    fn a_database_may_have_privileges_beyond_those_of_the_file() {
        let with = |access: &str| format!("a\n\n{SCHEMA_FILE_ACCESS}{access}");
        assert!(differences(&with("GRANT 1;\n"), &with("GRANT 1;\nGRANT 2;\n")).is_empty());
        assert!(differences("a\n", &with("GRANT 2;\n")).is_empty());
        assert_eq!(differences(&with("GRANT 1;\n"), "a\n"), ["- GRANT 1;"]);
    }
}
