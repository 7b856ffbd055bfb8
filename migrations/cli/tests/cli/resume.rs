//! Migrations outside a transaction that are broken off: a rerun goes on where they stopped.

use std::thread;

use crate::harness::{Project, Run};

/// Of every kind: one that is rerun with the session, ones that may run once only, ones that commit by
/// themselves.
const EVERY_KIND: &str = "-- branchline: no-transaction\n\
    SET search_path = work;\n\
    INSERT INTO log VALUES ('alone');\n\
    CREATE INDEX CONCURRENTLY log_word ON log (word);\n\
    BEGIN; INSERT INTO log VALUES ('own'); COMMIT;\n\
    VACUUM log;\n\
    INSERT INTO log VALUES ('last');\n";

/// Writes to the record that the file above makes: one where it begins, two for the index and two for VACUUM,
/// one for each other step; and the row of the history.
const WRITES: usize = 9;

/// A database in which the `fatal`th write of a runner waits until the sequence `gate` is drawn from, and
/// then fails or not: time to kill the runner.
fn waiting_at(fatal: usize, fails: bool) -> Project {
    let project = Project::with(&[
        ("V1__a.sql", "CREATE SCHEMA work; CREATE TABLE work.log (word text);\n"),
        ("V2__b.sql", EVERY_KIND),
    ]);
    project.done(&["upgrade", "1"]);
    let and_then = if fails { "RAISE EXCEPTION 'the server died as well';" } else { "" };
    project.sql(&format!(
        "CREATE TABLE branchline_progress (version int4 PRIMARY KEY, direction text, done int4, is_begun \
         bool, digest text); CREATE SEQUENCE writes; CREATE SEQUENCE gate; CREATE FUNCTION write() RETURNS \
         trigger LANGUAGE plpgsql AS $$ BEGIN IF nextval('public.writes') = {fatal} THEN WHILE NOT (SELECT \
         is_called FROM public.gate) LOOP PERFORM pg_sleep(0.01); END LOOP; {and_then} END IF; RETURN NEW; \
         END $$; CREATE TRIGGER w BEFORE INSERT OR UPDATE ON branchline_progress FOR EACH ROW EXECUTE \
         FUNCTION write(); CREATE TRIGGER w BEFORE INSERT ON refinery_schema_history FOR EACH ROW EXECUTE \
         FUNCTION write()"
    ));
    project
}

fn kill_at(fatal: usize, fails: bool) {
    let project = waiting_at(fatal, fails);
    let mut runner = project.start(&["upgrade"]);
    project.wait_until(
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = \
         current_database())",
    );
    runner.kill().unwrap();
    assert_eq!(Run::wait(runner).code, None);
    project.sql("SELECT nextval('gate')");
    project.done(&["upgrade"]);
    let at = format!("killed at write {fatal}, fails: {fails}");
    assert_eq!(
        project.sql("SELECT string_agg(word, ' ' ORDER BY word) FROM work.log"),
        "alone last own",
        "{at}"
    );
    assert_eq!(
        project.sql("SELECT indisvalid FROM pg_index WHERE indexrelid = 'work.log_word'::regclass"),
        "t",
        "{at}"
    );
    assert_eq!(project.applied(), "1 2", "{at}");
    assert_eq!(project.sql("SELECT to_regclass('branchline_progress') IS NULL"), "t", "{at}");
}

#[test]
fn a_runner_killed_at_any_boundary_of_statements_leaves_work_for_one_rerun() {
    thread::scope(|scope| {
        scope.spawn(|| (1..=WRITES / 2).for_each(|fatal| kill_at(fatal, true)));
        scope.spawn(|| (WRITES / 2 + 1..=WRITES).for_each(|fatal| kill_at(fatal, true)));
    });
    // The statement that the killed runner left running may also succeed, within its rerun.
    kill_at(4, false);
    let project = waiting_at(WRITES + 1, true);
    project.done(&["upgrade"]);
    assert_eq!(project.sql("SELECT last_value FROM writes"), WRITES.to_string(), "every write was killed at");
}

/// A table with a row too many for the unique index that the second migration builds.
fn broken_off() -> Project {
    let project = Project::with(&[
        ("V1__a.sql", "CREATE TABLE a (id int); INSERT INTO a VALUES (1), (1);\n"),
        ("V1__a.down.sql", "DROP TABLE a;\n"),
        (
            "V2__b.sql",
            "-- branchline: no-transaction\n\
             CREATE TABLE b ();\n\
             CREATE UNIQUE INDEX CONCURRENTLY \"A id\" ON public.a (id);\n",
        ),
        (
            "V2__b.down.sql",
            "-- branchline: no-transaction\nDROP INDEX CONCURRENTLY \"A id\";\nDROP TABLE b;\n",
        ),
    ]);
    assert!(project.run(&["upgrade"]).refusal().contains("could not create unique index"));
    project
}

#[test]
fn an_index_that_a_failed_build_left_unusable_is_rebuilt() {
    let project = broken_off();
    let valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = '\"A id\"'::regclass";
    assert_eq!(project.sql(valid), "f");
    project.sql("DELETE FROM a WHERE ctid = '(0,1)'");
    project.done(&["upgrade"]);
    assert_eq!(project.sql(valid), "t");
    project.done(&["downgrade", "-1"]);
    assert_eq!(project.sql("SELECT to_regclass('branchline_progress') IS NULL"), "t");
}

#[test]
fn a_usable_index_of_the_same_name_is_not_touched() {
    let project = broken_off();
    project.sql("DROP INDEX \"A id\"");
    project.sql("CREATE INDEX \"A id\" ON a (id)");
    project.sql("UPDATE branchline_progress SET is_begun = false");
    assert!(project.run(&["upgrade"]).refusal().contains("already exists"));
}

#[test]
fn the_statement_that_failed_may_be_corrected_and_those_before_it_may_not() {
    let project = broken_off();
    let head = "-- branchline: no-transaction\n";
    project
        .write("V2__b.sql", &format!("{head}CREATE TABLE c ();\nCREATE INDEX CONCURRENTLY i ON a (id);\n"));
    assert!(project.run(&["upgrade"]).refusal().contains("1 of its statements have run already"));
    project
        .write("V2__b.sql", &format!("{head}-- as it was\nCREATE TABLE b ();\nCREATE INDEX i ON a (id);\n"));
    project.done(&["upgrade"]);
    assert_eq!(project.applied(), "1 2");
}

#[test]
fn nothing_else_runs_before_it_is_finished_or_stamped() {
    let project = broken_off();
    let error = project.run(&["downgrade", "base"]).refusal();
    assert!(
        error.contains("migration 2 was broken off") && error.contains("branchline upgrade 2"),
        "{error}"
    );
    project.done(&["stamp", "1"]);
    project.done(&["downgrade", "base"]);
}

#[test]
fn a_build_without_a_name_is_refused_before_anything_runs() {
    let project = Project::with(&[
        ("V1__a.sql", "CREATE TABLE a (id int);\n"),
        ("V2__b.sql", "-- branchline: no-transaction\n\nCREATE INDEX CONCURRENTLY ON a (id);\n"),
    ]);
    assert!(project.run(&["upgrade"]).refusal().contains("V2__b.sql, line 3: a concurrent build"));
    assert_eq!(project.sql("SELECT to_regclass('a') IS NULL"), "t");
}

#[test]
fn a_role_that_the_file_takes_need_not_know_of_the_record() {
    let project = Project::with(&[(
        "V1__a.sql",
        "-- branchline: no-transaction\n\
         CREATE SCHEMA own AUTHORIZATION pg_monitor;\n\
         SET ROLE pg_monitor;\n\
         CREATE TABLE own.a ();\n\
         CREATE TABLE own.b ();\n",
    )]);
    project.done(&["upgrade"]);
    assert_eq!(
        project.sql("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'own'"),
        "pg_monitor"
    );
}

#[tokio::test]
async fn refinery_accepts_a_database_in_which_a_migration_is_broken_off() {
    let project = broken_off();
    let mut client = project.database.client().await;
    let migration = refinery_core::Migration::unapplied("V1__a", &text_of(&project, "V1__a.sql"));
    let report = refinery_core::Runner::new(&[migration.unwrap()]).run_async(&mut client).await.unwrap();
    assert!(report.applied_migrations().is_empty());
}

fn text_of(project: &Project, file: &str) -> String {
    std::fs::read_to_string(project.sql_dir().join(file)).unwrap()
}
