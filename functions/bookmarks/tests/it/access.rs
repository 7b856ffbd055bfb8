//! Who may do what with a bookmark.

use harness::{Fixture, Issuer, Seen, bearer};
use serde_json::json;
use support::Event;

use crate::path;

async fn send(fixture: &Fixture, caller: &str, method: &str, target: &str, body: &str) -> Seen {
    let event = Event::new(method.parse().unwrap(), target);
    let event = if body.is_empty() { event } else { event.text(body) };
    fixture.call(bookmarks::handle, bearer(event, caller)).await
}

#[tokio::test]
async fn a_viewer_reads_and_changes_nothing_and_another_organization_finds_nothing() {
    let issuer = Issuer::start().await;
    let fixture = Fixture::of_users(&issuer);
    let (ada, vic) = (issuer.member("ada", "a", "owner"), issuer.member("vic", "a", "viewer"));
    let bob = issuer.member("bob", "b", "owner");
    let body = json!({"url": "https://a.example/", "tags": ["x"], "folder_path": ["F"]}).to_string();
    let made = send(&fixture, &ada, "POST", "/", &body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let one = &path(&made.body);
    let folder = format!("/folders/{}", made.body["folder_id"].as_str().unwrap());
    let (trashed, restore) = (format!("/trash{one}"), format!("/trash{one}/restore"));
    let bulk = json!({"ids": [made.body["id"]], "do": {"delete": true}}).to_string();
    let writes = [
        ("POST", "/", body.as_str()),
        ("PATCH", one, r#"{"title": "x"}"#),
        ("DELETE", one, ""),
        ("POST", "/bulk", &bulk),
        ("POST", "/tags/rename", r#"{"from": "x", "to": "y"}"#),
        ("PATCH", &folder, r#"{"name": "x"}"#),
        ("POST", &restore, ""),
        ("DELETE", &trashed, ""),
        ("DELETE", "/trash", ""),
    ];
    for (method, target, body) in writes {
        send(&fixture, &vic, method, target, body).await.problem(403);
    }
    assert_eq!(send(&fixture, &vic, "GET", one, "").await.body, made.body);
    for (method, target, body) in [writes[1], writes[2], writes[5], writes[6], writes[7]] {
        send(&fixture, &bob, method, target, body).await.problem(404);
    }
    for (_, target, body) in [writes[3], writes[4]] {
        assert_eq!(send(&fixture, &bob, "POST", target, body).await.body, json!({"changed": 0}));
    }
    assert_eq!(send(&fixture, &bob, "DELETE", "/trash", "").await.body, json!({"deleted": 0}));
    for (target, member) in
        [("/", "bookmarks"), ("/tags", "tags"), ("/folders", "folders"), ("/trash", "bookmarks")]
    {
        assert_eq!(send(&fixture, &bob, "GET", target, "").await.body[member], json!([]), "{target}");
    }
    let own = send(&fixture, &bob, "POST", "/", &body).await;
    assert_eq!(own.status, 201, "{}", own.body);
    assert_ne!(own.body["number"], made.body["number"], "a number is unique in all organizations");
    assert_eq!(send(&fixture, &ada, "GET", one, "").await.body, made.body);
}
