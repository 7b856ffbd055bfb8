//! Any number of runners at once.

use std::process::Child;

use crate::harness::{GATE, Project, Run, first_line};

#[test]
fn of_sixty_four_runners_one_applies_and_nobody_errs() {
    const RUNNERS: usize = 64;
    let project = Project::with_three();
    for round in 0..support::rounds(2, 100) {
        let runners: Vec<Child> = (0..RUNNERS).map(|_| project.start(&["upgrade"])).collect();
        let runs: Vec<Run> = runners.into_iter().map(Run::wait).collect();
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
    let project =
        Project::with(&[("V1__a.sql", GATE), ("V2__b.sql", "SELECT 1;\n"), ("V3__c.sql", "SELECT 1;\n")]);
    project.make_gate();
    let runners: Vec<Child> = (0..2).map(|_| project.start(&["upgrade", "+1"])).collect();
    // One waits at the gate and the other for it: two transactions hold or want the lock, and one is the
    // migration's.
    project.wait_until(
        "SELECT count(*) = 3 FROM pg_stat_activity WHERE xact_start IS NOT NULL AND application_name = \
         'branchline' AND datname = current_database()",
    );
    project.open_gate();
    for runner in runners {
        assert_eq!(Run::wait(runner).code, Some(0));
    }
    assert_eq!(project.applied(), "1");
}

#[test]
fn a_waiting_runner_does_not_hold_up_a_concurrent_index_build() {
    let project = Project::with(&[
        ("V1__a.sql", "CREATE TABLE a (id int);\n"),
        (
            "V2__b.sql",
            &format!("-- branchline: no-transaction\n{GATE}CREATE INDEX CONCURRENTLY a_id ON a (id);\n"),
        ),
    ]);
    project.done(&["upgrade", "1"]);
    project.make_gate();
    let holder = project.start(&["upgrade"]);
    project.wait_for_gate();
    let mut waiter = project.start(&["upgrade"]);
    first_line(&mut waiter);
    project.open_gate();
    let (holder, waiter) = (Run::wait(holder), Run::wait(waiter));
    assert_eq!((holder.code, waiter.code), (Some(0), Some(0)), "{holder}{waiter}");
    assert!(waiter.stdout.contains("at V2__b."), "{waiter}");
    assert_eq!(project.sql("SELECT indisvalid FROM pg_index WHERE indexrelid = 'a_id'::regclass"), "t");
}

#[test]
fn a_waiting_runner_says_for_whom() {
    let project = Project::with(&[("V1__a.sql", GATE)]);
    project.make_gate();
    let holder = project.start(&["upgrade"]);
    project.wait_for_gate();
    let mut waiter = project.start(&["upgrade"]);
    let said = first_line(&mut waiter);
    project.open_gate();
    assert!(said.starts_with("waiting for another run to end (server process "), "{said}");
    assert_eq!((Run::wait(holder).code, Run::wait(waiter).code), (Some(0), Some(0)));
}
