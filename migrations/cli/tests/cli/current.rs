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
    let expected = json!({
        "version": null, "migration": null, "applied_on": null, "is_head": false, "pending": 3,
        "broken_off": null
    });
    assert_eq!(project.json(&["current"]), expected);
    project.done(&["upgrade"]);
    let current = project.json(&["current"]);
    assert_eq!((&current["version"], &current["migration"]), (&json!(3), &json!("V3__c")));
    assert_eq!((&current["is_head"], &current["pending"]), (&json!(true), &json!(0)));
}

/// A migration outside a transaction whose third statement fails.
fn broken_off() -> Project {
    let project = Project::with_three();
    project.write(
        "V2__b.sql",
        "-- branchline: no-transaction\nCREATE TABLE b ();\nINSERT INTO a VALUES (1);\nSELECT 1 / 0;\nSELECT \
         4;\n",
    );
    assert_eq!(project.run(&["upgrade"]).code, Some(1));
    project
}

#[test]
fn a_migration_that_was_broken_off_is_shown_with_what_goes_on_with_it() {
    let project = broken_off();
    assert_snapshot!(project.run(&["current"]), @r"
    exit status: 0
    ----- stdout
    V1__a (2 pending)
    broken off: V2__b, while it was being applied: 2 of 4 statements are done;
    branchline upgrade 2 goes on with it, unless another run is at it now
    ");
    assert_snapshot!(project.run(&["check"]), @r"
    exit status: 3
    ----- stdout
    broken off: V2__b, while it was being applied: 2 of 4 statements are done;
    branchline upgrade 2 goes on with it, unless another run is at it now
    pending: V2__b
    pending: V3__c
    ");
    assert_snapshot!(project.run(&["history"]), @r"
    exit status: 0
    ----- stdout
     version  name  state    applied on (UTC)
           1  a     applied  0000-00-00 00:00:00
           2  b     pending
           3  c     pending

    broken off: V2__b, while it was being applied: 2 of 4 statements are done;
    branchline upgrade 2 goes on with it, unless another run is at it now
    ");
    let expected = json!({
        "migration": "V2__b", "direction": "up", "done": 2, "statements": 4, "command": "branchline upgrade \
            2",
    });
    assert_eq!(project.json(&["current"])["broken_off"], expected);

    project.write(
        "V2__b.sql",
        "-- branchline: no-transaction\nCREATE TABLE b ();\nINSERT INTO a VALUES (1);\nSELECT 3;\nSELECT \
         4;\n",
    );
    project.done(&["upgrade", "2"]);
    assert_eq!(project.json(&["current"])["broken_off"], json!(null));
    assert_eq!(project.sql("SELECT count(*) FROM a"), "1");
}

#[test]
fn a_way_back_that_was_broken_off_is_something_to_do() {
    let project = Project::with_three();
    project.done(&["upgrade"]);
    project.write("V3__c.down.sql", "-- branchline: no-transaction\nDROP TABLE c;\nSELECT 1 / 0;\n");
    assert_eq!(project.run(&["downgrade", "-1"]).code, Some(1));
    assert_snapshot!(project.run(&["check"]), @r"
    exit status: 3
    ----- stdout
    broken off: V3__c, while it was being taken back: 1 of 2 statements are done;
    branchline downgrade -1 goes on with it, unless another run is at it now
    ");
}
