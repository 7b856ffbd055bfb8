//! A runner that dies, or loses its sessions.

use std::thread;

use crate::harness::{Project, Run};

/// Whether a statement of the project's is running.
fn running(part: &str) -> String {
    format!(
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%{part}%' \
         AND pid <> pg_backend_pid() AND datname = current_database())"
    )
}

#[test]
fn after_a_kill_within_a_transaction_one_rerun_converges() {
    let project =
        Project::with(&[("V1__a.sql", "CREATE TABLE a ();\nSELECT pg_sleep(1.5);\nCREATE TABLE b ();\n")]);
    let mut runner = project.start(&["upgrade"]);
    project.wait_until(&running("pg_sleep(1.5)"));
    runner.kill().unwrap();
    assert_eq!(Run::of(runner).code, None);
    // The orphaned statement is still running; the rerun waits for it.
    project.done(&["upgrade"]);
    assert_eq!(project.sql("SELECT to_regclass('a') IS NOT NULL, to_regclass('b') IS NOT NULL"), "t|t");
    assert_eq!(project.applied(), "1");
}

#[test]
fn after_a_kill_between_statements_outside_a_transaction_one_rerun_converges() {
    let project = Project::with(&[
        ("V1__a.sql", "CREATE TABLE a (id int);\n"),
        (
            "V2__b.sql",
            "-- branchline: no-transaction\n\
             DROP INDEX CONCURRENTLY IF EXISTS a_id;\n\
             CREATE INDEX CONCURRENTLY a_id ON a (id);\n\
             SELECT pg_sleep(1.5);\n",
        ),
    ]);
    let mut runner = project.start(&["upgrade"]);
    project.wait_until(&running("pg_sleep(1.5)"));
    runner.kill().unwrap();
    Run::of(runner);
    project.done(&["upgrade"]);
    assert_eq!(project.applied(), "1 2");
    assert_eq!(project.sql("SELECT indisvalid FROM pg_index WHERE indexrelid = 'a_id'::regclass"), "t");
}

/// What a killed runner's session still holds while its last statement runs: the workers' lock.
const WORKERS: i64 = i64::from_be_bytes(*b"branchln") + 1;

#[test]
fn what_a_killed_runner_left_running_is_waited_for() {
    for head in ["", "-- branchline: no-transaction\n"] {
        let project = Project::with(&[("V1__a.sql", &format!("{head}CREATE TABLE a ();\n"))]);
        thread::scope(|scope| {
            scope.spawn(|| project.sql(&format!("SELECT pg_advisory_lock({WORKERS}); SELECT pg_sleep(2)")));
            project.wait_until(&running("pg_sleep(2)"));
            let run = project.done(&["upgrade"]);
            assert!(run.stderr.starts_with("waiting for another run to end (server process "), "{run}");
        });
        assert_eq!(project.applied(), "1");
    }
}

#[test]
fn without_its_lock_a_runner_does_not_go_on() {
    let project = Project::with(&[("V1__a.sql", "SELECT pg_sleep(1);\n"), ("V2__b.sql", "SELECT 1;\n")]);
    let runner = project.start(&["upgrade"]);
    project.wait_until(&running("pg_sleep(1)"));
    project.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ExclusiveLock' \
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) \
         AND pid NOT IN (SELECT pid FROM pg_stat_activity WHERE state = 'active')",
    );
    let error = Run::of(runner).refusal();
    assert!(error.contains("the session that holds the runners' lock was ended"), "{error}");
    assert_eq!(project.applied(), "1");
}

#[test]
fn a_migration_that_loses_its_session_is_told_and_rolled_back() {
    let project = Project::with(&[(
        "V1__a.sql",
        "CREATE TABLE a ();\nSELECT pg_terminate_backend(pg_backend_pid());\n",
    )]);
    let error = project.run(&["upgrade"]).refusal();
    assert!(error.starts_with("error: V1__a.sql, line 2: terminating connection"), "{error}");
    assert!(error.contains("Nothing of this migration was kept"), "{error}");
    assert_eq!(project.sql("SELECT to_regclass('a') IS NULL"), "t");
}
