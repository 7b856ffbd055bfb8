//! A runner that dies, or loses its sessions.

use std::thread;

use crate::harness::{GATE, Project, Run, first_line};

#[test]
fn after_a_kill_within_a_transaction_one_rerun_converges() {
    let up = format!("CREATE TABLE a ();\n{GATE}CREATE TABLE b ();\n");
    let project = Project::with(&[("V1__a.sql", &up)]);
    project.make_gate();
    let mut runner = project.start(&["upgrade"]);
    project.wait_for_gate();
    runner.kill().unwrap();
    assert_eq!(Run::wait(runner).code, None);
    // The orphaned statement is still running; the rerun waits for it.
    let rerun = project.start(&["upgrade"]);
    project.wait_until(
        "SELECT count(*) > 1 FROM pg_stat_activity WHERE application_name = 'branchline' \
         AND datname = current_database()",
    );
    project.open_gate();
    let rerun = Run::wait(rerun);
    assert_eq!(rerun.code, Some(0), "{rerun}");
    assert_eq!(project.sql("SELECT to_regclass('a') IS NOT NULL, to_regclass('b') IS NOT NULL"), "t|t");
    assert_eq!(project.applied(), "1");
}

#[test]
fn after_a_kill_between_statements_outside_a_transaction_one_rerun_converges() {
    let project = Project::with(&[
        ("V1__a.sql", "CREATE TABLE a (id int);\n"),
        (
            "V2__b.sql",
            &format!(
                "-- branchline: no-transaction\n\
                 DROP INDEX CONCURRENTLY IF EXISTS a_id;\n\
                 CREATE INDEX CONCURRENTLY a_id ON a (id);\n{GATE}"
            ),
        ),
    ]);
    project.make_gate();
    let mut runner = project.start(&["upgrade"]);
    project.wait_for_gate();
    runner.kill().unwrap();
    Run::wait(runner);
    project.open_gate();
    project.done(&["upgrade"]);
    assert_eq!(project.applied(), "1 2");
    assert_eq!(project.sql("SELECT indisvalid FROM pg_index WHERE indexrelid = 'a_id'::regclass"), "t");
}

/// The statements of the whole that a runner is killed at: between any two of them, and before and after all.
const BOUNDARIES: usize = 5;

/// A migration that waits at one boundary of its statements until the sequence `gate` is drawn from.
fn waiting_at(boundary: usize, head: &str) -> (String, String) {
    let mut up = vec![
        "CREATE TABLE b (id int)",
        "INSERT INTO b VALUES (1)",
        "ALTER TABLE b ADD word text",
        "DROP TABLE a",
    ];
    let mut down =
        vec!["CREATE TABLE a (id int)", "ALTER TABLE b DROP word", "DELETE FROM b", "DROP TABLE b"];
    for statements in [&mut up, &mut down] {
        statements.insert(boundary, GATE.trim_end_matches(";\n"));
    }
    let file = |statements: Vec<&str>| format!("{head}{};\n", statements.join(";\n"));
    (file(up), file(down))
}

/// Kills a runner at every boundary of an up and of its down.
fn kill_at_every_boundary(head: &str) {
    for boundary in 0..BOUNDARIES {
        let (up, down) = waiting_at(boundary, head);
        let project = Project::with(&[
            ("V1__a.sql", "CREATE TABLE a (id int);\nCREATE SEQUENCE gate;\n"),
            ("V1__a.down.sql", "DROP TABLE a;\nDROP SEQUENCE gate;\n"),
            ("V2__b.sql", &up),
            ("V2__b.down.sql", &down),
        ]);
        project.done(&["upgrade", "1"]);
        let before = project.catalog();
        for (command, applied) in [(["upgrade", "2"], "1 2"), (["downgrade", "1"], "1")] {
            project.sql("SELECT setval('gate', 1, false)");
            let mut runner = project.start(&command);
            project.wait_for_gate();
            runner.kill().unwrap();
            Run::wait(runner);
            project.open_gate();
            project.done(&command);
            assert_eq!(project.applied(), applied, "killed before statement {boundary} of {command:?}");
        }
        assert_eq!(project.catalog(), before);
    }
}

#[test]
fn killed_between_any_two_statements_of_a_transaction_up_or_down_one_rerun_converges() {
    kill_at_every_boundary("");
}

#[test]
fn killed_between_any_two_statements_outside_a_transaction_up_or_down_one_rerun_converges() {
    kill_at_every_boundary("-- branchline: no-transaction\n");
}

/// Lock that a killed runner's session still holds while its last statement runs: the workers' lock.
const WORKERS: i64 = i64::from_be_bytes(*b"branchln") + 1;

#[test]
fn what_a_killed_runner_left_running_is_waited_for() {
    for head in ["", "-- branchline: no-transaction\n"] {
        let project = Project::with(&[("V1__a.sql", &format!("{head}CREATE TABLE a ();\n"))]);
        project.make_gate();
        thread::scope(|scope| {
            scope.spawn(|| project.sql(&format!("SELECT pg_advisory_lock({WORKERS}); {GATE}")));
            project.wait_for_gate();
            let mut runner = project.start(&["upgrade"]);
            let said = first_line(&mut runner);
            project.open_gate();
            assert!(said.starts_with("waiting for another run to end (server process "), "{said}");
            assert_eq!(Run::wait(runner).code, Some(0));
        });
        assert_eq!(project.applied(), "1");
    }
}

#[test]
fn without_its_lock_a_runner_does_not_go_on() {
    let project = Project::with(&[("V1__a.sql", GATE), ("V2__b.sql", "SELECT 1;\n")]);
    project.make_gate();
    let runner = project.start(&["upgrade"]);
    project.wait_for_gate();
    project.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND mode = \
         'ExclusiveLock' AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND \
         pid NOT IN (SELECT pid FROM pg_stat_activity WHERE state = 'active')",
    );
    project.open_gate();
    let error = Run::wait(runner).refusal();
    assert!(error.contains("the session that holds the runners' lock was ended"), "{error}");
    assert_eq!(project.applied(), "1");
}

#[test]
fn a_migration_that_loses_its_session_is_reported_and_rolled_back() {
    let project = Project::with(&[(
        "V1__a.sql",
        "CREATE TABLE a ();\nSELECT pg_terminate_backend(pg_backend_pid());\n",
    )]);
    let error = project.run(&["upgrade"]).refusal();
    assert!(error.starts_with("error: V1__a.sql, line 2: terminating connection"), "{error}");
    assert!(error.contains("Nothing of this migration was kept"), "{error}");
    assert_eq!(project.sql("SELECT to_regclass('a') IS NULL"), "t");
}
