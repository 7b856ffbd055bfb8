//! Refusals before anything runs.

use crate::harness::Project;

#[test]
fn a_changed_applied_file() {
    let project = Project::with_three();
    project.done(&["upgrade", "2"]);
    project.write("V2__b.sql", "CREATE TABLE b (id bigint);\n");
    let error = project.run(&["upgrade"]).refusal();
    assert!(error.starts_with("error: V2__b has changed since it was applied on 20"), "{error}");
    assert_eq!(project.applied(), "1 2");
}

#[test]
fn a_missing_applied_file() {
    let project = Project::with_three();
    project.done(&["upgrade"]);
    project.remove("V3__c.sql");
    project.remove("V3__c.down.sql");
    let error = project.run(&["upgrade"]).refusal();
    assert!(error.starts_with("error: V3__c was applied on 20"), "{error}");
    assert!(error.contains("its file is not in the directory"), "{error}");
}

#[test]
fn a_file_that_sorts_before_the_head() {
    let project = Project::with_three();
    project.done(&["upgrade"]);
    project.sql("DELETE FROM refinery_schema_history WHERE version = 2");
    let error = project.run(&["upgrade"]).refusal();
    assert!(
        error.starts_with("error: V2__b is not applied, and V3__c, which comes after it, is;"),
        "{error}"
    );
}

#[test]
fn two_files_with_one_number() {
    let project = Project::with_three();
    project.write("V3__d.sql", "SELECT 1;\n");
    let error = project.run(&["upgrade"]).refusal();
    assert!(error.contains("V3__d.sql: has the number of V3__c.sql"), "{error}");
}

#[test]
fn a_gap() {
    let project = Project::with_three();
    project.write("V5__e.sql", "SELECT 1;\n");
    let error = project.run(&["upgrade"]).refusal();
    assert!(error.contains("V5__e.sql: follows V3__c.sql, and number 4 is missing"), "{error}");
}

#[test]
fn carriage_returns() {
    let project = Project::with_three();
    project.write("V4__d.sql", "SELECT 1;\r\n");
    let error = project.run(&["upgrade"]).refusal();
    assert!(error.contains("V4__d.sql: line 1 ends in CRLF"), "{error}");
}

#[test]
fn a_migration_with_its_own_commit() {
    let project = Project::with(&[("V1__a.sql", "CREATE TABLE a ();\nCOMMIT;\nCREATE TABLE b ();\n")]);
    let error = project.run(&["upgrade"]).refusal();
    assert!(error.starts_with("error: V1__a.sql, line 2: the migration runs in a transaction"), "{error}");
    assert_eq!(project.sql("SELECT to_regclass('a') IS NULL"), "t");
}

/// Returns the upgrade's refusal of a file that comes after a sound one, which must not have run either.
fn refused_before_the_first(sql: &str) -> String {
    let project = Project::with(&[("V1__a.sql", "CREATE TABLE a (id int);\n"), ("V2__b.sql", sql)]);
    let error = project.run(&["upgrade"]).refusal();
    assert_eq!(project.sql("SELECT to_regclass('a') IS NULL"), "t", "{error}");
    assert_eq!(project.run(&["upgrade", "--dry-run"]).refusal(), error);
    assert_eq!(project.run(&["upgrade", "--sql"]).refusal(), error);
    let verified = project.run(&["verify"]).refusal();
    assert!(verified.contains(error.trim_start_matches("error: ")), "{verified}");
    error
}

#[test]
fn a_command_of_psqls_before_the_first_migration_runs() {
    let error = refused_before_the_first("SELECT 1;\n\\connect other\n");
    assert!(error.starts_with("error: V2__b.sql, line 2: \\connect is a command of psql's"), "{error}");
    assert!(error.contains("a migration runs on the database that branchline is pointed at"), "{error}");
    for sql in ["\\set a 1\n", "\\i b.sql\n", "\\echo it's\n", "SELECT 1 \\gexec\n", "\\restrict\n"] {
        let error = refused_before_the_first(sql);
        assert!(error.contains("is a command of psql's"), "{error}");
    }
}

#[test]
fn what_does_not_run_in_a_transaction_before_the_first_migration_runs() {
    let error = refused_before_the_first("\ncreate index concurrently i on a(id);\n");
    assert!(
        error
            .starts_with("error: V2__b.sql, line 2: CREATE INDEX CONCURRENTLY does not run in a transaction"),
        "{error}"
    );
    assert!(error.contains("write -- branchline: no-transaction at the head of the file"), "{error}");
    assert!(error.contains("branchline lint --explain concurrently-in-transaction"), "{error}");
    for sql in [
        "VACUUM a;\n",
        "REINDEX TABLE CONCURRENTLY a;\n",
        "ALTER SYSTEM SET work_mem = '1MB';\n",
        "CREATE DATABASE d;\n",
        "DROP DATABASE d;\n",
        "DO $$ BEGIN UPDATE a SET id = 1; COMMIT; END $$;\n",
        "CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$;\nCALL p();\n",
    ] {
        let error = refused_before_the_first(sql);
        assert!(
            error.contains("does not run in a transaction") && error.contains("no-transaction"),
            "{error}"
        );
    }
}

#[test]
fn a_new_enum_value_that_its_own_transaction_uses() {
    let error = refused_before_the_first(
        "ALTER TYPE mood ADD VALUE 'ok';\nALTER TABLE a ADD b mood DEFAULT 'ok'::mood;\n",
    );
    assert!(error.contains("line 2: the value that line 1 adds to the enum mood is used before"), "{error}");
}

#[test]
fn an_applied_file_is_not_judged_again() {
    let project =
        Project::with(&[("V1__a.sql", "CREATE TABLE a (id int);\n"), ("V2__b.sql", "\\echo b\nVACUUM a;\n")]);
    project.done(&["stamp", "head"]);
    project.write("V3__c.sql", "CREATE TABLE c (id int);\n");
    project.done(&["upgrade"]);
    assert_eq!(project.applied(), "1 2 3");
}

#[test]
fn a_pooler() {
    let project = Project::with_three();
    let pooler = "postgresql://u:canary@ep-a-b-1-pooler.us-east-2.aws.neon.tech/d";
    let run = project.run(&["upgrade", "--database-url", pooler]);
    let error = run.refusal();
    assert!(error.starts_with("error: --database-url: the host is Neon's connection pooler"), "{error}");
    assert!(!error.contains("canary"), "{error}");
}

#[test]
fn a_database_that_takes_no_writes() {
    let project = Project::with_three();
    let name = project.database.name();
    project.sql(&format!("ALTER DATABASE {name} SET default_transaction_read_only = on"));
    let error = project.run(&["upgrade"]).refusal();
    assert!(error.starts_with("error: transactions are read-only here"), "{error}");
    project.done(&["current"]);
}

#[test]
fn a_server_in_recovery() {
    let project = Project::with_three();
    let mut standby = support::Postgres::start(&support::Options::default()).unwrap();
    standby.halt(support::Shutdown::Fast).unwrap();
    standby.become_standby().unwrap();
    standby.resume().unwrap();
    let run = project.run(&["upgrade", "--database-url", &standby.url("postgres")]);
    let error = run.refusal();
    assert!(error.starts_with("error: the server is in recovery (a standby"), "{error}");
    assert!(error.contains("use the primary"), "{error}");
    project.done(&["current", "--database-url", &standby.url("postgres")]);
}

#[test]
fn a_history_with_numbers_that_are_no_integers() {
    let project = Project::with_three();
    project.sql(
        "CREATE TABLE refinery_schema_history (version text, name text, applied_on text, checksum text)",
    );
    let error = project.run(&["current"]).refusal();
    assert!(error.contains("has numbers of type text") && error.contains("int8-versions"), "{error}");
}

#[test]
fn a_role_without_the_right() {
    let project = Project::among_roles(&[("V1__a.sql", "CREATE TABLE a (id int);\n")]);
    let role = format!("{}_reader", project.database.name());
    project.sql(&format!("CREATE ROLE {role} LOGIN PASSWORD 'canary'"));
    let url = project.database.url();
    let (user_from, user_to) = (url.find("//").unwrap() + 2, url.find('@').unwrap());
    let url = format!("{}{role}:canary{}", &url[..user_from], &url[user_to..]);
    let error = project.run(&["upgrade", "--database-url", &url]).refusal();
    assert_eq!(
        error,
        "error: the history table cannot be made: permission denied for schema public (SQLSTATE 42501)"
    );
    project.sql(&format!("DROP ROLE {role}"));
}
