//! A catalog that is read again by its changes is the one that a whole reading finds.

use engine::introspection::{CatalogWatch, Changes, ReadCounts, flush_counts};
use support::{Options, Postgres};
use tokio_postgres::Client;

use crate::alterations::{Alteration, alterations, connect, texts};
use crate::harness::Project;

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
             CREATE TYPE c AS ENUM ('x'); CREATE FUNCTION to_c(int) RETURNS c LANGUAGE sql RETURN 'x'::c;
             CREATE CAST (int AS c) WITH FUNCTION to_c(int); CREATE DOMAIN cd AS c DEFAULT 'x'::c;
             CREATE TABLE cs (c c DEFAULT 1::c, many c[], cd cd, CHECK (c <> 'x'::c));
             CREATE INDEX ci ON cs (c) WHERE c = 'x'::c; CREATE VIEW cv AS SELECT id::c FROM a;
             CREATE POLICY cp ON a USING (id::c = 'x'::c);
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
        "ALTER TYPE e RENAME TO e2",
        "ALTER TYPE c RENAME TO c2",
        "ALTER TYPE c2 OWNER TO pg_monitor",
        "ALTER DOMAIN cd RENAME TO cd2",
        "ALTER TYPE c2 RENAME TO d2; ALTER TABLE other ADD last d2[]",
    ] {
        session.batch_execute(sql).await.unwrap();
        look(&mut watch, &session, sql).await;
    }
    let counts = watch.counts();
    assert_eq!((counts.wholes, counts.others), (1, 24), "{counts:?}");
    // By these, what is printed of many may be another; and statistics are counted with the rest.
    for sql in [
        "DROP FUNCTION f2 CASCADE",
        "ALTER TYPE e2 RENAME VALUE 'one' TO 'eins'",
        "ALTER SCHEMA public RENAME TO p2",
        "CREATE EXTENSION pg_trgm SCHEMA p2",
    ] {
        session.batch_execute(sql).await.unwrap();
        look(&mut watch, &session, sql).await;
    }
    assert_eq!(watch.counts().wholes, 5);
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
