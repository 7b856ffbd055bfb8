//! Ups and downs proved on a scratch database.

use insta::assert_snapshot;
use serde_json::json;

use crate::harness::{Project, Run};

/// Scratch databases of a process.
fn scratch_of(pid: u32) -> String {
    format!("SELECT count(*) FROM pg_database WHERE datname LIKE 'branchline_scratch_{pid}_%'")
}

/// Tables that our own migrations make.
const OUR_TABLES: u64 = 21;

#[test]
fn our_own_migrations_are_proved_and_nothing_is_left() {
    let project = Project::with_ours();
    let runner = project.start(&["verify", "--format", "json"]);
    let pid = runner.id();
    let run = Run::wait(runner);
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(project.sql(&scratch_of(pid)), "0");
    let rows = &serde_json::from_str::<serde_json::Value>(&run.stdout).unwrap()["rows"];
    assert_eq!(
        (&rows["unfilled"], &rows["blank"], &rows["unsaid"]),
        (&json!({}), &json!([]), &json!({})),
        "every table and column is tried, every loss said"
    );
    assert_eq!(rows["tables"].as_u64(), Some(OUR_TABLES), "{rows}");
    assert_eq!(
        project.sql("SELECT to_regclass('refinery_schema_history') IS NULL"),
        "t",
        "the database is not touched"
    );
}

#[test]
fn a_down_that_does_not_restore_is_refused_with_what_differs() {
    let project = Project::with_three();
    project.write(
        "V4__d.sql",
        "ALTER TABLE c ADD d int DEFAULT 1 CHECK (d > 0);\nCREATE INDEX c_d ON c \
                                (d);\nDROP TABLE a;\nALTER TABLE b ALTER id SET NOT NULL;\n",
    );
    project.write(
        "V4__d.down.sql",
        "ALTER TABLE c DROP CONSTRAINT c_d_check;\nDROP INDEX c_d;\nCREATE TABLE \
                                     a (id bigint);\nALTER TABLE b ALTER id DROP NOT NULL;\n",
    );
    assert_snapshot!(project.run(&["verify"]), @r"
    exit status: 1
    ----- stdout
    + V1__a (time)
    + V2__b (time)
    + V3__c (time)
    ! V4__d (time)
    V4__d.down.sql does not restore what was there before its up:
      ~ column public.a.id: type
          - integer
          + bigint
      + column public.c.d
    Note: V1__a.down.sql takes public.a.* with it, and does not say so (loses).
    Note: V2__b.down.sql takes public.b.* with it, and does not say so (loses).
    Note: V3__c.down.sql takes public.c.* with it, and does not say so (loses).
    1 migration refused: V4__d.down.sql.
    Not proved.
    Not compared: large objects, roles, tablespaces and settings of the server, what
    subscriptions connect to, planner statistics.
    ");
}

/// Changes of a table `a (id int)`, and the difference to show if they are not taken back.
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
    project.wait_until(
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE '%pg_sleep(20)%' AND \
                        pid <> pg_backend_pid())",
    );
    let signal = std::process::Command::new("kill").args(["-INT", &pid.to_string()]).status().unwrap();
    assert!(signal.success());
    assert!(Run::wait(runner).refusal().contains("interrupted"));
    assert_eq!(project.sql(&scratch_of(pid)), "0");

    project.write("V1__a.sql", "SELECT 1 / 0;\n");
    let runner = project.start(&["verify"]);
    let pid = runner.id();
    assert!(Run::wait(runner).refusal().contains("division by zero"));
    assert_eq!(project.sql(&scratch_of(pid)), "0");
}

/// A project whose second migration and its way back are these.
fn with_second(up: &str, down: &str) -> Project {
    Project::with(&[
        ("V1__a.sql", "CREATE TABLE a (id int PRIMARY KEY, word text NOT NULL, note text);\n"),
        ("V1__a.down.sql", "-- branchline: loses a.*: the table goes\nDROP TABLE a;\n"),
        ("V2__b.sql", up),
        ("V2__b.down.sql", down),
    ])
}

/// Returns the messages about rows that do not survive.
fn losses(project: &Project) -> (Option<i32>, Vec<String>) {
    let run = project.run(&["verify", "--format", "json"]);
    let proof: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let losses = proof["rows"]["refused"]["losses"].as_array().cloned().unwrap_or_default();
    (run.code, losses.iter().map(|loss| loss.as_str().unwrap().to_owned()).collect())
}

#[test]
fn a_down_that_recreates_a_column_has_lost_its_values() {
    let up = "ALTER TABLE a DROP COLUMN note;\n";
    let down = "ALTER TABLE a ADD COLUMN note text;\n";
    let project = with_second(up, down);
    assert_snapshot!(project.run(&["verify"]), @r#"
    exit status: 1
    ----- stdout
    + V1__a (time)
    ! V2__b (time)
    V2__b.down.sql does not give back what stood in the tables, and does not say so:
      column public.a.note: in 3 rows "sample 1" has become NULL
    If that is bearable, say in its leading comments: -- branchline: loses
    table.column: why (table.* for all of it)
    1 migration refused: V2__b.down.sql.
    Not proved.
    Not compared: large objects, roles, tablespaces and settings of the server, what
    subscriptions connect to, planner statistics.
    "#);
    project.write("V2__b.down.sql", &format!("-- branchline: loses a.note: nobody read it\n{down}"));
    assert_snapshot!(project.run(&["verify"]), @r"
    exit status: 0
    ----- stdout
    + V1__a (time)
    + V2__b (time)
    Proved: 2 migrations up, down and up again, with sample rows in 1 table; at the
    end the catalog has 6 objects.
    Not compared: large objects, roles, tablespaces and settings of the server, what
    subscriptions connect to, planner statistics.
    ");
    project.write("V2__b.down.sql", &format!("-- branchline: loses a.word: the wrong one\n{down}"));
    assert_eq!(losses(&project).0, Some(1));
}

#[test]
fn rows_that_an_up_or_a_down_deletes_are_missed() {
    let deletes = "DELETE FROM a WHERE id = (SELECT min(id) FROM a);\n";
    for (up, down) in [(deletes, "SELECT 1;\n"), ("SELECT 1;\n", deletes)] {
        let expected = vec!["table public.a: 3 rows before, 2 now".to_owned()];
        assert_eq!(losses(&with_second(up, down)), (Some(1), expected));
    }
}

#[test]
fn values_that_go_there_and_back_are_kept() {
    let up = "ALTER TABLE a RENAME note TO remark; ALTER TABLE a ALTER id TYPE bigint; UPDATE a SET word = \
              reverse(word);\n";
    let down = "UPDATE a SET word = reverse(word); ALTER TABLE a ALTER id TYPE int; ALTER TABLE a RENAME \
                remark TO note;\n";
    assert_eq!(losses(&with_second(up, down)), (Some(0), vec![]));
    let crooked = down.replace("reverse(word)", "word");
    let expected = vec!["column public.a.word: in 3 rows \"sample 1\" has become \"1 elpmas\"".to_owned()];
    assert_eq!(losses(&with_second(up, &crooked)), (Some(1), expected));
}

#[test]
fn values_that_come_back_in_other_rows_are_missed() {
    let up = "CREATE TABLE notes AS SELECT id, note FROM a; ALTER TABLE a DROP COLUMN note;\n";
    let other = "CASE a.id WHEN (SELECT max(id) FROM a) THEN (SELECT min(id) FROM a) ELSE a.id + 1 END";
    let back = |key: &str| {
        format!(
            "ALTER TABLE a ADD COLUMN note text; UPDATE a SET note = n.note FROM notes n WHERE n.id = {key}; \
             DROP TABLE notes;\n"
        )
    };
    assert_eq!(losses(&with_second(up, &back("a.id"))), (Some(0), vec![]));
    let expected =
        vec!["table public.a: in 3 rows values have changed places with those of others".to_owned()];
    assert_eq!(losses(&with_second(up, &back(other))), (Some(1), expected));
}

#[test]
fn a_migration_that_runs_on_empty_tables_only_is_no_proof() {
    let project = with_second("ALTER TABLE a ADD n int NOT NULL;\n", "ALTER TABLE a DROP n;\n");
    let run = project.run(&["verify"]);
    assert_eq!(run.code, Some(1), "{run}");
    let text = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    let expected = "V2__b ran on empty tables, and not on tables with sample rows: V2__b.sql, line 1: column \
                    \"n\" of relation \"a\" contains null values";
    assert!(text.contains(expected), "{run}");
    assert!(text.contains("write some that it runs on: V1__a.rows.sql"), "{run}");
}

#[test]
fn tables_of_every_kind_take_rows_or_are_named() {
    let project = Project::with(&[
        (
            "V1__a.sql",
            "CREATE TYPE mood AS ENUM ('good', 'bad');
             CREATE DOMAIN short AS varchar(3);
             CREATE TABLE \"Every type\" (i smallint, b bigserial, n numeric(9, 2), r real, t boolean, u \
                 uuid, by bytea,
                d date, ts timestamptz, iv interval, j jsonb, ip inet, a text[], m mood, s short, c char(2),
                g int GENERATED ALWAYS AS IDENTITY, h int GENERATED ALWAYS AS (i * 2) STORED, v tsvector, x \
                    int4range,
                k text CHECK (k IN ('one', 'two')), CHECK (n > 0), UNIQUE (u), PRIMARY KEY (b, g));
             CREATE TABLE child (parent_b bigint NOT NULL, parent_g int NOT NULL, self bigint, id bigint \
                 PRIMARY KEY,
                FOREIGN KEY (parent_b, parent_g) REFERENCES \"Every type\", FOREIGN KEY (self) REFERENCES \
                    child);
             CREATE TABLE parted (id int) PARTITION BY RANGE (id);
             CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (100);
             CREATE TABLE impossible (id int CHECK (id > 100), word text NOT NULL CHECK (length(word) > 100));
             CREATE TABLE nothing ();\n",
        ),
        (
            "V1__a.down.sql",
            "DROP TABLE child, \"Every type\", parted, impossible, nothing; DROP DOMAIN short; DROP TYPE \
             mood;\n",
        ),
    ]);
    let rows = &project.json(&["verify"])["rows"];
    assert_eq!(rows["tables"], 4, "{rows}");
    let unfilled = rows["unfilled"].as_object().unwrap();
    assert_eq!(unfilled.keys().collect::<Vec<_>>(), ["public.impossible"]);
    let reason = unfilled["public.impossible"].as_str().unwrap();
    assert!(reason.contains("violates check constraint") && !reason.contains("Failing row"), "{rows}");
    let unsaid = rows["unsaid"]["V1__a.down.sql"].as_array().unwrap();
    assert_eq!(unsaid.len(), 4, "what took no row loses none: {rows}");
}

#[test]
fn rows_written_beside_a_migration_take_the_place_of_samples() {
    let up =
        "CREATE TABLE b (low int NOT NULL, high int NOT NULL, place polygon, CHECK (high > low + 100));\n";
    let project = with_second(up, "-- branchline: loses b.*: the table goes\nDROP TABLE b;\n");
    project.write("V3__c.sql", "ALTER TABLE b RENAME low TO least;\n");
    project.write("V3__c.down.sql", "UPDATE b SET least = 0;\nALTER TABLE b RENAME least TO low;\n");
    let run = project.run(&["verify"]);
    assert_eq!(run.code, Some(0), "no row of b is there to be lost: {run}");
    let text = run.stdout.replace('\n', " ");
    assert!(
        text.contains("Note: public.b took no sample row, so that nothing is proved of its rows: "),
        "{run}"
    );

    let rows = "INSERT INTO b (low, high) VALUES (5, 500), (6, 600);\n";
    project.write("V2__b.rows.sql", rows);
    let text = project.run(&["verify"]).refusal();
    assert!(
        text.starts_with(
            "error: the sample rows do not fit the tables after V3__c; write V3__c.rows.sql with rows that \
             do: "
        ),
        "{text}"
    );
    assert!(text.contains("V2__b.rows.sql: column \"low\" of relation \"b\" does not exist"), "{text}");

    project.write("V3__c.rows.sql", &rows.replace("low", "least"));
    let expected = vec!["column public.b.low: in 2 rows \"5\" has become \"0\"".to_owned()];
    assert_eq!(losses(&project), (Some(1), expected));
    project.write("V3__c.down.sql", "ALTER TABLE b RENAME least TO low;\n");
    let run = project.run(&["verify"]);
    assert_eq!(run.code, Some(0), "{run}");
    let text = run.stdout.replace('\n', " ");
    assert!(text.contains("Note: there was no sample value for public.b.place, so that"), "{run}");
}

#[test]
fn rows_that_migrations_write_are_to_stay_as_well() {
    let up = "CREATE TABLE moods (word text DEFAULT 'none', at timestamptz DEFAULT now());\n\
              INSERT INTO moods VALUES ('good'), ('bad');\n";
    let project = with_second(up, "DROP TABLE moods;\n");
    project.write("V3__c.sql", "-- branchline: loses a.word: it is another table's\nDROP TABLE moods;\n");
    let down = "CREATE TABLE moods (word text DEFAULT 'none', at timestamptz DEFAULT now());\n";
    project.write("V3__c.down.sql", &format!("{down}INSERT INTO moods VALUES ('good');\n"));
    let expected = vec!["table public.moods: 2 rows before, 1 now".to_owned()];
    assert_eq!(losses(&project), (Some(1), expected));
    project.write("V3__c.down.sql", &format!("-- branchline: loses moods.*: a word is soon written\n{down}"));
    assert_eq!(losses(&project), (Some(0), vec![]));
}

#[test]
fn a_scratch_database_of_a_killed_run_is_swept_and_one_in_use_is_not() {
    let project =
        Project::with(&[("V1__a.sql", "SELECT pg_sleep(200);\n"), ("V1__a.down.sql", "SELECT 1;\n")]);
    let asleep = |pid| {
        format!(
            "SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep' \
             AND datname LIKE 'branchline_scratch_{pid}_%'"
        )
    };
    let (mut killed, mut running) = (project.start(&["verify"]), project.start(&["verify"]));
    for runner in [&killed, &running] {
        project.wait_until(&asleep(runner.id()));
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert_eq!(project.sql(&scratch_of(killed.id())), "1", "nobody could drop it");
    // The server's process goes on sleeping until it looks for its client.
    project.sql(&format!(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'branchline_scratch_{}_%'",
        killed.id()
    ));
    let other = Project::with_three();
    project.wait_until(&format!(
        "SELECT count(*) = 0 FROM pg_stat_activity WHERE datname LIKE 'branchline_scratch_{}_%'",
        killed.id()
    ));
    other.done(&["verify"]);
    assert_eq!(project.sql(&scratch_of(killed.id())), "0");
    assert_eq!(project.sql(&scratch_of(running.id())), "1");
    rustix::process::kill_process(rustix::process::Pid::from_child(&running), rustix::process::Signal::TERM)
        .unwrap();
    assert_eq!(running.wait().unwrap().code(), Some(1));
    assert_eq!(project.sql(&scratch_of(running.id())), "0");
}
