//! One way through every function, for whatever stands between them and the database.

use harness::{Fixture, Seen, call_streaming};
use serde_json::{Value, json};
use support::{Event, TestDatabase};

/// Entries of every outcome.
const FILE: &str = "<!DOCTYPE NETSCAPE-Bookmark-file-1><DL><p>
<DT><H3>Folder</H3><DL><p>
<DT><A HREF=\"https://example.com/a\" TAGS=\"x\">A</A>
<DT><A HREF=\"https://example.com/b\">B</A>
<DT><A HREF=\"https://example.com/a\" TAGS=\"y\">A again</A>
</DL><p><HR>
<DT><A HREF=\"place:sort=8\">Skipped</A>
<DT><A HREF=\"/relative\">Failed</A>
<DT><A HREF=\"https://example.com/c\" ADD_DATE=\"soon\">Warned</A></DL><p>";

/// Meets the one above in `a`.
const SECOND: &str = "<!DOCTYPE NETSCAPE-Bookmark-file-1><DL><p>
<DT><A HREF=\"https://example.com/a\" TAGS=\"z\">Known</A>
<DT><A HREF=\"https://example.com/d\">New</A></DL><p>";

/// An application that reaches a database by another URL than the database's own.
pub(crate) fn through(database: TestDatabase, url: &str) -> Fixture {
    Fixture::with(database, &[("DATABASE_URL", url)])
}

/// Imports `FILE` or the like into a new project, which is the database's first.
async fn post(fixture: &Fixture, file: &str) -> Seen {
    fixture.call(import::handle, Event::post("/?project_id=1").text(file)).await
}

fn counts(seen: &Seen) -> Value {
    let job = &seen.body["import_job"];
    json!([
        job["total_bookmarks"],
        job["imported_count"],
        job["merged_count"],
        job["skipped_count"],
        job["failed_count"]
    ])
}

/// Calls every function, on a database where nothing has been stored yet.
pub(crate) async fn every_function(fixture: &Fixture) {
    fixture.execute("INSERT INTO projects (name) VALUES ('journey')").await;
    for target in ["/", "/?details=true"] {
        let seen = fixture.call(db_test::handle, Event::get(target)).await;
        assert_eq!((seen.status, &seen.body["projects_count"]), (200, &json!(1)), "{}", seen.body);
    }

    let first = post(fixture, FILE).await;
    assert_eq!((first.status, counts(&first)), (201, json!([6, 3, 1, 1, 1])), "{}", first.body);
    let again = post(fixture, FILE).await;
    assert_eq!((again.status, &again.body["import_job"]), (200, &first.body["import_job"]), "{}", again.body);
    let before = state(fixture).await;
    let second = post(fixture, SECOND).await;
    assert_eq!((second.status, counts(&second)), (201, json!([2, 1, 1, 0, 0])), "{}", second.body);

    let id = first.body["import_job"]["id"].as_str().unwrap();
    let rejections = fixture.call(import::handle, Event::get(&format!("/{id}/rejections"))).await;
    assert_eq!(rejections.body["rejections"].as_array().unwrap().len(), 3, "{}", rejections.body);
    let jobs = fixture.call(import::handle, Event::get("/")).await;
    assert_eq!(jobs.body["import_jobs"].as_array().unwrap().len(), 2, "{}", jobs.body);
    let projects = fixture.call(list_projects::handle, Event::get("/")).await;
    assert_eq!(projects.body["projects"][0]["bookmarks"], 4, "{}", projects.body);

    let found = fixture.call(search::handle, Event::get("/?q=new&project_id=1")).await;
    assert_eq!(
        (found.status, &found.body["bookmarks"][0]["url"]),
        (200, &json!("https://example.com/d")),
        "{}",
        found.body
    );
    let exported =
        call_streaming(&fixture.app, export::handle, Event::get("/?project_id=1&format=json")).await;
    assert_eq!(
        (exported.status, exported.body["bookmarks"].as_array().map(Vec::len)),
        (200, Some(4)),
        "{}",
        exported.body
    );

    let id = second.body["import_job"]["id"].as_str().unwrap();
    let undone = fixture.call(import::handle, Event::delete(&format!("/{id}"))).await;
    assert_eq!((undone.status, &undone.body["bookmarks_removed"]), (200, &json!(1)), "{}", undone.body);
    assert_eq!(state(fixture).await, before);
    fixture.call(import::handle, Event::delete(&format!("/{id}"))).await.problem(404);
}

/// Every bookmark with all its columns, read past whatever stands between.
async fn state(fixture: &Fixture) -> String {
    fixture.ask("SELECT jsonb_agg(to_jsonb(b) ORDER BY id) FROM bookmarks b").await
}
