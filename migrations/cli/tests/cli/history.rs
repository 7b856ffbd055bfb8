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

#[test]
fn it_is_known_who_applied_a_migration_and_for_how_long() {
    let project = Project::with_three();
    project.done(&["upgrade", "1"]);
    let role = project.sql("SELECT current_user");
    let first = &project.json(&["history"])["migrations"][0];
    assert_eq!(first["applied_by"], json!(role));
    assert!(first["duration_ms"].is_u64(), "{first}");
    let details = project.done(&["history", "-v"]).stdout;
    assert!(details.contains(&format!("\n    applied by   {role}\n    took         ")), "{details}");

    // Stamped migrations have no duration, and another tool's history names nobody.
    project.sql("CREATE TABLE b (id int)");
    project.done(&["stamp", "2"]);
    assert_eq!(project.json(&["history"])["migrations"][1]["applied_by"], json!(null));
    // Down and up again: the last time counts, and the log keeps all of them.
    project.done(&["downgrade", "base"]);
    project.done(&["upgrade", "1"]);
    assert_eq!(project.json(&["history"])["migrations"][0]["applied_by"], json!(role));
    let log = project.sql("SELECT string_agg(version || direction, ' ' ORDER BY at) FROM branchline_log");
    assert_eq!(log, "1up 2down 1down 1up");
}

#[test]
fn a_role_that_may_make_no_table_leaves_no_log_and_migrates_all_the_same() {
    let project = Project::among_roles(&[("V1__a.sql", "SELECT 1;\n"), ("V2__b.sql", "SELECT 2;\n")]);
    project.done(&["upgrade", "1"]);
    let role = format!("{}_writer", project.database.name());
    project.sql(&format!(
        "DROP TABLE branchline_log; CREATE ROLE {role} LOGIN PASSWORD 'canary'; \
         GRANT SELECT, INSERT ON refinery_schema_history TO {role}"
    ));
    let url = project.database.url();
    let (user_from, user_to) = (url.find("//").unwrap() + 2, url.find('@').unwrap());
    let url = format!("{}{role}:canary{}", &url[..user_from], &url[user_to..]);
    project.done(&["upgrade", "--database-url", &url]);
    assert_eq!(project.json(&["history"])["migrations"][1]["applied_by"], json!(null));
    project.sql(&format!("DROP OWNED BY {role}; DROP ROLE {role}"));
}
