//! Making, reading and changing a bookmark.

use harness::Fixture;
use serde_json::{Value, json};
use support::Event;

use crate::{create, etag, found, path, send};

#[tokio::test]
async fn a_bookmark_is_made_read_changed_and_listed() {
    let fixture = Fixture::new();
    let sent = json!({
        "url": "https://www.Example.com/a", "title": "A", "description": "about", "notes": "mine",
        "tags": ["x", "y", "x"], "folder_path": ["Outer", "Inner"], "unread": true,
        "add_date": "2026-01-31T12:00:00.5Z",
    });
    let made = send(&fixture, "POST", "/", &sent.to_string()).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let path = path(&made.body);
    assert_eq!(made.headers["location"].to_str().unwrap(), format!(".{path}"));
    for (field, value) in [
        ("url", json!("https://www.Example.com/a")),
        ("domain", json!("example.com")),
        ("tags", json!(["x", "y"])),
        ("folder_path", json!(["Outer", "Inner"])),
        ("further_folders", json!([])),
        ("suggested_tags", json!([])),
        ("add_date", json!("2026-01-31T12:00:00.5Z")),
        ("unread", json!(true)),
        ("is_archived", json!(false)),
        ("project_id", Value::Null),
        ("import_job_id", Value::Null),
        ("health", Value::Null),
        ("number", json!(1)),
    ] {
        assert_eq!(made.body[field], value, "{field}");
    }
    let read = send(&fixture, "GET", &path, "").await;
    assert_eq!((read.status, &read.body, etag(&read)), (200, &made.body, etag(&made)));

    let change =
        json!({"title": "B", "notes": null, "tags": [], "folder_path": "Outer/Other", "unread": false});
    let changed = send(&fixture, "PATCH", &path, &change.to_string()).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    assert_eq!(changed.body["folder_path"], json!(["Outer", "Other"]));
    assert_eq!((&changed.body["title"], &changed.body["notes"]), (&json!("B"), &Value::Null));
    assert_eq!((&changed.body["tags"], &changed.body["description"]), (&json!([]), &json!("about")));
    assert_ne!(etag(&changed), etag(&read));
    assert_eq!(found(&fixture, "/?folder=Outer").await, ["a"]);
    assert_eq!(found(&fixture, "/?folder=Outer/Inner").await, [""; 0]);

    assert_eq!(send(&fixture, "DELETE", &path, "").await.status, 204);
    send(&fixture, "GET", &path, "").await.problem(404);
    send(&fixture, "DELETE", &path, "").await.problem(404);
    send(&fixture, "PATCH", &path, r#"{"title": "C"}"#).await.problem(404);
    send(&fixture, "PUT", &path, "").await.problem(405);
}

#[tokio::test]
async fn an_address_that_is_there_is_updated_by_what_is_given_alone() {
    let fixture = Fixture::new();
    let made = create(&fixture, &json!({"url": "https://a.example/", "title": "A", "tags": ["x"]})).await;
    let again = send(&fixture, "POST", "/", r#"{"url": "HTTPS://A.example", "notes": "n"}"#).await;
    assert_eq!((again.status, &again.body["id"]), (200, &made["id"]), "{}", again.body);
    assert_eq!((&again.body["title"], &again.body["notes"]), (&json!("A"), &json!("n")));
    assert_eq!((&again.body["tags"], &again.body["url"]), (&json!(["x"]), &made["url"]));
    let same = send(&fixture, "POST", "/", r#"{"url": "https://a.example/"}"#).await;
    assert_eq!((same.status, &same.body), (200, &again.body));

    fixture.execute("INSERT INTO projects (name) VALUES ('p')").await;
    let other = create(&fixture, &json!({"url": "https://a.example/", "project_id": 1})).await;
    assert_ne!(other["id"], made["id"], "a project is a scope of its own");
    send(&fixture, "POST", "/", r#"{"url": "https://a.example/", "project_id": 7}"#).await.problem(404);
    for (body, status) in
        [("{}", 400), (r#"{"url": "/x"}"#, 422), (r#"{"url": "https://x/", "tags": [1]}"#, 400)]
    {
        send(&fixture, "POST", "/", body).await.problem(status);
    }
}

#[tokio::test]
async fn a_change_is_made_to_the_version_alone_that_its_sender_has_seen() {
    let fixture = Fixture::new();
    let path = path(&create(&fixture, &json!({"url": "https://a.example/"})).await);
    let first = etag(&send(&fixture, "GET", &path, "").await);
    let patch = async |tag: &str, title: &str| {
        let event = Event::new(http::Method::PATCH, &path).header("if-match", tag);
        fixture.call(bookmarks::handle, event.text(json!({ "title": title }).to_string())).await
    };
    let second = patch(&first, "two").await;
    assert_eq!(second.status, 200, "{}", second.body);
    for tag in [first.as_str(), "\"other\"", "\"\""] {
        patch(tag, "three").await.problem(412);
    }
    let delete = Event::new(http::Method::DELETE, &path).header("if-match", &first);
    fixture.call(bookmarks::handle, delete).await.problem(412);
    assert_eq!(send(&fixture, "GET", &path, "").await.body["title"], "two");
    assert_eq!(patch("*", "four").await.status, 200);
    let seen = etag(&send(&fixture, "GET", &path, "").await);
    let (a, b) = tokio::join!(patch(&seen, "a"), patch(&seen, "b"));
    let mut statuses = [a.status, b.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);
}

#[tokio::test]
async fn an_address_may_change_to_one_that_no_other_bookmark_has() {
    let fixture = Fixture::new();
    let a = path(&create(&fixture, &json!({"url": "https://a.example/"})).await);
    create(&fixture, &json!({"url": "https://b.example/"})).await;
    send(&fixture, "PATCH", &a, r#"{"url": "https://B.example"}"#).await.problem(409);
    let changed = send(&fixture, "PATCH", &a, r#"{"url": "https://www.c.example/"}"#).await;
    assert_eq!((changed.status, &changed.body["domain"]), (200, &json!("c.example")), "{}", changed.body);
    assert_eq!(found(&fixture, "/?domain=a.example").await.len(), 0);
    assert_eq!(found(&fixture, "/?domain=c.example").await.len(), 1);
}

#[tokio::test]
async fn a_list_has_filters_orders_and_pages() {
    let fixture = Fixture::new();
    for (name, day, tags, state) in [
        ("a", 3, json!(["x"]), "unread"),
        ("b", 1, json!(["x", "y"]), ""),
        ("c", 2, json!([]), "is_archived"),
    ] {
        let mut body = json!({
            "url": format!("https://{name}.example/{name}"), "title": format!("Title {name}"), "tags": tags,
            "add_date": format!("2026-01-0{day}T00:00:00Z"),
        });
        if !state.is_empty() {
            body[state] = json!(true);
        }
        create(&fixture, &body).await;
    }
    for (target, expected) in [
        ("/", vec!["c", "b", "a"]),
        ("/?sort=newest", vec!["a", "c", "b"]),
        ("/?sort=oldest", vec!["b", "c", "a"]),
        ("/?sort=title", vec!["a", "b", "c"]),
        ("/?sort=modified", vec!["c", "b", "a"]),
        ("/?archived=true", vec!["c"]),
        ("/?archived=false", vec!["b", "a"]),
        ("/?unread=true", vec!["a"]),
        ("/?tag=x", vec!["b", "a"]),
        ("/?tag=x&tag=y", vec!["b"]),
        ("/?tag=x&unread=false", vec!["b"]),
        ("/?q=title&archived=false&sort=title", vec!["a", "b"]),
        ("/?q=title&archived=false", vec!["b", "a"]),
        ("/?domain=c.example", vec!["c"]),
        ("/?health=unknown&q=%23y", vec!["b"]),
        ("/?health=dead", vec![]),
    ] {
        assert_eq!(found(&fixture, target).await, expected, "{target}");
        let mut paged = Vec::new();
        let sign = if target.contains('?') { '&' } else { '?' };
        let mut next = format!("{target}{sign}limit=1");
        loop {
            let seen = send(&fixture, "GET", &next, "").await;
            let page = seen.body["bookmarks"].as_array().unwrap().clone();
            paged.extend(page.iter().map(|one| one["title"].as_str().unwrap()[6..].to_owned()));
            let Some(cursor) = seen.body["next_cursor"].as_str() else { break };
            next = format!("{target}{sign}limit=1&cursor={cursor}");
        }
        assert_eq!(paged, expected, "{target} by pages");
    }
    for target in ["/?sort=x", "/?archived=x", "/?health=x", "/?nothing=x", "/?limit=0"] {
        send(&fixture, "GET", target, "").await.problem(400);
    }
}
