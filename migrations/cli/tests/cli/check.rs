use insta::assert_snapshot;

use crate::harness::Project;

#[test]
fn a_database_at_head_is_well() {
    let project = Project::with_three();
    project.done(&["upgrade"]);
    assert_snapshot!(project.run(&["check"]), @r"
    exit status: 0
    ----- stdout
    The database has every migration, as the files have them.
    The schema is the one that the applied migrations make.
    Not compared: large objects, roles, tablespaces and settings of the server, what
    subscriptions connect to, planner statistics.
    ");
    assert_snapshot!(project.run(&["check", "--no-catalog"]), @r"
    exit status: 0
    ----- stdout
    The database has every migration, as the files have them.
    ");
}

#[test]
fn what_was_changed_by_hand_is_something_to_do() {
    let project = Project::with_three();
    project.write("V4__d.sql", "ALTER TABLE a ENABLE ROW LEVEL SECURITY; CREATE INDEX a_id ON a (id);\n");
    project.done(&["upgrade"]);
    project.sql("ALTER TABLE b ADD by_hand text; ALTER TABLE a DISABLE ROW LEVEL SECURITY; DROP INDEX a_id");
    project.sql("GRANT SELECT ON c TO PUBLIC");
    assert_snapshot!(project.run(&["check"]), @r"
    exit status: 3
    ----- stdout
    The database has every migration, as the files have them.
    The schema is not the one that the applied migrations make; it has:
      - index public.a_id
      ~ table public.a: row security
          - on
      ~ table public.c: privileges of PUBLIC
          + SELECT
      + column public.b.by_hand
    Take back what was changed by hand, or write a migration that makes the same and
    stamp it.
    Not compared: large objects, roles, tablespaces and settings of the server, what
    subscriptions connect to, planner statistics.
    ");
    let run = project.run(&["check", "--format", "json"]);
    let check: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((run.code, &check["drift"]["differences"][3]), (Some(3), &"+ column public.b.by_hand".into()));
    assert_eq!(project.run(&["check", "--no-catalog"]).code, Some(0));
}

#[test]
fn a_database_that_is_behind_is_compared_with_what_is_applied_there() {
    let project = Project::with_three();
    project.done(&["upgrade", "2"]);
    let check = |expected: i32| {
        let run = project.run(&["check", "--format", "json"]);
        assert_eq!(run.code, Some(expected), "{run}");
        serde_json::from_str::<serde_json::Value>(&run.stdout).unwrap()["drift"]["differences"].clone()
    };
    assert_eq!(check(3), serde_json::json!([]));
    project.sql("DROP TABLE a");
    assert_eq!(check(3), serde_json::json!(["- table public.a"]));
}

#[test]
fn without_a_scratch_database_the_rest_is_checked_and_that_is_said() {
    let project = Project::with_three();
    project.done(&["upgrade"]);
    let run = project.run(&["check", "--scratch-url", "postgresql://u:p@127.0.0.1:1/none"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(run.stdout.contains("The catalog was not compared: "), "{run}");
}

#[test]
fn what_the_database_has_of_another_tool_is_left_alone() {
    let project = Project::with_three();
    project.done(&["upgrade"]);
    project.sql(
        "CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY); CREATE TABLE theirs (id serial)",
    );
    project.sql("CREATE SCHEMA auth CREATE TABLE users (id int)");
    let check = project.json(&["check"]);
    assert_eq!(check["drift"]["differences"], serde_json::json!([]));
    assert_eq!(
        check["drift"]["others"],
        serde_json::json!(["schema auth", "table auth.users", "table public.theirs"])
    );
}

#[test]
fn pending_migrations_are_something_to_do() {
    let project = Project::with_three();
    project.done(&["upgrade", "1"]);
    assert_snapshot!(project.run(&["check"]), @r"
    exit status: 3
    ----- stdout
    pending: V2__b
    pending: V3__c
    The schema is the one that the applied migrations make.
    Not compared: large objects, roles, tablespaces and settings of the server, what
    subscriptions connect to, planner statistics.
    ");
}

#[test]
fn every_disagreement_is_listed_and_is_a_failure() {
    let project = Project::with_three();
    project.done(&["upgrade"]);
    project.write("V2__b.sql", "SELECT 'changed';\n");
    project.sql("DELETE FROM refinery_schema_history WHERE version = 1");
    project.sql("INSERT INTO refinery_schema_history VALUES (4, 'd', '2026-01-02T03:04:05Z', '1')");
    assert_snapshot!(project.run(&["check"]), @r"
    exit status: 1
    ----- stdout
    behind: V1__a: not applied, and a later one is; give it a number after the last
    (branchline renumber)
    changed: V2__b: the file is not what was applied; put it back, and write a new
    migration
    missing: V4__d: applied, and its file is not in the directory
    ");
}
