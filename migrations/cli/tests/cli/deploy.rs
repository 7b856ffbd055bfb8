//! A rehearsal's report as the permit to migrate production.

use std::fs;
use std::path::Path;
use std::thread;

use serde_json::{Value, json};

use crate::gates::UNTIL_SOMEBODY_WAITS;
use crate::harness::{Project, Run};
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
        "production has moved: its history is not the one that was rehearsed on (it was at V1__a and is at \
         base)",
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
fn an_end_that_is_not_the_rehearsed_one_is_reported() {
    let project = rehearsed(&[]);
    // A server of another version would do this: the same files, another catalog.
    change(&project, |report| report["target"]["catalog"] = json!("another"));
    let error = project.run(&DEPLOY).refusal();
    assert!(
        error.contains("are applied, and the schema is not the one that the rehearsal ended with"),
        "{error}"
    );
}

/// Runs a deploy that waits for the runners' lock, and does something meanwhile.
fn deploy_while(project: &Project, meanwhile: impl FnOnce()) -> Run {
    // The runners' lock.
    let lock = format!("SELECT pg_advisory_lock({}), pg_sleep(60)", i64::from_be_bytes(*b"branchln"));
    thread::scope(|scope| {
        scope.spawn(|| project.psql(&["--command", &lock]));
        project.wait_until("SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted)");
        let runner = project.start(&DEPLOY);
        project.wait_until(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE 'SELECT \
             pg_try_advisory_xact_lock%' AND datname = current_database())",
        );
        meanwhile();
        project.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)' \
             AND datname = current_database() AND pid <> pg_backend_pid()",
        );
        Run::wait(runner)
    })
}

/// A project whose pending migration drops a column; the permit is in `report.json`.
fn dropping(rows: &str, directive: &str) -> Project {
    let project = with_rows(0, &[]);
    project.write("V2__b.sql", "ALTER TABLE a ADD old text;\n");
    project.write("V2__b.down.sql", "ALTER TABLE a DROP old;\n");
    project.done(&["upgrade"]);
    project.sql(rows);
    project.write("V3__c.sql", &format!("{directive}ALTER TABLE a DROP old;\n"));
    project.write("V3__c.down.sql", "ALTER TABLE a ADD old text;\n");
    let file = project.folder().join("report.json");
    let run = project.run(&["rehearse", "--local", "--report-json", file.to_str().unwrap()]);
    assert!(matches!(run.code, Some(0 | 3)), "{run}");
    project
}

#[test]
fn the_permit_is_checked_again_once_no_other_runner_is_at_work() {
    // A schema that another changes while the deploy waits.
    let project = rehearsed(&[]);
    let error = deploy_while(&project, || drop(project.sql("ALTER TABLE a ADD other int"))).refusal();
    assert!(error.contains("its schema was changed since the rehearsal"), "{error}");
    assert_eq!(project.applied(), "1");
    // A history.
    let project = rehearsed(&[]);
    let error = deploy_while(&project, || {
        drop(project.sql("UPDATE refinery_schema_history SET name = 'other'"));
    })
    .refusal();
    assert!(error.contains("its history is not the one"), "{error}");
    assert_eq!(project.applied(), "1");
    // If nothing has changed, the deploy continues.
    let project = rehearsed(&[]);
    assert_eq!(deploy_while(&project, || {}).code, Some(0));
    assert_eq!(project.applied(), "1 2 3");
}

#[test]
fn a_column_that_got_values_after_the_rehearsal_is_not_dropped() {
    let project = dropping("SELECT 1", "-- branchline: loses a.old: nobody wrote it\n");
    let error =
        deploy_while(&project, || drop(project.sql("INSERT INTO a VALUES (1, 'n', 'new')"))).refusal();
    assert!(
        error.contains("public.a.old is to be dropped and holds more values than the rehearsal saw (none)"),
        "{error}"
    );
    assert_eq!(project.sql("SELECT old FROM a"), "new");
    // Without a directive, no more values than there were.
    let project = dropping("INSERT INTO a VALUES (1, 'n', 'one')", "");
    project.sql("INSERT INTO a VALUES (2, 'n', 'two')");
    refused(&project, &[], "more values than the rehearsal saw (1)");
    project.sql("DELETE FROM a WHERE id = 2");
    project.done(&DEPLOY);
}

#[test]
fn a_directive_that_gives_up_a_columns_values_gives_up_later_ones_too() {
    let project =
        dropping("INSERT INTO a VALUES (1, 'n', 'one')", "-- branchline: loses a.old: name holds them\n");
    project.sql("INSERT INTO a VALUES (2, 'n', 'two')");
    project.done(&DEPLOY);
}

#[test]
fn a_column_that_is_renamed_is_none_that_is_dropped() {
    let project = with_rows(
        1,
        &[
            ("V2__b.sql", "ALTER TABLE a RENAME name TO title;\n"),
            ("V2__b.down.sql", "ALTER TABLE a RENAME title TO name;\n"),
        ],
    );
    report(&project, 0, &[]);
    project.sql("INSERT INTO a VALUES (2, 'later')");
    project.done(&DEPLOY);
}

#[test]
fn a_verdict_is_made_of_what_was_found_and_not_of_the_word() {
    let project =
        with_rows(10, &[("V2__b.sql", "ALTER TABLE a ADD b int;\n"), ("V2__b.down.sql", "SELECT 1;\n")]);
    report(&project, 1, &[]);
    change(&project, |report| report["verdict"] = json!("passed"));
    refused(&project, &[], "the rehearsal failed by the report's own findings");
    // Nor of the findings alone, where the measurements say more.
    let project = with_rows(
        10,
        &[
            ("V2__b.sql", &format!("LOCK TABLE a IN SHARE MODE;\n{UNTIL_SOMEBODY_WAITS}")),
            ("V2__b.down.sql", "SELECT 1;\n"),
        ],
    );
    project.make_gate();
    report(&project, 1, &["--max-lock", "100ms"]);
    change(&project, |report| {
        report["verdict"] = json!("passed");
        report["findings"] = json!([]);
    });
    refused(&project, &[], "the rehearsal failed by the report's own findings");
}
