use insta::assert_snapshot;

use crate::gates::{OpenTransaction, Watched};
use crate::harness::Project;

#[test]
fn what_is_pending_runs_and_nothing_of_it_stays() {
    let project = Project::with_three();
    let before = project.catalog();
    assert_snapshot!(project.run(&["upgrade", "--dry-run"]), @r"
    exit status: 0
    ----- stdout
    + V1__a (time)
    + V2__b (time)
    + V3__c (time)
    Dry run: 3 migrations could be applied. All was rolled back: the database is at
    base, before the first migration.
    ");
    assert_eq!(project.catalog(), before);
    assert_eq!(project.sql("SELECT to_regclass('refinery_schema_history') IS NULL"), "t");
    project.done(&["upgrade"]);
    assert_snapshot!(project.run(&["upgrade", "--dry-run"]), @r"
    exit status: 0
    ----- stdout
    Nothing to do: the database is at V3__c.
    ");
}

#[test]
fn a_way_back_is_tried_too() {
    let project = Project::with_three();
    project.done(&["upgrade"]);
    let before = project.catalog();
    assert_snapshot!(project.run(&["downgrade", "-2", "--dry-run"]), @r"
    exit status: 0
    ----- stdout
    - V3__c (time)
    - V2__b (time)
    Dry run: 2 migrations could be taken back. All was rolled back: the database is
    at V3__c.
    ");
    assert_eq!((project.catalog(), project.applied()), (before, "1 2 3".to_owned()));
}

#[test]
fn our_own_migrations_can_be_tried_up_and_down() {
    let project = Project::with_ours();
    let names = std::fs::read_dir(project.sql_dir()).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut downs: Vec<String> = names.filter(|name| name.ends_with(".down.sql")).collect();
    downs.sort();
    let stops = |down: &String| {
        let text = std::fs::read_to_string(project.sql_dir().join(down)).unwrap();
        text.contains("-- branchline: no-transaction")
    };
    let newest = downs.iter().rev().position(stops).unwrap();
    let newest = (newest, downs[downs.len() - 1 - newest].trim_end_matches(".down.sql").to_owned());
    let count = downs.len();
    // Both ways lead to migrations that build indexes concurrently, where they stop.
    let tried = |arguments: &[&str]| {
        let report = project.json(arguments);
        let (steps, untried) = (report["steps"].as_array().unwrap(), report["untried"].as_array().unwrap());
        assert_eq!(steps.len() + untried.len(), count);
        (steps.len(), untried[0]["migration"].as_str().unwrap().to_owned())
    };
    assert_eq!(tried(&["upgrade", "--dry-run"]), (2, "V0003__drop_unused_indexes".to_owned()));
    project.done(&["upgrade"]);
    let before = project.catalog();
    assert_eq!(tried(&["downgrade", "base", "--dry-run"]), newest);
    assert_eq!(project.catalog(), before);
}

#[test]
fn what_fails_is_reported_with_its_place_and_nothing_stays() {
    let project = Project::with_three();
    project.write("V3__c.sql", "CREATE TABLE c (id int);\nALTER TABLE d ADD x int;\n");
    let run = project.run(&["upgrade", "--dry-run"]);
    assert_eq!(run.code, Some(1), "{run}");
    assert!(run.stderr.starts_with("error: V3__c.sql, line 2: relation \"d\" does not exist"), "{run}");
    assert!(run.stderr.trim_end().ends_with("This was a dry run: nothing was changed."), "{run}");
    assert_eq!(project.sql("SELECT to_regclass('a') IS NULL"), "t");
}

#[test]
fn what_only_a_commit_would_check_is_checked() {
    let project = Project::with(&[
        ("V1__a.sql", "CREATE TABLE a (id int PRIMARY KEY);\n"),
        (
            "V2__b.sql",
            "CREATE TABLE b (a int REFERENCES a DEFERRABLE INITIALLY DEFERRED);\nINSERT INTO b VALUES (1);\n\
             INSERT INTO a VALUES (1);\n",
        ),
        ("V3__c.sql", "INSERT INTO b VALUES (2);\n"),
    ]);
    let run = project.run(&["upgrade", "--dry-run"]);
    assert_eq!(run.code, Some(1), "{run}");
    assert!(run.stderr.starts_with("error: V3__c.sql: insert or update on table \"b\" violates"), "{run}");
}

#[test]
fn settings_of_one_migration_do_not_reach_the_next() {
    let project = Project::with(&[
        (
            "V1__a.sql",
            "CREATE SCHEMA s;\nSET search_path = s;\nCREATE TEMP TABLE t ();\nCREATE TABLE a ();\n",
        ),
        ("V2__b.sql", "CREATE TEMP TABLE t ();\nALTER TABLE s.a SET SCHEMA public;\nDROP TABLE public.a;\n"),
    ]);
    project.done(&["upgrade", "--dry-run"]);
}

#[test]
fn what_runs_outside_a_transaction_is_left_out_and_said() {
    let project = Project::with_three();
    project.write("V2__b.sql", "-- branchline: no-transaction\nCREATE INDEX CONCURRENTLY a_id ON a (id);\n");
    assert_snapshot!(project.run(&["upgrade", "--dry-run"]), @r"
    exit status: 0
    ----- stdout
    + V1__a (time)
    Not tried: V2__b: it runs outside a transaction, where nothing can be rolled
    back; branchline rehearse runs it on a copy.
    Not tried: V3__c: it comes after that one.
    Dry run: 1 migration could be applied. All was rolled back: the database is at
    base, before the first migration.
    ");
    project.done(&["upgrade", "1"]);
    assert_snapshot!(project.run(&["upgrade", "2", "--dry-run"]), @r"
    exit status: 0
    ----- stdout
    Not tried: V2__b: it runs outside a transaction, where nothing can be rolled
    back; branchline rehearse runs it on a copy.
    Nothing was tried, and nothing changed: the database is at V1__a.
    ");
}

#[test]
fn what_one_migration_must_commit_for_the_next_is_no_failure() {
    let project = Project::with(&[
        ("V1__mood.sql", "CREATE TYPE mood AS ENUM ('fine');\n"),
        ("V2__bad.sql", "ALTER TYPE mood ADD VALUE 'bad';\n"),
        ("V3__use.sql", "CREATE TABLE moods (mood mood DEFAULT 'bad');\n"),
    ]);
    project.done(&["upgrade", "1"]);
    let report = project.json(&["upgrade", "--dry-run"]);
    assert_eq!(report["at"], "V1__mood");
    assert_eq!(report["steps"][0]["migration"], "V2__bad");
    assert_eq!(report["untried"][0]["migration"], "V3__use");
    assert!(
        report["untried"][0]["reason"].as_str().unwrap().contains("has to be committed first"),
        "{report}"
    );
    project.done(&["upgrade"]);
}

#[test]
fn a_lock_that_is_not_to_be_had_is_waited_for_and_everything_is_tried_again() {
    let project = Project::with_three();
    project.done(&["upgrade", "1"]);
    project.write("V2__b.sql", "CREATE TABLE b (id int);\nALTER TABLE a ADD b int;\n");
    let holder = OpenTransaction::begin(&project, "LOCK a");
    let mut runner = Watched::new(project.start(&["upgrade", "--dry-run", "--lock-timeout", "100ms"]));
    runner.wait_for("V2__b.sql: canceling statement due to lock timeout");
    holder.commit();
    let run = runner.end();
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(project.applied(), "1");
}

#[test]
fn a_script_is_no_dry_run() {
    let project = Project::with_three();
    assert_eq!(project.run(&["upgrade", "--sql", "--dry-run"]).code, Some(2));
}
