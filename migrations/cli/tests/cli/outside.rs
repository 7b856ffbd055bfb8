//! Migrations outside a transaction.

use insta::assert_snapshot;

use crate::gates::{OpenTransaction, Watched};
use crate::harness::{Project, Run};

#[test]
fn an_index_is_built_concurrently_and_a_block_commits_its_batches() {
    let project = Project::with(&[
        ("V1__a.sql", "CREATE TABLE a (id int); INSERT INTO a SELECT generate_series(1, 100);\n"),
        (
            "V2__b.sql",
            "-- branchline: no-transaction\nDO $$ BEGIN FOR i IN 1 .. 10 LOOP UPDATE a SET id = -id WHERE id \
             BETWEEN i * 10 - 9 AND i * 10; COMMIT; END LOOP; END $$;\nCREATE INDEX CONCURRENTLY a_id ON a \
             (id);\n",
        ),
    ]);
    project.done(&["upgrade"]);
    assert_eq!(project.sql("SELECT max(id) FROM a"), "-1");
    assert_eq!(project.sql("SELECT indisvalid FROM pg_index WHERE indexrelid = 'a_id'::regclass"), "t");
}

#[test]
fn a_failure_says_what_is_kept_and_which_index_is_unusable() {
    let project = Project::with(&[(
        "V1__a.sql",
        "-- branchline: no-transaction\n\
         CREATE TABLE IF NOT EXISTS a (id int);\n\
         INSERT INTO a VALUES (1), (1);\n\n\
         CREATE UNIQUE INDEX CONCURRENTLY a_id ON a (id);\n",
    )]);
    assert_snapshot!(project.run(&["upgrade"]), @r#"
    exit status: 1
    ----- stderr
    error: V1__a.sql, line 5: could not create unique index "a_id" (SQLSTATE 23505)
        CREATE UNIQUE INDEX CONCURRENTLY a_id ON a (id)
    Row values are left out; --show-values shows them.
    The migration runs outside a transaction: its first 2 statements are kept. A
    concurrent build left an unusable index behind (a_id); the next run builds the
    one that this statement names again. Correct the cause and run the command
    again: it goes on with this statement.
    "#);
    assert_eq!(project.sql("SELECT count(*) FROM refinery_schema_history"), "0");
}

#[test]
fn a_concurrent_build_waits_for_an_old_transaction_however_short_the_lock_timeout() {
    let project = Project::with(&[
        ("V1__a.sql", "CREATE TABLE a (id int);\n"),
        ("V2__b.sql", "-- branchline: no-transaction\nCREATE INDEX CONCURRENTLY a_id ON a (id);\n"),
    ]);
    project.done(&["upgrade", "1"]);
    let writer = OpenTransaction::begin(&project, "INSERT INTO a VALUES (1)");
    let runner = project.start(&["upgrade", "--lock-timeout", "100ms"]);
    project.wait_until(
        "SELECT EXISTS (SELECT FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND query \
         LIKE 'CREATE INDEX CONCURRENTLY%' AND datname = current_database() AND clock_timestamp() - \
         waitstart > '300 ms')",
    );
    writer.commit();
    let run = Run::wait(runner);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run}");
    assert_eq!(project.applied(), "1 2");
}

#[test]
fn other_statements_that_are_blocked_are_tried_again() {
    let project = Project::with(&[
        ("V1__a.sql", "CREATE TABLE a (id int);\n"),
        ("V2__b.sql", "-- branchline: no-transaction\nALTER TABLE a ADD b int;\n"),
    ]);
    project.done(&["upgrade", "1"]);
    let holder = OpenTransaction::begin(&project, "LOCK TABLE a");
    let mut runner = Watched::new(project.start(&["upgrade", "--lock-timeout", "100ms"]));
    runner.wait_for("attempt 2 of 10");
    holder.commit();
    let run = runner.end();
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(project.applied(), "1 2");
}
