//! The output of pg_dump as a migration: rows for COPY, a search path that is emptied, psql's guards around
//! it.

use std::ffi::OsStr;
use std::process::{Command, Stdio};

use crate::harness::{Project, Run};

const ROWS: &str = "CREATE TABLE a (id int PRIMARY KEY, b text);\n\
                    COPY a (id, b) FROM stdin;\n1\tx;y\n2\t\\N\n3\t'it''s\n\\.\n\n\
                    SELECT setval('s', 3) FROM (SELECT 1) AS one;\n";

fn with_rows() -> Project {
    let rows = format!("CREATE SEQUENCE s;\n{ROWS}");
    Project::with(&[("V1__a.sql", &rows), ("V1__a.down.sql", "DROP TABLE a;\nDROP SEQUENCE s;\n")])
}

/// Returns pg_dump's output for a project's database, rows included.
fn dump(project: &Project) -> String {
    let server = project.database.server();
    let mut dump = Command::new(server.bin_dir().join("pg_dump"));
    for (name, value) in server.psql(project.database.name()).get_envs() {
        dump.env(name, value.unwrap_or_else(|| OsStr::new("")));
    }
    dump.args(["--exclude-table=refinery_schema_history", "--exclude-table=branchline_log"]);
    let run = Run::wait(dump.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap());
    assert_eq!(run.code, Some(0), "{run}");
    run.stdout
}

#[test]
fn a_dump_is_a_migration_as_it_stands() {
    let source = with_rows();
    source.done(&["upgrade"]);
    let dumped = dump(&source);
    assert!(
        dumped.contains("\\restrict ") && dumped.contains("set_config('search_path', '', false)"),
        "{dumped}"
    );
    for head in ["", "-- branchline: no-transaction\n"] {
        let target = Project::with(&[
            ("V1__dump.sql", &format!("{head}{dumped}")),
            ("V2__b.sql", "CREATE TABLE b (id int);\n"),
        ]);
        target.done(&["upgrade"]);
        assert_eq!(target.applied(), "1 2", "{head}");
        assert_eq!(target.sql("SELECT string_agg(b, '|' ORDER BY id), count(*) FROM a"), "x;y|'it''s|3");
        assert_eq!(target.sql("SELECT last_value FROM s"), "3");
        assert_eq!(target.sql("SELECT to_regclass('public.b') IS NOT NULL"), "t");
        assert_eq!(target.done(&["current"]).stdout.lines().count(), 1);
    }
}

#[test]
fn rows_are_copied_by_every_command_that_runs_migrations() {
    let project = with_rows();
    project.done(&["upgrade", "--dry-run"]);
    project.done(&["verify"]);
    project.done(&["lint", "--observe", "--all"]);
    let script = project.done(&["upgrade", "--sql"]).stdout;
    std::fs::write(project.folder().join("up.sql"), script).unwrap();
    let up = project.folder().join("up.sql");
    let run = project.psql(&["--file", up.to_str().unwrap()]);
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(project.sql("SELECT count(*) FROM a"), "3");
    assert_eq!(project.applied(), "1");
    project.done(&["downgrade", "base"]);
    project.done(&["upgrade"]);
    assert_eq!(project.sql("SELECT count(*) FROM a"), "3");
}

#[test]
fn more_rows_than_one_message_holds_are_copied() {
    let rows: String = (0..100_000).map(|i| format!("{i}\n")).collect();
    let project = Project::with(&[(
        "V1__a.sql",
        &format!("CREATE TABLE a (id int);\nCOPY a FROM stdin (FORMAT csv);\n{rows}\\.\n"),
    )]);
    project.done(&["upgrade"]);
    assert_eq!(project.sql("SELECT count(*), max(id) FROM a"), "100000|99999");
}

#[test]
fn a_row_that_the_server_refuses_is_named_by_its_line_and_not_by_its_values() {
    for head in ["", "-- branchline: no-transaction\n"] {
        let sql =
            format!("{head}CREATE TABLE a (id int PRIMARY KEY);\nCOPY a FROM stdin;\n1\n2\ncanary\n\\.\n");
        let line = 5 + head.lines().count();
        let project = Project::with(&[("V1__a.sql", &sql)]);
        let run = project.run(&["upgrade"]);
        let error = run.refusal();
        assert!(
            error.starts_with(&format!("error: V1__a.sql, line {line}: invalid input syntax")),
            "{error}"
        );
        assert!(
            error.contains("COPY a FROM stdin") && error.contains("where: COPY a, line 3, column id"),
            "{error}"
        );
        assert!(!format!("{run}").contains("canary"), "{run}");
        let json = project.run(&["upgrade", "--format", "json"]);
        let document: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
        assert_eq!(document["error"]["line"], line, "{json}");
        assert!(!json.stdout.contains("canary"), "{json}");
    }
    let twice = "CREATE TABLE a (id int PRIMARY KEY);\nCOPY a FROM stdin;\n71077\n71077\n\\.\n";
    let run = Project::with(&[("V1__a.sql", twice)]).run(&["upgrade"]);
    assert!(run.refusal().starts_with("error: V1__a.sql, line 4: duplicate key"), "{run}");
    assert!(!format!("{run}").contains("71077"), "{run}");
}

#[test]
fn a_statement_behind_rows_is_named_by_its_own_line() {
    let sql = "CREATE TABLE a (id int);\nCOPY a FROM stdin;\n1\n2\n\\.\n\nSELECT 1;\nSELECT nothing;\n";
    let error = Project::with(&[("V1__a.sql", sql)]).run(&["upgrade"]).refusal();
    assert!(error.starts_with("error: V1__a.sql, line 8: column \"nothing\" does not exist"), "{error}");
}
