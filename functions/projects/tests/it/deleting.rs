//! Deleting a project.

use harness::Fixture;
use support::Event;

use crate::{create, etag, send};

/// Everything that can be in a project, of project `$1` here.
const CONTENT: &str = "
    INSERT INTO extraction_jobs (id, project_id, source_url, extraction_type) VALUES (1, $1, 'u', 'all');
    INSERT INTO import_jobs (id, filename, project_id) VALUES (gen_random_uuid(), 'f', $1);
    INSERT INTO import_entries (import_job_id, id, outcome, line)
    SELECT id, gen_random_uuid(), 'failed', 1 FROM import_jobs WHERE project_id = $1;
    INSERT INTO folders (id, project_id, parent_id, name, place, import_job_id)
    SELECT ('00000000-0000-7000-8000-00000000000' || n)::uuid, $1,
           CASE WHEN n > 1 THEN ('00000000-0000-7000-8000-00000000000' || n - 1)::uuid END, 'f',
           gen_random_uuid(), (SELECT id FROM import_jobs WHERE project_id = $1)
    FROM generate_series(1, 3) AS n;
    INSERT INTO bookmarks (id, url, title, project_id, url_key, folder_id, import_job_id)
    SELECT gen_random_uuid(), 'https://x/', 'x', $1, gen_random_uuid(), f.id, f.import_job_id
    FROM folders AS f WHERE project_id = $1;
    INSERT INTO color_tokens (project_id, path, position, own_type, color_space, components, extraction_job_id)
    VALUES ($1, 'c', 0, true, 'srgb', '{0, 0, 0}', 1);
    INSERT INTO spacing_tokens (project_id, path, position, own_type, value, unit)
    VALUES ($1, 's', 1, true, 4, 'px');
    INSERT INTO typography_tokens (project_id, path, position, own_type, font_family, font_size, font_size_unit,
        font_weight, letter_spacing, letter_spacing_unit, line_height)
    VALUES ($1, 't', 2, true, '{Inter}', 16, 'px', 400, 0, 'px', 1.5);
    INSERT INTO other_tokens (project_id, path, position, own_type, is_group) VALUES ($1, '', 3, false, true);";

/// The tables whose rows are of a project.
const TABLES: [&str; 8] = [
    "extraction_jobs",
    "import_jobs",
    "folders",
    "bookmarks",
    "color_tokens",
    "spacing_tokens",
    "typography_tokens",
    "other_tokens",
];

#[tokio::test]
async fn an_empty_project_is_deleted_once() {
    let fixture = Fixture::new();
    let path = format!("/{}", create(&fixture, "one").await);
    let seen = send(&fixture, "DELETE", &path, "").await;
    assert_eq!((seen.status, seen.body.as_str()), (204, Some("")));
    send(&fixture, "DELETE", &path, "").await.problem(404);
    send(&fixture, "GET", &path, "").await.problem(404);
}

#[tokio::test]
async fn a_project_that_holds_anything_is_deleted_by_cascade_alone() {
    let fixture = Fixture::new();
    let (path, other) = (format!("/{}", create(&fixture, "one").await), create(&fixture, "two").await);
    let id = &path[1..];
    fixture.execute(&CONTENT.replace("$1", id)).await;
    // Each kind of content by itself holds the project.
    for table in TABLES {
        let kept = TABLES.iter().filter(|kept| **kept != table);
        let gone: String = kept.map(|kept| format!("DELETE FROM {kept};")).collect();
        let database = fixture.database.client().await;
        let delete = format!(
            "BEGIN; SET LOCAL session_replication_role = replica; {gone} \
                              SET LOCAL session_replication_role = origin; DELETE FROM projects WHERE id = {id}"
        );
        let refused = database.batch_execute(&delete).await.unwrap_err();
        assert_eq!(refused.code().map(|code| code.code()), Some("23503"), "{table}");
        database.batch_execute("ROLLBACK").await.unwrap();
    }
    let detail = send(&fixture, "DELETE", &path, "").await.problem(409).to_owned();
    assert!(detail.contains("?cascade=true"), "{detail}");
    send(&fixture, "DELETE", &format!("{path}?cascade=false"), "").await.problem(409);
    send(&fixture, "DELETE", &format!("{path}?cascade=yes"), "").await.problem(400);
    fixture
        .execute(
            "INSERT INTO spacing_tokens (project_id, path, position, own_type, value, unit)
                     VALUES (2, 's', 1, true, 4, 'px')",
        )
        .await;

    let seen = send(&fixture, "DELETE", &format!("{path}?cascade=true"), "").await;
    assert_eq!(seen.status, 204, "{}", seen.body);
    for table in TABLES {
        let left = fixture.ask(&format!("SELECT count(*) FROM {table} WHERE project_id = {id}")).await;
        assert_eq!(left, "0", "{table}");
    }
    assert_eq!(fixture.ask("SELECT count(*) FROM import_entries").await, "0");
    let others = format!("SELECT count(*) FROM spacing_tokens WHERE project_id = {other}");
    assert_eq!(fixture.ask(&others).await, "1", "another project keeps its own");
}

#[tokio::test]
async fn a_project_is_deleted_in_the_version_alone_that_its_sender_has_seen() {
    let fixture = Fixture::new();
    let path = format!("/{}", create(&fixture, "one").await);
    fixture.execute(&CONTENT.replace("$1", &path[1..])).await;
    let first = etag(&send(&fixture, "GET", &path, "").await);
    let current = etag(&send(&fixture, "PATCH", &path, r#"{"name": "two"}"#).await);
    let delete = async |target: &str, tag: &str| {
        fixture.call(projects::handle, Event::delete(target).header("if-match", tag)).await
    };
    let all = format!("{path}?cascade=true");
    delete(&path, &first).await.problem(412);
    delete(&all, &first).await.problem(412);
    assert_eq!(fixture.ask("SELECT count(*) FROM bookmarks").await, "3");
    assert_eq!(delete(&all, &current).await.status, 204);
}

#[tokio::test]
async fn what_another_program_keeps_of_a_project_is_not_deleted_with_it() {
    let fixture = Fixture::new();
    let path = format!("/{}", create(&fixture, "one").await);
    fixture
        .execute(
            "CREATE SCHEMA copy_that;
             CREATE TABLE copy_that.color_tokens (project_id int REFERENCES projects (id));
             INSERT INTO copy_that.color_tokens VALUES (1)",
        )
        .await;
    send(&fixture, "DELETE", &path, "").await.problem(409);
    send(&fixture, "DELETE", &format!("{path}?cascade=true"), "").await.problem(409);
    assert_eq!(send(&fixture, "GET", &path, "").await.status, 200);
}
