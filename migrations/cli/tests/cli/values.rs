//! Values and messages of a database, and who gets to read them.

use std::fs;

use crate::harness::{Project, Run};
use crate::rehearse::with_rows;

const SECRET: &str = "ann@secret.example";

/// A table of people, and this migration pending.
fn with_people(up: &str) -> Project {
    let project = with_rows(0, &[("V2__b.sql", up), ("V2__b.down.sql", "SELECT 1;\n")]);
    project.sql(&format!("INSERT INTO a VALUES (1, '{SECRET}'), (2, '{SECRET}')"));
    project
}

/// Statements that fail over a row, and what is said of it without the row.
const FAILURES: [(&str, &str); 8] = [
    ("ALTER TABLE a ADD UNIQUE (name);\n", "could not create unique index \"a_name_key\""),
    ("ALTER TABLE a ALTER name TYPE int USING name::int;\n", "invalid input syntax for type integer: \"…\""),
    ("SELECT name::timestamptz FROM a;\n", "invalid input syntax for type timestamp with time zone: \"…\""),
    ("SELECT name::json FROM a;\n", "invalid input syntax for type json"),
    ("SELECT name::regclass FROM a;\n", "…\""),
    ("SELECT (name || ' !')::tsquery FROM a;\n", "syntax error in tsquery: \"…\""),
    ("ALTER TABLE a ADD CHECK (name = ''); INSERT INTO a VALUES (1);\n", "check constraint"),
    (
        "DO $$ DECLARE r record; BEGIN FOR r IN SELECT * FROM a LOOP\nRAISE EXCEPTION 'row % is of %', r.id, \
         r.name USING DETAIL = r.name, HINT = r.name; END LOOP; END $$;\n",
        "row 1 is of …",
    ),
];

#[test]
fn no_message_of_a_command_holds_a_row_value_unless_it_is_asked_for() {
    let project = with_people("SELECT 1;\n");
    for (up, words) in FAILURES {
        project.write("V2__b.sql", up);
        for arguments in [&["upgrade"][..], &["upgrade", "--dry-run"], &["upgrade", "--format", "json"]] {
            let run = project.run(arguments);
            assert_eq!(run.code, Some(1), "{run}");
            let said = format!("{}{}", run.stdout, run.stderr).replace("\\\"", "\"");
            assert!(!said.contains("secret"), "{run}");
            assert!(said.split_whitespace().collect::<Vec<_>>().join(" ").contains(words), "{words}: {run}");
        }
    }
    project.write("V2__b.sql", FAILURES[0].0);
    let hidden = project.run(&["upgrade"]).refusal();
    assert!(hidden.contains("Row values are left out; --show-values shows them."), "{hidden}");
    let shown = project.run(&["upgrade", "--show-values"]).refusal();
    assert!(shown.contains(SECRET) && !shown.contains("left out"), "{shown}");
}

#[test]
fn no_report_holds_a_row_value_even_where_the_terminal_shows_them() {
    let project = with_people("SELECT 1;\n");
    for (up, words) in FAILURES {
        project.write("V2__b.sql", up);
        let run = project.run(&[
            "rehearse",
            "--local",
            "--show-values",
            "--report-json",
            "r.json",
            "--report-markdown",
            "r.md",
            "--report-html",
            "r.html",
        ]);
        assert_eq!(run.code, Some(1), "{run}");
        for file in ["r.json", "r.md", "r.html"] {
            let report = fs::read_to_string(project.folder().join(file)).unwrap();
            assert!(!report.contains("secret"), "{file}: {report}");
        }
        let json = fs::read_to_string(project.folder().join("r.json")).unwrap().replace("\\\"", "\"");
        assert!(json.contains(words), "{words}: {json}");
        // A DETAIL is of no use for a finding, which names the place.
        let has_value_in_message =
            !matches!(words, "could not create unique index \"a_name_key\"" | "check constraint")
                && !words.ends_with("json");
        assert_eq!(run.stdout.contains("ann@secret"), has_value_in_message, "{up}: {run}");
        let hidden = project.run(&["rehearse", "--local"]);
        assert!(!hidden.stdout.contains("secret"), "{hidden}");
    }
}

#[test]
fn what_a_migration_says_is_in_the_report_and_below_the_verdict() {
    let project = with_people(
        "DO $$ DECLARE r record; BEGIN\nRAISE WARNING 'three owners are missing';\n\
         FOR r IN SELECT * FROM a LOOP RAISE NOTICE '% is %', r.id, r.name; END LOOP; END $$;\n\
         CREATE TABLE IF NOT EXISTS a ();\nCREATE TABLE x ();\nCREATE VIEW v AS SELECT FROM x;\n\
         DROP TABLE x CASCADE;\nDROP INDEX IF EXISTS i;\n",
    );
    let run = project.run(&["rehearse", "--local", "--report-json", "r.json"]);
    assert_eq!(run.code, Some(0), "{run}");
    let verdict = run.stdout.find("1 migration was rehearsed. Passed.").unwrap();
    for note in [
        "note: V2__b.sql, line 1: WARNING: three owners are missing",
        "note: V2__b.sql, line 1: NOTICE: 1 is …",
        "note: V2__b.sql, line 1: NOTICE: 2 is …",
        "NOTICE: drop cascades to view v",
    ] {
        let at = run.stdout.find(note).unwrap_or_else(|| panic!("{note}: {run}"));
        assert!(at > verdict, "{run}");
    }
    assert!(!run.stdout.contains("secret"), "{run}");
    assert!(!run.stdout.contains("skipping"), "what IF NOT EXISTS asks for: {run}");
    let json = fs::read_to_string(project.folder().join("r.json")).unwrap();
    assert!(json.contains("WARNING: three owners are missing") && !json.contains("secret"), "{json}");
    let shown = project.run(&["rehearse", "--local", "--show-values"]);
    assert!(shown.stdout.contains(&format!("NOTICE: 1 is {SECRET}")), "{shown}");
}

#[test]
fn a_migration_that_says_much_fills_no_report() {
    let project =
        with_people("DO $$ BEGIN FOR i IN 1..5000 LOOP RAISE NOTICE 'row % of many', i; END LOOP; END $$;\n");
    let run = project.run(&["rehearse", "--local", "--report-markdown", "r.md"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(run.stdout.lines().count() < 100, "{}", run.stdout.lines().count());
    let markdown = fs::read_to_string(project.folder().join("r.md")).unwrap();
    assert!(markdown.len() < 65_000, "{}", markdown.len());
}

/// Asserts that no line is a command to GitHub's runner, which looks past blanks.
#[track_caller]
fn assert_inert(run: &Run) {
    for line in run.stdout.lines().chain(run.stderr.lines()).flat_map(|line| line.split('\r')) {
        assert!(!line.trim_start().starts_with("::") && !line.contains("##["), "{run}");
    }
    assert!(!format!("{}{}", run.stdout, run.stderr).contains(['\u{1b}', '\u{202e}']), "{run}");
}

#[test]
fn no_line_of_output_is_a_command_to_a_pipeline() {
    let words = ["long"; 14].join(" ");
    let project = with_people("SELECT 1;\n");
    for up in [
        "DO $$ BEGIN RAISE NOTICE E'a\\n::error::b\\r::error::c ##[error]d \\u202e'; END $$;\nSELECT 1 / \
         0;\n"
            .to_owned(),
        "DO $$ BEGIN RAISE EXCEPTION E'a\\n  ::error::b\\r::error::c ##[error]d \\u202e'; END \
         $$;\n"
            .to_owned(),
        // A line of wrapped prose might begin so.
        format!("DO $$ BEGIN RAISE EXCEPTION '{words} ::error::b'; END $$;\n"),
        "SELECT '\n::error::x' / 0;\n".to_owned(),
        "ALTER TABLE a ADD \"\n::error::b\" int;\nALTER TABLE a ADD \"\n::error::b\" int;\n".to_owned(),
    ] {
        project.write("V2__b.sql", &up);
        for arguments in [
            &["upgrade"][..],
            &["upgrade", "--show-values"],
            &["upgrade", "--format", "json"],
            &["rehearse", "--local", "--show-values"],
            &["rehearse", "--local", "--format", "json"],
            &["lint"],
            &["lint", "--output", "github"],
        ] {
            let run = project.run(arguments);
            if arguments[0] == "lint" && arguments.len() > 1 {
                let ours = |line: &str| {
                    line.is_empty()
                        || line.starts_with(
                            "::error \
                    file=",
                        )
                        || line.starts_with(
                            "::warning \
                    file=",
                        )
                };
                assert!(run.stdout.lines().all(ours), "{run}");
            } else {
                assert_inert(&run);
            }
        }
    }
}

#[test]
fn a_comment_calls_nobody_links_nowhere_and_holds_no_markup() {
    let hostile = "@team #123 https://evil.example www.evil.example <img src=x> [a](b) `x` \\u{202e}";
    let project = with_people(&format!(
        "DO $$ BEGIN RAISE WARNING E'{}'; END $$;\nALTER TABLE a ADD \"{hostile}\" int;\n",
        hostile.replace("\\u{202e}", "\\u202e")
    ));
    let run = project.run(&["rehearse", "--local", "--report-markdown", "r.md", "--", "echo", hostile]);
    assert!(matches!(run.code, Some(0 | 1)), "{run}");
    let markdown = fs::read_to_string(project.folder().join("r.md")).unwrap();
    for part in ["@team", "#123", "https://", "www.evil", "<img", "[a](b)", "`x`", "\u{202e}"] {
        let found = markdown.match_indices(part).map(|(at, _)| &markdown[at.saturating_sub(20)..at]);
        assert!(found.clone().all(|before| before.ends_with('\\')), "{part}: {markdown}");
    }
    assert!(markdown.contains("team") && markdown.contains("evil"), "{markdown}");
}
