use insta::assert_snapshot;
use serde_json::json;

use crate::harness::Project;

#[test]
fn applied_and_pending_migrations_are_listed_with_their_time() {
    let project = Project::with_three();
    project.done(&["upgrade", "2"]);
    assert_snapshot!(project.run(&["history"]), @r"
    exit status: 0
    ----- stdout
     version  name  state    applied on (UTC)
           1  a     applied  0000-00-00 00:00:00
           2  b     applied  0000-00-00 00:00:00
           3  c     pending
    ");
}

#[test]
fn files_and_what_they_say_are_shown_on_demand() {
    let project = Project::with(&[
        ("V1__a.sql", "-- branchline: no-transaction\nSELECT 1;\n"),
        ("V1__a.down.sql", "SELECT 2;\n"),
    ]);
    let run = project.done(&["history", "-v"]);
    let checksum = project.json(&["history"])["migrations"][0]["checksum"].as_str().unwrap().to_owned();
    let expected = format!(
        "1 a\n    state        pending\n    file         V1__a.sql\n    down         V1__a.down.sql\n    \
         checksum     {checksum}\n    transaction  none: statement by statement\n"
    );
    assert_eq!(run.stdout, expected);
}

#[test]
fn a_history_that_does_not_agree_is_shown_all_the_same() {
    let project = Project::with_three();
    project.done(&["upgrade"]);
    project.write("V2__b.sql", "SELECT 'changed';\n");
    project.remove("V3__c.sql");
    project.remove("V3__c.down.sql");
    let history = project.json(&["history"]);
    let states: Vec<_> = history["migrations"].as_array().unwrap().iter().map(|m| &m["state"]).collect();
    assert_eq!(states, [&json!("applied"), &json!("changed"), &json!("missing")]);
}
