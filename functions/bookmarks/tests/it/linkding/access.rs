//! Who may call, and what others are told.

use harness::{Fixture, Issuer, Seen, app, bearer, call_as};
use serde_json::{Value, json};
use support::Event;

const TOKEN: &str = "correct-horse-battery";

fn assert_refused(seen: &Seen) {
    assert_eq!(seen.status, 401, "{}", seen.body);
    assert_eq!(seen.headers["www-authenticate"], "Token");
    assert_eq!(seen.headers["content-type"], "application/json");
    let members: Vec<&String> = seen.body.as_object().unwrap().keys().collect();
    assert_eq!(members, ["detail"]);
}

#[tokio::test]
async fn token_and_bearer_are_taken_in_any_case_and_others_refused_as_linkding_does() {
    let fixture = Fixture::new();
    let app = app(&fixture.database.url(), &[("ACCESS_TOKEN", TOKEN)]);
    let ask = |event: Event| call_as(&app, bookmarks::handle, bookmarks::is_public, event.unsigned());
    for scheme in ["Token", "Bearer", "token", "TOKEN", "bEARER"] {
        let event = Event::get("/api/bookmarks/").header("authorization", &format!("{scheme} {TOKEN}"));
        assert_eq!(ask(event).await.status, 200, "{scheme}");
    }
    for header in ["", "Token", "Token ", "Token a b", "Basic x", "Token wrong", TOKEN] {
        for event in [
            Event::get("/api/bookmarks/"),
            Event::delete("/api/bookmarks/1"),
            Event::get("/api/bookmarks/shared/"),
        ] {
            assert_refused(&ask(event.header("authorization", header)).await);
        }
    }
    // Before path, method and body.
    for event in [
        Event::get("/api/"),
        Event::get("/api/nothing"),
        Event::new(http::Method::OPTIONS, "/api/bookmarks/"),
        Event::new(http::Method::PUT, "/api/tags/"),
        Event::post("/api/bookmarks/").text("{"),
    ] {
        assert_refused(&ask(event).await);
    }
    for open in ["/health", "/api/bookmarks/shared/"] {
        assert_eq!(ask(Event::get(open)).await.status, 200, "{open}");
    }
    // What is not of this API is refused as everywhere.
    ask(Event::get("/nothing")).await.problem(401);
}

#[tokio::test]
async fn an_api_token_serves_its_organization_and_its_scopes() {
    let issuer = Issuer::start().await;
    let fixture = Fixture::of_users(&issuer);
    let ask = |event: Event, token: &str| {
        let event = event.unsigned().header("authorization", &format!("Token {token}"));
        call_as(&fixture.app, bookmarks::handle, bookmarks::is_public, event)
    };
    let token = async |organization: &str, scopes: Value| {
        let event = Event::post("/tokens").text(json!({ "name": "phone", "scopes": scopes }).to_string());
        let caller = issuer.member("ada", organization, "member");
        let made = fixture.call(account::handle, bearer(event.unsigned(), &caller)).await;
        made.body["token"].as_str().unwrap().to_owned()
    };
    let (writer, reader) = (token("a", json!(["read", "write"])).await, token("a", json!(["read"])).await);
    let stranger = token("b", json!(["read", "write"])).await;
    let post = Event::post("/api/bookmarks/")
        .without_header("content-type")
        .header("content-type", "application/json")
        .text(json!({ "url": "https://a.example/", "tag_names": ["x"] }).to_string());
    let made = ask(post.clone(), &writer).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let refused = ask(post, &reader).await;
    assert_eq!((refused.status, refused.body["detail"].is_string()), (403, true), "{}", refused.body);
    assert!(!refused.headers.contains_key("www-authenticate"));
    for target in ["/api/bookmarks/", "/api/tags/"] {
        assert_eq!(ask(Event::get(target), &reader).await.body["count"], 1, "{target}");
        assert_eq!(ask(Event::get(target), &stranger).await.body["count"], 0, "{target}");
    }
    let one = format!("/api/bookmarks/{}/", made.body["id"]);
    for event in [Event::get(&one), Event::delete(&one), Event::post(&format!("{one}archive/"))] {
        assert_eq!(ask(event, &stranger).await.status, 404);
    }
    let check = "/api/bookmarks/check/?url=https://a.example/";
    assert_eq!(ask(Event::get(check), &reader).await.body["bookmark"]["id"], made.body["id"]);
    assert_eq!(ask(Event::get(check), &stranger).await.body["bookmark"], Value::Null);
    // One whose form is right and that nobody has made is found out by the database.
    fixture.execute("UPDATE api_tokens SET revoked_at = now()").await;
    for target in
        ["/api/", "/api/bookmarks/", "/api/user/profile/", "/api/bundles/", "/api/bookmarks/shared/"]
    {
        assert_refused(&ask(Event::get(target), &writer).await);
    }
    assert_eq!(fixture.ask("SELECT count(*) FROM tags").await, "1");
}
