//! Sample rows that fit the tables, and stay out of the way of the migrations' own.

use serde_json::{Value, json};

use crate::harness::Project;

/// Returns the report of a proof, whatever the result.
fn proof(project: &Project) -> Value {
    serde_json::from_str(&project.run(&["verify", "--format", "json"]).stdout).unwrap()
}

#[test]
fn rows_that_later_migrations_insert_do_not_meet_sample_rows() {
    let project = Project::with(&[
        (
            "V1__a.sql",
            "CREATE TABLE a (id serial PRIMARY KEY, code varchar(8) NOT NULL UNIQUE, at smallint UNIQUE);
             CREATE TABLE b (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a int NOT NULL REFERENCES a, \
                 note text);\n",
        ),
        ("V1__a.down.sql", "DROP TABLE b, a;\n"),
        (
            "V2__seeds.sql",
            "INSERT INTO a (id, code, at) VALUES (1, 'one', 1), (2, 'two', 2), (3, 'three', 3);
             INSERT INTO b (a, note) SELECT id, code FROM a WHERE id <= 3;\n",
        ),
        ("V2__seeds.down.sql", "DELETE FROM b WHERE a <= 3;\nDELETE FROM a WHERE id <= 3;\n"),
        // Takes its own row back, which no sample row of a table that it makes may refer to.
        (
            "V5__e.sql",
            "INSERT INTO a (id, code) VALUES (5, 'five');\nCREATE TABLE e (id int PRIMARY KEY, a int \
             REFERENCES a);\n",
        ),
        ("V5__e.down.sql", "DELETE FROM a WHERE id = 5;\nDROP TABLE e;\n"),
        // Builds on the seeds, and on the first number of a sequence that nobody has drawn from.
        (
            "V3__c.sql",
            "INSERT INTO b (a) VALUES (1);\nINSERT INTO b (a, note) SELECT id, 'x' FROM a WHERE id \
                       = 1;\n",
        ),
        ("V3__c.down.sql", "DELETE FROM b WHERE note IS NULL OR note = 'x';\n"),
        ("V4__d.sql", "ALTER TABLE a ADD CHECK (code NOT IN ('four'));\n"),
        ("V4__d.down.sql", "ALTER TABLE a DROP CONSTRAINT a_code_check;\n"),
    ]);
    let proof = proof(&project);
    assert_eq!((&proof["refusals"], &proof["rows"]["unfilled"]), (&json!([]), &json!({})), "{proof}");
}

#[test]
fn other_rows_are_tried_where_the_first_are_in_the_way() {
    let project = Project::with(&[
        ("V1__a.sql", "CREATE TABLE a (id int PRIMARY KEY, word text UNIQUE);\n"),
        ("V1__a.down.sql", "DROP TABLE a;\n"),
        ("V2__b.sql", "INSERT INTO a VALUES (90701, 'sample 1'), (90702, 'sample 12');\n"),
        ("V2__b.down.sql", "DELETE FROM a WHERE id IN (90701, 90702);\n"),
    ]);
    project.done(&["verify"]);
}

#[test]
fn a_refusal_for_the_sample_rows_names_the_file_for_others() {
    let project = Project::with(&[
        ("V1__a.sql", "CREATE TABLE a (id int PRIMARY KEY, parent text);\n"),
        ("V1__a.down.sql", "DROP TABLE a;\n"),
        ("V2__b.sql", "ALTER TABLE a ALTER parent TYPE int USING parent::int;\n"),
        ("V2__b.down.sql", "ALTER TABLE a ALTER parent TYPE text;\n"),
    ]);
    let refused = proof(&project)["refusals"][0].clone();
    assert_eq!(refused["rows_file"], "V1__a.rows.sql", "{refused}");
    assert_eq!(refused["runs_on_empty_tables"], true, "{refused}");
    project.write("V1__a.rows.sql", "INSERT INTO a VALUES (1, '7');\n");
    project.done(&["verify"]);
}

#[test]
fn a_text_that_holds_json_gets_json() {
    for column in [
        "meta text NOT NULL DEFAULT '{}'",
        "meta varchar(200) DEFAULT '[]'",
        "meta text CHECK (meta::jsonb IS NOT NULL)",
        "meta text CHECK (meta IS JSON ARRAY)",
    ] {
        let project = Project::with(&[
            ("V1__a.sql", &format!("CREATE TABLE a (id int PRIMARY KEY, {column});\n")),
            ("V1__a.down.sql", "DROP TABLE a;\n"),
            ("V2__b.sql", "CREATE TABLE b AS SELECT id, meta::jsonb FROM a;\n"),
            ("V2__b.down.sql", "DROP TABLE b;\n"),
        ]);
        let proof = proof(&project);
        assert_eq!(
            (&proof["refusals"], &proof["rows"]["unfilled"]),
            (&json!([]), &json!({})),
            "{column}: {proof}"
        );
        assert_eq!(proof["rows"]["blank"], json!([]), "{column}: {proof}");
    }
}

/// Columns with conditions that a row of everyday values would not meet.
const CONDITIONS: [&str; 31] = [
    "c int CHECK (c BETWEEN 5 AND 9)",
    "c int PRIMARY KEY CHECK (c > 0 AND c < 1000)",
    "c smallint CHECK (c IN (10, 20, 30))",
    "c numeric(4, 2) CHECK (c >= 50.5)",
    "c numeric(3) UNIQUE",
    "c text CHECK (c IN ('one', 'it''s'))",
    "c text CHECK (length(c) = 2)",
    "c text CHECK (char_length(c) BETWEEN 36 AND 40)",
    "c char(3) CHECK (c = upper(c))",
    "c text CHECK (c ~ '^[a-z]+@[a-z.]+$')",
    "c text CHECK (c LIKE 'https://%')",
    "c text CHECK (c ~ '^[0-9a-f]{40}$')",
    "c text CHECK (c <> '' AND c !~ ' ')",
    "c varchar(2) UNIQUE",
    "c d_email NOT NULL",
    "c d_email[]",
    "c e_mood NOT NULL",
    "c e_mood[]",
    "c int4range CHECK (NOT isempty(c))",
    "c int4multirange",
    "c r_float",
    "c uuid UNIQUE",
    "c inet",
    "c macaddr8",
    "c xml",
    "c tsvector",
    "c bit(3) UNIQUE",
    "c varbit(5)",
    "c int GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
    "c int, d int GENERATED ALWAYS AS (c * 2) STORED CHECK (d < 100)",
    "c date, d date, CHECK (c < d)",
];

#[test]
fn columns_with_conditions_and_of_every_type_take_rows() {
    let tables: String =
        (0..).zip(CONDITIONS).map(|(i, columns)| format!("CREATE TABLE t{i} ({columns});\n")).collect();
    let project = Project::with(&[
        (
            "V1__types.sql",
            "CREATE DOMAIN d_email AS text CHECK (value ~ '@');
             CREATE TYPE e_mood AS ENUM ('good', 'bad');
             CREATE TYPE r_float AS RANGE (subtype = float8);\n",
        ),
        ("V1__types.down.sql", "DROP DOMAIN d_email;\nDROP TYPE e_mood, r_float;\n"),
        ("V2__tables.sql", &tables),
        (
            "V2__tables.down.sql",
            "DO $$ BEGIN FOR i IN 0..30 LOOP EXECUTE format('DROP TABLE t%s', i); END LOOP; END $$;\n",
        ),
    ]);
    let rows = &proof(&project)["rows"];
    assert_eq!((&rows["unfilled"], &rows["blank"]), (&json!({}), &json!([])), "{rows}");
    assert_eq!(rows["tables"], CONDITIONS.len());
}

#[test]
fn tables_that_depend_on_others_or_on_themselves_take_rows() {
    let project = Project::with(&[
        (
            "V1__a.sql",
            "CREATE TABLE tree (id int PRIMARY KEY, above int REFERENCES tree, same int NOT NULL REFERENCES \
             tree);
             CREATE TABLE egg (id int PRIMARY KEY, hen int NOT NULL);
             CREATE TABLE hen (id int PRIMARY KEY, egg int NOT NULL REFERENCES egg DEFERRABLE);
             ALTER TABLE egg ADD FOREIGN KEY (hen) REFERENCES hen DEFERRABLE INITIALLY DEFERRED;
             CREATE TABLE one (tree int PRIMARY KEY REFERENCES tree);
             CREATE TABLE months (id bigint, at timestamptz, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
             CREATE TABLE months_1 PARTITION OF months FOR VALUES FROM ('2020-01-01') TO ('2020-02-01');
             CREATE TABLE lists (id text PRIMARY KEY) PARTITION BY LIST (id);
             CREATE TABLE lists_1 PARTITION OF lists FOR VALUES IN ('x', 'y', 'z');
             CREATE TABLE hashes (id int PRIMARY KEY) PARTITION BY HASH (id);
             CREATE TABLE hashes_1 PARTITION OF hashes FOR VALUES WITH (MODULUS 1, REMAINDER 0);
             CREATE TABLE stays (during tsrange, EXCLUDE USING gist (during WITH &&));
             CREATE TABLE log (id int PRIMARY KEY, word text);
             CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;
             CREATE TRIGGER refuse BEFORE UPDATE OR DELETE ON log FOR EACH ROW EXECUTE FUNCTION refuse();\n",
        ),
        (
            "V1__a.down.sql",
            "ALTER TABLE egg DROP CONSTRAINT egg_hen_fkey;
             DROP TABLE one, tree, hen, egg, months, lists, hashes, stays, log;\nDROP FUNCTION refuse;\n",
        ),
        ("V2__b.sql", "ALTER TABLE log ADD more int;\nALTER TABLE tree ADD more int;\n"),
        ("V2__b.down.sql", "ALTER TABLE log DROP more;\nALTER TABLE tree DROP more;\n"),
    ]);
    let proof = proof(&project);
    assert_eq!((&proof["refusals"], &proof["rows"]["unfilled"]), (&json!([]), &json!({})), "{proof}");
    assert_eq!(proof["rows"]["tables"], 9, "{proof}");
}
