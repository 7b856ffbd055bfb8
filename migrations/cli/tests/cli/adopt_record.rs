//! Databases that other tools made, with those tools' own history tables.

use crate::harness::Project;

/// A table, rows, and a change of rows that leaves no trace in the catalog; run twice it makes 40 of 10.
const FILES: [(&str, &str); 3] = [
    ("V1__stock.sql", "CREATE TABLE stock (amount int NOT NULL);\nINSERT INTO stock VALUES (10);\n"),
    ("V2__old.sql", "CREATE TABLE old (id int);\n"),
    ("V3__double.sql", "UPDATE stock SET amount = amount * 2;\n"),
];

/// Each tool's own table, as it makes it, after all three.
const TABLES: [(&str, &str); 14] = [
    (
        "sqlx",
        "CREATE TABLE _sqlx_migrations (version bigint PRIMARY KEY, description text NOT NULL,
             installed_on timestamptz NOT NULL DEFAULT now(), success boolean NOT NULL, checksum bytea NOT \
                 NULL,
             execution_time bigint NOT NULL);
         INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             VALUES (20260101, 'stock', true, '\\x01', 1), (20260102, 'old', true, '\\x02', 1),
                    (20260103, 'double', true, '\\x03', 1)",
    ),
    (
        "Flyway",
        "CREATE TABLE flyway_schema_history (installed_rank int PRIMARY KEY, version varchar(50),
             description varchar(200), type varchar(20), script varchar(1000), checksum int, installed_by \
                 varchar(100),
             installed_on timestamp DEFAULT now(), execution_time int, success boolean);
         INSERT INTO flyway_schema_history (installed_rank, version, description, type, script, success)
             VALUES (1, '1', 'stock', 'SQL', 'V1__stock.sql', true), (2, '2', 'old', 'SQL', 'V2__old.sql', \
                 true),
                    (3, NULL, 'views', 'SQL', 'R__views.sql', true), (4, '3', 'double', 'SQL', \
                        'V3__double.sql', true)",
    ),
    ("Alembic", "CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY); INSERT INTO \
                 alembic_version VALUES ('0003')"),
    (
        "Diesel",
        "CREATE TABLE __diesel_schema_migrations (version varchar(50) PRIMARY KEY, run_on timestamp DEFAULT \
         now());
         INSERT INTO __diesel_schema_migrations VALUES ('1'), ('2'), ('3')",
    ),
    (
        "golang-migrate",
        "CREATE TABLE schema_migrations (version bigint PRIMARY KEY, dirty boolean NOT NULL);
         INSERT INTO schema_migrations VALUES (3, false)",
    ),
    (
        "dbmate or Rails",
        "CREATE TABLE schema_migrations (version varchar(128) PRIMARY KEY);
         INSERT INTO schema_migrations VALUES ('001'), ('002'), ('003')",
    ),
    (
        "Supabase",
        "CREATE SCHEMA supabase_migrations;
         CREATE TABLE supabase_migrations.schema_migrations (version text PRIMARY KEY, statements text[], \
             name text);
         INSERT INTO supabase_migrations.schema_migrations (version, name)
             VALUES ('20260101000000', 'stock'), ('20260102000000', 'old'), ('20260103000000', 'double')",
    ),
    (
        "goose",
        "CREATE TABLE goose_db_version (id serial PRIMARY KEY, version_id bigint, is_applied boolean, tstamp \
         timestamp);
         INSERT INTO goose_db_version (version_id, is_applied)
             VALUES (0, true), (1, true), (2, true), (3, true), (3, false), (3, true)",
    ),
    (
        "Prisma",
        "CREATE TABLE _prisma_migrations (id varchar(36) PRIMARY KEY, checksum varchar(64), finished_at \
         timestamptz,
             migration_name varchar(255), logs text, rolled_back_at timestamptz, started_at timestamptz,
             applied_steps_count int);
         INSERT INTO _prisma_migrations (id, migration_name, finished_at, rolled_back_at, started_at)
             VALUES ('a', '20260101000000_stock', now(), NULL, '2026-01-01'),
                    ('b', '20260102000000_old', now(), NULL, '2026-01-02'),
                    ('c', '20260103000000_double', NULL, now(), '2026-01-03'),
                    ('d', '20260103000000_double', now(), NULL, '2026-01-04')",
    ),
    (
        "Atlas",
        "CREATE SCHEMA atlas_schema_revisions;
         CREATE TABLE atlas_schema_revisions.atlas_schema_revisions (version text PRIMARY KEY, description \
             text,
             type bigint, applied bigint, total bigint, executed_at timestamptz, error text, hash text);
         INSERT INTO atlas_schema_revisions.atlas_schema_revisions
             VALUES ('.atlas_cloud_identifier', '', 2, 0, 0, now(), '', ''),
                    ('20260101', 'stock', 2, 2, 2, now(), '', 'x'), ('20260102', 'old', 2, 1, 1, now(), '', \
                        'x'),
                    ('20260103', 'double', 2, 1, 1, now(), NULL, 'x')",
    ),
    (
        "Knex",
        "CREATE TABLE knex_migrations (id serial PRIMARY KEY, name text, batch int, migration_time \
         timestamptz);
         INSERT INTO knex_migrations (name, batch)
             VALUES ('20260101_stock.js', 1), ('20260102_old.js', 1), ('20260103_double.js', 2)",
    ),
    (
        "TypeORM",
        "CREATE TABLE migrations (id serial PRIMARY KEY, timestamp bigint, name varchar);
         INSERT INTO migrations (timestamp, name)
             VALUES (1600000000001, 'Stock1600000000001'), (1600000000002, 'Old1600000000002'),
                    (1600000000003, 'Double1600000000003')",
    ),
    (
        "Django",
        "CREATE TABLE django_migrations (id serial PRIMARY KEY, app text, name text, applied timestamptz);
         INSERT INTO django_migrations (app, name)
             VALUES ('shop', '0001_stock'), ('shop', '0002_old'), ('shop', '0003_double')",
    ),
    (
        "refinery",
        "CREATE TABLE shop_history (version int4 PRIMARY KEY, name varchar(255), applied_on varchar(255),
             checksum varchar(255));
         INSERT INTO shop_history VALUES (1, 'stock', '', '1'), (2, 'old', '', '2'), (3, 'double', '', '3')",
    ),
];

/// A database on which some of the files have run, with a tool's table.
fn project(files: usize, table: &str) -> Project {
    let project = Project::with(&FILES);
    project.sql(&FILES[..files].iter().map(|(_, sql)| *sql).chain([table]).collect::<String>());
    project
}

#[test]
fn no_upgrade_runs_again_what_a_tool_recorded() {
    for (i, (tool, table)) in TABLES.into_iter().enumerate() {
        let project = project(3, table);
        let refused = project.run(&["upgrade"]).refusal();
        assert!(refused.contains(&format!("{tool} recorded in ")), "{tool}: {refused}");
        assert!(refused.contains("branchline adopt takes the database over"), "{tool}: {refused}");
        // These find the table as the upgrade does.
        if i == 0 || support::rounds(0, 1) > 0 {
            let refused = project.run(&["upgrade", "--sql"]).refusal();
            assert!(refused.contains("branchline adopt"), "{tool}: {refused}");
            for command in ["current", "history"] {
                let text = project.done(&[command]).stdout.replace('\n', " ");
                assert!(text.contains("branchline adopt takes the database over"), "{tool}: {text}");
            }
        }

        let adopted = project.json(&["adopt"]);
        let grounds: Vec<&str> = adopted["grounds"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["ground"].as_str().unwrap())
            .collect();
        assert_eq!(grounds, ["catalog and record", "catalog and record", "record"], "{tool}: {adopted}");
        assert_eq!(adopted["records"][0]["tool"], tool);
        project.done(&["upgrade"]);
        let state = "SELECT string_agg(version::text, ' ' ORDER BY version), (SELECT amount FROM stock) FROM \
                     refinery_schema_history";
        assert_eq!(project.sql(state), "1 2 3|20", "{tool}");
    }
}

#[test]
fn a_failed_entry_does_not_count_and_is_reported() {
    for (tool, table, reported) in [
        (
            "golang-migrate",
            "CREATE TABLE schema_migrations (version bigint PRIMARY KEY, dirty boolean NOT NULL);
             INSERT INTO schema_migrations VALUES (3, true)",
            "golang-migrate recorded 3 as dirty: it does not count as applied.",
        ),
        (
            "Flyway",
            "CREATE TABLE flyway_schema_history (installed_rank int PRIMARY KEY, version text, description \
             text,
                 type text, success boolean);
             INSERT INTO flyway_schema_history
                 VALUES (1, '1', 'stock', 'SQL', true), (2, '2', 'old', 'SQL', true), (3, '3', 'double', \
                     'SQL', false)",
            "Flyway recorded 3 double as failed: it does not count as applied.",
        ),
    ] {
        let project = project(2, table);
        let text = project.done(&["adopt"]).stdout;
        assert!(text.contains(reported), "{tool}: {text}");
        assert_eq!(project.applied(), "1 2", "{tool}");
        project.done(&["upgrade"]);
        assert_eq!(project.sql("SELECT amount FROM stock"), "20", "{tool}");
    }
}

#[test]
fn what_neither_catalog_nor_record_tells_is_asked() {
    let project = project(3, "");
    for arguments in [&["adopt"][..], &["adopt", "--dry-run"], &["adopt", "--sql"]] {
        let refused = project.run(arguments).refusal();
        assert!(refused.contains("V3__double leaves no trace in the catalog"), "{refused}");
        assert!(refused.contains("--stamp-through 2, or --stamp-through 3"), "{refused}");
    }
    assert_eq!(project.sql("SELECT to_regclass('refinery_schema_history') IS NULL"), "t");
    let refused = project.run(&["adopt", "--stamp-through", "1"]).refusal();
    assert!(refused.contains("V2__old is there, and --stamp-through 1"), "{refused}");
    let text = project.done(&["adopt", "--stamp-through", "3"]).stdout;
    assert!(text.contains("= V3__double was stamped, as --stamp-through says"), "{text}");
    assert_eq!(project.applied(), "1 2 3");
}

#[test]
fn a_history_that_ends_in_drops_is_stamped_whole() {
    let files = [
        ("V1__a.sql", "CREATE TABLE t (id int, extra text);\nCREATE TABLE gone (id int);\n"),
        ("V2__b.sql", "ALTER TABLE t DROP extra;\n"),
        ("V3__c.sql", "DROP TABLE gone;\n"),
    ];
    let project = Project::with(&files);
    files.iter().for_each(|(_, sql)| {
        project.sql(sql);
    });
    let adopted = project.json(&["adopt"]);
    assert_eq!(adopted["stamped"], serde_json::json!(["V1__a", "V2__b", "V3__c"]));
    assert_eq!(adopted["pending"], serde_json::json!([]));
    project.done(&["upgrade"]);
}

#[test]
fn a_record_that_the_catalog_contradicts_is_reported_and_taken_at_a_persons_word() {
    let (_, flyway) = TABLES[1];
    let project = project(3, flyway);
    project.sql("DROP TABLE old");
    let refused = project.run(&["adopt"]).refusal();
    assert!(refused.contains("Flyway recorded up to V3__double as applied"), "{refused}");
    assert!(refused.contains("table public.old is missing"), "{refused}");
    let adopted = project.json(&["adopt", "--stamp-through", "head"]);
    assert_eq!(adopted["stamped"].as_array().unwrap().len(), 3);
    assert_eq!(adopted["differences"][0], "V2__old: column public.old.id is missing");
}

#[test]
fn a_database_whose_recorded_migrations_are_other_ones_is_upgraded_once_that_is_said() {
    let project = Project::with(&FILES);
    project.sql(
        "CREATE TABLE alembic_version (version_num text); INSERT INTO alembic_version VALUES ('9d1c7be2f001');
         CREATE TABLE theirs (id int)",
    );
    assert_eq!(project.run(&["upgrade"]).code, Some(1));
    project.done(&["stamp", "base"]);
    project.done(&["upgrade"]);
    assert_eq!(project.sql("SELECT amount FROM stock"), "20");
}

#[test]
fn a_record_that_cannot_be_read_is_named() {
    let project = project(1, "CREATE TABLE alembic_version (version_num text)");
    project.sql("INSERT INTO alembic_version SELECT 'r' || i FROM generate_series(1, 10001) AS i");
    let adopted = project.json(&["adopt"]);
    assert_eq!(adopted["stamped"], serde_json::json!(["V1__stock"]));
    assert!(adopted["notes"][0].as_str().unwrap().contains("more than 10000 entries"), "{adopted}");
}

#[test]
fn a_long_history_is_reported_in_lines_of_80_columns() {
    let files: Vec<(String, String)> = (1..=40)
        .map(|i| {
            (format!("V{i}__a_table_with_a_rather_long_name_{i}.sql"), format!("CREATE TABLE t{i} ();\n"))
        })
        .collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(file, sql)| (file.as_str(), sql.as_str())).collect();
    let project = Project::with(&files);
    for (_, sql) in &files[..30] {
        project.sql(sql);
    }
    insta::assert_snapshot!(project.run(&["adopt"]), @r"
    exit status: 0
    ----- stdout
    = 30 migrations, V1__a_table_with_a_rather_long_name_1 to
    V30__a_table_with_a_rather_long_name_30, are there and were stamped
    Pending are 10 migrations, V31__a_table_with_a_rather_long_name_31 to
    V40__a_table_with_a_rather_long_name_40: branchline upgrade applies them.
    ");
}

#[test]
fn a_long_history_is_adopted_wherever_the_database_is() {
    // Longer than what is read after each migration. A table comes and goes between two readings, rows change
    // at 40 and 60.
    let sql = |i: usize| match i {
        20 => "CREATE TABLE passing (id int);\n".to_owned(),
        22 => "DROP TABLE passing;\n".to_owned(),
        40 | 60 => "UPDATE t1 SET id = id;\n".to_owned(),
        i => format!("CREATE TABLE t{i} (id int);\n"),
    };
    let files: Vec<(String, String)> = (1..=60).map(|i| (format!("V{i}__step.sql"), sql(i))).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(file, sql)| (file.as_str(), sql.as_str())).collect();
    let all = [(60, ""), (21, ""), (40, ""), (55, "CREATE TABLE theirs (step int)"), (59, ""), (30, "")];
    for (applied, more) in all.into_iter().take(support::rounds(4, 6)) {
        let project = Project::with(&files);
        let ran: String = files[..applied].iter().map(|(_, sql)| *sql).collect();
        project.sql(&format!(
            "CREATE TABLE schema_migrations (version bigint, dirty boolean);
             INSERT INTO schema_migrations VALUES ({applied}, false); {ran} {more}"
        ));
        let adopted = project.json(&["adopt"]);
        assert_eq!(adopted["stamped"].as_array().unwrap().len(), applied, "{applied}: {adopted}");
        assert_eq!(adopted["pending"].as_array().unwrap().len(), 60 - applied, "{applied}");
        let ground = |i: usize| adopted["grounds"][i - 1]["ground"].as_str().unwrap().to_owned();
        if applied > 40 {
            assert_eq!(ground(40), "record", "{applied}: {adopted}");
        }
        project.done(&["upgrade"]);
    }
    // A partial migration is reported as exactly as in a short history.
    let project = Project::with(&files);
    let ran: String = files[..50].iter().map(|(_, sql)| *sql).collect();
    project.sql(&format!("{ran} ALTER TABLE t7 ALTER id TYPE bigint"));
    let refused = project.run(&["adopt"]).refusal();
    assert!(refused.contains("V7__step is there in part"), "{refused}");
}
