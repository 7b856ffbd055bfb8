//! The extent of a proof: every refusal, a part of the history, a large one.

use std::fs;
use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{Project, Run};

fn files(proof: &Value) -> Vec<&str> {
    proof["refusals"].as_array().unwrap().iter().map(|refusal| refusal["file"].as_str().unwrap()).collect()
}

#[test]
fn every_refusal_is_listed_and_what_follows_is_judged_by_itself() {
    let project = Project::with(&[
        ("V1__a.sql", "CREATE TABLE a (id int PRIMARY KEY);\n"),
        ("V1__a.down.sql", "SELECT 'it stays';\n"),
        ("V2__b.sql", "CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a);\n"),
        ("V2__b.down.sql", "DROP TABLE b;\n"),
        ("V3__c.sql", "INSERT INTO a VALUES (1);\nINSERT INTO b VALUES (1, 1);\n"),
        ("V3__c.down.sql", "DELETE FROM nowhere;\n"),
        ("V4__d.sql", "ALTER TABLE b ADD note text;\n"),
        ("V4__d.down.sql", "ALTER TABLE b DROP note, DROP a;\nALTER TABLE b ADD a int REFERENCES a;\n"),
        ("V5__e.sql", "UPDATE b SET note = 'x' WHERE id = 1;\n"),
        (
            "V5__e.down.sql",
            "-- branchline: loses b.note: there was none\nUPDATE b SET note = NULL WHERE id = 1;\n",
        ),
        ("V6__f.sql", "CREATE INDEX b_note ON b (note);\n"),
        ("V6__f.down.sql", "DROP INDEX b_note;\nCREATE TABLE more ();\n"),
    ]);
    let run = project.run(&["verify", "--format", "json"]);
    assert_eq!(run.code, Some(1), "{run}");
    let proof: Value = serde_json::from_str(&run.stdout).unwrap();
    let expected = ["V1__a.down.sql", "V3__c.down.sql", "V4__d.down.sql", "V6__f.down.sql"];
    assert_eq!(files(&proof), expected, "{proof}");
    assert_eq!(proof["proved"], json!(["V2__b", "V5__e"]), "{proof}");
    assert_eq!(proof["refused"]["file"], "V1__a.down.sql");
    assert_eq!(proof["rows"]["refused"]["file"], "V4__d.down.sql");
    let error = proof["refusals"][1]["error"].as_str().unwrap();
    assert!(error.starts_with("V3__c.down.sql, line 1: relation \"nowhere\" does not exist"), "{error}");

    let run = project.run(&["verify"]);
    let refused = "4 migrations refused: V1__a.down.sql, V3__c.down.sql, \
                   V4__d.down.sql,\nV6__f.down.sql.\nNot proved.\n";
    assert!(run.stdout.contains(refused), "{run}");
    assert!(run.stdout.lines().all(|line| line.starts_with(' ') || line.chars().count() <= 80), "{run}");
}

#[test]
fn a_down_that_leaves_rows_does_not_double_them_for_later_migrations() {
    let project = Project::with(&[
        ("V1__a.sql", "CREATE TABLE a (word text);\n"),
        ("V1__a.down.sql", "DROP TABLE a;\n"),
        ("V2__b.sql", "INSERT INTO a VALUES ('seed');\n"),
        ("V2__b.down.sql", "SELECT 'it stays';\n"),
        ("V3__c.sql", "ALTER TABLE a ADD UNIQUE (word);\n"),
        ("V3__c.down.sql", "ALTER TABLE a DROP CONSTRAINT a_word_key;\n"),
    ]);
    project.done(&["verify"]);
}

#[test]
fn a_part_of_the_history_is_proved_and_the_rest_is_named() {
    let project = Project::with(&[
        ("V1__a.sql", "CREATE TABLE a (id int PRIMARY KEY);\n"),
        ("V2__b.sql", "CREATE TABLE b (id int PRIMARY KEY);\n"),
        ("V3__c.sql", "ALTER TABLE a ADD c int;\n"),
        ("V3__c.down.sql", "ALTER TABLE a DROP c;\n"),
    ]);
    let run = project.run(&["verify"]);
    assert_eq!(run.code, Some(1), "{run}");
    assert!(run.stdout.contains("\nNot proved.\n") && !run.stdout.contains("Proved"), "{run}");

    let run = project.done(&["verify", "--from", "3"]);
    assert!(run.stdout.contains("Proved: 1 migration up, down and up again"), "{run}");
    let named = "Up only, as --from says, and with no proof: V1__a to V2__b (2 migrations).";
    assert!(run.stdout.contains(named) && !run.stdout.contains("Not proved"), "{run}");
    let run = project.run(&["verify", "--from", "9"]);
    assert_eq!(run.code, Some(2), "{run}");

    project.done(&["upgrade", "2"]);
    let proof = project.json(&["verify", "--pending"]);
    assert_eq!(proof["proved"], json!(["V3__c"]));
    assert_eq!(proof["up_only"], json!(["V1__a", "V2__b"]));
    project.write("V3__c.down.sql", "SELECT 1;\n");
    assert_eq!(project.run(&["verify", "--pending"]).code, Some(1));
    project.done(&["upgrade"]);
    assert!(project.done(&["verify", "--pending"]).stdout.contains("Proved: 0 migrations"));
}

/// The most that a process has had in memory, in kB, once it has ended.
fn peak_of(project: &Project, arguments: &[&str]) -> u64 {
    let mut runner = project.start(arguments);
    let status = format!("/proc/{}/status", runner.id());
    let mut peak = 0;
    while runner.try_wait().unwrap().is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
        peak = line.trim().trim_end_matches(" kB").parse().unwrap_or(peak).max(peak);
        std::thread::sleep(Duration::from_millis(20));
    }
    let run = Run::wait(runner);
    assert_eq!(run.code, Some(0), "{run}");
    peak
}

/// Rows that the first of many migrations writes.
const ROWS: u64 = 86_400;

#[test]
fn rows_that_migrations_write_cost_a_digest_each_however_many_migrations_follow() {
    let log = format!(
        "CREATE TABLE log (id int PRIMARY KEY, at timestamptz, level int, word text);
         INSERT INTO log SELECT s, now() + s * interval '1 s', s % 7, repeat('entry ', 8) || s FROM \
             generate_series(1, {ROWS}) s;\n"
    );
    let project = Project::with(&[("V1__log.sql", &log), ("V1__log.down.sql", "DROP TABLE log;\n")]);
    for number in 2..=31 {
        project
            .write(&format!("V{number}__t.sql"), &format!("CREATE TABLE t{number} (id int PRIMARY KEY);\n"));
        project.write(&format!("V{number}__t.down.sql"), &format!("DROP TABLE t{number};\n"));
    }
    // Values that are kept as they are would be 2.5 GB.
    let peak = peak_of(&project, &["verify"]);
    assert!(peak < 100_000, "{peak} kB");
}

#[test]
fn a_refusal_among_migrations_that_make_roles_is_followed_by_the_verdicts_on_the_others() {
    let role = "CREATE ROLE verify_scope_reader NOLOGIN;\nCREATE TABLE t (id bigint PRIMARY KEY);\n\
                GRANT SELECT ON t TO verify_scope_reader;\n";
    let project = Project::with(&[
        ("V1__role.sql", role),
        (
            "V1__role.down.sql",
            "-- branchline: loses t.*: a test\nDROP TABLE t;\nDROP ROLE verify_scope_reader;\n",
        ),
        ("V2__bad.sql", "CREATE TABLE y (id int);\n"),
        ("V2__bad.down.sql", "SELECT 1;\n"),
        ("V3__block.sql", "DO $$ BEGIN CREATE ROLE verify_scope_writer; END $$;\n"),
        ("V3__block.down.sql", "DROP ROLE verify_scope_writer;\n"),
        ("V4__bad.sql", "CREATE TABLE z (id int);\n"),
        ("V4__bad.down.sql", "SELECT 1;\n"),
        ("V5__good.sql", "GRANT INSERT ON t TO verify_scope_writer;\n"),
        ("V5__good.down.sql", "REVOKE INSERT ON t FROM verify_scope_writer;\n"),
    ]);
    let run = Run::wait(project.with_binaries(&["verify", "--format", "json"]).spawn().unwrap());
    assert_eq!(run.code, Some(1), "{run}");
    let proof: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(files(&proof), ["V2__bad.down.sql", "V4__bad.down.sql"], "{run}");
    assert_eq!(proof["proved"], json!(["V1__role", "V3__block", "V5__good"]), "{run}");
}

#[test]
fn a_refusal_of_what_does_not_run_carries_no_value_of_a_row() {
    let project = Project::with(&[
        ("V1__t.sql", "CREATE TABLE t (name text PRIMARY KEY);\nINSERT INTO t VALUES ('secret');\n"),
        ("V1__t.down.sql", "-- branchline: loses t.*: a test\nDROP TABLE t;\n"),
        ("V2__again.sql", "INSERT INTO t VALUES ('secret 2');\nCREATE TABLE u (id int);\n"),
        ("V2__again.down.sql", "DROP TABLE u;\n"),
    ]);
    for arguments in [&["verify"][..], &["verify", "--format", "json"]] {
        let run = project.run(arguments);
        assert_eq!(run.code, Some(1), "{run}");
        assert!(run.stdout.contains("duplicate key value violates unique constraint"), "{run}");
        assert!(!run.stdout.contains("(secret 2)") && !run.stdout.contains("DETAIL"), "{run}");
        let count = run.stdout.matches("duplicate key").count();
        assert_eq!(count, if arguments.len() == 1 { 1 } else { 2 }, "{run}");
    }
}
