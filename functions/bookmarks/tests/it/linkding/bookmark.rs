//! One bookmark: made, found, changed, put away, deleted.

use harness::Fixture;
use serde_json::{Value, json};
use support::Event;

use super::{ask, get, post, send};

#[tokio::test]
async fn a_bookmark_has_linkdings_sixteen_members() {
    let fixture = Fixture::new();
    let made = post(
        &fixture,
        &json!({
            "url": " https://example.com/a?b=c ",
            "title": " A title – ÄÖ ",
            "description": "d",
            "notes": "n",
            "unread": true,
            "shared": true,
            "tag_names": ["beta", "Alpha", "two words", "x,y"],
            "date_added": "2025-01-31T09:46:23.006313Z",
            "date_modified": "2025-02-01T00:00:00+02:00",
            "id": 77, "website_title": "ignored", "favicon_url": "ignored",
        }),
    )
    .await;
    let id = made["id"].as_i64().unwrap();
    let expected = json!({
        "id": id,
        "url": "https://example.com/a?b=c",
        "title": "A title – ÄÖ",
        "description": "d",
        "notes": "n",
        "web_archive_snapshot_url": "https://web.archive.org/web/20250131094623/https://example.com/a?b=c",
        "favicon_url": null,
        "preview_image_url": null,
        "is_archived": false,
        "unread": true,
        "shared": true,
        "tag_names": ["Alpha", "beta", "two-words", "x", "y"],
        "date_added": "2025-01-31T09:46:23.006313Z",
        "date_modified": "2025-01-31T22:00:00Z",
        "website_title": null,
        "website_description": null,
    });
    assert_eq!(made, expected);
    for target in [format!("/api/bookmarks/{id}/"), format!("/lambda-url/bookmarks/api/bookmarks/{id}")] {
        assert_eq!(get(&fixture, &target).await, expected);
    }
    // What is left out is empty.
    let least = post(&fixture, &json!({ "url": "https://example.com/least" })).await;
    assert_eq!(
        (&least["title"], &least["description"], &least["notes"], &least["tag_names"]),
        (&json!(""), &json!(""), &json!(""), &json!([]))
    );
    assert_eq!(least["date_added"], least["date_modified"]);
}

#[tokio::test]
async fn an_address_is_the_same_as_linkding_compares_it() {
    let fixture = Fixture::new();
    let id = async |url: &str| post(&fixture, &json!({ "url": url })).await["id"].as_i64().unwrap();
    let first = id("https://Example.com/A/?b=2&a=1+x").await;
    for same in [
        "HTTPS://example.COM/A?a=1%20x&b=2",
        " https://example.com/A//?b=2&a=1 x ".replace(' ', "").replace("1x", "1+x").as_str(),
    ] {
        assert_eq!(id(same).await, first, "{same}");
        let query: String = url::form_urlencoded::byte_serialize(same.as_bytes()).collect();
        let checked = get(&fixture, &format!("/api/bookmarks/check/?url={query}")).await;
        assert_eq!(checked["bookmark"]["id"], first, "{same}");
        assert_eq!(checked["metadata"]["url"], same);
    }
    for other in [
        "http://example.com/A/?b=2&a=1+x",
        "https://example.com/a/?b=2&a=1+x",
        "https://www.example.com/A/?b=2&a=1+x",
        "https://example.com/A/?b=2&a=1+x#f",
        "https://example.com/A/?b=2",
    ] {
        assert_ne!(id(other).await, first, "{other}");
    }
    // Whatever is stored twice, the first is meant.
    let equal = async |a: &str, b: &str| {
        fixture
            .ask(&format!(
                "SELECT linkding_url('{a}') = linkding_url('{b}') AND url_page('{a}') = url_page('{b}')"
            ))
            .await
    };
    for (a, b, same) in [
        ("https://a.de", "https://a.de/", "true"),
        ("https://a.de/?", "https://a.de/", "true"),
        ("https://a.de/?a", "https://a.de/?a=", "true"),
        ("https://a.de/#", "https://a.de/", "true"),
        ("https://a.de/?a=%7E", "https://a.de/?a=~", "true"),
        ("https://a.de/?a=1&a=2", "https://a.de/?a=2&a=1", "true"),
        ("https://a.de/%7E", "https://a.de/~", "false"),
        ("https://a.de:443/", "https://a.de/", "false"),
        ("https://a.de/?utm_source=x", "https://a.de/", "false"),
        ("https://a.de:99999/x", "https://a.de:99999/x", "true"),
        ("no address", "no address", "true"),
    ] {
        assert_eq!(equal(a, b).await, same, "{a} {b}");
    }
}

#[tokio::test]
async fn an_address_is_found_by_its_index() {
    let fixture = Fixture::new();
    let plan = "SET enable_seqscan = off; EXPLAIN SELECT id FROM bookmarks WHERE organization_id = \
                current_organization() AND url_page(url) = url_page('https://a.example/')";
    let client = fixture.database.client().await;
    let rows = client.simple_query(plan).await.unwrap();
    assert!(format!("{rows:?}").contains("ix_bookmarks_url_page"), "{rows:?}");
}

#[tokio::test]
async fn posting_a_known_address_replaces_all_but_address_date_and_archive() {
    let fixture = Fixture::new();
    let url = "https://example.com/";
    let full = json!({
        "url": url, "title": "t", "description": "d", "notes": "n", "unread": true, "shared": true,
        "tag_names": ["a"], "is_archived": true, "date_added": "2020-01-01T00:00:00Z",
    });
    let first = post(&fixture, &full).await;
    assert_eq!(first["is_archived"], true);
    let second = post(
        &fixture,
        &json!({ "url": "https://example.com", "is_archived": false, "date_added": "2021-01-01T00:00:00Z" }),
    )
    .await;
    for (member, value) in [
        ("id", first["id"].clone()),
        ("url", json!(url)),
        ("title", json!("")),
        ("description", json!("")),
        ("notes", json!("")),
        ("unread", json!(false)),
        ("shared", json!(false)),
        ("tag_names", json!([])),
        ("is_archived", json!(true)),
        ("date_added", json!("2020-01-01T00:00:00Z")),
    ] {
        assert_eq!(second[member], value, "{member}");
    }
    assert!(second["date_modified"].as_str() > first["date_modified"].as_str());
    assert_eq!(fixture.ask("SELECT count(*) FROM bookmarks").await, "1");
}

#[tokio::test]
async fn put_and_patch_change_what_is_sent() {
    let fixture = Fixture::new();
    let first = post(
        &fixture,
        &json!({ "url": "https://a.example/", "title": "t", "notes": "n", "tag_names": ["Rust", "b"], "unread": true }),
    )
    .await;
    let target = format!("/api/bookmarks/{}/", first["id"]);
    let put = send(&fixture, "PUT", &target, &json!({ "url": "https://b.example/x", "title": "u" })).await;
    assert_eq!(put.status, 200, "{}", put.body);
    for (member, value) in [
        ("url", json!("https://b.example/x")),
        ("title", json!("u")),
        ("notes", json!("n")),
        ("tag_names", json!(["Rust", "b"])),
        ("unread", json!(true)),
    ] {
        assert_eq!(put.body[member], value, "{member}");
    }
    assert_eq!(send(&fixture, "PUT", &target, &json!({ "title": "u" })).await.status, 400);
    let changes = json!({
        "notes": "", "tag_names": ["rust"], "is_archived": true, "date_added": "2020-02-03T04:05:06Z",
        "date_modified": "2020-02-03T04:05:06Z",
    });
    let patched = send(&fixture, "PATCH", &target, &changes).await;
    assert_eq!(patched.status, 200, "{}", patched.body);
    // An existing tag keeps its spelling.
    assert_eq!((&patched.body["tag_names"], &patched.body["notes"]), (&json!(["Rust"]), &json!("")));
    assert_eq!((&patched.body["is_archived"], &patched.body["title"]), (&json!(true), &json!("u")));
    assert_eq!(patched.body["date_added"], "2020-02-03T04:05:06Z");
    assert!(patched.body["date_modified"].as_str() > put.body["date_modified"].as_str());
    let none = send(&fixture, "PATCH", &target, &json!({})).await;
    assert_eq!((none.status, &none.body["title"]), (200, &json!("u")));
    let stored = "SELECT domain || ' ' || edited::text FROM bookmarks";
    let stored = fixture.ask(stored).await;
    assert!(stored.starts_with("b.example {") && stored.contains("tags"), "{stored}");

    let other = post(&fixture, &json!({ "url": "https://c.example/" })).await;
    let target = format!("/api/bookmarks/{}/", other["id"]);
    for taken in ["https://b.example/x", "https://b.example:443/x"] {
        let refused = send(&fixture, "PATCH", &target, &json!({ "url": taken })).await;
        assert_eq!(refused.status, 400, "{taken}");
        assert!(refused.body["url"][0].is_string(), "{}", refused.body);
    }
    let kept = send(&fixture, "PUT", &target, &json!({ "url": "https://c.example/" })).await;
    assert_eq!(kept.status, 200, "{}", kept.body);
    assert_eq!(send(&fixture, "PATCH", "/api/bookmarks/999999/", &json!({})).await.status, 404);
}

#[tokio::test]
async fn forms_are_taken_like_json() {
    let fixture = Fixture::new();
    let form = |method: &str, target: &str, content_type: &str, body: &str| {
        let event = Event::new(method.parse().unwrap(), target).without_header("content-type");
        fixture.call(bookmarks::handle, event.header("content-type", content_type).text(body))
    };
    let urlencoded = "application/x-www-form-urlencoded";
    let made = form(
        "POST",
        "/api/bookmarks/",
        urlencoded,
        "url=https%3A%2F%2Fa.example%2F&title=a+b&unread=on&tag_names=x%2Cy",
    )
    .await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!((&made.body["title"], &made.body["unread"]), (&json!("a b"), &json!(true)));
    assert_eq!(made.body["tag_names"], json!(["x", "y"]));
    let target = format!("/api/bookmarks/{}/", made.body["id"]);
    let multipart = "--b\r\nContent-Disposition: form-data; name=\"url\"\r\n\r\nhttps://a.example/\r\n\
        --b\r\nContent-Disposition: form-data; name=\"shared\"\r\n\r\ntrue\r\n--b--\r\n";
    let put = form("PUT", &target, "multipart/form-data; boundary=b", multipart).await;
    // A box that is not there is not checked, and a list that is not there stays.
    assert_eq!((&put.body["unread"], &put.body["shared"]), (&json!(false), &json!(true)), "{}", put.body);
    assert_eq!((&put.body["title"], &put.body["tag_names"]), (&json!("a b"), &json!(["x", "y"])));
    let refused = form("POST", "/api/bookmarks/", "text/plain", "x").await;
    assert_eq!((refused.status, refused.body["detail"].is_string()), (415, true));
}

#[tokio::test]
async fn archive_and_unarchive_may_be_repeated() {
    let fixture = Fixture::new();
    let id = post(&fixture, &json!({ "url": "https://a.example/" })).await["id"].clone();
    for (action, is_archived) in [("archive", true), ("archive", true), ("unarchive", false)] {
        let seen = ask(&fixture, "POST", &format!("/api/bookmarks/{id}/{action}/")).await;
        assert_eq!((seen.status, seen.body), (204, Value::String(String::new())), "{action}");
        assert_eq!(get(&fixture, &format!("/api/bookmarks/{id}/")).await["is_archived"], is_archived);
        let refused = ask(&fixture, "GET", &format!("/api/bookmarks/{id}/{action}/")).await;
        assert_eq!(refused.status, 405);
    }
    assert_eq!(ask(&fixture, "POST", "/api/bookmarks/999999/archive/").await.status, 404);
}

#[tokio::test]
async fn deleting_moves_a_bookmark_to_the_trash() {
    let fixture = Fixture::new();
    let made = post(&fixture, &json!({ "url": "https://a.example/", "tag_names": ["x"] })).await;
    let target = format!("/api/bookmarks/{}/", made["id"]);
    assert_eq!(ask(&fixture, "DELETE", &target).await.status, 204);
    for method in ["DELETE", "GET"] {
        let seen = ask(&fixture, method, &target).await;
        assert_eq!((seen.status, seen.body["detail"].is_string()), (404, true));
    }
    assert_eq!(fixture.ask("SELECT number FROM trashed_bookmarks").await, made["id"].to_string());
    let again = post(&fixture, &json!({ "url": "https://a.example/" })).await;
    assert_ne!(again["id"], made["id"]);
}

#[tokio::test]
async fn faults_have_the_shapes_of_the_framework() {
    let fixture = Fixture::new();
    let shape = async |body: Value| {
        let seen = send(&fixture, "POST", "/api/bookmarks/", &body).await;
        assert_eq!(seen.headers["content-type"], "application/json");
        (seen.status, seen.body)
    };
    let (status, body) =
        shape(json!({ "url": "x", "title": "t".repeat(513), "tag_names": ["a", "b".repeat(65)] })).await;
    assert_eq!(status, 400);
    assert!(
        body["url"][0].is_string() && body["title"][0].is_string() && body["tag_names"]["1"][0].is_string(),
        "{body}"
    );
    assert!(shape(json!([])).await.1["non_field_errors"][0].is_string());
    let event = Event::post("/api/bookmarks/")
        .without_header("content-type")
        .header("content-type", "application/json");
    let seen = fixture.call(bookmarks::handle, event.text("{")).await;
    assert_eq!((seen.status, seen.body["detail"].is_string()), (400, true));
}
