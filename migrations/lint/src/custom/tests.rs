use crate::{LintFinding, Severity, lint, lint_here, lint_migrations, unused_allows};
use files::{Migrations, Script};

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
fn a_table_that_is_rewritten_by_hand_is_found() {
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
fn an_allow_that_excuses_nothing_or_names_no_rule_is_reported() {
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

/// The rules that the last of some ups breaks, with the lines.
fn found_after(sqls: &[&str]) -> Vec<(&'static str, usize)> {
    let files =
        sqls.iter().enumerate().map(|(i, sql)| (format!("V{}__a.sql", i + 1), sql.as_bytes().to_vec()));
    let migrations = Migrations::from_files(files).unwrap();
    let (before, last): (Vec<_>, Vec<_>) = migrations.iter().partition(|m| m.version < sqls.len() as _);
    lint_migrations(before, last).iter().map(|finding| (finding.rule, finding.line)).collect()
}

#[test]
fn a_table_that_the_file_makes_is_known_however_it_is_written() {
    for create in [
        "create table a(id bigint primary key, b text);",
        "CREATE TABLE IF NOT EXISTS public.a (id bigint PRIMARY KEY, b text);",
        "create/* c */table -- d\n\"a\"(id bigint primary key, b text);",
        "CREATE UNLOGGED TABLE app.\"a\"(id bigint primary key, b text);",
        "CREATE TABLE a AS SELECT 1::bigint AS id, 'x'::text AS b;",
    ] {
        let sql = format!(
            "{create}\nalter table public.a add constraint k check (b is not null);\ncreate index i on \
             \"a\"(b);\nupdate a set b=b;\nALTER TABLE a ADD UNIQUE (b);\nALTER TABLE ONLY a ALTER COLUMN b \
             SET NOT NULL;\nALTER TABLE a ADD c bigserial;\nDELETE FROM ONLY public.a;\nSELECT count(*) FROM \
             a;\nALTER TABLE a DROP COLUMN b;\n"
        );
        let found = found(&sql);
        let is_style = |rule: &str| rule.starts_with("prefer-");
        assert!(found.iter().all(|(rule, _)| is_style(rule)), "{create}: {found:?}");
    }
}

#[test]
fn a_column_with_a_constraint_is_found() {
    for (column, rule) in [
        ("b int CHECK (b > 0)", "adding-column-with-constraint"),
        ("b int UNIQUE", "adding-column-with-constraint"),
        ("b bigserial", "adding-column-with-constraint"),
        ("b pg_catalog.serial", "adding-column-with-constraint"),
        ("b bigint GENERATED ALWAYS AS IDENTITY", "adding-column-with-constraint"),
        ("b bigint REFERENCES c", "adding-foreign-key-constraint"),
        ("b bigint GENERATED ALWAYS AS (a * 2) STORED", "adding-field-with-default"),
        ("b bigint PRIMARY KEY", "adding-serial-primary-key-field"),
    ] {
        breaks(&format!("\nALTER TABLE a\n  ADD COLUMN {column};"), rule, 3);
    }
    clean("ALTER TABLE a ADD COLUMN b bigint;", "adding-column-with-constraint");
    clean("ALTER TABLE a ADD COLUMN b bigint DEFAULT 1 NOT NULL;", "adding-column-with-constraint");
    breaks(
        "ALTER TABLE a ADD CONSTRAINT c EXCLUDE USING gist (b WITH &&);",
        "adding-exclusion-constraint",
        1,
    );
}

#[test]
fn a_primary_key_of_an_index_is_found_where_its_columns_can_be_null() {
    let key = "ALTER TABLE a ADD CONSTRAINT a_pkey PRIMARY KEY USING INDEX i;";
    let index = "-- branchline: no-transaction\nCREATE UNIQUE INDEX CONCURRENTLY i ON app.a (b);";
    let rule = "primary-key-over-nullable-columns";
    let is_found = |files: &[&str]| found_after(files).iter().any(|(found, _)| *found == rule);
    assert!(is_found(&["CREATE TABLE app.a (b bigint);", index, key]));
    assert!(!is_found(&["CREATE TABLE app.a (b bigint NOT NULL);", index, key]));
    assert!(!is_found(&["CREATE TABLE a (b bigint);", index, "ALTER TABLE a ALTER b SET NOT NULL;", key]));
    // Nothing is known of the table: it may be made elsewhere.
    let unknown = lint(&script(key));
    assert_eq!(unknown.iter().map(|f| (f.rule, f.severity)).collect::<Vec<_>>(), [(rule, Severity::Warning)]);
}

#[test]
fn not_null_behind_a_check_that_an_earlier_file_validated_reads_no_row() {
    let add = "ALTER TABLE a ADD CONSTRAINT b_is CHECK (b IS NOT NULL) NOT VALID;";
    let validate = "ALTER TABLE public.a VALIDATE CONSTRAINT \"b_is\";";
    let set = "ALTER TABLE a ALTER COLUMN b SET NOT NULL;";
    let is_found =
        |files: &[&str]| found_after(files).iter().any(|(rule, _)| *rule == "adding-not-nullable-field");
    assert!(!is_found(&[add, validate, set]));
    assert!(is_found(&[set]));
    assert!(is_found(&[add, set]), "not validated");
    assert!(is_found(&[add, validate, "ALTER TABLE a DROP CONSTRAINT b_is;", set]), "gone again");
    assert!(is_found(&[add, validate, "ALTER TABLE a ALTER COLUMN c SET NOT NULL;"]), "another column");
    assert!(
        is_found(&["ALTER TABLE a ADD CONSTRAINT b_is CHECK (b > 0 OR b IS NOT NULL);", set]),
        "another check"
    );
}

#[test]
fn a_file_that_does_not_parse_is_an_error_with_line_and_column() {
    let sql = "create table a(id bigint primary key;\nalter tabel a add b int;\n";
    let findings: Vec<LintFinding> =
        lint(&script(sql)).into_iter().filter(|f| f.rule == "syntax-error").collect();
    assert!(findings.iter().all(|f| f.severity == Severity::Error), "{findings:?}");
    let first = findings.first().unwrap();
    assert_eq!((first.line, first.column), (1, 37));
    assert_eq!(first.message, "This does not parse: expected \")\"");
    clean("SELECT 1;\n-- é\nSELECT 2", "syntax-error");
    clean("\\restrict a1\nCOPY a FROM stdin;\n1; selct (\n\\.\nSELECT 1;\n\\unrestrict a1\n", "syntax-error");
}

#[test]
fn what_is_nested_too_deep_for_the_parser_is_said() {
    for deep in [
        format!("{}1{}", "(".repeat(100_000), ")".repeat(100_000)),
        format!("1{}", " + 1".repeat(200_000)),
        format!("{}1", "- ".repeat(100_000)),
        format!("{}true", "NOT ".repeat(100_000)),
        format!("{}1{}", "CASE WHEN a THEN ".repeat(100_000), " END".repeat(100_000)),
        format!("a{}", "[1]".repeat(100_000)),
    ] {
        let sql = format!("SELECT {deep};\nDROP TABLE a;");
        breaks(&sql, "ban-drop-table", 2);
    }
    let deep = format!("SELECT {}1{};", "(".repeat(1_000), ")".repeat(1_000));
    breaks(&deep, "syntax-error", 1);
}

#[test]
fn what_is_long_and_not_deep_is_parsed() {
    let rows: String = (0..20_000).map(|i| format!("({i}, 'a'), ")).collect();
    for sql in [
        format!("INSERT INTO a VALUES {rows}(1, 'b');"),
        format!("SELECT 1{};", " + 1".repeat(5_000)),
        format!("SELECT {}1{};", "(".repeat(200), ")".repeat(200)),
    ] {
        clean(&sql, "syntax-error");
    }
}

#[test]
fn a_command_of_psqls_is_found() {
    breaks("SELECT 1;\n\\i b.sql\n", "psql-command", 2);
    clean("\\restrict a1\nSELECT 1;\n\\unrestrict a1\n", "psql-command");
}

#[test]
fn what_runs_in_no_transaction_is_found_in_one() {
    for sql in ["VACUUM a;", "DROP DATABASE a;", "DO $$ BEGIN COMMIT; END $$;"] {
        breaks(sql, "needs-no-transaction", 1);
        clean(&format!("-- branchline: no-transaction\n{sql}"), "needs-no-transaction");
    }
    breaks("-- branchline: no-transaction\nDROP DATABASE a;", "ban-drop-database", 2);
}

#[test]
fn a_long_select_behind_an_exclusive_lock_is_found() {
    let rule = "work-under-exclusive-lock";
    for lock in [
        "ALTER TABLE a ADD b text;",
        "TRUNCATE a;",
        "LOCK TABLE a;",
        "LOCK a IN ACCESS EXCLUSIVE MODE;",
        "CREATE POLICY p ON a USING (true);",
        "DROP TRIGGER t ON a;",
    ] {
        for work in [
            "SELECT count(*) FROM c;",
            "CREATE TABLE d AS SELECT * FROM c;",
            "MERGE INTO c USING d ON true WHEN MATCHED THEN DELETE;",
        ] {
            breaks(&format!("{lock}\n{work}"), rule, 2);
        }
        clean(&format!("{lock}\nSELECT setval('s', 1);"), rule);
        clean(&format!("{lock}\nSELECT pg_catalog.setval('s', last_value) FROM t;"), rule);
    }
    clean("LOCK a IN SHARE MODE;\nSELECT count(*) FROM c;", rule);
    clean("CREATE TABLE a (b text);\nTRUNCATE a;\nSELECT count(*) FROM c;", rule);
}

#[test]
fn triggers_that_rest_and_policies_that_go_are_found() {
    for (sql, rule) in [
        ("ALTER TABLE a DISABLE TRIGGER ALL;", "ban-disable-trigger"),
        ("DROP POLICY p ON a;", "ban-drop-policy"),
        ("ALTER TABLE a ALTER COLUMN b SET EXPRESSION AS (c * 3);", "ban-alter-generated-expression"),
    ] {
        breaks(sql, rule, 1);
    }
    clean("DROP POLICY p ON public.a;\nCREATE POLICY p ON a USING (true);", "ban-drop-policy");
    breaks("DROP POLICY p ON a;\nCREATE POLICY p ON b USING (true);", "ban-drop-policy", 1);
}

#[test]
fn linting_looks_at_each_statement_a_few_times_however_many_there_are() {
    let work = |statements: usize| {
        let sql = "INSERT INTO a VALUES (1, 'x');\nDELETE FROM b;\n".repeat(statements);
        let files = [("V1__a.sql".to_owned(), sql.into_bytes())];
        let migrations = Migrations::from_files(files).unwrap();
        let judged: Vec<_> = migrations.iter().collect();
        files::work::count(|| assert_eq!(lint_here(&[], &judged).len(), statements))
    };
    let (few, many) = (work(200), work(2_000));
    assert!(few > 0);
    assert!(many <= 11 * few, "ten times as many statements: {few}, then {many} bytes");
}
