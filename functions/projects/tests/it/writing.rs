//! Making, reading and changing a project.

use harness::Fixture;
use serde_json::json;
use support::Event;

use crate::{create, etag, send};

#[tokio::test]
async fn a_project_is_made_read_changed_and_listed() {
    let fixture = Fixture::new();
    let made =
        send(&fixture, "POST", "/", r#"{"name": " Design ", "description": "Colors\nand type"}"#).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let id = made.body["id"].as_i64().unwrap();
    assert_eq!(made.headers["location"], format!("./{id}"));
    assert_eq!(made.body["name"], "Design");
    assert_eq!((&made.body["bookmarks"], &made.body["extraction_jobs"]), (&json!(0), &json!(0)));
    assert_eq!(made.body["created_at"], made.body["updated_at"]);

    let path = format!("/{id}");
    let read = send(&fixture, "GET", &path, "").await;
    assert_eq!((read.status, &read.body), (200, &made.body));
    assert_eq!(etag(&read), etag(&made));

    let changed = send(&fixture, "PATCH", &path, r#"{"description": null}"#).await;
    assert_eq!((changed.status, &changed.body["description"]), (200, &json!(null)), "{}", changed.body);
    assert_eq!(changed.body["name"], "Design", "what is left out stays");
    assert_ne!(etag(&changed), etag(&read));
    assert!(changed.body["updated_at"].as_str() > made.body["updated_at"].as_str());
    assert_eq!(changed.body["created_at"], made.body["created_at"]);

    let listed = fixture.call(list_projects::handle, Event::get("/")).await;
    assert_eq!(listed.body["projects"], json!([changed.body]));
}

#[tokio::test]
async fn a_change_is_made_to_the_version_alone_that_its_sender_has_seen() {
    let fixture = Fixture::new();
    let path = format!("/{}", create(&fixture, "one").await);
    let first = etag(&send(&fixture, "GET", &path, "").await);
    let patch = async |tag: &str, name: &str| {
        let event = Event::new(http::Method::PATCH, &path).header("if-match", tag);
        fixture.call(projects::handle, event.text(format!(r#"{{"name": "{name}"}}"#))).await
    };
    let second = patch(&first, "two").await;
    assert_eq!(second.status, 200, "{}", second.body);
    for tag in [first.as_str(), "\"other\"", &format!("W/{}", etag(&second)), "\"\""] {
        patch(tag, "three").await.problem(412);
    }
    assert_eq!(send(&fixture, "GET", &path, "").await.body["name"], "two");
    assert_eq!(patch(&format!("\"x\", {}", etag(&second)), "three").await.status, 200);
    assert_eq!(patch("*", "four").await.status, 200);

    // Whichever of two comes first makes the other stale.
    let seen = etag(&send(&fixture, "GET", &path, "").await);
    let (a, b) = tokio::join!(patch(&seen, "a"), patch(&seen, "b"));
    let mut statuses = [a.status, b.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);
}

#[tokio::test]
async fn a_project_that_is_not_there_is_not_found() {
    let fixture = Fixture::new();
    for path in ["/7", "/0", "/-1", "/x", "/99999999999", "/7/tokenz"] {
        send(&fixture, "GET", path, "").await.problem(404);
    }
    send(&fixture, "PATCH", "/7", r#"{"name": "a"}"#).await.problem(404);
    send(&fixture, "DELETE", "/7", "").await.problem(404);
    send(&fixture, "DELETE", "/7?cascade=true", "").await.problem(404);
    send(&fixture, "PUT", "/7", "").await.problem(405);
    send(&fixture, "PUT", "/", "").await.problem(405);
}

#[tokio::test]
async fn no_stored_value_makes_a_project_unreadable_or_unchangeable() {
    let fixture = Fixture::new();
    fixture
        .execute(
            "INSERT INTO projects (name, description, created_at, updated_at)
             VALUES ('', repeat('\"', 1000001), '-infinity', 'infinity')",
        )
        .await;
    let seen = send(&fixture, "GET", "/1", "").await;
    assert_eq!((seen.status, &seen.body["updated_at"]), (200, &json!(null)));
    assert_eq!(seen.body["shortened"], json!(["description"]));
    let event = Event::new(http::Method::PATCH, "/1").header("if-match", &etag(&seen));
    let changed = fixture.call(projects::handle, event.text(r#"{"name": "a", "description": "b"}"#)).await;
    assert_eq!((changed.status, &changed.body["description"]), (200, &json!("b")), "{}", changed.body);
}
