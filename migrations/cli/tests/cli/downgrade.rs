use insta::assert_snapshot;

use crate::harness::Project;

#[test]
fn the_last_migration_is_taken_back_with_alembics_word() {
    let project = Project::with_three();
    project.done(&["upgrade"]);
    assert_snapshot!(project.run(&["downgrade", "-1"]), @r"
    exit status: 0
    ----- stdout
    - V3__c (time)
    1 migration taken back: the database is at V2__b.
    ");
    assert_eq!(project.sql("SELECT to_regclass('c') IS NULL, to_regclass('b') IS NULL"), "t|f");
}

#[test]
fn a_number_stays_and_base_is_before_the_first() {
    let project = Project::with_three();
    project.done(&["upgrade"]);
    project.done(&["downgrade", "1"]);
    assert_eq!(project.applied(), "1");
    assert_snapshot!(project.run(&["downgrade", "base"]), @r"
    exit status: 0
    ----- stdout
    - V1__a (time)
    1 migration taken back: the database is at base, before the first migration.
    ");
    assert_snapshot!(project.run(&["downgrade", "base"]), @r"
    exit status: 0
    ----- stdout
    Nothing to do: the database is at base, before the first migration.
    ");
    project.done(&["upgrade"]);
}

#[test]
fn a_migration_without_a_down_is_not_taken_back_and_neither_are_those_after_it() {
    let project = Project::with_three();
    project.remove("V2__b.down.sql");
    project.done(&["upgrade"]);
    let error = project.run(&["downgrade", "base"]).refusal();
    assert!(error.starts_with("error: V2__b has no down; write V2__b.down.sql"), "{error}");
    assert_eq!(project.applied(), "1 2 3");
}

#[test]
fn an_irreversible_migration_says_why() {
    let project =
        Project::with(&[("V1__a.sql", "-- branchline: irreversible: the old rows are gone\nSELECT 1;\n")]);
    project.done(&["upgrade"]);
    let error = project.run(&["downgrade", "-1"]).refusal();
    assert_eq!(error, "error: V1__a is irreversible: the old rows are gone");
}

#[test]
fn a_down_that_fails_leaves_the_migration_applied() {
    let project =
        Project::with(&[("V1__a.sql", "CREATE TABLE a ();\n"), ("V1__a.down.sql", "DROP TABLE a, b;\n")]);
    project.done(&["upgrade"]);
    let error = project.run(&["downgrade", "-1"]).refusal();
    assert!(error.starts_with("error: V1__a.down.sql, line 1: table \"b\" does not exist"), "{error}");
    assert_eq!(project.applied(), "1");
    assert_eq!(project.sql("SELECT to_regclass('a') IS NOT NULL"), "t");
}
