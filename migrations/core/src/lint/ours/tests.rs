use crate::lint::{lint, unused_allows};
use crate::migrations::{Migrations, Script};

fn script(sql: &str) -> Script {
    let files = [("V1__a.sql".to_owned(), sql.as_bytes().to_vec())];
    Migrations::from_files(files).unwrap().iter().next().unwrap().up.clone()
}

/// The rules that a file breaks, with the lines.
fn found(sql: &str) -> Vec<(&'static str, usize)> {
    lint(&script(sql)).iter().map(|finding| (finding.rule, finding.line)).collect()
}

#[track_caller]
fn clean(sql: &str, rule: &str) {
    assert!(found(sql).iter().all(|(found, _)| *found != rule), "{rule}: {sql}");
}

#[track_caller]
fn breaks(sql: &str, rule: &str, line: usize) {
    assert!(found(sql).iter().any(|found| found.0 == rule && found.1 == line), "{rule}: {:?}", found(sql));
}

#[test]
fn squawk_finds_what_blocks_breaks_or_is_regretted() {
    for (sql, rule) in [
        ("CREATE INDEX i ON a (b);", "require-concurrent-index-creation"),
        ("DROP INDEX i;", "require-concurrent-index-deletion"),
        ("REINDEX TABLE a;", "require-concurrent-reindex"),
        ("ALTER TABLE a DETACH PARTITION b;", "require-concurrent-partition-detach"),
        ("ALTER TABLE a ADD CONSTRAINT c CHECK (b > 0);", "constraint-missing-not-valid"),
        ("ALTER TABLE a ADD CONSTRAINT c FOREIGN KEY (b) REFERENCES d (e);", "adding-foreign-key-constraint"),
        ("ALTER TABLE a ADD COLUMN b uuid DEFAULT gen_random_uuid();", "adding-field-with-default"),
        ("ALTER TABLE a ADD COLUMN b int GENERATED ALWAYS AS (c + 1) STORED;", "adding-field-with-default"),
        ("ALTER TABLE a ALTER COLUMN b SET NOT NULL;", "adding-not-nullable-field"),
        ("ALTER TABLE a ADD COLUMN b text NOT NULL;", "adding-required-field"),
        ("ALTER TABLE a ADD CONSTRAINT c UNIQUE (b);", "disallowed-unique-constraint"),
        ("ALTER TABLE a ALTER COLUMN b TYPE bigint;", "changing-column-type"),
        ("ALTER TABLE a RENAME COLUMN b TO c;", "renaming-column"),
        ("ALTER TABLE a RENAME TO b;", "renaming-table"),
        ("ALTER TABLE a DROP COLUMN b;", "ban-drop-column"),
        ("DROP TABLE a;", "ban-drop-table"),
        ("ALTER TABLE a ALTER COLUMN b DROP NOT NULL;", "ban-drop-not-null"),
        ("ALTER TABLE a ALTER COLUMN b SET DEFAULT 1;", "ban-set-default"),
        ("TRUNCATE a CASCADE;", "ban-truncate-cascade"),
        ("CREATE DOMAIN d AS text CHECK (value <> '');", "ban-create-domain-with-constraint"),
        ("ALTER TYPE t ADD VALUE 'x';", "require-enum-value-ordering"),
        ("CREATE TABLE a (id int);", "prefer-bigint-over-int"),
        ("CREATE TABLE a (id bigserial);", "prefer-identity"),
        ("CREATE TABLE a (b varchar(9));", "prefer-text-field"),
        ("CREATE TABLE a (b timestamp);", "prefer-timestamp-tz"),
        ("CREATE TABLE a (b char(9));", "ban-char-field"),
    ] {
        breaks(sql, rule, 1);
    }
}

#[test]
fn what_is_new_in_the_file_is_nobodys_yet() {
    clean("CREATE TABLE a (id bigint);\nCREATE INDEX i ON a (id);", "require-concurrent-index-creation");
    clean("ALTER TABLE a ADD COLUMN b text NOT NULL DEFAULT 'x';", "adding-field-with-default");
    let concurrent = "-- branchline: no-transaction\nCREATE INDEX CONCURRENTLY i ON a (b);";
    clean(concurrent, "require-concurrent-index-creation");
    clean(concurrent, "concurrently-in-transaction");
    breaks("CREATE INDEX CONCURRENTLY i ON a (b);", "concurrently-in-transaction", 1);
    breaks("ALTER TABLE a DETACH PARTITION b CONCURRENTLY;", "concurrently-in-transaction", 1);
}

#[test]
fn a_table_that_is_written_anew_by_hand_is_found() {
    for sql in ["VACUUM FULL a;", "VACUUM (FULL, ANALYZE) a;", "CLUSTER a USING i;"] {
        breaks(sql, "vacuum-full", 1);
    }
    clean("VACUUM (ANALYZE) a;", "vacuum-full");
}

#[test]
fn a_renamed_enum_value_is_found() {
    breaks("ALTER TYPE status RENAME VALUE 'a' TO 'b';", "rename-enum-value", 1);
    clean("ALTER TYPE status RENAME TO other;", "rename-enum-value");
}

#[test]
fn json_as_a_type_is_found_and_as_a_name_is_not() {
    breaks("CREATE TABLE a (\n    details json NOT NULL\n);", "prefer-jsonb", 2);
    breaks("ALTER TABLE a ADD COLUMN b json;", "prefer-jsonb", 1);
    for sql in [
        "CREATE TABLE a (details jsonb, json text, json_path text);",
        "CREATE TABLE a (b text DEFAULT 'a json');",
        "CREATE FUNCTION f(a json) RETURNS text LANGUAGE sql RETURN '';",
    ] {
        clean(sql, "prefer-jsonb");
    }
}

#[test]
fn validating_belongs_into_the_next_migration() {
    let sql = "ALTER TABLE a ADD CONSTRAINT c CHECK (b > 0) NOT VALID;\nALTER TABLE a VALIDATE CONSTRAINT c;";
    breaks(sql, "validate-with-constraint", 2);
    clean("ALTER TABLE a VALIDATE CONSTRAINT c;", "validate-with-constraint");
    clean(&format!("-- branchline: no-transaction\n{sql}"), "validate-with-constraint");
}

#[test]
fn slow_work_behind_an_exclusive_lock_is_found() {
    breaks("ALTER TABLE a ADD COLUMN b text;\n\nUPDATE a SET b = 'x';", "work-under-exclusive-lock", 3);
    breaks(
        "ALTER TABLE a ADD COLUMN b text;\nINSERT INTO c SELECT * FROM d;",
        "work-under-exclusive-lock",
        2,
    );
    for sql in [
        "UPDATE a SET b = 'x';\nALTER TABLE a ADD COLUMN c text;",
        "ALTER TABLE a ADD COLUMN b text;\nINSERT INTO c VALUES (1);",
        "CREATE TABLE a (b text);\nALTER TABLE a ADD COLUMN c text;\nINSERT INTO a SELECT 'x', 'y';",
        "-- branchline: no-transaction\nALTER TABLE a ADD COLUMN b text;\nUPDATE a SET b = 'x';",
    ] {
        clean(sql, "work-under-exclusive-lock");
    }
}

#[test]
fn rows_that_are_changed_all_at_once_are_found() {
    breaks("UPDATE a SET b = 1 WHERE b IS NULL;", "backfill-in-one-statement", 1);
    breaks("DELETE FROM ONLY a;", "backfill-in-one-statement", 1);
    for sql in [
        "UPDATE a SET b = 1 WHERE id BETWEEN 1 AND 5000;",
        "DELETE FROM a WHERE id IN (SELECT id FROM a LIMIT 5000);",
        "CREATE TABLE a (b int);\nUPDATE a SET b = 1;",
    ] {
        clean(sql, "backfill-in-one-statement");
    }
}

#[test]
fn an_allow_excuses_its_rule_alone() {
    let sql = "-- branchline: allow ban-drop-table: unused\nDROP TABLE a;\nALTER TABLE b DROP COLUMN c;";
    clean(sql, "ban-drop-table");
    breaks(sql, "ban-drop-column", 3);
    assert!(unused_allows(&script(sql)).is_empty());
}

#[test]
fn an_allow_that_excuses_nothing_or_names_no_rule_is_told() {
    let sql = "-- branchline: allow ban-drop-table: x\n-- branchline: allow nonsense: x\nSELECT 1;";
    let found: Vec<_> = unused_allows(&script(sql)).into_iter().map(|f| (f.rule, f.line)).collect();
    assert_eq!(found, [("unused-allow", 1), ("unknown-rule", 2)]);
}

#[test]
fn a_finding_has_its_place_in_characters() {
    let findings = lint(&script("SELECT 'ü';\nSELECT 'é'; DROP TABLE a;"));
    let place = findings.iter().map(|f| (f.line, f.column, f.length, f.text.as_str())).next();
    assert_eq!(place, Some((2, 13, 13, "SELECT 'é'; DROP TABLE a;")));
}
