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
    ");
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
    changed: V2__b: the file is not what was applied; put it back, and write a new migration
    missing: V4__d: applied, and its file is not in the directory
    ");
}
