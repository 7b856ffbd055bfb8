//! Databases that other tools made, taken over with their rows.

use std::collections::BTreeSet;

use crate::alembic::Alembic;
use crate::harness::Project;

const OLD_ROWS: &str = include_str!("old_rows.sql");

/// The statements of the old rows that begin with one of these.
fn old_rows(beginnings: &[&str]) -> String {
    let mut statements = Vec::new();
    for statement in OLD_ROWS.split(";\n") {
        let lines: Vec<&str> = statement.lines().filter(|line| !line.starts_with("--")).collect();
        let statement = lines.join("\n");
        if beginnings.iter().any(|beginning| statement.trim().starts_with(beginning)) {
            statements.push(statement);
        }
    }
    assert!(!statements.is_empty());
    statements.join(";\n")
}

/// Every old column of every row as text, times as moments of UTC.
fn rows(project: &Project, table: &str, columns: &str) -> BTreeSet<String> {
    project
        .sql(&format!("SET timezone = 'UTC'; SELECT ROW({columns}) FROM {table}"))
        .replace("+00", "")
        .lines()
        .filter(|line| *line != "SET")
        .map(str::to_owned)
        .collect()
}

#[test]
fn a_project_store_that_alembic_made_is_adopted_with_its_rows() {
    let project = Project::with_ours();
    let Some(alembic) = Alembic::new(&project, "project_store") else { return };
    alembic.run(&["upgrade", "head"]);
    project.sql(&old_rows(&["INSERT INTO projects", "DELETE FROM projects", "INSERT INTO extraction_jobs"]));
    let projects = "id, name, description, created_at, updated_at";
    let jobs = "id, source_url, result_data, created_at, completed_at";
    let before = (rows(&project, "projects", projects), rows(&project, "extraction_jobs", jobs));
    assert!(before.0.len() == 2 && before.1.len() == 4);

    let tried = project.run(&["adopt", "--dry-run"]);
    assert_eq!(tried.code, Some(3), "{tried}");
    assert!(tried.stdout.contains("The database was made by Alembic at c1a36d61036a."), "{tried}");
    assert_eq!(
        project.sql("SELECT to_regclass('refinery_schema_history') IS NULL"),
        "t",
        "a dry run changes nothing"
    );

    let adopted = project.json(&["adopt"]);
    assert_eq!(adopted["stamped"], serde_json::json!(["V0001__projects_and_extraction_jobs"]));
    assert_eq!(adopted["applied"], serde_json::json!([]));
    assert_eq!(adopted["left_alone"], serde_json::json!(["table public.alembic_version"]));
    assert_eq!(project.applied(), "1");
    project.done(&["upgrade"]);
    // V0006 makes a project for jobs whose project was gone; every other row is as it was.
    assert!(rows(&project, "projects", projects).is_superset(&before.0));
    assert_eq!(rows(&project, "extraction_jobs", jobs), before.1);
    assert_eq!(project.sql("SELECT count(*) FROM projects WHERE name LIKE 'Project % (placeholder)'"), "2");
    assert_eq!(project.sql("SELECT version_num FROM alembic_version"), "c1a36d61036a");
    assert_eq!(project.run(&["check"]).code, Some(0));
}

/// Objects of such a store that have the names of ours.
const USERS: &str = "
    CREATE TABLE users (
        id serial PRIMARY KEY, email varchar(255) NOT NULL, name text, created_at timestamptz);
    CREATE UNIQUE INDEX ix_users_email ON users (email);
    INSERT INTO users (email, name) VALUES ('ada@example.com', 'Ada'), ('bob@example.com', NULL);
    CREATE TABLE api_keys (id serial PRIMARY KEY, user_id int REFERENCES users (id), key_hash text);
    INSERT INTO api_keys (user_id, key_hash) SELECT id, 'hash' FROM users;
    ALTER TABLE projects ADD COLUMN owner_id int REFERENCES users (id);
    UPDATE projects SET owner_id = 1;";

#[test]
fn a_project_store_with_users_of_its_own_keeps_them_in_a_schema_beside_ours() {
    let project = Project::with_ours();
    let Some(alembic) = Alembic::new(&project, "project_store") else { return };
    alembic.run(&["upgrade", "head"]);
    project.sql(&old_rows(&["INSERT INTO projects"]));
    project.sql(USERS);
    let users = rows(&project, "users", "id, email, name");

    let adopted = project.json(&["adopt"]);
    assert_eq!(adopted["stamped"], serde_json::json!(["V0001__projects_and_extraction_jobs"]));
    let upgraded = project.run(&["upgrade"]);
    assert_eq!(upgraded.code, Some(0), "{upgraded}");
    assert!(
        upgraded.to_string().contains("moved with all rows into the schema copy_that: users"),
        "{upgraded}"
    );
    assert_eq!(rows(&project, "copy_that.users", "id, email, name"), users);
    assert_eq!(project.sql("SELECT count(*) FROM users"), "0", "ours");
    // The references to them are unharmed.
    let owners = "SELECT count(*) FROM projects JOIN copy_that.users AS u ON u.id = owner_id";
    assert_eq!(project.sql(owners), project.sql("SELECT count(*) FROM projects"));
    assert_eq!(project.sql("SELECT count(*) FROM api_keys JOIN copy_that.users AS u ON u.id = user_id"), "2");
}

/// Tokens as such a store keeps them, with references to what is ours from then on.
const TOKENS: &str = "
    CREATE TABLE color_tokens (
        id serial PRIMARY KEY, project_id int NOT NULL REFERENCES projects (id),
        extraction_job_id int REFERENCES extraction_jobs (id), hex varchar(7), name text, role text);
    CREATE INDEX ix_color_tokens_project_id ON color_tokens (project_id);
    CREATE TABLE spacing_tokens (
        id serial PRIMARY KEY, project_id int NOT NULL REFERENCES projects (id), value_px int, position int);
    CREATE TABLE typography_tokens (
        id serial PRIMARY KEY, project_id int NOT NULL REFERENCES projects (id), font_family varchar(255));
    INSERT INTO color_tokens (project_id, extraction_job_id, hex, name, role)
    SELECT project_id, id, '#3366e6', 'blue', 'primary' FROM extraction_jobs WHERE project_id = 1;
    INSERT INTO spacing_tokens (project_id, value_px) VALUES (1, 4), (2, 8);
    INSERT INTO typography_tokens (project_id, font_family) VALUES (2, 'Inter');";

#[test]
fn a_project_store_with_tokens_of_its_own_keeps_them_in_a_schema_beside_ours() {
    let project = Project::with_ours();
    let Some(alembic) = Alembic::new(&project, "project_store") else { return };
    alembic.run(&["upgrade", "head"]);
    project.sql(&old_rows(&["INSERT INTO projects", "DELETE FROM projects", "INSERT INTO extraction_jobs"]));
    project.sql(USERS);
    project.sql(TOKENS);
    let tables = [
        ("color_tokens", "id, project_id, extraction_job_id, hex, name, role"),
        ("spacing_tokens", "id, project_id, value_px, position"),
        ("typography_tokens", "id, project_id, font_family"),
    ];
    let before = tables.map(|(table, columns)| rows(&project, table, columns));

    let adopted = project.json(&["adopt"]);
    assert_eq!(adopted["stamped"], serde_json::json!(["V0001__projects_and_extraction_jobs"]));
    let upgraded = project.run(&["upgrade"]);
    assert_eq!(upgraded.code, Some(0), "{upgraded}");
    let text = upgraded.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
    let moved = "into the schema copy_that: color_tokens, spacing_tokens, typography_tokens";
    assert!(text.contains(moved), "{upgraded}");
    for ((table, columns), before) in tables.into_iter().zip(before) {
        assert_eq!(rows(&project, &format!("copy_that.{table}"), columns), before);
        assert_eq!(project.sql(&format!("SELECT count(*) FROM {table}")), "0", "ours");
    }
    let owners = "SELECT count(*) FROM projects JOIN copy_that.users AS u ON u.id = owner_id";
    assert_eq!(project.sql(owners), "2");
    let sources = "SELECT count(*) FROM extraction_jobs AS j JOIN copy_that.color_tokens AS c
                   ON (c.extraction_job_id, c.project_id) = (j.id, j.project_id)";
    assert_eq!(project.sql(sources), "1");
}

#[test]
fn a_table_that_a_migration_moves_away_says_nothing_of_it_nor_do_its_parts() {
    let project = Project::with_three();
    project.write(
        "V2__b.sql",
        "-- branchline: moves b: others have such a table\n\
         DO $$ BEGIN IF to_regclass('public.b') IS NOT NULL THEN\n\
         CREATE SCHEMA others; ALTER TABLE b SET SCHEMA others; END IF; END $$;\n\
         CREATE TABLE b (id int PRIMARY KEY, name text UNIQUE);\n",
    );
    // Some of its parts are called as ours would be, some are not.
    project.sql(
        "CREATE TABLE a (id int);
         CREATE TABLE b (id bigserial PRIMARY KEY, name varchar(9) UNIQUE, CHECK (name <> ''));
         CREATE INDEX other ON b (name, id);
         CREATE STATISTICS pairs ON id, name FROM b;
         INSERT INTO b (name) VALUES ('kept')",
    );
    let adopted = project.json(&["adopt"]);
    assert_eq!(adopted["stamped"], serde_json::json!(["V1__a"]));
    project.done(&["upgrade"]);
    assert_eq!(project.sql("SELECT name FROM others.b"), "kept");
    assert_eq!(project.sql("SELECT count(*) FROM public.b"), "0");
}

#[test]
fn a_table_of_another_schema_is_moved_away_by_its_full_name() {
    let project = Project::with(&[
        ("V1__a.sql", "CREATE SCHEMA crm;\n"),
        (
            "V2__b.sql",
            "-- branchline: moves crm.b: others have such a table\n\
             DO $$ BEGIN IF to_regclass('crm.b') IS NOT NULL THEN\n\
             CREATE SCHEMA others; ALTER TABLE crm.b SET SCHEMA others; END IF; END $$;\n\
             CREATE TABLE crm.b (id int PRIMARY KEY);\n",
        ),
    ]);
    // A table of that name in another schema is not meant.
    project.sql("CREATE SCHEMA crm; CREATE TABLE crm.b (id bigint); CREATE TABLE b (id int PRIMARY KEY)");
    let adopted = project.json(&["adopt"]);
    assert_eq!(adopted["stamped"], serde_json::json!(["V1__a"]));
    project.done(&["upgrade"]);
    assert_eq!(project.sql("SELECT to_regclass('others.b') IS NOT NULL"), "t");
}

#[test]
fn an_importer_that_alembic_made_is_adopted_with_its_rows_and_what_came_before_it() {
    let project = Project::with_ours();
    let Some(alembic) = Alembic::new(&project, "importer") else { return };
    alembic.run(&["upgrade", "head"]);
    project.sql(&old_rows(&["INSERT INTO import_jobs", "INSERT INTO bookmarks"]));
    // Counts that were null are nought now, which is what the old importer meant.
    let jobs = "id, filename, file_size_bytes, coalesce(imported_count, 0), error_message, error_details, \
                started_at, completed_at, created_at";
    let bookmarks =
        "id, title, original_folder, add_date, tags, summary, content_type, import_job_id, created_at";
    let before = (rows(&project, "import_jobs", jobs), rows(&project, "bookmarks", bookmarks));
    assert!(before.0.len() == 5 && before.1.len() > 6_000);

    let adopted = project.json(&["adopt"]);
    assert_eq!(adopted["applied"], serde_json::json!(["V0001__projects_and_extraction_jobs"]));
    assert_eq!(adopted["stamped"], serde_json::json!(["V0002__import_jobs_and_bookmarks"]));
    assert_eq!(
        adopted["left_alone"],
        serde_json::json!(["table public.alembic_version", "table public.clusters"])
    );
    project.done(&["upgrade"]);
    let after = (rows(&project, "import_jobs", jobs), rows(&project, "bookmarks", bookmarks));
    assert_eq!(after.0, before.0);
    assert!(after.1 == before.1, "{:?}", before.1.symmetric_difference(&after.1).take(5).collect::<Vec<_>>());
    assert_eq!(project.run(&["check"]).code, Some(0));
}

#[test]
fn what_is_there_in_part_stops_adoption_and_changes_nothing() {
    let project = Project::with_three();
    project.sql("CREATE TABLE a (id int); CREATE TABLE b (id bigint, more text)");
    let refused = project.run(&["adopt"]).refusal();
    assert!(refused.contains("V2__b is there in part"), "{refused}");
    assert!(
        refused.contains("column public.b.id: type is bigint, and the migration makes it integer"),
        "{refused}"
    );
    assert_eq!(project.sql("SELECT to_regclass('refinery_schema_history') IS NULL"), "t");
}

#[test]
fn what_another_tool_left_is_named_and_a_column_of_its_own_is_kept() {
    let project = Project::with_three();
    project.sql(
        "CREATE TABLE a (id int, extra text); INSERT INTO a VALUES (1, 'x');
         CREATE TABLE _sqlx_migrations (version bigint); INSERT INTO _sqlx_migrations VALUES (20260101);
         CREATE TABLE flyway_schema_history (version text); INSERT INTO flyway_schema_history VALUES ('7')",
    );
    let text = project.done(&["adopt"]).stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    for line in [
        "The database was made by sqlx at 20260101.",
        "The database was made by Flyway at 7.",
        "= V1__a is there and was stamped",
        "Left as it is: table public._sqlx_migrations, table public.flyway_schema_history, column \
         public.a.extra.",
        "Pending are 2 migrations, V2__b to V3__c:",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    project.done(&["upgrade"]);
    assert_eq!(project.sql("SELECT extra FROM a"), "x");
}

#[test]
fn an_empty_database_and_one_with_a_history_need_no_adoption() {
    let project = Project::with_three();
    let empty = project.done(&["adopt"]);
    assert!(empty.stdout.contains("None of the migrations is there"), "{empty}");
    project.done(&["upgrade"]);
    let migrated = project.done(&["adopt"]);
    assert!(migrated.stdout.contains("The history is there already"), "{migrated}");
}

#[test]
fn the_script_adopts_as_the_command_does() {
    let project = Project::with_three();
    project.sql("CREATE TABLE b (id int)");
    let script = project.done(&["adopt", "--sql"]).stdout;
    let file = project.folder().join("adopt.sql");
    std::fs::write(&file, script).unwrap();
    let run = project.psql(&["--file", file.to_str().unwrap()]);
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(project.applied(), "1 2");
    assert_eq!(project.sql("SELECT to_regclass('a') IS NOT NULL"), "t");
    project.done(&["upgrade"]);
    assert_eq!(project.applied(), "1 2 3");
}

#[test]
fn a_migration_that_fails_on_the_way_leaves_nothing_behind() {
    let project = Project::with_three();
    // On an empty database it runs; here its table's name is taken by what is no table.
    project.sql("CREATE TABLE b (id int); CREATE VIEW a_view AS SELECT 1");
    project.write("V1__a.sql", "CREATE TABLE a (id int);\nCREATE VIEW a_view AS SELECT 2;\n");
    project.write("V1__a.down.sql", "DROP VIEW a_view;\nDROP TABLE a;\n");
    let run = project.run(&["adopt"]);
    assert_eq!(run.code, Some(1), "{run}");
    assert_eq!(
        project.sql("SELECT to_regclass('a') IS NULL AND to_regclass('refinery_schema_history') IS NULL"),
        "t"
    );
}

#[test]
fn what_one_migration_sets_does_not_reach_the_next_neither_in_a_run_nor_in_the_script() {
    let files = [
        ("V1__a.sql", "CREATE SCHEMA s;\nSET search_path = s;\nCREATE TABLE a ();\n"),
        ("V2__b.sql", "CREATE TABLE b ();\n"),
        ("V3__c.sql", "CREATE TABLE c ();\n"),
    ];
    for is_script in [false, true] {
        let project = Project::with(&files);
        project.sql("CREATE TABLE c ()");
        if is_script {
            let script = project.done(&["adopt", "--sql"]).stdout;
            std::fs::write(project.folder().join("adopt.sql"), script).unwrap();
            let path = project.folder().join("adopt.sql");
            let run = project.psql(&["--file", path.to_str().unwrap()]);
            assert_eq!(run.code, Some(0), "{run}");
        } else {
            project.done(&["adopt"]);
        }
        assert_eq!(project.sql("SELECT to_regclass('s.a'), to_regclass('public.b')"), "s.a|b");
        assert_eq!(project.applied(), "1 2 3");
    }
}
