//! `--sql`: the steps as a script for psql.
//!
//! The script is composed here and not by the applier (`run`), because most of what the applier does is an
//! answer to the server: it retries when a lock is taken, records progress and resumes, and sends a file as
//! one message. A script can only say what comes next. The parts that must agree are the same functions for
//! both: the timeouts (`Settings::statements`), the rows of the history (`insert_at`, `delete`) and what is
//! reset behind a migration (`CLEAR`). Tests run scripts in psql and compare the catalog and the history with
//! those of an upgrade.

use std::fmt::Write;
use std::time::Duration;

use crate::adoption::{Adoption, AdoptionStep};
use files::{Migration, Script, Stamp, Statement};

use crate::database::{HistoryTable, create_table, delete, insert_at};
use crate::report::Direction;
use crate::run::CLEAR;
use crate::settings::Settings;

/// refinery parses the column as RFC 3339; the script's time is when it runs.
const NOW: &str = r#"to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"#;

/// psql stops at the first error.
const STOP: &str = "\\set ON_ERROR_STOP on\n";

/// Back to where the history is, whatever role or path the migration took.
const HOME: &str = "RESET SESSION AUTHORIZATION; RESET search_path";

/// A script that does what a run over these migrations would do: the same transactions, timeouts and history.
/// It stops at the first error, even without psql's ON_ERROR_STOP.
pub fn render_steps(
    table: &HistoryTable,
    steps: &[&Migration],
    direction: Direction,
    settings: &Settings,
) -> String {
    let mut script = head(table);
    for migration in steps {
        let (part, record) = match direction {
            Direction::Up => (Some(&migration.up), insert_at(table, migration, NOW)),
            Direction::Down => (migration.down.as_ref(), delete(table, migration.version)),
        };
        if let Some(part) = part {
            write_part(&mut script, part, &record, settings);
        }
    }
    script
}

fn write_part(script: &mut String, part: &Script, record: &str, settings: &Settings) {
    let sql = with_final_semicolon(part);
    let (begin, timeouts, end) = if !part.directives.no_transaction {
        ("BEGIN;\n", settings.statements("SET LOCAL"), "COMMIT;\n")
    } else if part.statements().any(|statement| statement.is_concurrent()) {
        // As in a run: a concurrent build that gives up leaves an invalid index behind.
        ("", Settings { lock_timeout: Duration::ZERO, ..settings.clone() }.statements("SET"), "")
    } else {
        ("", settings.statements("SET"), "")
    };
    let file = &part.file;
    // Writing to a String does not fail.
    let _ = write!(script, "\n-- {file}\n\n{begin}{timeouts};\n{sql}\n{HOME};\n{record};\n{end}RESET ALL;\n");
}

/// A script that sets the history as a stamp does.
pub fn render_stamp(table: &HistoryTable, stamp: &Stamp<'_>) -> String {
    format!("{}{}", head(table), transaction(&stamp_statements(table, stamp, NOW)))
}

/// A script that runs statements in one transaction.
pub fn render_transaction(statements: &[String]) -> String {
    format!("{STOP}{}", transaction(statements))
}

fn transaction(statements: &[String]) -> String {
    let mut script = "\nBEGIN;\n".to_owned();
    for statement in statements {
        let _ = writeln!(script, "{statement};");
    }
    script.push_str("COMMIT;\n");
    script
}

/// A script that adopts a database: stamps and what runs before them, in one transaction.
pub fn render_adoption(table: &HistoryTable, plan: &Adoption<'_>, settings: &Settings) -> String {
    let mut script = head(table);
    script.push_str("\nBEGIN;\n");
    for step in &plan.steps {
        let (AdoptionStep::Stamp(migration, _) | AdoptionStep::Apply(migration)) = step;
        if let AdoptionStep::Apply(_) = step {
            let (file, timeouts) = (&migration.up.file, settings.statements("SET LOCAL"));
            let sql = with_final_semicolon(&migration.up);
            let _ = writeln!(script, "\n-- {file}\n\n{timeouts};\n{sql}\n{CLEAR};");
        }
        let _ = writeln!(script, "{};", insert_at(table, migration, NOW));
    }
    script.push_str("COMMIT;\n");
    script
}

/// The statements of a stamp.
pub fn stamp_statements(table: &HistoryTable, stamp: &Stamp<'_>, now: &str) -> Vec<String> {
    let removals = stamp.remove.iter().map(|&version| delete(table, version));
    removals.chain(stamp.add.iter().map(|migration| insert_at(table, migration, now))).collect()
}

fn head(table: &HistoryTable) -> String {
    format!("{STOP}\n{};\n", create_table(table))
}

/// The file's text, ready to be followed by another statement. The guards of a dump are left out: an older
/// psql does not know them.
fn with_final_semicolon(part: &Script) -> String {
    let mut sql = String::new();
    let mut from = 0;
    for command in part.psql_commands().filter(|command| command.is_guard) {
        sql.push_str(&part.sql[from..command.start]);
        from = command.end;
    }
    sql.push_str(&part.sql[from..]);
    // A section of a file stands on the lines that the file has it on.
    let sql = sql.trim_end().trim_start_matches('\n');
    let behind = |last: Statement<'_>| part.sql[last.start + last.text.len()..].trim_start();
    match part.statements().last() {
        // If a comment stands between the last word and its semicolon, a second semicolon does no harm.
        Some(last) if !behind(last).starts_with(';') => format!("{sql}\n;"),
        _ => sql.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use files::Migrations;

    use super::*;

    fn script(files: &[(&str, &str)], direction: Direction) -> String {
        let files = files.iter().map(|(name, sql)| ((*name).to_owned(), sql.as_bytes().to_vec()));
        let migrations = Migrations::from_files(files).unwrap();
        let steps: Vec<&Migration> = migrations.iter().collect();
        let (name, versions) = ("public.refinery_schema_history".to_owned(), migrations.version_type());
        let table = HistoryTable { name, versions };
        render_steps(&table, &steps, direction, &Settings::default())
    }

    #[test]
    fn a_statement_without_semicolon_gets_one_before_the_history_row() {
        let sql = script(&[("V1__a.sql", "SELECT 1 -- the last; really\n")], Direction::Up);
        assert!(sql.contains("SELECT 1 -- the last; really\n;\nRESET SESSION"), "{sql}");
        let sql = script(&[("V1__a.sql", "SELECT 1;\n")], Direction::Up);
        assert!(sql.contains("SELECT 1;\nRESET SESSION"), "{sql}");
    }

    #[test]
    fn a_transaction_holds_the_file_and_its_history_row() {
        let sql = script(&[("V1__a.sql", "SELECT 1;\n"), ("V1__a.down.sql", "SELECT 2;\n")], Direction::Down);
        let end = sql.split_once("BEGIN;").unwrap().1;
        assert_eq!(
            end,
            "\nSET LOCAL lock_timeout = 3000; SET LOCAL statement_timeout = 0; SET LOCAL row_security = \
             off;\nSELECT 2;\n\
             RESET SESSION AUTHORIZATION; RESET search_path;\n\
             DELETE FROM public.refinery_schema_history WHERE version = 1;\nCOMMIT;\nRESET ALL;\n"
        );
    }

    #[test]
    fn rows_stay_as_psql_reads_them_and_the_guards_of_a_dump_go() {
        let dump = "\\restrict a1\nCOPY a FROM stdin;\n1\n\\.\n\\unrestrict a1\n";
        let sql = script(&[("V1__a.sql", dump)], Direction::Up);
        assert!(sql.contains(";\nCOPY a FROM stdin;\n1\n\\.\nRESET SESSION"), "{sql}");
    }

    #[test]
    fn a_file_outside_a_transaction_stays_outside() {
        let sql = script(&[("V1__a.sql", "-- branchline: no-transaction\nVACUUM;\n")], Direction::Up);
        assert!(!sql.contains("BEGIN"), "{sql}");
    }
}
