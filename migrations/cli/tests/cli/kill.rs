//! A runner that dies.

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
