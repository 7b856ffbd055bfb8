//! A rehearsal's report as the permit to migrate production.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::harness::Project;
use crate::rehearse::{report, with_rows};

/// A project whose pending migration was rehearsed; the report is in `report.json`.
fn rehearsed(arguments: &[&str]) -> Project {
    let project = with_rows(
        10,
        &[
            ("V2__b.sql", "ALTER TABLE a ADD b int;\n"),
            ("V2__b.down.sql", "ALTER TABLE a DROP b;\n"),
            ("V3__c.sql", "CREATE TABLE c (id int);\n"),
            ("V3__c.down.sql", "DROP TABLE c;\n"),
        ],
    );
    report(&project, 0, arguments);
    project
}

const DEPLOY: [&str; 2] = ["deploy", "report.json"];

/// Asserts that the deploy is refused with these words and changes nothing.
#[track_caller]
fn refused(project: &Project, arguments: &[&str], words: &str) {
    let before = project.catalog();
    let arguments: Vec<&str> = DEPLOY.iter().chain(arguments).copied().collect();
    let error = project.run(&arguments).refusal();
    assert!(error.contains(words), "{error}");
    assert_eq!(project.catalog(), before);
}

/// Changes the report as a forger would.
fn change(project: &Project, change: impl FnOnce(&mut Value)) {
    let path = project.folder().join("report.json");
    let mut report: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    change(&mut report);
    fs::write(path, report.to_string()).unwrap();
}

#[test]
fn what_was_rehearsed_is_deployed_with_what_its_locks_leave_of_the_limit() {
    let project = rehearsed(&["--max-lock", "2s"]);
    let deployed = project.json(&DEPLOY);
    assert_eq!(deployed["to"], "V3__c");
    let lock_timeout = deployed["lock_timeout_ms"].as_u64().unwrap();
    assert!((100..2_000).contains(&lock_timeout), "{deployed}");
    assert_eq!(project.applied(), "1 2 3");
    // Once more is no harm.
    assert_eq!(project.json(&DEPLOY)["steps"], json!([]));
}

#[test]
fn the_contract_step_of_the_documentation_is_rehearsed_and_deployed() {
    let project = Project::with(&[]);
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/examples");
    for folder in ["good", "contract"] {
        for entry in fs::read_dir(examples.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            fs::copy(&path, project.sql_dir().join(path.file_name().unwrap())).unwrap();
        }
    }
    let proof = project.json(&["verify"]);
    let note = "V5__drop_seconds.down.sql: public.visits.seconds comes back behind columns";
    assert!(proof["notes"][0].as_str().unwrap().starts_with(note), "{proof}");

    project.done(&["upgrade", "4"]);
    project.sql("INSERT INTO visits (page, seconds) VALUES ('/', 5)");
    let rehearsal = report(&project, 0, &[]);
    let notes = rehearsal["findings"].as_array().unwrap().iter().filter(|finding| finding["about"] == "down");
    let notes: Vec<&str> = notes.map(|finding| finding["level"].as_str().unwrap()).collect();
    assert_eq!(notes, ["note"], "{rehearsal}");
    assert_eq!(project.json(&DEPLOY)["to"], "V5__drop_seconds");
}

#[test]
fn without_a_limit_the_lock_timeout_is_the_one_given() {
    let project = rehearsed(&[]);
    assert_eq!(
        project.json(&["deploy", "report.json", "--lock-timeout", "1500ms"])["lock_timeout_ms"],
        1_500
    );
}

#[test]
fn a_deploy_that_stopped_halfway_goes_on_by_the_same_report() {
    let project = rehearsed(&[]);
    project.done(&["upgrade", "+1"]);
    project.done(&DEPLOY);
    assert_eq!(project.applied(), "1 2 3");
}

#[test]
fn a_failed_rehearsal_permits_nothing() {
    let project =
        with_rows(10, &[("V2__b.sql", "ALTER TABLE a ADD b int;\n"), ("V2__b.down.sql", "SELECT 1;\n")]);
    report(&project, 1, &[]);
    refused(&project, &[], "the rehearsal failed");
}

#[test]
fn an_old_report_is_refused() {
    let project = rehearsed(&[]);
    refused(&project, &["--max-age", "1ms"], "--max-age is 1 ms; rehearse again");
    change(&project, |report| report["rehearsed_at"] = json!("2999-01-01T00:00:00Z"));
    refused(&project, &[], "from the future");
}

#[test]
fn a_file_that_changed_is_refused() {
    let project = rehearsed(&[]);
    project.write("V3__c.sql", "CREATE TABLE c (id bigint);\n");
    refused(&project, &[], "V3__c has changed since it was rehearsed");
}

#[test]
fn a_file_that_was_added_is_refused() {
    let project = rehearsed(&[]);
    project.write("V4__d.sql", "CREATE TABLE d ();\n");
    refused(&project, &[], "V4__d is pending and was not rehearsed");
}

#[test]
fn a_file_that_is_gone_is_refused() {
    let project = rehearsed(&[]);
    project.remove("V3__c.sql");
    project.remove("V3__c.down.sql");
    refused(&project, &[], "V3__c was rehearsed, and its file is gone");
}

#[test]
fn a_history_that_moved_is_refused() {
    let project = rehearsed(&[]);
    project.done(&["downgrade", "base"]);
    refused(
        &project,
        &[],
        "production has moved: its history is not the one that was rehearsed on (it was at V1__a and is at base)",
    );
}

#[test]
fn a_schema_that_was_changed_by_hand_is_refused() {
    let project = rehearsed(&[]);
    project.sql("ALTER TABLE a ALTER name SET DEFAULT 'x'");
    refused(&project, &[], "production has moved: its schema was changed since the rehearsal");
}

#[test]
fn another_database_is_refused() {
    let (project, other) = (rehearsed(&[]), rehearsed(&[]));
    fs::copy(other.folder().join("report.json"), project.folder().join("report.json")).unwrap();
    refused(&project, &[], "for another database");
}

#[test]
fn a_report_of_another_form_is_refused() {
    let project = rehearsed(&[]);
    change(&project, |report| report["format"] = json!(2));
    refused(&project, &[], "the report has format 2");
    fs::write(project.folder().join("report.json"), "{}").unwrap();
    refused(&project, &[], "is not a report");
    fs::remove_file(project.folder().join("report.json")).unwrap();
    refused(&project, &[], "cannot be read");
}

#[test]
fn an_end_that_is_not_the_rehearsed_one_is_told() {
    let project = rehearsed(&[]);
    // A server of another version would do this: the same files, another catalog.
    change(&project, |report| report["target"]["catalog"] = json!("another"));
    let error = project.run(&DEPLOY).refusal();
    assert!(
        error.contains("are applied, and the schema is not the one that the rehearsal ended with"),
        "{error}"
    );
}
