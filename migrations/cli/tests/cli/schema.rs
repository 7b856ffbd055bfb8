//! This workspace's own migrations.

use std::fs;
use std::path::Path;

use crate::harness::Project;

const OLD_ROWS: &str = include_str!("old_rows.sql");

#[test]
fn the_file_of_checksums_is_current() {
    let project = Project::with_ours();
    let checksums = || fs::read_to_string(project.sql_dir().join("CHECKSUMS")).unwrap();
    let committed = checksums();
    project.done(&["check", "--write"]);
    assert_eq!(committed, checksums(), "write it with branchline check --write");
}

#[test]
fn the_schema_in_one_file_is_current() {
    let project = Project::with_ours();
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema.sql");
    let made = project.done(&["schema"]).stdout;
    let hint = "write it with branchline schema --output migrations/schema.sql";
    assert_eq!(fs::read_to_string(committed).unwrap(), made, "{hint}");
}

#[test]
fn what_is_printed_is_what_is_written_whatever_a_string_holds() {
    let function = "CREATE FUNCTION f() RETURNS text LANGUAGE sql RETURN E'a\\rb\\x1b[31mc\\u202ed';\n";
    let project = Project::with(&[("V1__a.sql", function), ("V1__a.down.sql", "DROP FUNCTION f();\n")]);
    let printed = project.done(&["schema"]).stdout;
    project.done(&["schema", "--output", "schema.sql"]);
    assert_eq!(fs::read_to_string(project.folder().join("schema.sql")).unwrap(), printed);
    assert!(printed.contains("a\rb\u{1b}[31mc\u{202e}d"), "{printed}");
}

#[test]
fn every_down_restores_the_catalog_and_every_up_makes_it_again() {
    let project = Project::with_ours();
    let count = project.json(&["current"])["pending"].as_u64().unwrap();
    let mut catalogs = vec![project.catalog()];
    for _ in 0..count {
        project.done(&["upgrade", "+1"]);
        catalogs.push(project.catalog());
    }
    for before in catalogs[..catalogs.len() - 1].iter().rev() {
        let at = project.done(&["downgrade", "-1"]).stdout;
        similar(&project.catalog(), before, &at);
    }
    // Each up starts from the catalog from which it started before, so the last catalog tells of all.
    if support::rounds(0, 1) > 0 {
        for after in &catalogs[1..] {
            let at = project.done(&["upgrade", "+1"]).stdout;
            similar(&project.catalog(), after, &at);
        }
    } else {
        let at = project.done(&["upgrade"]).stdout;
        similar(&project.catalog(), catalogs.last().unwrap(), &at);
    }
}

#[track_caller]
fn similar(catalog: &str, expected: &str, at: &str) {
    let missing: Vec<&str> = expected.lines().filter(|line| !catalog.contains(line)).collect();
    let new: Vec<&str> = catalog.lines().filter(|line| !expected.contains(line)).collect();
    assert_eq!(catalog, expected, "{at}\nmissing: {missing:#?}\nnew: {new:#?}");
}

/// A database of the old stacks with awkward rows, brought to head.
fn migrated() -> Project {
    let project = Project::with_ours();
    project.done(&["upgrade", "2"]);
    project.sql(OLD_ROWS);
    project.done(&["upgrade"]);
    project
}

#[test]
fn no_row_of_the_old_stacks_is_lost_on_the_way_up_or_back() {
    let project = Project::with_ours();
    project.done(&["upgrade", "2"]);
    project.sql(OLD_ROWS);
    let counts = "SELECT (SELECT count(*) FROM bookmarks), (SELECT count(*) FROM import_jobs), \
                  (SELECT count(*) FROM extraction_jobs)";
    let urls = "SELECT md5(string_agg(id || url || title || coalesce(original_folder, '-') || \
                coalesce(add_date::text, '-'), ',' ORDER BY id)) FROM bookmarks";
    let before = (project.sql(counts), project.sql(urls));
    project.done(&["upgrade"]);
    assert_eq!(project.sql(counts), before.0);
    project.done(&["downgrade", "2"]);
    assert_eq!((project.sql(counts), project.sql(urls)), before);
    project.done(&["upgrade"]);
}

#[test]
fn counts_of_old_imports_are_made_to_add_up() {
    let project = migrated();
    let counts = |filename: &str| {
        project.sql(&format!(
            "SELECT total_bookmarks, imported_count, skipped_count, failed_count FROM import_jobs WHERE \
             filename = '{filename}'"
        ))
    };
    assert_eq!(counts("lost two"), "10|7|2|1");
    assert_eq!(counts("more than all"), "8|7|0|1");
    assert_eq!(counts("never counted"), "0|0|0|0");
    assert_eq!(counts("still running"), "100|3|0|0");
    assert_eq!(counts("right"), "3|3|0|0");
}

#[test]
fn the_oldest_row_of_an_old_url_has_its_key_and_the_others_their_own() {
    let project = migrated();
    let key = |url: &str| format!("encode(substr(sha256('{url}'), 1, 16), 'hex')::uuid");
    let title_of =
        |url: &str| project.sql(&format!("SELECT title FROM bookmarks WHERE url_key = {}", key(url)));
    assert_eq!(title_of("http://example.com/"), "2019, with port");
    assert_eq!(title_of("https://example.com/?q=1"), "query");
    assert_eq!(title_of("https://example.com/Path#Frag"), "spaces around");
    assert_eq!(title_of("javascript:alert(1)"), "script");
    assert_eq!(title_of("https://u:P@Example.com/"), "not plain");
    assert_eq!(
        project.sql("SELECT string_agg(title, ', ' ORDER BY title) FROM bookmarks WHERE url_key = id"),
        "2020, in capitals, no date"
    );
}

#[test]
fn old_folders_are_split_at_their_slashes() {
    let project = migrated();
    let folder =
        |title: &str| project.sql(&format!("SELECT folder_path FROM bookmarks WHERE title = '{title}'"));
    assert_eq!(folder("2020, in capitals"), "{A,\"B C\"}");
    assert_eq!(folder("query"), "{}");
    assert_eq!(folder("script"), "{}");
}

#[test]
fn orphaned_extraction_jobs_get_a_marked_project_and_odd_words_are_kept() {
    let project = migrated();
    let job = |id: i32| {
        project.sql(&format!(
            "SELECT extraction_type, status, error_message FROM extraction_jobs WHERE id = {id}"
        ))
    };
    assert_eq!(
        project.sql("SELECT name, description LIKE 'Placeholder:%' FROM projects WHERE id = 99"),
        "Project 99 (placeholder)|t"
    );
    assert_eq!(job(1), "color|completed|");
    assert_eq!(job(2), "spacing|pending|");
    assert_eq!(job(3), "all|completed|(extraction_type was 'logo')\n(status was 'done')");
    assert_eq!(job(4), "all|failed|old error\n(status was 'boom')");
}

#[test]
fn new_ids_go_on_where_the_old_sequence_stood() {
    let project = migrated();
    // Three projects were made and the third deleted; 99 came back as a placeholder.
    assert_eq!(project.sql("INSERT INTO projects (name) VALUES ('next') RETURNING id"), "100");
    assert_eq!(
        project.sql(
            "INSERT INTO extraction_jobs (project_id, source_url, extraction_type) VALUES (1, 'u', \
                     'all') RETURNING id"
        ),
        "5"
    );
}

#[test]
fn times_without_zone_are_read_as_utc_whatever_the_database_has() {
    let project = Project::with_ours();
    project.sql(&format!("ALTER DATABASE {} SET TimeZone = 'America/New_York'", project.database.name()));
    project.done(&["upgrade", "2"]);
    project.sql(OLD_ROWS);
    project.done(&["upgrade"]);
    let utc = "SELECT add_date AT TIME ZONE 'UTC' FROM bookmarks WHERE title = '2019, with port'";
    assert_eq!(project.sql(utc), "2001-02-03 04:05:06");
    project.done(&["downgrade", "2"]);
    assert_eq!(
        project.sql("SELECT add_date FROM bookmarks WHERE title = '2019, with port'"),
        "2001-02-03 04:05:06"
    );
}

#[test]
fn no_step_up_rewrites_a_table_of_the_old_stacks() {
    let project = Project::with_ours();
    project.done(&["upgrade", "2"]);
    project.sql(OLD_ROWS);
    let files = "SELECT string_agg(relname || relfilenode, ' ' ORDER BY relname) FROM pg_class \
                 WHERE relname IN ('projects', 'extraction_jobs', 'import_jobs', 'bookmarks')";
    let before = project.sql(files);
    project.done(&["upgrade"]);
    assert_eq!(project.sql(files), before);
}

#[test]
fn every_foreign_key_is_indexed_and_every_time_has_its_zone() {
    let project = Project::with_ours();
    project.done(&["upgrade"]);
    let unindexed = "SELECT conrelid::regclass, conname FROM pg_constraint c WHERE contype = 'f' AND NOT \
                     EXISTS ( SELECT FROM pg_index i WHERE i.indrelid = c.conrelid AND i.indkey[0] = \
                     c.conkey[1])";
    assert_eq!(project.sql(unindexed), "");
    let zoneless = "SELECT table_name, column_name FROM information_schema.columns \
                    WHERE table_schema = 'public' AND data_type = 'timestamp without time zone'";
    assert_eq!(project.sql(zoneless), "");
    let left = "SELECT conname FROM pg_constraint WHERE NOT convalidated \
                UNION ALL SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid";
    assert_eq!(project.sql(left), "");
}

#[test]
fn an_import_counts_once_in_its_scope_and_must_add_up() {
    let project = Project::with_ours();
    project.done(&["upgrade"]);
    let job = |columns: &str, values: &str| {
        let sql = format!("INSERT INTO import_jobs (id, {columns}) VALUES (gen_random_uuid(), {values})");
        project.psql(&["--command", &sql]).stderr
    };
    let content = "sha256('x')";
    assert_eq!(job("content_sha256, status", &format!("{content}, 'failed'")), "");
    assert_eq!(job("content_sha256", content), "");
    assert!(job("content_sha256", content).contains("import_jobs_content_in_organization_key"));
    assert!(job("content_sha256", "'\\x00'").contains("content_sha256_length"));
    assert!(job("status, total_bookmarks", "'completed', 1").contains("counts_add_up"));
    assert!(job("total_bookmarks", "NULL").contains("null value in column \"total_bookmarks\""));
    assert_eq!(
        job(
            "status, total_bookmarks, imported_count, merged_count, skipped_count, failed_count",
            "'completed', 10, 1, 2, 3, 4"
        ),
        ""
    );
}
