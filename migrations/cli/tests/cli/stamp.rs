use insta::assert_snapshot;

use crate::harness::Project;

#[test]
fn the_history_is_set_and_nothing_runs() {
    let project = Project::with_three();
    assert_snapshot!(project.run(&["stamp", "2"]), @r"
    exit status: 0
    ----- stdout
    stamped as applied: V1__a
    stamped as applied: V2__b
    ");
    assert_eq!(project.applied(), "1 2");
    assert_eq!(project.sql("SELECT to_regclass('a') IS NULL"), "t");
    project.done(&["upgrade"]);
    assert_eq!(project.sql("SELECT to_regclass('a') IS NULL, to_regclass('c') IS NULL"), "t|f");
}

#[test]
fn a_stamp_goes_back_too() {
    let project = Project::with_three();
    project.done(&["upgrade"]);
    assert_snapshot!(project.run(&["stamp", "base"]), @r"
    exit status: 0
    ----- stdout
    removed from the history: 1
    removed from the history: 2
    removed from the history: 3
    ");
    assert_eq!(project.sql("SELECT count(*) FROM refinery_schema_history"), "0");
    assert_eq!(project.sql("SELECT to_regclass('a') IS NOT NULL"), "t");
}

#[test]
fn a_changed_file_is_accepted_by_a_stamp() {
    let project = Project::with_three();
    project.done(&["upgrade"]);
    project.write("V2__b.sql", "-- A comment more.\nCREATE TABLE b (id int);\n");
    assert_eq!(project.run(&["check"]).code, Some(1));
    project.done(&["stamp", "head"]);
    assert_eq!(project.run(&["check"]).code, Some(0));
}
