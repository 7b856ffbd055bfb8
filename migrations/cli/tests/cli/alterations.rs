//! No blind spot: whatever ALTER changes shows in the catalog, and a down that does not take it back is
//! refused.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use engine::introspection::{CatalogWatch, Changes, ReadCounts, flush_counts};
use model::{Catalog, Difference, ObjectKind};
use pg::{Connector, Url};
use support::{Options, Postgres};
use tokio_postgres::Client;

use crate::harness::Project;

/// A row a change; its head says how they are written.
const ROWS: &str = include_str!("alterations.sql");

/// The text above the list in docs/catalog.md.
const HEAD: &str = include_str!("alterations.md");

/// A change that ALTER can make.
struct Alteration {
    kind: &'static str,
    property: &'static str,
    /// The text that marks it in a difference: the row's name, which its objects bear, or else the object.
    mark: String,
    create: String,
    alter: String,
    undo: String,
}

/// The statements that the rows share, and the rows.
fn alterations() -> (&'static str, Vec<Alteration>) {
    let mut shared = "";
    let mut rows = Vec::new();
    for block in ROWS.split("\n\n").skip(1) {
        let lines: Vec<&str> = block.lines().collect();
        let head = lines[0].strip_prefix("-- ").unwrap();
        let Some((kind, property)) = head.split_once(": ") else {
            shared = lines[1];
            continue;
        };
        let [_, create, alter, undo] = lines[..] else { panic!("{head}: {} lines", lines.len()) };
        let name = format!("x{:03}", rows.len());
        let (property, mark) = match property.split_once(" (") {
            Some((property, object)) => (property, object.trim_end_matches(')').to_owned()),
            None => (property, name.clone()),
        };
        let [create, alter, undo] = [create, alter, undo].map(|sql| sql.replace('#', &name));
        rows.push(Alteration { kind, property, mark, create, alter, undo });
    }
    (shared, rows)
}

async fn connect(url: &str) -> Client {
    engine::connect::connect(&Connector::new(&Url::parse(url).unwrap()).unwrap()).await.unwrap()
}

/// Runs statements of every row; the rows on which the server refuses them are taken out and returned with
/// the reason.
async fn run(session: &Client, rows: &mut Vec<Alteration>, sql: impl Fn(&Alteration) -> &str) -> Vec<String> {
    let mut refused = Vec::new();
    for row in std::mem::take(rows) {
        match session.batch_execute(sql(&row)).await {
            Ok(()) => rows.push(row),
            Err(error) => {
                let reason = error.as_db_error().map_or_else(|| error.to_string(), ToString::to_string);
                refused.push(format!("{}: {}: {reason}", row.kind, row.property));
            }
        }
    }
    refused
}

fn texts(before: &Catalog, after: &Catalog) -> Vec<String> {
    before.diff(after).iter().map(Difference::to_string).collect()
}

/// Makes every object, alters it and takes that back; returns the rows that the server cannot do.
async fn prove(session: &Client) -> Vec<String> {
    let (shared, mut rows) = alterations();
    session.batch_execute("SET client_min_messages = error").await.unwrap();
    session.batch_execute(shared).await.unwrap();
    let mut refused = run(session, &mut rows, |row| &row.create).await;
    let before = engine::introspection::read(session).await.unwrap();
    refused.extend(run(session, &mut rows, |row| &row.alter).await);
    let altered = engine::introspection::read(session).await.unwrap();
    let differences = texts(&before, &altered);
    let is_seen = |row: &&Alteration| differences.iter().any(|difference| difference.contains(&row.mark));
    let unseen: Vec<String> = rows
        .iter()
        .filter(|row| !is_seen(row))
        .map(|row| format!("{}: {}: {}", row.kind, row.property, row.alter))
        .collect();
    assert!(unseen.is_empty(), "not in the catalog: {unseen:#?}");
    refused.extend(run(session, &mut rows, |row| &row.undo).await);
    let undone = engine::introspection::read(session).await.unwrap();
    assert_eq!(texts(&before, &undone), Vec::<String>::new());
    assert_eq!(undone.unmodeled().count(), 0);
    // A database with subscriptions cannot be dropped.
    let subscriptions = "SELECT quote_ident(subname) FROM pg_subscription JOIN pg_database d ON d.oid = \
                         subdbid WHERE datname = current_database()";
    for row in session.query(subscriptions, &[]).await.unwrap() {
        let name: String = row.get(0);
        let drop = format!("ALTER SUBSCRIPTION {name} SET (slot_name = NONE); DROP SUBSCRIPTION {name}");
        session.batch_execute(&drop).await.unwrap();
    }
    refused
}

#[tokio::test]
async fn whatever_alter_changes_shows_in_the_catalog() {
    assert!(alterations().1.len() >= 120);
    let project = Project::with(&[]);
    assert_eq!(prove(&connect(&project.database.url()).await).await, Vec::<String>::new());
}

#[tokio::test]
async fn on_other_versions_as_well() {
    let servers = support::other_servers();
    if servers.is_empty() && support::rounds(0, 1) > 0 {
        support::skipped("no servers of other versions (scripts/other-servers.sh)");
    }
    for url in servers {
        let server = connect(&url).await;
        let row =
            server.query_one("SELECT current_setting('server_version_num')::int / 10000", &[]).await.unwrap();
        let major: i32 = row.get(0);
        server.batch_execute("DROP DATABASE IF EXISTS alterations").await.unwrap();
        server.batch_execute("CREATE DATABASE alterations TEMPLATE template0").await.unwrap();
        let session = connect(&url.replace("/postgres?", "/alterations?")).await;
        let refused = prove(&session).await;
        drop(session);
        // Older versions refuse the rows that came with a later one; all other rows must be seen.
        let most = if major < 17 { 11 } else { 0 };
        assert!(refused.len() <= most, "{major}: {refused:#?}");
    }
}

/// Takes the sample rows out, which some of the changes would not fit.
const EMPTY: &str = "DO $$ DECLARE one regclass; BEGIN
    FOR one IN SELECT oid FROM pg_class WHERE relkind IN ('r', 'p') AND relname LIKE 'x%' LOOP
        EXECUTE format('TRUNCATE %s CASCADE', one);
    END LOOP; END $$;\n";

#[test]
fn a_down_that_takes_back_nothing_is_refused_whatever_the_up_altered() {
    let (shared, rows) = alterations();
    // Subscriptions are the server's, and a scratch database keeps none to itself.
    let rows: Vec<Alteration> = rows.into_iter().filter(|row| row.kind != "subscription").collect();
    let joined =
        |sql: fn(&Alteration) -> &str| rows.iter().map(|row| format!("{};\n", sql(row))).collect::<String>();
    let base = format!("-- branchline: irreversible: for the test\n{shared};\n{}", joined(|row| &row.create));
    let project = Project::with(&[
        ("V1__a.sql", &base),
        ("V2__b.sql", &format!("{EMPTY}{}", joined(|row| &row.alter))),
        ("V2__b.down.sql", "SELECT 1;\n"),
    ]);
    let run = project.run(&["verify", "--format", "json"]);
    assert_eq!(run.code, Some(1), "{run}");
    let proof: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let differences = proof["refusals"][0]["differences"].as_array().unwrap();
    let unseen: Vec<&str> = rows
        .iter()
        .filter(|row| !differences.iter().any(|d| d.as_str().unwrap().contains(&row.mark)))
        .map(|row| row.alter.as_str())
        .collect();
    assert!(unseen.is_empty(), "{unseen:#?}");
}

#[tokio::test]
async fn the_schema_file_holds_whatever_alter_can_change() {
    let (shared, rows) = alterations();
    // Returns whether a file cannot hold it: subscriptions, types with functions of their own in C, secrets,
    // and changes to an extension.
    let is_left_out = |row: &Alteration| {
        matches!(row.kind, "subscription" | "base type")
            || matches!(row.property, "secret" | "member added" | "member dropped")
    };
    let rows: Vec<Alteration> = rows.into_iter().filter(|row| !is_left_out(row)).collect();
    let joined =
        |sql: fn(&Alteration) -> &str| rows.iter().map(|row| format!("{};\n", sql(row))).collect::<String>();
    let made = Project::with(&[
        ("V1__a.sql", &format!("{shared};\n{}", joined(|row| &row.create))),
        ("V2__b.sql", &joined(|row| &row.alter)),
    ]);
    let file = made.folder().join("schema.sql");
    made.done(&["schema", "--output", file.to_str().unwrap()]);
    made.done(&["upgrade"]);
    let loaded = Project::with(&[]);
    let run = loaded.psql(&["--quiet", "-v", "ON_ERROR_STOP=1", "--file", file.to_str().unwrap()]);
    assert_eq!(run.code, Some(0), "{run}");
    let mut catalogs = Vec::new();
    for project in [&made, &loaded] {
        let session = connect(&project.database.url()).await;
        catalogs.push(engine::introspection::read(&session).await.unwrap());
    }
    assert_eq!(texts(&catalogs[0], &catalogs[1]), Vec::<String>::new());
}

#[tokio::test]
async fn a_catalog_is_read_in_two_round_trips() {
    let project = Project::with(&[]);
    let proxy = support::Proxy::start(project.database.server().port()).unwrap();
    let session = connect(&proxy.url(&project.database.url())).await;
    // With a delay, what is sent in one go also arrives in one go.
    proxy.set_round_trip(Duration::from_millis(50));
    // The first read prepares what the others run.
    engine::introspection::read(&session).await.unwrap();
    let before = proxy.traffic().flights;
    engine::introspection::read(&session).await.unwrap();
    let between = proxy.traffic().flights;
    engine::introspection::read_with_dependencies(&session).await.unwrap();
    assert_eq!((between - before, proxy.traffic().flights - between), (2, 2));
}

#[test]
fn plpgsql_may_go_and_come_back_and_not_stay_away() {
    let verify = |down: &str| {
        let project = Project::with(&[("V1__a.sql", "DROP EXTENSION plpgsql;\n"), ("V1__a.down.sql", down)]);
        project.run(&["verify"])
    };
    let run = verify("SELECT 1;\n");
    assert!(run.code == Some(1) && run.stdout.contains("+ extension plpgsql"), "{run}");
    let run = verify("CREATE EXTENSION plpgsql;\n");
    assert_eq!(run.code, Some(0), "{run}");
}

#[test]
fn the_page_of_what_the_catalog_sees_is_current() {
    let (_, rows) = alterations();
    let mut by_kind: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for row in &rows {
        by_kind.entry(row.kind).or_default().push(row.property);
    }
    let known: Vec<&str> = ObjectKind::ALL.iter().map(|kind| kind.as_str()).collect();
    let mut page = format!("{HEAD}\n{} changes of {} kinds:\n\n", rows.len(), by_kind.len());
    for (kind, properties) in by_kind {
        assert!(known.contains(&kind) || kind == "publication", "{kind}");
        page += &listed(kind, &properties);
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/catalog.md");
    let made = Path::new(env!("CARGO_TARGET_TMPDIR")).join("catalog.md");
    fs::write(&made, &page).unwrap();
    let there = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(there, page, "copy {} to docs/catalog.md", made.display());
}

/// A kind with its properties, in lines of at most 110 columns.
fn listed(kind: &str, properties: &[&str]) -> String {
    let (mut text, mut line) = (String::new(), format!("- **{kind}**:"));
    for (i, property) in properties.iter().enumerate() {
        let mark = if i + 1 == properties.len() { "" } else { "," };
        if line.chars().count() + property.chars().count() + 2 > 110 {
            text += &format!("{line}\n");
            line = " ".to_owned();
        }
        line += &format!(" {property}{mark}");
    }
    text + &line + "\n"
}

/// A function that no schema of a user holds: nothing but its name is read.
const HIDDEN: &str = "CREATE FUNCTION pg_catalog.hidden_from_view() RETURNS int LANGUAGE sql RETURN 1;\n";

/// A project whose only migration makes such a function.
fn hidden() -> Project {
    Project::with(&[
        ("V1__a.sql", HIDDEN),
        ("V1__a.down.sql", "DROP FUNCTION pg_catalog.hidden_from_view();\n"),
    ])
}

const NAMED: &str = "Not modeled, and so not compared: function pg_catalog.hidden_from_view().";

#[test]
fn verify_check_and_schema_name_what_they_cannot_see() {
    let project = hidden();
    for (command, code) in [(&["verify"][..], 1), (&["schema"], 1)] {
        let denied = project.run(&[command, &["--deny-unmodeled"]].concat());
        assert_eq!(denied.code, Some(code), "{denied}");
        let words = [denied.stdout.as_str(), &denied.stderr].concat();
        assert!(
            words.split_whitespace().collect::<Vec<_>>().join(" ").contains(NAMED.trim_end_matches('.')),
            "{denied}"
        );
    }
    let verify = project.done(&["verify"]);
    assert!(verify.stdout.split_whitespace().collect::<Vec<_>>().join(" ").contains(NAMED), "{verify}");
    assert_eq!(project.json(&["verify"])["unmodeled"][0], "function pg_catalog.hidden_from_view()");
    let schema = project.done(&["schema"]);
    assert!(schema.stdout.contains("-- Not written: function pg_catalog.hidden_from_view()"), "{schema}");
    assert_eq!(project.json(&["schema"])["unmodeled"][0], "function pg_catalog.hidden_from_view()");

    project.done(&["upgrade"]);
    let check = project.done(&["check"]);
    assert!(check.stdout.split_whitespace().collect::<Vec<_>>().join(" ").contains(NAMED), "{check}");
    assert_eq!(project.json(&["check"])["drift"]["unmodeled"][0], "function pg_catalog.hidden_from_view()");
    assert_eq!(project.run(&["check", "--deny-unmodeled"]).code, Some(3));
}

#[test]
fn rehearse_and_deploy_name_what_they_cannot_see() {
    let project = hidden();
    let report = |name: &str, arguments: &[&str]| {
        let file = project.folder().join(name).display().to_string();
        let run = project.run(&[&["rehearse", "--local", "--report-json", &file], arguments].concat());
        let report: serde_json::Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
        assert_eq!(report["unmodeled"][0], "function pg_catalog.hidden_from_view()");
        (run, file)
    };
    let (denied, _) = report("denied.json", &["--deny-unmodeled"]);
    assert_eq!(denied.code, Some(1), "{denied}");
    let (passed, file) = report("passed.json", &[]);
    assert_eq!(passed.code, Some(0), "{passed}");
    assert!(passed.stdout.contains("hidden_from_view"), "{passed}");
    let deployed = project.json(&["deploy", &file]);
    assert_eq!(deployed["unmodeled"][0], "function pg_catalog.hidden_from_view()");
    let again = project.run(&["deploy", &file, "--deny-unmodeled"]);
    assert!(again.refusal().contains("nothing was applied"), "{again}");
}

/// Compares a watch's view of a catalog after a change with a complete reading.
async fn look(watch: &mut CatalogWatch, session: &Client, after: &str) {
    flush_counts(session).await;
    let (seen, _) = watch.read(session).await.unwrap();
    let whole = engine::introspection::read(session).await.unwrap();
    assert_eq!(texts(&seen, &whole), Vec::<String>::new(), "after {after}");
    assert!(seen.unmodeled().eq(whole.unmodeled()), "after {after}");
}

#[tokio::test]
async fn what_is_read_again_after_a_change_is_what_a_whole_reading_finds() {
    let project = Project::with(&[]);
    let session = connect(&project.database.url()).await;
    let (shared, rows) = alterations();
    session.batch_execute("SET client_min_messages = error").await.unwrap();
    session.batch_execute(shared).await.unwrap();
    // Subscriptions are the server's.
    let rows: Vec<Alteration> = rows.into_iter().filter(|row| row.kind != "subscription").collect();
    for row in &rows {
        session.batch_execute(&row.create).await.unwrap();
    }
    let mut watch = CatalogWatch::default();
    look(&mut watch, &session, "the first reading").await;
    // A whole reading takes its time, so that a part of the rows is enough for each run.
    let stride = support::rounds(7, 1);
    for row in rows.iter().step_by(stride) {
        for sql in [&row.alter, &row.undo] {
            session.batch_execute(sql).await.unwrap();
            look(&mut watch, &session, sql).await;
        }
    }
    assert!(watch.counts().parts > rows.len() / stride / 2, "{:?}", watch.counts());
}

#[tokio::test]
async fn what_names_a_changed_relation_is_read_again_as_well() {
    let project = Project::with(&[]);
    let session = connect(&project.database.url()).await;
    session
        .batch_execute(
            "CREATE TABLE a (id int PRIMARY KEY, word text); CREATE TABLE other (id int PRIMARY KEY);
             CREATE TABLE b (id int, a int CONSTRAINT b_a REFERENCES a, word text);
             CREATE VIEW joined AS SELECT * FROM a JOIN b USING (id, word);
             CREATE VIEW above AS SELECT * FROM joined;
             CREATE SEQUENCE s OWNED BY b.id; ALTER TABLE b ALTER id SET DEFAULT nextval('s');
             CREATE TABLE whole (a a);
             CREATE TABLE root (id int) PARTITION BY RANGE (id);
             CREATE TABLE leaf PARTITION OF root FOR VALUES FROM (1) TO (9);
             CREATE POLICY p ON other USING (EXISTS (SELECT FROM b WHERE b.id = other.id));
             CREATE FUNCTION f(a) RETURNS int LANGUAGE sql RETURN 1;
             CREATE FUNCTION g() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(word) FROM b; END;
             CREATE STATISTICS st ON a, word FROM b;",
        )
        .await
        .unwrap();
    let mut watch = CatalogWatch::default();
    look(&mut watch, &session, "the first reading").await;
    for sql in [
        "ALTER TABLE a RENAME TO a2",
        "ALTER TABLE a2 RENAME id TO number",
        "ALTER TABLE b RENAME word TO text",
        "ALTER TABLE a2 ADD a int",
        "ALTER TABLE joined RENAME id TO id2",
        "ALTER VIEW joined RENAME TO joined2",
        "ALTER SEQUENCE s RENAME TO s2",
        "ALTER TABLE root RENAME TO root2",
        "ALTER TABLE b RENAME CONSTRAINT b_a TO b_a2",
        "ALTER TABLE b DISABLE TRIGGER ALL",
        "ALTER TABLE b RENAME CONSTRAINT b_a2 TO b_a3",
        "CREATE SCHEMA moved",
        "ALTER TABLE b SET SCHEMA moved",
        "ALTER SEQUENCE moved.s2 OWNED BY NONE",
        "ALTER TABLE root2 DETACH PARTITION leaf",
        "COMMENT ON CONSTRAINT b_a3 ON moved.b IS 'why'",
        "COMMENT ON COLUMN other.id IS 'number'",
        "COMMENT ON COLUMN other.id IS NULL",
        "CREATE INDEX i ON other (id)",
        "COMMENT ON INDEX i IS 'an index'",
        "DROP INDEX i",
        "GRANT SELECT (relname) ON pg_catalog.pg_class TO PUBLIC",
        "GRANT UPDATE ON pg_catalog.pg_am TO PUBLIC",
        "REVOKE UPDATE ON pg_catalog.pg_am FROM PUBLIC",
        "COMMENT ON SCHEMA public IS 'ours'",
        "BEGIN; SAVEPOINT s; ALTER TABLE other ADD c int; ROLLBACK TO s; ALTER TABLE other ADD d int; COMMIT",
        "BEGIN; ALTER TABLE other ADD e int; ROLLBACK",
        "DROP TABLE moved.b CASCADE",
        "ALTER TABLE other ADD f int DEFAULT 1; VACUUM FULL pg_catalog.pg_attribute",
    ] {
        // Each by itself, as VACUUM runs in no transaction.
        for statement in sql.split("; ") {
            session.batch_execute(statement).await.unwrap();
        }
        look(&mut watch, &session, sql).await;
    }
}

#[tokio::test]
async fn what_names_a_function_or_a_type_is_read_again_without_the_rest() {
    // On a server of its own: whatever others do to roles and databases has everything read again.
    let server = Postgres::start(&Options::default()).unwrap();
    let session = connect(&server.url("postgres")).await;
    session
        .batch_execute(
            "CREATE FUNCTION f(int) RETURNS int LANGUAGE sql IMMUTABLE RETURN $1;
             CREATE FUNCTION t() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
             CREATE TABLE a (id int DEFAULT f(1) CHECK (f(id) > 0), b int GENERATED ALWAYS AS (f(id)) STORED);
             CREATE INDEX i ON a (f(id)); CREATE TRIGGER g BEFORE INSERT ON a EXECUTE FUNCTION t();
             CREATE VIEW v AS SELECT f(id) FROM a; CREATE POLICY p ON a USING (f(id) > 0);
             CREATE TABLE root (id int) PARTITION BY RANGE (f(id));
             CREATE STATISTICS st ON (f(id)), b FROM a;
             CREATE TABLE other (id int)",
        )
        .await
        .unwrap();
    let mut watch = CatalogWatch::default();
    look(&mut watch, &session, "the first reading").await;
    for sql in [
        "ALTER FUNCTION f RENAME TO f2",
        "CREATE OR REPLACE FUNCTION f2(int) RETURNS int LANGUAGE sql IMMUTABLE RETURN $1 + 1",
        "ALTER FUNCTION t RENAME TO t2",
        "CREATE FUNCTION h(x int, y int DEFAULT 2) RETURNS int LANGUAGE sql RETURN 1",
        "COMMENT ON FUNCTION h IS 'a function'",
        "COMMENT ON FUNCTION h IS NULL",
        "GRANT EXECUTE ON FUNCTION h TO pg_monitor",
        "CREATE TYPE e AS ENUM ('one'); ALTER TABLE other ADD e e DEFAULT 'one'",
        "ALTER TYPE e ADD VALUE 'two'",
        "CREATE DOMAIN d AS int CONSTRAINT d_c CHECK (VALUE > 0); ALTER TABLE other ADD d d",
        "ALTER DOMAIN d ADD CONSTRAINT d_c2 CHECK (h(VALUE) > 0)",
        "ALTER DOMAIN d DROP CONSTRAINT d_c2",
        "DROP FUNCTION h",
        "ALTER TABLE other DROP d; DROP DOMAIN d; CREATE TABLE d (id int CONSTRAINT d_c CHECK (id > 0))",
        "DROP TABLE d; CREATE DOMAIN d AS int CONSTRAINT d_c CHECK (VALUE > 0)",
        "CREATE SCHEMA s; CREATE FUNCTION s.k() RETURNS int LANGUAGE sql RETURN 1; CREATE TABLE s.l (id int)",
        "DROP SCHEMA s CASCADE",
        "CREATE PROCEDURE c() LANGUAGE sql AS ''; DROP PROCEDURE c",
        "DROP FUNCTION t2 CASCADE",
    ] {
        session.batch_execute(sql).await.unwrap();
        look(&mut watch, &session, sql).await;
    }
    let counts = watch.counts();
    assert_eq!((counts.wholes, counts.others), (1, 19), "{counts:?}");
    // By these, what is printed of many may be another; and statistics are counted with the rest.
    for sql in [
        "DROP FUNCTION f2 CASCADE",
        "ALTER TYPE e RENAME VALUE 'one' TO 'eins'",
        "ALTER TYPE e RENAME TO e2",
        "ALTER SCHEMA public RENAME TO p2",
        "CREATE EXTENSION pg_trgm SCHEMA p2",
    ] {
        session.batch_execute(sql).await.unwrap();
        look(&mut watch, &session, sql).await;
    }
    assert_eq!(watch.counts().wholes, 6);
}

#[tokio::test]
async fn what_names_a_relation_is_read_again_where_a_name_stands_for_another() {
    let server = Postgres::start(&Options::default()).unwrap();
    let session = connect(&server.url("postgres")).await;
    session
        .batch_execute(
            "CREATE TABLE a (p int, x int UNIQUE, y int); CREATE TABLE b (x int REFERENCES a (x));
             CREATE TABLE c (x int UNIQUE); CREATE TABLE d (x int REFERENCES c (x));
             CREATE VIEW v AS SELECT x FROM a",
        )
        .await
        .unwrap();
    let mut watch = CatalogWatch::default();
    look(&mut watch, &session, "the first reading").await;
    for sql in [
        // The same names in the same places.
        "ALTER TABLE a DROP p; ALTER TABLE a RENAME x TO p; ALTER TABLE a RENAME y TO x; \
         ALTER TABLE a ADD y int",
        "ALTER TABLE a RENAME TO other; ALTER TABLE c RENAME TO a; ALTER TABLE other RENAME TO c",
        "ALTER TABLE a ADD y int",
        "CREATE INDEX ON a (y)",
        "DROP TABLE b",
        "CREATE TABLE b (x int REFERENCES a (x))",
    ] {
        session.batch_execute(sql).await.unwrap();
        look(&mut watch, &session, sql).await;
    }
    assert_eq!(watch.counts().wholes, 1);
}

#[tokio::test]
async fn a_catalog_is_read_whole_once_and_then_by_its_changes() {
    // On a server of its own: whatever others do to roles and databases has everything read again.
    let server = Postgres::start(&Options::default()).unwrap();
    let session = connect(&server.url("postgres")).await;
    let mut watch = CatalogWatch::default();
    watch.read(&session).await.unwrap();
    for i in 0..5 {
        let parent = if i == 0 { String::new() } else { format!("REFERENCES t{}", i - 1) };
        let table = format!("CREATE TABLE t{i} (id int PRIMARY KEY, parent int {parent})");
        for sql in
            [&table, &format!("ALTER TABLE t{i} ADD word text"), &format!("CREATE INDEX ON t{i} (word)")]
        {
            session.batch_execute(sql).await.unwrap();
            flush_counts(&session).await;
            let (_, changes) = watch.read(&session).await.unwrap();
            assert!(matches!(changes, Changes::Relations(_)), "{sql}: {changes:?}");
            assert_eq!(watch.read(&session).await.unwrap().1, Changes::Nothing);
        }
    }
    assert_eq!(watch.counts(), ReadCounts { looks: 31, parts: 15, others: 0, wholes: 1 });
}
