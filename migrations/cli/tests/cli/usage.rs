use crate::harness::Project;

const COMMANDS: [&str; 11] = [
    "upgrade",
    "downgrade",
    "current",
    "history",
    "stamp",
    "new",
    "renumber",
    "check",
    "verify",
    "schema",
    "doctor",
];

#[test]
fn help_fits_a_terminal_of_eighty_columns() {
    let project = Project::with(&[]);
    let mut calls = vec![vec!["--help"], vec!["-h"]];
    calls.extend(COMMANDS.map(|command| vec![command, "--help"]));
    for call in calls {
        let run = project.done(&call);
        for line in run.stdout.lines() {
            assert!(line.chars().count() <= 80, "{call:?}: {line}");
        }
    }
}

#[test]
fn wrong_usage_has_its_own_exit_status() {
    let project = Project::with(&[]);
    for call in [
        &["upgrade", "nonsense"][..],
        &["downgrade"],
        &["downgrade", "+1"],
        &["stamp", "-1"],
        &["nonsense"],
        &["upgrade", "--lock-timeout", "3"],
    ] {
        assert_eq!(project.run(call).code, Some(2), "{call:?}");
    }
}

#[test]
fn without_a_database_it_says_where_one_is_named() {
    let project = Project::with_three();
    let output = project.command(&["current"]).env_remove("DIRECT_DATABASE_URL").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("DIRECT_DATABASE_URL or DATABASE_URL"), "{error}");
}

#[test]
fn the_file_of_variables_in_this_folder_is_read() {
    let project = Project::with_three();
    let variable = format!("DIRECT_DATABASE_URL='{}'\n", project.database.url());
    std::fs::write(project.folder().join(".env"), variable).unwrap();
    let output = project.command(&["current"]).env_remove("DIRECT_DATABASE_URL").output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_server_that_is_not_there_is_told_without_the_password() {
    let project = Project::with_three();
    let run = project.run(&["current", "--database-url", "postgresql://u:canary@localhost:1/d"]);
    let error = run.refusal();
    assert!(error.contains("localhost port 1 cannot be reached"), "{error}");
    assert!(!error.contains("canary"), "{error}");
}

#[test]
fn output_that_nobody_reads_to_the_end_is_no_error() {
    let project = Project::with_three();
    let mut child = project.start(&["history"]);
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
