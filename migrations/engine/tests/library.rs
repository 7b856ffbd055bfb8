//! The library against a real Postgres.

#![expect(clippy::unwrap_used, reason = "a test panics where it fails")]

use std::fs;

use branchline_engine::{
    Failure, Migrator, Observer, Outcome, Placement, Report, Target, Unobserved, UpgradeTarget,
    upgrade_to_head,
};
use files::Statement;
use support::TestDatabase;
use tempfile::TempDir;
use tokio_postgres::Client;

const HEAD: Target = Target::Up(UpgradeTarget::Head);

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, sql) in files {
        fs::write(folder.path().join(name), sql).unwrap();
    }
    folder
}

#[tokio::test]
async fn upgrade_to_head_brings_a_database_to_head() {
    let folder =
        folder(&[("V1__a.sql", "CREATE TABLE a (id int);"), ("V2__b.sql", "CREATE TABLE b (id int);")]);
    let database = support::empty_database();
    let report = upgrade_to_head(&database.url(), folder.path()).await.unwrap();
    assert_eq!((report.from, report.to.as_deref(), report.steps.len()), (None, Some("V2__b"), 2));
    let report = upgrade_to_head(&database.url(), folder.path()).await.unwrap();
    assert_eq!((report.from.as_deref(), report.steps.len()), (Some("V2__b"), 0));
}

#[tokio::test]
async fn a_failure_is_among_the_causes() {
    let folder = folder(&[("V1__a.sql", "SELECT 1 / 0;\n")]);
    let database = support::empty_database();
    let error = upgrade_to_head(&database.url(), folder.path()).await.unwrap_err();
    let failure = error.downcast_ref::<Failure>().unwrap();
    assert_eq!((failure.file.as_str(), failure.code()), ("V1__a.sql", Some("22012")));
    assert_eq!(failure.outcome, Outcome::RolledBack);
}

/// Counts the calls, and has files sent statement by statement.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counts {
    before: usize,
    done: usize,
    failed: usize,
    first: usize,
    committed: usize,
    rolled_back: usize,
    migrations: usize,
}

impl Observer for Counts {
    async fn before_statement(&mut self, _: &Client, statements: &[Statement<'_>]) {
        self.before += statements.len();
    }

    async fn after_statement(
        &mut self,
        _: &Client,
        statements: &[Statement<'_>],
        placement: Placement,
        outcome: Result<(), &pg::Error>,
    ) {
        let count = if outcome.is_ok() { &mut self.done } else { &mut self.failed };
        *count += statements.len();
        self.first += usize::from(placement == Placement::First);
    }

    fn after_transaction(&mut self, is_committed: bool) {
        let count = if is_committed { &mut self.committed } else { &mut self.rolled_back };
        *count += 1;
    }

    async fn after_migration(&mut self, _: &Client, _: &branchline_engine::Step) {
        self.migrations += 1;
    }
}

async fn apply(migrator: &Migrator, database: &TestDatabase, observer: &mut impl Observer) -> Report {
    migrator.apply_observed(&database.url(), HEAD, observer, &|_| {}).await.unwrap()
}

/// The history, and the tables that branchline has of its own.
async fn records(database: &TestDatabase) -> Vec<Vec<Option<String>>> {
    let sql = "SELECT version, name, checksum FROM refinery_schema_history ORDER BY version; \
               SELECT version, direction, role FROM branchline_log ORDER BY version; \
               SELECT relname FROM pg_class WHERE relname LIKE 'branchline%' ORDER BY relname";
    let messages = database.client().await.simple_query(sql).await.unwrap();
    let rows = messages.iter().filter_map(|message| match message {
        tokio_postgres::SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    rows.map(|row| (0..row.len()).map(|i| row.get(i).map(str::to_owned)).collect()).collect()
}

/// Applies a folder twice, and compares what both ways lead to.
async fn end_alike(migrator: &Migrator) -> Counts {
    let (whole, each) = (support::empty_database(), support::empty_database());
    let mut counts = Counts::default();
    let one = apply(migrator, &whole, &mut Unobserved).await;
    let other = apply(migrator, &each, &mut counts).await;
    assert_eq!((&one.from, &one.to, one.steps.len()), (&other.from, &other.to, other.steps.len()));
    let (one, other) =
        (Migrator::catalog(&whole.url()).await.unwrap(), Migrator::catalog(&each.url()).await.unwrap());
    let differences: Vec<String> = one.diff(&other).iter().map(ToString::to_string).collect();
    assert_eq!(differences, Vec::<String>::new());
    assert_eq!(records(&whole).await, records(&each).await);
    counts
}

#[tokio::test]
async fn a_file_sent_whole_and_one_sent_statement_by_statement_end_alike() {
    let migrator = Migrator::load(support::project_root().join("migrations/sql")).unwrap();
    let counts = end_alike(&migrator).await;
    let migrations = migrator.migrations().iter().count();
    let statements: usize = migrator.migrations().iter().map(|m| m.up.statements().count()).sum();
    assert_eq!((counts.before, counts.done, counts.failed), (statements, statements, 0));
    assert_eq!(counts.migrations, migrations);
}

#[tokio::test]
async fn transactions_steps_outside_of_them_and_rows_end_alike() {
    let folder = folder(&[
        (
            "V1__a.sql",
            "SET search_path = public;\nCREATE TABLE a (id int, t text);\nCOPY a FROM stdin;\n1\tx\n\\.\n",
        ),
        (
            "V2__b.sql",
            "-- branchline: no-transaction\nSET lock_timeout = '1s';\nINSERT INTO a VALUES (2, 'y');\nCREATE \
             INDEX CONCURRENTLY a_id ON a (id);\nBEGIN;\nCREATE TABLE b (id int);\nINSERT INTO b VALUES \
             (1);\nCOMMIT;\nVACUUM a;\n",
        ),
        ("V3__c.sql", "CREATE TABLE c AS SELECT count(*) AS rows FROM a;\n"),
    ]);
    let counts = end_alike(&Migrator::load(folder.path()).unwrap()).await;
    // VACUUM is tried in a transaction first, and runs outside of it then.
    let expected =
        Counts { before: 13, done: 12, failed: 1, first: 5, committed: 4, rolled_back: 1, migrations: 3 };
    assert_eq!(counts, expected);
}

#[tokio::test]
async fn an_observer_sees_a_statement_that_fails_and_the_rollback() {
    let folder = folder(&[("V1__a.sql", "CREATE TABLE a (id int);\nSELECT 1 / 0;\nSELECT 2;\n")]);
    let migrator = Migrator::load(folder.path()).unwrap();
    let database = support::empty_database();
    let mut counts = Counts::default();
    let error = migrator.apply_observed(&database.url(), HEAD, &mut counts, &|_| {}).await.unwrap_err();
    let failure = error.downcast_ref::<Failure>().unwrap();
    assert_eq!((failure.line, &failure.outcome), (Some(2), &Outcome::RolledBack));
    let expected = Counts { before: 2, done: 1, failed: 1, first: 1, rolled_back: 1, ..Counts::default() };
    assert_eq!(counts, expected);
}
