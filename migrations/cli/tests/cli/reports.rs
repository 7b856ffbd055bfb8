//! Whole reports as the command line prints them, as text and as JSON, in `snapshots`. What differs from run
//! to run (times, sizes, digests, the host) is written as `(time)` and the like.

use std::fs;

use serde_json::Value;

use crate::harness::{Project, Run};
use crate::neon::Neon;

/// A snapshot of a report; every line of a text is one of a terminal.
macro_rules! assert_report {
    ($name:literal, $run:expr) => {
        let run: Run = $run;
        assert!(run.stdout.lines().all(|line| line.chars().count() <= 80), "{run}");
        insta::assert_snapshot!($name, run);
    };
}

/// A snapshot of a JSON document.
macro_rules! assert_document {
    ($name:literal, $run:expr) => {
        insta::assert_snapshot!($name, document(&$run));
    };
}

/// A document with all that differs from run to run replaced.
fn document(run: &Run) -> String {
    let mut document: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{run}"));
    redact("", &mut document);
    serde_json::to_string_pretty(&document).unwrap()
}

fn redact(key: &str, value: &mut Value) {
    match value {
        Value::Object(fields) => fields.iter_mut().for_each(|(key, value)| redact(key, value)),
        Value::Array(elements) => elements.iter_mut().for_each(|element| redact(key, element)),
        Value::Number(_) if key.ends_with("_ms") => *value = "(time)".into(),
        Value::Number(_) if ["wal_bytes", "size_change", "attempts"].contains(&key) => {
            *value = "(figure)".into();
        }
        Value::String(text) if key == "version" && text == env!("CARGO_PKG_VERSION") => {
            *text = "(version)".to_owned();
        }
        Value::String(text) if key.ends_with("_at") => *text = "(time)".to_owned(),
        Value::String(text) if text.len() == 64 && text.chars().all(|c| c.is_ascii_hexdigit()) => {
            *text = "(digest)".to_owned();
        }
        _ => {}
    }
}

/// The ids of branches and snapshots, which are random, with `x` for each sign.
fn without_ids(mut run: Run) -> Run {
    for prefix in ["br-", "snap-"] {
        let mut parts = run.stdout.split(prefix);
        let mut text = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let end = part.find(|c: char| !c.is_alphanumeric() && c != '-').unwrap_or(part.len());
            text += &format!("{prefix}{}{}", "x".repeat(end), &part[end..]);
        }
        run.stdout = text;
    }
    run
}

/// A table with three rows, and a pending migration that is good.
fn pending() -> Project {
    let project = Project::with(&[
        ("V1__people.sql", "CREATE TABLE people (id int PRIMARY KEY, name text NOT NULL);\n"),
        ("V1__people.down.sql", "-- branchline: loses people.*: the table goes\nDROP TABLE people;\n"),
    ]);
    project.done(&["upgrade"]);
    project.sql("INSERT INTO people VALUES (1, 'Ada'), (2, 'Grace'), (3, 'Edsger')");
    project.write("V2__email.sql", "ALTER TABLE people ADD COLUMN email text;\n");
    project.write(
        "V2__email.down.sql",
        "-- branchline: loses people.email: nobody reads it yet\nALTER TABLE people DROP COLUMN email;\n",
    );
    project
}

#[test]
fn a_plan_and_its_run() {
    let project = pending();
    assert_report!("history.txt", project.run(&["history", "-v"]));
    assert_report!("upgrade-dry-run.txt", project.run(&["upgrade", "--dry-run"]));
    assert_document!("upgrade-dry-run.json", project.run(&["upgrade", "--dry-run", "--format", "json"]));
    assert_report!("upgrade.txt", project.run(&["upgrade"]));
    assert_document!("downgrade.json", project.run(&["downgrade", "-1", "--format", "json"]));
}

#[test]
fn a_deploy() {
    let project = pending();
    let rehearsed = project.run(&["rehearse", "--local", "--report-json", "report.json", "--", "true"]);
    assert_eq!(rehearsed.code, Some(0), "{rehearsed}");
    assert_report!("deploy.txt", project.run(&["deploy", "report.json"]));
    project.done(&["downgrade", "-1"]);
    project.sql("ALTER TABLE people ADD COLUMN by_hand text");
    assert_report!("deploy-refused.txt", project.run(&["deploy", "report.json"]));
}

#[test]
fn a_proof() {
    let project = pending();
    assert_report!("verify.txt", project.run(&["verify"]));
    project.write("V2__email.down.sql", "SELECT 'nothing is taken back';\n");
    assert_report!("verify-refused.txt", project.run(&["verify"]));
    assert_document!("verify-refused.json", project.run(&["verify", "--format", "json"]));
}

#[test]
fn a_check_for_drift() {
    let project = pending();
    project.sql("ALTER TABLE people ALTER name TYPE varchar(80); CREATE INDEX by_hand ON people (name)");
    assert_report!("check-drift.txt", project.run(&["check"]));
    assert_document!("check-drift.json", project.run(&["check", "--format", "json"]));
}

#[test]
fn findings_of_the_linter() {
    let project = pending();
    project.write("V3__name.sql", "CREATE INDEX people_name ON people (name);\nDROP TABLE people;\n");
    assert_report!("lint.txt", project.run(&["lint"]));
    assert_document!("lint.json", project.run(&["lint", "--format", "json"]));
    insta::assert_snapshot!("lint.github", project.run(&["lint", "--output", "github"]));
    assert_document!("lint.sarif", project.run(&["lint", "--output", "sarif"]));
    assert_report!("lint-explain.txt", project.run(&["lint", "--explain", "ban-drop-table"]));
}

#[test]
fn a_database_of_another_tool_is_adopted() {
    let project = pending();
    project.sql(
        "DROP TABLE refinery_schema_history, branchline_log CASCADE;
         CREATE TABLE schema_migrations (version bigint PRIMARY KEY);
         INSERT INTO schema_migrations VALUES (1); CREATE TABLE theirs (id int)",
    );
    assert_report!("adopt-dry-run.txt", project.run(&["adopt", "--dry-run"]));
    assert_report!("adopt.txt", project.run(&["adopt"]));
}

#[test]
fn branches_and_snapshots_of_a_neon_project() {
    let neon = Neon::start();
    let run = |arguments: &[&str]| without_ids(neon.run(arguments));
    assert_report!("branch-create.txt", run(&["branch", "create", "try", "--expires", "2h"]));
    assert_report!("branch-list.txt", run(&["branch", "list"]));
    assert_report!("snapshot-create.txt", run(&["snapshot", "create", "before"]));
    assert_report!("snapshot-list.txt", run(&["snapshot", "list"]));
}

#[test]
fn a_rehearsal() {
    let project = pending();
    let rehearse = ["rehearse", "--local", "--report-json", "report.json", "--", "true"];
    let run = project.run(&rehearse);
    assert_eq!(run.code, Some(0), "{run}");
    let mut report: Value =
        serde_json::from_str(&fs::read_to_string(project.folder().join("report.json")).unwrap()).unwrap();
    // It is chance if a session has to wait.
    for probe in report["probes"].as_array_mut().unwrap() {
        probe["waits"] = Value::Array(Vec::new());
    }
    redact("", &mut report);
    insta::assert_snapshot!("rehearse.json", serde_json::to_string_pretty(&report).unwrap());
}
