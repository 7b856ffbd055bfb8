//! The tokens of a project.

use harness::{Fixture, Issuer, Seen, bearer};
use serde_json::{Value, json};
use support::Event;

use crate::{create, etag, send};

/// A document with each kind of row, in an order that no sorting makes.
const DOCUMENT: &str = r##"{
    "$description": "Harbour",
    "zinc": {"$type": "color", "$value": {"colorSpace": "oklch", "components": [0.7, 0.15, 250], "alpha": 0.5}},
    "brand": {"$type": "color", "$root": {"$value": "{zinc}"},
        "ink": {"$value": {"colorSpace": "srgb", "components": [0.1, "none", 1e-7], "hex": "#1A0000"},
            "$extensions": {"org.example": {"z": 1, "a": [null, 1.50]}}}},
    "gap": {"$type": "dimension", "$value": {"value": -0.1, "unit": "rem"}, "$deprecated": "use space"},
    "title": {"$type": "typography", "$value": {"fontFamily": ["A \"B\"", "serif"],
        "fontSize": "{gap}", "fontWeight": "bold", "letterSpacing": {"value": 0, "unit": "px"}, "lineHeight": 1.25}},
    "more": {"$extends": "{brand}", "fast": {"$type": "duration", "$value": {"value": 1, "unit": "s"}}},
    "empty": {}
}"##;

async fn put_with(fixture: &Fixture, path: &str, header: (&str, &str), body: &str) -> Seen {
    let event = Event::new(http::Method::PUT, path);
    let event = match header.0 {
        "content-type" => event,
        _ => event.header("content-type", "application/design-tokens+json"),
    };
    fixture.call(projects::handle, event.header(header.0, header.1).text(body)).await
}

async fn put(fixture: &Fixture, path: &str, body: &str) -> Seen {
    put_with(fixture, path, ("accept", "application/json"), body).await
}

async fn project(fixture: &Fixture) -> String {
    format!("/{}/tokens", create(fixture, "design").await)
}

fn document(seen: &Seen) -> Value {
    match &seen.body {
        Value::String(text) => serde_json::from_str(text).unwrap(),
        json => json.clone(),
    }
}

#[tokio::test]
async fn a_document_comes_back_as_it_was_put_and_in_every_form() {
    let fixture = Fixture::new();
    let path = project(&fixture).await;
    let none = send(&fixture, "GET", &path, "").await;
    assert_eq!((none.status, document(&none)), (200, json!({})));
    let stored = put(&fixture, &path, DOCUMENT).await;
    assert_eq!((stored.status, &stored.body["tokens"]), (200, &json!(8)), "{}", stored.body);
    assert_eq!(stored.body["warnings"][0]["pointer"], json!(null));

    let read = send(&fixture, "GET", &path, "").await;
    assert_eq!(read.headers["content-type"], "application/design-tokens+json");
    assert_eq!(document(&read), serde_json::from_str::<Value>(DOCUMENT).unwrap());
    assert_eq!(etag(&read), etag(&stored));
    assert_ne!(etag(&read), etag(&none));

    let css = send(&fixture, "GET", &format!("{path}?format=css"), "").await;
    assert_eq!(css.headers["content-type"], "text/css; charset=utf-8");
    let css = css.body.as_str().unwrap();
    for line in [
        "--zinc: #4ba3f780;",
        "--zinc: oklch(70% 0.15 250 / 0.5);",
        "--brand: var(--zinc);",
        "--title-font-size: var(--gap);",
        "--title-letter-spacing: 0px;",
        "--more-ink: ",
    ] {
        assert!(css.contains(line), "{line}: {css}");
    }
    assert!(css.find("--zinc: ") < css.find("--brand-ink: "), "the order is kept: {css}");
    let tailwind = send(&fixture, "GET", &format!("{path}?format=tailwind"), "").await;
    assert!(tailwind.body.as_str().unwrap().starts_with("@theme {\n"), "{}", tailwind.body);
    let list = send(&fixture, "GET", &format!("{path}?format=json"), "").await;
    assert_eq!(list.body["tokens"].as_array().unwrap().len(), 8);
    send(&fixture, "GET", &format!("{path}?format=scss"), "").await.problem(400);
}

#[tokio::test]
async fn a_document_takes_the_place_of_the_one_that_its_sender_has_seen() {
    let fixture = Fixture::new();
    let path = project(&fixture).await;
    let first = etag(&put(&fixture, &path, DOCUMENT).await);
    let one = r#"{"n": {"$type": "number", "$value": 1}, "gap": {"$type": "number", "$value": 2}}"#;
    put_with(&fixture, &path, ("if-match", "\"other\""), one).await.problem(412);
    assert_eq!(etag(&send(&fixture, "GET", &path, "").await), first, "nothing is written");
    let second = put_with(&fixture, &path, ("if-match", &first), one).await;
    assert_eq!(second.status, 200, "{}", second.body);
    assert_eq!(
        document(&send(&fixture, "GET", &path, "").await),
        serde_json::from_str::<Value>(one).unwrap()
    );
    put_with(&fixture, &path, ("if-match", &first), DOCUMENT).await.problem(412);
    assert_eq!(put_with(&fixture, &path, ("if-match", "*"), DOCUMENT).await.status, 200);

    // Whichever of two comes first makes the other stale.
    let seen = etag(&send(&fixture, "GET", &path, "").await);
    let header = ("if-match", seen.as_str());
    let (a, b) =
        tokio::join!(put_with(&fixture, &path, header, one), put_with(&fixture, &path, header, DOCUMENT));
    let mut statuses = [a.status, b.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);
}

#[tokio::test]
async fn rows_that_stay_the_same_keep_their_job() {
    let fixture = Fixture::new();
    let path = project(&fixture).await;
    put(&fixture, &path, DOCUMENT).await;
    let id = path.split('/').nth(1).unwrap();
    fixture
        .execute(&format!(
            "INSERT INTO extraction_jobs (id, project_id, source_url, extraction_type) VALUES (7, {id}, 'u', 'all');
             UPDATE color_tokens SET extraction_job_id = 7"
        ))
        .await;
    let later = DOCUMENT
        .replace("\"$description\": \"Harbour\",", "\"first\": {},")
        .replace("0.1, \"none\"", "0.2, \"none\"");
    assert_eq!(put(&fixture, &path, &later).await.status, 200);
    let kept = fixture
        .ask("SELECT string_agg(path, ' ' ORDER BY path) FROM color_tokens WHERE extraction_job_id = 7")
        .await;
    assert_eq!(kept, "brand.$root zinc");
    assert_eq!(
        document(&send(&fixture, "GET", &path, "").await),
        serde_json::from_str::<Value>(&later).unwrap()
    );
}

#[tokio::test]
async fn faults_are_named_all_at_once_with_their_places() {
    let fixture = Fixture::new();
    let path = project(&fixture).await;
    let body =
        r##"{"a.b": {"$type": "color", "$value": "#fff"}, "c": {"$type": "dimension", "$value": "8px"}}"##;
    let refused = put(&fixture, &path, body).await;
    let pointers: Vec<_> =
        refused.body["errors"].as_array().unwrap().iter().map(|one| &one["pointer"]).collect();
    assert_eq!(pointers, ["/a.b", "/a.b/$value", "/c/$value"]);
    assert!(refused.body["errors"][0]["detail"].is_string());
    refused.problem(422);
    put(&fixture, &path, "{").await.problem(422);
    put(&fixture, &path, &" ".repeat(1024 * 1024 + 1)).await.problem(413);
    for media_type in ["text/css", "application/x-www-form-urlencoded", "application/xml"] {
        put_with(&fixture, &path, ("content-type", media_type), "{}").await.problem(415);
    }
    put_with(&fixture, &path, ("content-encoding", "gzip"), "{}").await.problem(415);
    let json = put_with(&fixture, &path, ("content-type", "Application/JSON; charset=utf-8"), "{}").await;
    assert_eq!(json.status, 200);
    for method in ["GET", "PUT"] {
        let event =
            Event::new(method.parse().unwrap(), "/999/tokens").header("content-type", "application/json");
        fixture.call(projects::handle, event.text("{}")).await.problem(404);
    }
}

#[tokio::test]
async fn one_token_is_changed_and_removed() {
    let fixture = Fixture::new();
    let path = project(&fixture).await;
    let first = etag(&put(&fixture, &path, DOCUMENT).await);
    let patch = async |target: &str, tag: &str, body: &str| {
        let event = Event::new(http::Method::PATCH, &format!("{path}/{target}"))
            .header("content-type", "application/merge-patch+json")
            .header("if-match", tag);
        fixture.call(projects::handle, event.text(body)).await
    };
    let changed =
        patch("brand.ink", &first, r#"{"$description": "text", "$value": {"components": [0, 0, 0]}}"#).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    assert_eq!(
        (&changed.body["$description"], &changed.body["$value"]["hex"]),
        (&json!("text"), &json!("#1A0000"))
    );
    patch("zinc", &first, "{}").await.problem(412);
    let second = etag(&changed);
    assert_eq!(patch("brand.%24root", &second, r#"{"$description": "root"}"#).await.status, 200);
    let refused = patch("zinc", "*", r##"{"$value": "#fff"}"##).await;
    assert_eq!(refused.body["errors"][0]["pointer"], "/zinc/$value");
    refused.problem(422);
    patch("nothing", "*", "{}").await.problem(404);

    let target = format!("{path}/zinc");
    let refused = send(&fixture, "DELETE", &target, "").await;
    assert_eq!(refused.body["errors"][0]["pointer"], "/brand/$root/$value");
    refused.problem(422);
    assert_eq!(send(&fixture, "DELETE", &format!("{path}/title"), "").await.status, 204);
    send(&fixture, "DELETE", &format!("{path}/title"), "").await.problem(404);
    let read = document(&send(&fixture, "GET", &path, "").await);
    assert_eq!((&read["title"], &read["brand"]["$root"]["$description"]), (&json!(null), &json!("root")));
}

#[tokio::test]
async fn tokens_are_of_their_organization_and_a_viewer_changes_none() {
    let issuer = Issuer::start().await;
    let fixture = Fixture::of_users(&issuer);
    let (ada, vic) = (issuer.member("ada", "a", "owner"), issuer.member("vic", "a", "viewer"));
    let bob = issuer.member("bob", "b", "owner");
    let call = async |caller: &str, method: &str, target: &str, body: &str| {
        let event = Event::new(method.parse().unwrap(), target).header("content-type", "application/json");
        fixture.call(projects::handle, bearer(event.text(body), caller)).await
    };
    let made = call(&ada, "POST", "/", r#"{"name": "a"}"#).await;
    let path = format!("/{}/tokens", made.body["id"]);
    let token = format!("{path}/gap");
    assert_eq!(call(&ada, "PUT", &path, DOCUMENT).await.status, 200);
    for (method, target, body) in
        [("GET", &path, ""), ("PUT", &path, "{}"), ("PATCH", &token, "{}"), ("DELETE", &token, "")]
    {
        call(&bob, method, target, body).await.problem(404);
        if method != "GET" {
            call(&vic, method, target, body).await.problem(403);
        }
    }
    assert_eq!(
        document(&call(&vic, "GET", &path, "").await),
        serde_json::from_str::<Value>(DOCUMENT).unwrap()
    );
}
