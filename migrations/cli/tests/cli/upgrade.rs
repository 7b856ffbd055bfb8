use insta::assert_snapshot;
use serde_json::json;

use crate::gates::{OpenTransaction, Watched};
use crate::harness::Project;

#[test]
fn everything_pending_is_applied_once_and_in_order() {
    let project = Project::with_three();
    assert_snapshot!(project.run(&["upgrade"]), @r"
    exit status: 0
    ----- stdout
    + V1__a (time)
    + V2__b (time)
    + V3__c (time)
    3 migrations applied: the database is at V3__c.
    ");
    assert_snapshot!(project.run(&["upgrade", "head"]), @r"
    exit status: 0
    ----- stdout
    Nothing to do: the database is at V3__c.
    ");
    assert_eq!(project.sql("SELECT count(*) FROM pg_tables WHERE tablename IN ('a', 'b', 'c')"), "3");
}

#[test]
fn an_upgrade_goes_by_number_and_by_steps() {
    let project = Project::with_three();
    project.done(&["upgrade", "V0001"]);
    assert_eq!(project.applied(), "1");
    project.done(&["upgrade", "+1"]);
    assert_eq!(project.applied(), "1 2");
    assert_eq!(project.run(&["upgrade", "+2"]).refusal(), "error: 2 steps were asked for, and there are 1");
    assert_eq!(
        project.run(&["upgrade", "1"]).refusal(),
        "error: the database is at V2__b, so that 1 is behind it; use branchline downgrade 1"
    );
    assert_eq!(
        project.run(&["upgrade", "9"]).refusal(),
        "error: there is no migration 9; the directory has 1 to 3"
    );
}

#[test]
fn machines_get_one_document() {
    let project = Project::with_three();
    let report = project.json(&["upgrade", "1"]);
    assert_eq!((&report["from"], &report["to"]), (&json!(null), &json!("V1__a")));
    assert_eq!(report["steps"][0]["version"], 1);
    assert_eq!(report["steps"][0]["direction"], "up");
    assert!(report["steps"][0]["duration_ms"].is_u64());
}

#[test]
fn a_failed_statement_is_reported_by_file_and_line_and_its_migration_leaves_nothing() {
    let project = Project::with(&[
        ("V1__a.sql", "CREATE TABLE a (id int PRIMARY KEY);\n"),
        ("V2__b.sql", "-- Two rows.\nCREATE TABLE b ();\n\nINSERT INTO a\nVALUES (1),\n       (1);\n"),
    ]);
    assert_snapshot!(project.run(&["upgrade"]), @r#"
    exit status: 1
    ----- stdout
    + V1__a (time)
    ----- stderr
    error: V2__b.sql, line 4: duplicate key value violates unique constraint
    "a_pkey" (SQLSTATE 23505)
        INSERT INTO a
        VALUES (1),
               (1)
    Row values are left out; --show-values shows them.
    Nothing of this migration was kept, and what ran before it stays. Correct the
    cause and run the command again.
    "#);
    assert_eq!(project.applied(), "1");
    assert_eq!(project.sql("SELECT to_regclass('b') IS NULL, count(*) FROM a"), "t|0");
}

#[test]
fn a_syntax_error_is_reported_by_its_own_line() {
    // Letters of more than one byte before it: the server counts characters.
    let project = Project::with(&[("V1__a.sql", "-- äöü€\nSELECT 1;\nSELECT 'é',\n  2 FORM x;\n")]);
    let error = project.run(&["upgrade"]).refusal();
    assert!(error.starts_with("error: V1__a.sql, line 4: syntax error at or near \"x\""), "{error}");
}

#[test]
fn machines_get_an_error_in_its_parts() {
    let project = Project::with(&[("V1__a.sql", "SELECT 1;\nSELECT 1 / 0;\n")]);
    let run = project.run(&["upgrade", "--format", "json"]);
    assert_eq!(run.code, Some(1));
    let document: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let error = &document["error"];
    assert_eq!((&error["file"], &error["line"]), (&json!("V1__a.sql"), &json!(2)));
    assert_eq!((&error["sqlstate"], &error["statement"]), (&json!("22012"), &json!("SELECT 1 / 0")));
}

#[test]
fn what_a_migration_sets_reaches_neither_the_history_nor_the_next_migration() {
    let project = Project::with(&[
        (
            "V1__a.sql",
            "SET search_path = pg_catalog; SET ROLE pg_read_all_data; SET TimeZone = 'Asia/Tokyo';\n",
        ),
        (
            "V2__b.sql",
            "CREATE TABLE seen AS SELECT current_setting('search_path') AS path, current_user::text AS role, \
             current_setting('TimeZone') AS zone;\n",
        ),
    ]);
    let before =
        project.sql("SELECT current_setting('search_path'), current_user, current_setting('TimeZone')");
    project.done(&["upgrade"]);
    assert_eq!(project.sql("SELECT * FROM seen"), before);
}

#[test]
fn the_statement_timeout_is_kept_and_reported() {
    let project = Project::with(&[("V1__a.sql", "SELECT pg_sleep(30);\n")]);
    let error = project.run(&["upgrade", "--statement-timeout", "50ms"]).refusal();
    assert!(error.contains("SQLSTATE 57014") && error.contains("--statement-timeout"), "{error}");
}

#[test]
fn a_migration_that_another_session_blocks_is_tried_again_until_it_gets_its_lock() {
    let project =
        Project::with(&[("V1__a.sql", "CREATE TABLE a ();\n"), ("V2__b.sql", "ALTER TABLE a ADD b int;\n")]);
    project.done(&["upgrade", "1"]);
    let holder = OpenTransaction::begin(&project, "LOCK TABLE a");
    let mut runner = Watched::new(project.start(&["upgrade", "--lock-timeout", "100ms"]));
    runner.wait_for("attempt 2 of 10 in 500 ms");
    holder.commit();
    let run = runner.end();
    assert_eq!(run.code, Some(0), "{run}");
    assert!(run.stderr.contains("V2__b.sql: canceling statement due to lock timeout"), "{run}");
    assert_eq!(project.applied(), "1 2");
}
