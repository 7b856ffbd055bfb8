//! Ups and downs proved on a scratch database.

use insta::assert_snapshot;

use crate::harness::{Project, Run};

/// Scratch databases of a process.
fn scratch_of(pid: u32) -> String {
    format!("SELECT count(*) FROM pg_database WHERE datname LIKE 'branchline_scratch_{pid}_%'")
}

#[test]
fn our_own_migrations_are_proved_and_nothing_is_left() {
    let project = Project::with_ours();
    let runner = project.start(&["verify"]);
    let pid = runner.id();
    let run = Run::of(runner);
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(project.sql(&scratch_of(pid)), "0");
    assert_eq!(
        project.sql("SELECT to_regclass('refinery_schema_history') IS NULL"),
        "t",
        "the database is not touched"
    );
}

#[test]
fn a_down_that_does_not_restore_is_refused_with_what_differs() {
    let project = Project::with_three();
    project.write("V4__d.sql", "ALTER TABLE c ADD d int DEFAULT 1 CHECK (d > 0);\nCREATE INDEX c_d ON c (d);\nDROP TABLE a;\nALTER TABLE b ALTER id SET NOT NULL;\n");
    project.write("V4__d.down.sql", "ALTER TABLE c DROP CONSTRAINT c_d_check;\nDROP INDEX c_d;\nCREATE TABLE a (id bigint);\nALTER TABLE b ALTER id DROP NOT NULL;\n");
    assert_snapshot!(project.run(&["verify"]), @r"
    exit status: 1
    ----- stdout
    + V1__a (time)
    + V2__b (time)
    + V3__c (time)
    + V4__d (time)
    - V4__d (time)
    V4__d.down.sql does not restore what was there before its up:
      ~ column public.a.id: type
          - integer
          + bigint
      + column public.c.d
    Not proved.
    ");
}

/// What is done to a table `a (id int)`, and what the comparison must show where it is not taken back.
const CHANGES: [(&str, &str); 23] = [
    ("COMMENT ON COLUMN a.id IS 'c'", "column public.a.id: comment"),
    ("GRANT SELECT ON a TO pg_monitor", "table public.a: privileges"),
    ("GRANT SELECT (id) ON a TO pg_monitor", "column public.a.id: privileges"),
    ("ALTER TABLE a ALTER id SET DEFAULT 7", "column public.a.id: default"),
    ("ALTER TABLE a SET (fillfactor = 50)", "table public.a: options"),
    ("ALTER TABLE a ENABLE ROW LEVEL SECURITY", "table public.a: row security"),
    ("CREATE POLICY p ON a USING (id > 0)", "+ policy public.a.p"),
    ("ALTER TABLE a ADD CONSTRAINT k CHECK (id > 0) NOT VALID", "+ constraint public.a.k"),
    ("CREATE SEQUENCE s OWNED BY a.id", "+ sequence public.s"),
    ("CREATE VIEW v AS SELECT * FROM a", "+ view public.v"),
    ("CREATE MATERIALIZED VIEW m AS SELECT 1 AS one", "+ materialized view public.m"),
    ("CREATE TYPE e AS ENUM ('x')", "+ enum public.e"),
    ("CREATE DOMAIN d AS int CHECK (value > 0)", "+ domain public.d"),
    ("CREATE TYPE k AS (x int)", "+ composite type public.k"),
    ("CREATE FUNCTION f(int) RETURNS int LANGUAGE sql RETURN $1", "+ function public.f(integer)"),
    ("CREATE AGGREGATE g(int) (SFUNC = int4pl, STYPE = int4)", "+ aggregate public.g(integer)"),
    ("CREATE RULE r AS ON DELETE TO a DO NOTHING", "+ rule public.a.r"),
    ("CREATE STATISTICS z ON id, (id + 1) FROM a", "+ statistics public.z"),
    ("CREATE SCHEMA n", "+ schema n"),
    ("ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO pg_monitor", "+ default privileges"),
    ("CREATE EXTENSION pg_trgm", "+ extension pg_trgm"),
    ("CREATE PUBLICATION p FOR TABLE a", "+ publication p"),
    ("CREATE COLLATION l FROM \"C\"", "+ collation public.l"),
];

#[test]
fn every_kind_of_object_is_compared() {
    let ups: String = CHANGES.iter().map(|(sql, _)| format!("{sql};\n")).collect();
    let project = Project::with(&[
        ("V1__a.sql", "CREATE TABLE a (id int);\n"),
        ("V1__a.down.sql", "DROP TABLE a;\n"),
        ("V2__b.sql", &ups),
        ("V2__b.down.sql", "SELECT 'nothing is taken back';\n"),
    ]);
    let run = project.run(&["verify"]);
    assert_eq!(run.code, Some(1), "{run}");
    for (sql, shown) in CHANGES {
        assert!(run.stdout.contains(shown), "{sql}: {run}");
    }
}

#[test]
fn a_long_definition_is_compared_to_its_end() {
    let long = "x".repeat(200);
    let project = Project::with(&[
        ("V1__a.sql", &format!("CREATE TABLE a (); COMMENT ON TABLE a IS '{long}1';\n")),
        ("V1__a.down.sql", "DROP TABLE a;\n"),
        ("V2__b.sql", &format!("COMMENT ON TABLE a IS '{long}2';\n")),
        ("V2__b.down.sql", "SELECT 1;\n"),
    ]);
    let run = project.run(&["verify"]);
    assert!(run.stdout.contains(&format!("+ {long}2")), "{run}");
}

#[test]
fn what_comes_after_a_migration_without_a_way_back_is_proved_as_well() {
    let project = Project::with_three();
    project.remove("V2__b.down.sql");
    let run = project.run(&["verify"]);
    assert_eq!(run.code, Some(1), "{run}");
    assert!(run.stdout.contains("V2__b has no down"), "{run}");
    project.write("V2__b.sql", "-- branchline: irreversible: for the test\nCREATE TABLE b (id int);\n");
    let proof = project.json(&["verify"]);
    assert_eq!(proof["proved"], serde_json::json!(["V1__a", "V3__c"]));
    assert_eq!(proof["irreversible"][0]["reason"], "for the test");
}

#[test]
fn the_scratch_database_goes_also_when_the_run_is_interrupted_or_fails() {
    let project = Project::with(&[("V1__a.sql", "SELECT pg_sleep(20);\n")]);
    let runner = project.start(&["verify"]);
    let pid = runner.id();
    project.wait_until("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE '%pg_sleep(20)%' AND pid <> pg_backend_pid())");
    let signal = std::process::Command::new("kill").args(["-INT", &pid.to_string()]).status().unwrap();
    assert!(signal.success());
    assert!(Run::of(runner).refusal().contains("interrupted"));
    assert_eq!(project.sql(&scratch_of(pid)), "0");

    project.write("V1__a.sql", "SELECT 1 / 0;\n");
    let runner = project.start(&["verify"]);
    let pid = runner.id();
    assert!(Run::of(runner).refusal().contains("division by zero"));
    assert_eq!(project.sql(&scratch_of(pid)), "0");
}
