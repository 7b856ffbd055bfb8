//! Numbers that need 8 bytes, as refinery has them by its feature `int8-versions`.

use refinery_core_int8::{Migration, Runner, Target};

use crate::harness::Project;

const COLUMN_TYPE: &str = "SELECT format_type(atttypid, NULL) FROM pg_attribute \
                           WHERE attrelid = 'refinery_schema_history'::regclass AND attname = 'version'";

/// Two migrations whose numbers are times to the second.
fn with_times() -> Project {
    Project::with(&[
        ("V20260101120000__a.sql", "CREATE TABLE a (id int);\n"),
        ("V20260101120000__a.down.sql", "DROP TABLE a;\n"),
        ("V20260201120000__b.sql", "CREATE TABLE b (id int);\n"),
        ("V20260201120000__b.down.sql", "DROP TABLE b;\n"),
    ])
}

/// refinery's runner with 8-byte numbers over the project's files.
fn runner(project: &Project) -> Runner {
    let mut migrations = Vec::new();
    for entry in std::fs::read_dir(project.sql_dir()).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if !stem.contains('.') {
            migrations.push(Migration::unapplied(&stem, &std::fs::read_to_string(&path).unwrap()).unwrap());
        }
    }
    Runner::new(&migrations)
}

#[tokio::test]
async fn refinery_accepts_what_branchline_applied_and_goes_on() {
    let project = with_times();
    project.done(&["upgrade", "20260101120000"]);
    assert_eq!(project.sql(COLUMN_TYPE), "bigint");
    let mut client = project.database.client().await;
    let report = runner(&project).run_async(&mut client).await.unwrap();
    let applied: Vec<i64> = report.applied_migrations().iter().map(Migration::version).collect();
    assert_eq!(applied, [20_260_201_120_000]);
    project.done(&["check"]);
}

#[tokio::test]
async fn branchline_accepts_what_refinery_applied_and_goes_on() {
    let project = with_times();
    let mut client = project.database.client().await;
    let target = Target::Version(20_260_101_120_000);
    runner(&project).set_target(target).run_async(&mut client).await.unwrap();
    let report = project.json(&["upgrade"]);
    assert_eq!(report["to"], "V20260201120000__b");
    let nothing = runner(&project).run_async(&mut client).await.unwrap();
    assert!(nothing.applied_migrations().is_empty());
    project.done(&["downgrade", "base"]);
}

/// refinery with the feature makes a table of 8-byte numbers for small numbers too, and its checksums are
/// others.
#[tokio::test]
async fn small_numbers_in_a_wide_table_have_the_checksums_of_the_feature() {
    let project = Project::with_three();
    let mut client = project.database.client().await;
    runner(&project).set_target(Target::Version(2)).run_async(&mut client).await.unwrap();
    project.done(&["upgrade"]);
    let nothing = runner(&project).run_async(&mut client).await.unwrap();
    assert!(nothing.applied_migrations().is_empty());
    project.done(&["check"]);
    project.write("V2__b.sql", "CREATE TABLE b (id bigint);\n");
    assert!(project.run(&["upgrade"]).refusal().contains("V2__b has changed since it was applied"));
}

#[test]
fn a_new_table_has_small_numbers_unless_a_file_needs_others() {
    let project = Project::with_three();
    project.done(&["upgrade"]);
    assert_eq!(project.sql(COLUMN_TYPE), "integer");
    // Known from the first migration on, not from the first that needs it.
    let project = Project::with_three();
    project.write("V20260101120000__d.sql", "CREATE TABLE d (id int);\n");
    project.done(&["upgrade", "1"]);
    assert_eq!(project.sql(COLUMN_TYPE), "bigint");
    project.done(&["upgrade"]);
    let script = project.done(&["upgrade", "base:head", "--sql"]).stdout;
    assert!(script.contains("version int8 PRIMARY KEY"), "{script}");
}

#[tokio::test]
async fn a_number_that_the_table_cannot_hold_is_refused_until_the_table_is_widened() {
    let project = Project::with_three();
    project.done(&["upgrade"]);
    let applied_on = "SELECT string_agg(applied_on, ' ' ORDER BY version) FROM refinery_schema_history";
    let before = project.sql(applied_on);
    project.write("V20260101120000__d.sql", "CREATE TABLE d (id int);\n");
    for arguments in [&["upgrade"][..], &["upgrade", "--dry-run"], &["upgrade", "--sql"], &["stamp", "head"]]
    {
        let error = project.run(arguments).refusal();
        assert!(error.contains("numbers up to 2147483647, and V20260101120000__d has a larger"), "{error}");
        assert!(error.contains("branchline stamp --int8"), "{error}");
    }
    assert_eq!(project.sql("SELECT to_regclass('d') IS NULL"), "t");

    let script = project.done(&["stamp", "--int8", "--sql"]).stdout;
    assert!(script.contains("TYPE int8") && script.matches("UPDATE").count() == 3, "{script}");
    project.done(&["stamp", "--int8"]);
    assert_eq!(project.sql(applied_on), before, "the rows are the ones that were there");
    project.done(&["upgrade"]);
    project.done(&["check"]);
    assert_eq!(
        project.json(&["history"])["migrations"][3]["applied_by"].as_str().map(str::is_empty),
        Some(false)
    );
    assert!(project.done(&["stamp", "--int8"]).stdout.starts_with("Nothing to do"));
    let mut client = project.database.client().await;
    let nothing = runner(&project).run_async(&mut client).await.unwrap();
    assert!(nothing.applied_migrations().is_empty());
}

#[test]
fn a_table_that_was_widened_by_hand_is_reported_by_its_checksums() {
    let project = Project::with_three();
    project.done(&["upgrade"]);
    project.sql("ALTER TABLE refinery_schema_history ALTER COLUMN version TYPE int8");
    let error = project.run(&["upgrade"]).refusal();
    assert!(error.contains("checksum of V1__a is that of 4-byte numbers"), "{error}");
    project.done(&["stamp", "--int8"]);
    project.done(&["check"]);
}

#[test]
fn a_migration_outside_a_transaction_has_its_progress_under_a_long_number() {
    let project = with_times();
    let sql = "-- branchline: no-transaction\nCREATE INDEX CONCURRENTLY a_id ON a (id);\nSELECT 1 / (SELECT \
               count(*) FROM b);\n";
    project.write("V20260301120000__c.sql", sql);
    assert_eq!(project.run(&["upgrade"]).code, Some(1));
    assert!(project.done(&["current"]).stdout.contains("V20260301120000__c"));
    project.sql("INSERT INTO b VALUES (1)");
    project.done(&["upgrade"]);
    project.done(&["check"]);
}

#[test]
fn every_proof_and_script_takes_long_numbers() {
    let project = with_times();
    project.done(&["verify"]);
    project.done(&["upgrade", "--dry-run"]);
    project.done(&["upgrade"]);
    project.done(&["downgrade", "20260101120000"]);
    assert_eq!(project.applied(), "20260101120000");
    project.done(&["stamp", "head"]);
    assert_eq!(project.applied(), "20260101120000 20260201120000");
}
