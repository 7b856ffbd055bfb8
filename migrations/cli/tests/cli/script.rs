use std::fs;

use crate::harness::Project;

/// Applies a script to the project's database as a database administrator would.
fn apply(project: &Project, script: &str) {
    let file = project.folder().join("script.sql");
    fs::write(&file, script).unwrap();
    let run = project.psql(&["--file", file.to_str().unwrap()]);
    assert_eq!(run.code, Some(0), "{run}");
}

#[test]
fn psql_applies_the_script_to_the_same_end_as_a_run() {
    let ran = Project::with_ours();
    ran.done(&["upgrade"]);

    let project = Project::with_ours();
    apply(&project, &project.done(&["upgrade", "--sql"]).stdout);
    assert_eq!(project.catalog(), ran.catalog());
    assert_eq!(project.run(&["check"]).code, Some(0));

    apply(&project, &project.done(&["downgrade", "2", "--sql"]).stdout);
    ran.done(&["downgrade", "2"]);
    assert_eq!(project.catalog(), ran.catalog());
    assert_eq!(project.applied(), "1 2");
}

#[test]
fn a_script_finds_the_history_whatever_path_a_migration_takes() {
    let project = Project::with(&[
        ("V1__a.sql", "CREATE SCHEMA s;\nSET search_path = s;\nCREATE TABLE a ();\n"),
        ("V2__b.sql", "CREATE TABLE b ();\n"),
    ]);
    apply(&project, &project.done(&["upgrade", "--sql"]).stdout);
    assert_eq!(project.sql("SELECT to_regclass('s.a'), to_regclass('public.b')"), "s.a|b");
    assert_eq!(project.applied(), "1 2");
}

#[test]
fn printing_changes_nothing() {
    let project = Project::with_three();
    project.done(&["upgrade", "--sql"]);
    project.done(&["stamp", "head", "--sql"]);
    assert_eq!(project.sql("SELECT to_regclass('refinery_schema_history') IS NULL"), "t");
}

#[test]
fn a_range_asks_no_database() {
    let project = Project::with_three();
    let without_database = |arguments: &[&str]| {
        let mut command = project.command(arguments);
        let output = command.env_remove("DIRECT_DATABASE_URL").output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, up) = without_database(&["upgrade", "1:head", "--sql"]);
    assert_eq!(code, Some(0));
    assert!(
        !up.contains("CREATE TABLE a") && up.contains("CREATE TABLE b") && up.contains("CREATE TABLE c"),
        "{up}"
    );
    let (code, down) = without_database(&["downgrade", "2:base", "--sql"]);
    assert_eq!(code, Some(0));
    assert!(
        !down.contains("DROP TABLE c") && down.contains("DROP TABLE b;") && down.contains("DROP TABLE a;"),
        "{down}"
    );
}

#[test]
fn a_range_without_sql_is_wrong_usage() {
    let project = Project::with_three();
    let run = project.run(&["upgrade", "1:head"]);
    assert_eq!(run.code, Some(2), "{run}");
}

#[test]
fn a_stamp_as_a_script_is_the_same_stamp() {
    let project = Project::with_three();
    apply(&project, &project.done(&["stamp", "2", "--sql"]).stdout);
    assert_eq!(project.applied(), "1 2");
    assert_eq!(project.run(&["check"]).code, Some(3));
}
