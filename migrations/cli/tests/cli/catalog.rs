//! Comparisons by `verify`: every kind of change that a down must take back.

use crate::harness::{Project, Run};

/// The schema before: a table with a bit of everything that can be changed.
const BASE: &str = "
CREATE TABLE a (id int PRIMARY KEY, word text COLLATE \"C\", other int);
CREATE TABLE b (id int PRIMARY KEY REFERENCES a);
CREATE INDEX a_words ON a (lower(word));
CREATE UNIQUE INDEX a_other ON a (other);
ALTER TABLE a ALTER other SET NOT NULL;
CREATE STATISTICS st ON id, other FROM a;
CREATE FUNCTION f(int) RETURNS int LANGUAGE sql IMMUTABLE RETURN $1;
CREATE FUNCTION g(int, int) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN $1 = $2;
CREATE FUNCTION t() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
CREATE FUNCTION e() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
CREATE TRIGGER tr BEFORE INSERT ON a FOR EACH ROW EXECUTE FUNCTION t();
CREATE RULE ru AS ON DELETE TO b DO INSTEAD NOTHING;
CREATE EVENT TRIGGER ev ON sql_drop EXECUTE FUNCTION e();
CREATE TYPE k AS (x int);
CREATE TYPE en AS ENUM ('x');
CREATE DOMAIN dom AS text;
CREATE VIEW v AS SELECT id FROM a;
CREATE MATERIALIZED VIEW m AS SELECT id FROM a;
CREATE PUBLICATION p FOR TABLE a WITH (publish = 'insert');
CREATE PUBLICATION p2 FOR TABLE a;
CREATE PUBLICATION p3;
CREATE TEXT SEARCH DICTIONARY di (TEMPLATE = simple);
CREATE TEXT SEARCH CONFIGURATION co (COPY = simple);
CREATE FOREIGN DATA WRAPPER fw;
CREATE SERVER se FOREIGN DATA WRAPPER fw OPTIONS (host 'one');
CREATE USER MAPPING FOR CURRENT_USER SERVER se OPTIONS (user 'u', password 'first secret');
CREATE FOREIGN TABLE ft (id int) SERVER se OPTIONS (place 'one');
CREATE TABLE pt (id int) PARTITION BY RANGE (id);
CREATE TABLE pt1 PARTITION OF pt FOR VALUES FROM (0) TO (10);
CREATE INDEX pt_id ON pt (id);
ALTER TABLE a ENABLE ROW LEVEL SECURITY;
ALTER TABLE a FORCE ROW LEVEL SECURITY;
CREATE OPERATOR === (FUNCTION = g, LEFTARG = int, RIGHTARG = int);
CREATE OPERATOR FAMILY fam USING hash;
";

/// Statements of a second migration, and the differences to show if its down does not take them back.
const CHANGES: [(&str, &str); 40] = [
    ("ALTER TABLE a DISABLE ROW LEVEL SECURITY", "~ table public.a: row security"),
    ("ALTER TABLE a NO FORCE ROW LEVEL SECURITY", "~ table public.a: row security forced"),
    ("ALTER TABLE b DISABLE TRIGGER ALL", "~ table public.b: constraint triggers"),
    ("ALTER TABLE a DISABLE TRIGGER tr", "~ trigger public.a.tr: state"),
    ("ALTER TABLE b DISABLE RULE ru", "~ rule public.b.ru: state"),
    ("ALTER EVENT TRIGGER ev DISABLE", "~ event trigger ev: state"),
    ("ALTER PUBLICATION p SET TABLE a (id, other)", "~ published table p: public.a: columns"),
    ("ALTER PUBLICATION p ADD TABLE b", "+ published table p: public.b"),
    ("ALTER PUBLICATION p2 SET TABLE a WHERE (id > 1)", "~ published table p2: public.a: condition"),
    ("ALTER PUBLICATION p SET (publish = 'delete')", "~ publication p: option publish"),
    ("ALTER PUBLICATION p3 ADD TABLES IN SCHEMA public", "+ published schema p3: public"),
    ("GRANT USAGE ON TYPE k TO pg_monitor", "~ composite type public.k: privileges of pg_monitor"),
    ("COMMENT ON TYPE k IS 'k'", "~ composite type public.k: comment"),
    ("REVOKE USAGE ON TYPE en FROM PUBLIC", "~ enum public.en: privileges of PUBLIC"),
    ("REVOKE EXECUTE ON FUNCTION f(int) FROM PUBLIC", "~ function public.f(integer): privileges of PUBLIC"),
    ("REVOKE INSERT ON a FROM CURRENT_USER", "~ table public.a: privileges of the owner"),
    ("GRANT USAGE ON LANGUAGE sql TO pg_monitor", "+ privileges language sql"),
    ("GRANT USAGE ON FOREIGN SERVER se TO pg_monitor", "~ server se: privileges of pg_monitor"),
    (
        "REVOKE EXECUTE ON FUNCTION pg_sleep(float8) FROM PUBLIC",
        "+ privileges function pg_catalog.pg_sleep(double precision)",
    ),
    (
        "ALTER TEXT SEARCH CONFIGURATION co ALTER MAPPING FOR word WITH english_stem",
        "~ text search configuration public.co: mapping for word",
    ),
    ("ALTER TEXT SEARCH DICTIONARY di (ACCEPT = false)", "~ text search dictionary public.di: definition"),
    ("ALTER FOREIGN DATA WRAPPER fw OPTIONS (debug 'x')", "~ foreign-data wrapper fw: option debug"),
    ("ALTER SERVER se OPTIONS (SET host 'two')", "~ server se: option host"),
    (
        "ALTER USER MAPPING FOR CURRENT_USER SERVER se OPTIONS (SET password 'second secret')",
        "secret option password (not shown)",
    ),
    ("ALTER FOREIGN TABLE ft OPTIONS (SET place 'two')", "~ foreign table public.ft: option place"),
    ("ALTER INDEX a_words ALTER COLUMN 1 SET STATISTICS 50", "~ index public.a_words: statistics"),
    ("ALTER STATISTICS st SET STATISTICS 50", "~ statistics public.st: target"),
    ("REFRESH MATERIALIZED VIEW m WITH NO DATA", "~ materialized view public.m: populated"),
    ("ALTER TABLE a REPLICA IDENTITY USING INDEX a_other", "~ index public.a_other: replica identity"),
    ("ALTER TABLE pt DETACH PARTITION pt1", "~ table public.pt1: partition of"),
    ("CREATE INDEX pt_2 ON ONLY pt (id DESC)", "+ index public.pt_2"),
    ("CREATE CAST (k AS text) WITH INOUT AS ASSIGNMENT", "+ cast (public.k AS pg_catalog.text)"),
    (
        "ALTER OPERATOR === (int, int) SET (RESTRICT = eqsel)",
        "~ operator public.===(integer,integer): definition",
    ),
    (
        "ALTER OPERATOR FAMILY fam USING hash ADD OPERATOR 1 = (int4, int8)",
        "~ operator family public.fam USING hash: members",
    ),
    ("ALTER TABLE a SET (toast.autovacuum_enabled = false)", "~ table public.a: toast options"),
    ("ALTER TABLE a ALTER word SET STORAGE external", "~ column public.a.word: storage"),
    ("ALTER VIEW v SET (security_invoker = true)", "~ view public.v: options"),
    ("GRANT SELECT (id) ON a TO PUBLIC", "~ column public.a.id: privileges of PUBLIC"),
    ("ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC", "+ default privileges FOR ROLE"),
    ("REVOKE ALL ON SCHEMA public FROM PUBLIC", "~ schema public: privileges of PUBLIC"),
];

/// `verify` of the base and of a second migration with its down.
fn verify(base: &str, up: &str, down: &str) -> Run {
    let project = Project::with(&[
        ("V1__a.sql", &format!("-- branchline: irreversible: for the test\n{base}")),
        ("V2__b.sql", &format!("{up};\n")),
        ("V2__b.down.sql", &format!("{down};\n")),
    ]);
    project.run(&["verify"])
}

#[test]
fn what_a_down_leaves_changed_is_shown_whatever_it_is() {
    let ups: Vec<&str> = CHANGES.iter().map(|(sql, _)| *sql).collect();
    let run = verify(BASE, &ups.join(";\n"), "SELECT 1");
    assert_eq!(run.code, Some(1), "{run}");
    for (sql, shown) in CHANGES {
        assert!(run.stdout.contains(shown), "{sql}: {run}");
    }
    assert!(!run.stdout.contains("second secret") && !run.stdout.contains("first secret"), "{run}");
}

#[test]
fn a_revoke_undoes_a_grant_and_a_grant_a_revoke() {
    let pairs = [
        ("GRANT SELECT ON a TO pg_monitor", "REVOKE SELECT ON a FROM pg_monitor"),
        ("GRANT SELECT (id) ON a TO pg_monitor", "REVOKE SELECT (id) ON a FROM pg_monitor"),
        ("REVOKE EXECUTE ON FUNCTION f(int) FROM PUBLIC", "GRANT EXECUTE ON FUNCTION f(int) TO PUBLIC"),
        ("GRANT EXECUTE ON FUNCTION f(int) TO PUBLIC", "SELECT 1"),
        ("REVOKE USAGE ON TYPE en FROM PUBLIC", "GRANT USAGE ON TYPE en TO PUBLIC"),
        ("GRANT USAGE ON TYPE k TO pg_monitor", "REVOKE USAGE ON TYPE k FROM pg_monitor"),
        ("GRANT USAGE ON LANGUAGE sql TO pg_monitor", "REVOKE USAGE ON LANGUAGE sql FROM pg_monitor"),
        (
            "GRANT USAGE ON FOREIGN SERVER se TO pg_monitor",
            "REVOKE USAGE ON FOREIGN SERVER se FROM pg_monitor",
        ),
        ("REVOKE INSERT ON a FROM CURRENT_USER", "GRANT INSERT ON a TO CURRENT_USER"),
        (
            "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO pg_monitor",
            "ALTER DEFAULT PRIVILEGES REVOKE SELECT ON TABLES FROM pg_monitor",
        ),
        ("GRANT CREATE ON SCHEMA public TO pg_monitor", "REVOKE CREATE ON SCHEMA public FROM pg_monitor"),
    ];
    let ups: Vec<&str> = pairs.iter().map(|(up, _)| *up).collect();
    let downs: Vec<&str> = pairs.iter().map(|(_, down)| *down).collect();
    let run = verify(BASE, &ups.join(";\n"), &downs.join(";\n"));
    assert!(run.stdout.contains("Proved") && run.code == Some(0), "{run}");
}

/// Tables of which a column is dropped and added again, at the end.
fn drops_column(second: &str) -> Run {
    let table = "CREATE TABLE t (a int, b int, c int);\n";
    let project = Project::with(&[
        ("V1__t.sql", table),
        ("V1__t.down.sql", "-- branchline: loses t.*: the table goes\nDROP TABLE t CASCADE;\n"),
        ("V2__b.sql", second),
        ("V2__b.down.sql", "DROP FUNCTION IF EXISTS f; DROP TABLE IF EXISTS u;\n"),
        ("V3__c.sql", "-- branchline: loses t.b: nobody reads it\nALTER TABLE t DROP COLUMN b;\n"),
        ("V3__c.down.sql", "ALTER TABLE t ADD COLUMN b int;\n"),
    ]);
    project.run(&["verify"])
}

#[test]
fn a_column_that_comes_back_at_the_end_is_proved_with_a_note() {
    let run = drops_column("SELECT 1;\n");
    assert_eq!(run.code, Some(0), "{run}");
    let text = run.stdout.replace('\n', " ");
    assert!(text.contains("Note: V3__c.down.sql: public.t.b comes back behind columns"), "{run}");
}

#[test]
fn where_something_goes_by_the_order_of_columns_a_down_must_restore_it() {
    let cases = [
        ("INSERT INTO t VALUES (1, 2, 3);\n", "V2__b.sql, line 1: an INSERT without columns"),
        (
            "CREATE FUNCTION f(x t) RETURNS int LANGUAGE sql AS 'SELECT $1.a';\n",
            "function public.f(public.t) uses public.t as a type",
        ),
        (
            "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN INSERT INTO t VALUES (1, 2, 3); \
             END $$;\n",
            "function public.f() goes by the order",
        ),
        ("CREATE TABLE u (t t);\n", "table column public.u.t uses public.t as a type"),
    ];
    for (second, refusal) in cases {
        let run = drops_column(second);
        assert_eq!(run.code, Some(1), "{second}: {run}");
        assert!(run.stdout.contains(refusal), "{second}: {run}");
    }
}

#[test]
fn an_attribute_of_a_composite_type_must_come_back_in_its_place() {
    let run = verify(
        "CREATE TYPE two AS (a int, b int);",
        "ALTER TYPE two DROP ATTRIBUTE a",
        "ALTER TYPE two ADD ATTRIBUTE a int",
    );
    assert_eq!(run.code, Some(1), "{run}");
    assert!(run.stdout.contains("~ column public.two.a: place"), "{run}");
}

#[test]
fn what_is_not_compared_is_said() {
    let run = Project::with_three().run(&["verify"]);
    assert!(run.stdout.contains("Not compared: large objects"), "{run}");
}
