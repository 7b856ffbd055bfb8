//! Any number of runners at once.

use std::process::Child;

use crate::harness::{Project, Run};

#[test]
fn of_sixty_four_runners_one_applies_and_nobody_errs() {
    const RUNNERS: usize = 64;
    let project = Project::with_three();
    for round in 0..support::rounds(2, 100) {
        let runners: Vec<Child> = (0..RUNNERS).map(|_| project.start(&["upgrade"])).collect();
        let runs: Vec<Run> = runners.into_iter().map(Run::of).collect();
        for run in &runs {
            assert_eq!(run.code, Some(0), "round {round}: {run}");
        }
        let applied = runs.iter().filter(|run| run.stdout.contains("3 migrations applied")).count();
        assert_eq!(applied, 1, "round {round}");
        assert_eq!(project.applied(), "1 2 3");
        assert_eq!(project.sql("SELECT count(*) FROM branchline_log WHERE direction = 'up'"), "3");
        project.done(&["downgrade", "base"]);
        project.sql("TRUNCATE branchline_log");
    }
}

#[test]
fn of_two_runners_that_go_one_step_on_both_mean_the_same_step() {
    let project = Project::with(&[
        (
            "V1__a.sql",
            "DO $$ BEGIN WHILE NOT (SELECT is_called FROM gate) LOOP PERFORM pg_sleep(0.01); END LOOP; END \
             $$;\n",
        ),
        ("V2__b.sql", "SELECT 1;\n"),
        ("V3__c.sql", "SELECT 1;\n"),
    ]);
    project.sql("CREATE SEQUENCE gate");
    let runners: Vec<Child> = (0..2).map(|_| project.start(&["upgrade", "+1"])).collect();
    // One waits at the gate and the other for it: two transactions hold or want the lock, and one is the
    // migration's.
    project.wait_until(
        "SELECT count(*) = 3 FROM pg_stat_activity WHERE xact_start IS NOT NULL AND application_name = \
         'branchline' AND datname = current_database()",
    );
    project.sql("SELECT nextval('gate')");
    for runner in runners {
        assert_eq!(Run::of(runner).code, Some(0));
    }
    assert_eq!(project.applied(), "1");
}

#[test]
fn a_waiting_runner_does_not_hold_up_a_concurrent_index_build() {
    let project = Project::with(&[
        ("V1__a.sql", "CREATE TABLE a (id int);\n"),
        (
            "V2__b.sql",
            "-- branchline: no-transaction\nSELECT pg_sleep(3);\nCREATE INDEX CONCURRENTLY a_id ON a (id);\n",
        ),
    ]);
    project.done(&["upgrade", "1"]);
    let holder = project.start(&["upgrade"]);
    project.wait_until(
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(3)' AND datname = \
         current_database())",
    );
    let waiter = project.start(&["upgrade"]);
    let (holder, waiter) = (Run::of(holder), Run::of(waiter));
    assert_eq!((holder.code, waiter.code), (Some(0), Some(0)), "{holder}{waiter}");
    assert!(waiter.stdout.contains("at V2__b."), "{waiter}");
    assert_eq!(project.sql("SELECT indisvalid FROM pg_index WHERE indexrelid = 'a_id'::regclass"), "t");
}

#[test]
fn a_waiting_runner_says_for_whom() {
    let project = Project::with(&[("V1__a.sql", "SELECT pg_sleep(2);\n")]);
    let holder = project.start(&["upgrade"]);
    project.wait_until(
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE '%pg_sleep(2)%' AND pid <> \
         pg_backend_pid() AND datname = current_database())",
    );
    let waiter = Run::of(project.start(&["upgrade"]));
    assert!(waiter.stderr.starts_with("waiting for another run to end (server process "), "{waiter}");
    assert_eq!((Run::of(holder).code, waiter.code), (Some(0), Some(0)));
}
