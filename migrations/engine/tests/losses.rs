//! What a plan loses is said: a table of changes of every kind, planned both ways.

#![expect(clippy::unwrap_used, reason = "a helper that panics fails its test")]

use std::collections::BTreeSet;

use diff::{Options, plan};
use model::{Catalog, ObjectKind};

/// One schema, another, what is lost on the way there, and on the way back.
type Row = (&'static str, &'static str, &'static [&'static str], &'static [&'static str]);

const NOTHING: &[&str] = &[];

/// Objects that come and go.
const OBJECTS: &[Row] = &[
    ("", "CREATE TABLE t (a int)", NOTHING, &["public.t.*"]),
    ("", "CREATE TABLE t (a int) PARTITION BY LIST (a)", NOTHING, &["public.t.*"]),
    (
        "CREATE TABLE t (a int) PARTITION BY LIST (a)",
        "CREATE TABLE t (a int) PARTITION BY LIST (a); CREATE TABLE p PARTITION OF t FOR VALUES IN (1)",
        NOTHING,
        &["public.p.*"],
    ),
    // Its key, its index and the sequence go with it.
    (
        "",
        "CREATE TABLE t (a serial PRIMARY KEY, b text, CHECK (b <> '')); CREATE INDEX ON t (b)",
        NOTHING,
        &["public.t.*"],
    ),
    ("", "CREATE SEQUENCE s", NOTHING, &["public.s.*"]),
    ("", "CREATE MATERIALIZED VIEW m AS SELECT 1 AS a", NOTHING, &["public.m.*"]),
    ("", "CREATE EXTENSION pg_trgm", NOTHING, &["pg_trgm.*"]),
    // What is in a schema has a statement of its own.
    ("", "CREATE SCHEMA s", NOTHING, NOTHING),
    ("", "CREATE SCHEMA s; CREATE TABLE s.t (a int)", NOTHING, &["s.t.*"]),
    // The rows of a foreign table are elsewhere.
    (
        "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w",
        "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w;
         CREATE FOREIGN TABLE f (a int) SERVER s",
        NOTHING,
        NOTHING,
    ),
    // Nothing is in these.
    ("", "CREATE VIEW v AS SELECT 1 AS a", NOTHING, NOTHING),
    ("", "CREATE TYPE e AS ENUM ('one')", NOTHING, NOTHING),
    ("", "CREATE TYPE c AS (a int)", NOTHING, NOTHING),
    ("", "CREATE DOMAIN d AS int CHECK (VALUE > 0)", NOTHING, NOTHING),
    ("", "CREATE TYPE r AS RANGE (subtype = int)", NOTHING, NOTHING),
    ("", "CREATE FUNCTION f() RETURNS int LANGUAGE sql RETURN 1", NOTHING, NOTHING),
    ("", "CREATE PROCEDURE p() LANGUAGE sql AS ''", NOTHING, NOTHING),
    ("", "CREATE AGGREGATE g(int) (sfunc = int4pl, stype = int)", NOTHING, NOTHING),
    ("", "CREATE COLLATION k FROM \"C\"", NOTHING, NOTHING),
    ("", "CREATE TEXT SEARCH CONFIGURATION k (COPY = simple)", NOTHING, NOTHING),
    ("", "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w", NOTHING, NOTHING),
    ("", "CREATE TABLE t (a int); CREATE PUBLICATION p FOR TABLE t", NOTHING, &["public.t.*"]),
    ("", "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC", NOTHING, NOTHING),
    (
        "",
        "CREATE FUNCTION touch() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
         CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION touch()",
        NOTHING,
        NOTHING,
    ),
    (
        "",
        "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w;
         CREATE USER MAPPING FOR PUBLIC SERVER s",
        NOTHING,
        NOTHING,
    ),
    ("", "CREATE TEXT SEARCH DICTIONARY k (TEMPLATE = simple)", NOTHING, NOTHING),
    ("", "CREATE TEXT SEARCH TEMPLATE k (LEXIZE = dsimple_lexize)", NOTHING, NOTHING),
    ("", "CREATE CONVERSION k FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8", NOTHING, NOTHING),
    (
        "",
        "CREATE TYPE e AS ENUM ('one');
         CREATE FUNCTION one(e) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
         CREATE CAST (e AS int) WITH FUNCTION one(e)",
        NOTHING,
        NOTHING,
    ),
    ("", "CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq)", NOTHING, NOTHING),
    (
        "",
        "CREATE OPERATOR CLASS c FOR TYPE int USING hash AS OPERATOR 1 =, FUNCTION 1 hashint4(int)",
        NOTHING,
        NOTHING,
    ),
    (
        "CREATE TABLE t (a int); CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'",
        "CREATE TABLE t (a int); CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END';
         CREATE TRIGGER g BEFORE INSERT ON t EXECUTE FUNCTION g()",
        NOTHING,
        NOTHING,
    ),
    (
        "CREATE TABLE t (a int, b int)",
        "CREATE TABLE t (a int DEFAULT 1 UNIQUE CHECK (a > 0), b int); CREATE INDEX ON t (b);
         CREATE STATISTICS s ON a, b FROM t; CREATE POLICY p ON t; ALTER TABLE t ENABLE ROW LEVEL SECURITY;
         CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING; COMMENT ON TABLE t IS 'x';
         GRANT SELECT ON t TO PUBLIC",
        NOTHING,
        NOTHING,
    ),
];

/// Columns, attributes and what objects are altered in.
const PROPERTIES: &[Row] = &[
    ("CREATE TABLE t (a int)", "CREATE TABLE t (a int, b int)", NOTHING, &["public.t.b"]),
    ("CREATE TABLE t (a int)", "CREATE TABLE t (a int, b serial)", NOTHING, &["public.t.b"]),
    (
        "CREATE TABLE t (a int)",
        "CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a * 2) STORED)",
        NOTHING,
        NOTHING,
    ),
    // Computed from now on: its values are given up. No more: they stay.
    (
        "CREATE TABLE t (a int, b int)",
        "CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a * 2) STORED)",
        &["public.t.b"],
        NOTHING,
    ),
    ("CREATE TABLE t (a int)", "CREATE UNLOGGED TABLE t (a int)", &["public.t.*"], NOTHING),
    ("CREATE SEQUENCE s", "CREATE UNLOGGED SEQUENCE s", &["public.s.*"], NOTHING),
    // What was counted: a number may be given again.
    (
        "CREATE TABLE t (a int NOT NULL)",
        "CREATE TABLE t (a int GENERATED ALWAYS AS IDENTITY)",
        NOTHING,
        &["public.t_a_seq.*"],
    ),
    ("CREATE TABLE t (a int NOT NULL)", "CREATE TABLE t (a serial)", NOTHING, &["public.t_a_seq.*"]),
    // The other sequence counts on.
    ("CREATE TABLE t (a serial)", "CREATE TABLE t (a int GENERATED ALWAYS AS IDENTITY)", NOTHING, NOTHING),
    (
        "CREATE TABLE t (a int GENERATED ALWAYS AS IDENTITY)",
        "CREATE TABLE t (a int GENERATED BY DEFAULT AS IDENTITY)",
        NOTHING,
        NOTHING,
    ),
    ("CREATE SEQUENCE s", "CREATE SEQUENCE s START 7 MINVALUE 3", NOTHING, NOTHING),
    // It starts again where none of its numbers is one that it may have.
    (
        "CREATE SEQUENCE s MAXVALUE 100",
        "CREATE SEQUENCE s MINVALUE 1000 MAXVALUE 2000",
        &["public.s.*"],
        &["public.s.*"],
    ),
    (
        "CREATE TABLE t (a int GENERATED ALWAYS AS IDENTITY (MAXVALUE 100))",
        "CREATE TABLE t (a int GENERATED ALWAYS AS IDENTITY (MINVALUE 1000 MAXVALUE 2000))",
        &["public.t_a_seq.*"],
        &["public.t_a_seq.*"],
    ),
    // No cast leads from one type to the other.
    ("CREATE TABLE t (a uuid)", "CREATE TABLE t (a bytea)", &["public.t.a"], &["public.t.a"]),
    ("CREATE TABLE t (a int[])", "CREATE TABLE t (a boolean)", &["public.t.a"], &["public.t.a"]),
    (
        "CREATE MATERIALIZED VIEW m AS SELECT 1 AS a",
        "CREATE MATERIALIZED VIEW m AS SELECT 1 AS a WITH NO DATA",
        &["public.m.*"],
        NOTHING,
    ),
    ("CREATE TYPE c AS (a int)", "CREATE TYPE c AS (a int, b int)", NOTHING, &["public.c.b"]),
    (
        "CREATE TYPE c AS (a int); CREATE TABLE t (c c)",
        "CREATE TYPE c AS (a int, b int); CREATE TABLE t (c c)",
        NOTHING,
        &["public.c.b"],
    ),
    ("CREATE TYPE e AS ENUM ('one')", "CREATE TYPE e AS ENUM ('one', 'two')", NOTHING, NOTHING),
    (
        "CREATE DOMAIN d AS int",
        "CREATE DOMAIN d AS int DEFAULT 1 NOT NULL CHECK (VALUE > 0)",
        NOTHING,
        NOTHING,
    ),
    (
        "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w;
         CREATE FOREIGN TABLE f (a int) SERVER s",
        "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w;
         CREATE FOREIGN TABLE f (a int, b int) SERVER s",
        NOTHING,
        NOTHING,
    ),
    // Failing is not losing.
    ("CREATE TABLE t (a int)", "CREATE TABLE t (a int NOT NULL CHECK (a > 0) UNIQUE)", NOTHING, NOTHING),
    ("CREATE TABLE t (a text COLLATE \"C\")", "CREATE TABLE t (a text)", NOTHING, NOTHING),
    (
        "CREATE TABLE t (a int); CREATE TABLE p (LIKE t)",
        "CREATE TABLE t (a int); CREATE TABLE p () INHERITS (t)",
        NOTHING,
        NOTHING,
    ),
    (
        "CREATE TABLE t (a int) PARTITION BY LIST (a); CREATE TABLE p (a int)",
        "CREATE TABLE t (a int) PARTITION BY LIST (a); CREATE TABLE p PARTITION OF t FOR VALUES IN (1)",
        NOTHING,
        NOTHING,
    ),
];

/// Kinds that no plan drops, which belong to others, or which are privileges and settings: no data.
const ELSEWHERE: &[ObjectKind] = &[
    ObjectKind::AccessMethod,
    ObjectKind::BaseType,
    ObjectKind::Database,
    ObjectKind::DatabasePrivileges,
    ObjectKind::DatabaseSetting,
    ObjectKind::Default,
    ObjectKind::Language,
    ObjectKind::PublishedSchema,
    ObjectKind::RowType,
    ObjectKind::ShellType,
    ObjectKind::Subscription,
    ObjectKind::SystemPrivileges,
    ObjectKind::TextSearchParser,
    ObjectKind::Transform,
];

/// Types of the column `t.a`, and whether going there and going back loses.
const TYPES: &[(&str, &str, bool, bool)] = &[
    ("smallint", "bigint", false, true),
    ("numeric(10,2)", "numeric(12,2)", false, true),
    ("varchar(20)", "varchar(50)", false, true),
    ("varchar(20)", "text", false, true),
    ("varchar(20)[]", "text[]", false, true),
    ("real", "double precision", false, true),
    ("timestamp(3)", "timestamp", false, true),
    ("jsonb", "json", false, true),
    ("uuid", "text", false, true),
    ("boolean", "integer", false, true),
    ("mood", "text", false, false),
    ("mood", "humour", false, false),
    ("mood[]", "humour[]", false, false),
    ("word", "text", false, false),
    ("word", "varchar(5)", true, false),
];

async fn catalog(sql: &str) -> Catalog {
    let database = support::empty_database();
    let session = database.client().await;
    session.batch_execute("SET client_min_messages = error").await.unwrap();
    session.batch_execute(sql).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    branchline_engine::introspection::read_with_dependencies(&session).await.unwrap()
}

/// What the plan says that it loses.
fn losses(name: &str, from: &Catalog, to: &Catalog, online: bool) -> BTreeSet<String> {
    let plan =
        plan(from, to, &Options { online }).unwrap_or_else(|unplanned| panic!("{name}: {unplanned:?}"));
    plan.files.into_iter().flat_map(|file| file.changes).flat_map(|change| change.loses).collect()
}

/// Plans both ways, and notes what is otherwise; returns the kinds that there were.
async fn check(
    (from, to): (&str, &str),
    (there, back): (&[&str], &[&str]),
    wrong: &mut Vec<String>,
) -> BTreeSet<ObjectKind> {
    let (one, other) = (catalog(from).await, catalog(to).await);
    for (name, before, after, expected) in [("there", &one, &other, there), ("back", &other, &one, back)] {
        for online in [true, false] {
            let name = format!("{from} | {to}, {name}");
            let found = losses(&name, before, after, online);
            let expected: BTreeSet<String> = expected.iter().map(|loss| (*loss).to_owned()).collect();
            if found != expected {
                wrong.push(format!("{name}: found {found:?}, expected {expected:?}"));
            }
        }
    }
    one.iter().chain(other.iter()).map(|(object, _)| object.kind()).collect()
}

#[tokio::test]
async fn what_is_lost_is_said_and_nothing_else_is() {
    let mut wrong = Vec::new();
    let mut seen: BTreeSet<ObjectKind> = ELSEWHERE.iter().copied().collect();
    for (from, to, there, back) in OBJECTS.iter().chain(PROPERTIES) {
        seen.extend(check((from, to), (there, back), &mut wrong).await);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let missing: Vec<&str> =
        ObjectKind::ALL.iter().filter(|kind| !seen.contains(kind)).map(|kind| kind.as_str()).collect();
    assert!(missing.is_empty(), "no row has one: {missing:?}");
}

#[tokio::test]
async fn a_change_of_type_loses_where_two_values_may_become_one() {
    let types = "CREATE TYPE mood AS ENUM ('fine', 'sad'); CREATE TYPE humour AS ENUM ('fine', 'sad');
                 CREATE DOMAIN word AS text CHECK (VALUE <> '');";
    let mut wrong = Vec::new();
    for (before, after, there, back) in TYPES {
        let schema = |kind: &str| format!("{types} CREATE TABLE t (a {kind})");
        let lost = |is_lost: bool| if is_lost { &["public.t.a"][..] } else { NOTHING };
        check((&schema(before), &schema(after)), (lost(*there), lost(*back)), &mut wrong).await;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
