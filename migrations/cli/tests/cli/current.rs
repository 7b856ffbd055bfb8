use insta::assert_snapshot;
use serde_json::json;

use crate::harness::Project;

#[test]
fn the_last_applied_migration_is_shown_as_alembic_shows_it() {
    let project = Project::with_three();
    assert_snapshot!(project.run(&["current"]), @r"
    exit status: 0
    ----- stdout
    base, before the first migration (3 pending)
    ");
    project.done(&["upgrade", "2"]);
    assert_snapshot!(project.run(&["current"]), @r"
    exit status: 0
    ----- stdout
    V2__b (1 pending)
    ");
    project.done(&["upgrade"]);
    assert_snapshot!(project.run(&["current"]), @r"
    exit status: 0
    ----- stdout
    V3__c (head)
    ");
}

#[test]
fn looking_makes_no_history_table() {
    let project = Project::with_three();
    project.done(&["current"]);
    project.done(&["history"]);
    assert_eq!(project.sql("SELECT to_regclass('refinery_schema_history') IS NULL"), "t");
}

#[test]
fn machines_get_number_name_and_what_is_pending() {
    let project = Project::with_three();
    let expected =
        json!({ "version": null, "migration": null, "applied_on": null, "is_head": false, "pending": 3 });
    assert_eq!(project.json(&["current"]), expected);
    project.done(&["upgrade"]);
    let current = project.json(&["current"]);
    assert_eq!((&current["version"], &current["migration"]), (&json!(3), &json!("V3__c")));
    assert_eq!((&current["is_head"], &current["pending"]), (&json!(true), &json!(0)));
}
