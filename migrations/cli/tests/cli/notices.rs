//! The server's messages while a migration runs are shown, and control nothing.

use crate::harness::Project;

const TALKING: &str = "CREATE TABLE a (id int);\nDO $$ BEGIN RAISE WARNING E'look\\n::error::at\\x1b[2J \
                       this'; RAISE NOTICE 'ten rows'; END $$;\n";

fn talking() -> Project {
    Project::with(&[
        ("V1__a.sql", TALKING),
        ("V1__a.down.sql", "DROP TABLE a;\nDO $$ BEGIN RAISE NOTICE 'gone'; END $$;\n"),
    ])
}

#[test]
fn notices_of_an_upgrade_a_dry_run_and_a_downgrade_are_shown() {
    let project = talking();
    for arguments in [["upgrade", "--dry-run"], ["upgrade", "head"]] {
        let run = project.done(&arguments);
        assert_eq!(
            run.stderr.lines().collect::<Vec<_>>(),
            ["V1__a: warning: look ::error::at [2J this", "V1__a: notice: ten rows"],
            "{run}"
        );
    }
    let run = project.done(&["downgrade", "base"]);
    assert_eq!(run.stderr, "V1__a: notice: gone\n", "{run}");
}

#[test]
fn machines_get_notices_with_their_step() {
    let report = talking().json(&["upgrade"]);
    let notices = &report["steps"][0]["notices"];
    assert_eq!(notices[0]["severity"], "WARNING");
    assert_eq!(notices[1], serde_json::json!({ "severity": "NOTICE", "message": "ten rows" }));
}

#[test]
fn a_migration_that_fails_has_said_why() {
    let project = Project::with(&[(
        "V1__a.sql",
        "DO $$ BEGIN RAISE WARNING 'row 7 is odd'; END $$;\nSELECT nothing FROM nowhere;\n",
    )]);
    let run = project.run(&["upgrade"]);
    assert!(run.stderr.starts_with("V1__a: warning: row 7 is odd\nerror: V1__a.sql, line 2"), "{run}");
    let json = project.run(&["upgrade", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(document["error"]["notices"][0]["message"], "row 7 is odd", "{json}");
}

#[test]
fn notices_are_bounded_in_number_and_length() {
    for head in ["", "-- branchline: no-transaction\n"] {
        let sql = format!(
            "{head}DO $$ BEGIN FOR i IN 1..5000 LOOP RAISE NOTICE '%', repeat('x', 5000); END LOOP; END $$;\n"
        );
        let run = Project::with(&[("V1__a.sql", &sql)]).done(&["upgrade"]);
        assert_eq!(run.stderr.lines().count(), 21, "{run}");
        assert!(run.stderr.ends_with("V1__a: 4980 notices more\n"), "{run}");
        assert!(run.stderr.len() < 10_000, "{}", run.stderr.len());
    }
}

#[test]
fn a_migration_that_says_nothing_shows_nothing() {
    let project = Project::with_three();
    assert_eq!(project.done(&["upgrade"]).stderr, "");
    assert!(project.json(&["downgrade", "base"])["steps"][0].get("notices").is_none());
}
