//! API tokens.

use account::{MAX_TOKENS, handle};
use harness::{Fixture, Seen, bearer};
use serde_json::{Value, json};
use support::Event;

use crate::me::with_issuer;

fn wanted(name: &str, scopes: &[&str]) -> Event {
    Event::post("/tokens").text(json!({ "name": name, "scopes": scopes }).to_string())
}

async fn make(fixture: &Fixture, caller: &str, scopes: &[&str]) -> Value {
    let seen = fixture.call(handle, bearer(wanted("a token", scopes), caller)).await;
    assert_eq!(seen.status, 201, "{}", seen.body);
    assert_eq!(seen.headers["cache-control"], "no-store");
    seen.body
}

async fn get(fixture: &Fixture, target: &str, caller: &str) -> Seen {
    fixture.call(handle, bearer(Event::get(target), caller)).await
}

#[tokio::test]
async fn a_token_is_shown_once_and_stands_for_its_maker() {
    let (fixture, issuer) = with_issuer().await;
    let ada = issuer.member("ada", "a", "member");
    let made = make(&fixture, &ada, &["read"]).await;
    let token = made["token"].as_str().unwrap();
    assert!(token.starts_with("bl_"), "{token}");
    assert!(token.starts_with(made["prefix"].as_str().unwrap()));

    let (by_jwt, by_token) = (get(&fixture, "/", &ada).await.body, get(&fixture, "/", token).await.body);
    assert_eq!(by_token["user"], by_jwt["user"]);
    assert_eq!(by_token["organization"], by_jwt["organization"]);
    assert_eq!(by_token["scopes"], json!(["read"]));

    let listed = get(&fixture, "/tokens", &ada).await.body;
    assert!(!listed.to_string().contains(token), "it is shown once");
    assert_eq!(listed["tokens"][0]["id"], made["id"]);
    assert!(listed["tokens"][0]["last_used_at"].is_string(), "{listed}");
    let stored = fixture.ask("SELECT string_agg(t::text, ' ') FROM api_tokens AS t").await;
    assert!(!stored.contains(token), "{stored}");
}

#[tokio::test]
async fn a_scope_that_is_missing_is_403() {
    let (fixture, issuer) = with_issuer().await;
    let ada = issuer.member("ada", "a", "owner");
    let reader = make(&fixture, &ada, &["read"]).await;
    let writer = make(&fixture, &ada, &["write"]).await;
    let (reader, writer) = (reader["token"].as_str().unwrap(), writer["token"].as_str().unwrap());
    let projects = fixture.call(list_projects::handle, bearer(Event::get("/"), reader)).await;
    assert_eq!(projects.status, 200);
    let refused = fixture.call(list_projects::handle, bearer(Event::get("/"), writer)).await;
    assert_eq!(refused.status, 403, "{}", refused.body);
    let challenge = refused.headers["www-authenticate"].to_str().unwrap();
    assert!(challenge.contains("insufficient_scope"), "{challenge}");
}

#[tokio::test]
async fn a_viewer_makes_none_and_a_token_makes_no_token() {
    let (fixture, issuer) = with_issuer().await;
    let viewer = issuer.member("vic", "a", "viewer");
    assert_eq!(fixture.call(handle, bearer(wanted("t", &["read"]), &viewer)).await.status, 403);
    let ada = issuer.member("ada", "a", "member");
    let token = make(&fixture, &ada, &["read", "write"]).await;
    let token = token["token"].as_str().unwrap();
    assert_eq!(fixture.call(handle, bearer(wanted("t", &["read"]), token)).await.status, 403);
}

#[tokio::test]
async fn a_token_whose_owner_may_less_now_may_less() {
    let (fixture, issuer) = with_issuer().await;
    let token = make(&fixture, &issuer.member("ada", "a", "member"), &["read", "write"]).await;
    let token = token["token"].as_str().unwrap();
    assert_eq!(get(&fixture, "/", token).await.body["scopes"], json!(["read", "write"]));
    assert_eq!(get(&fixture, "/", &issuer.member("ada", "a", "viewer")).await.status, 200);
    let seen = get(&fixture, "/", token).await.body;
    assert_eq!((&seen["role"], &seen["scopes"]), (&json!("viewer"), &json!(["read"])));
    fixture.execute("DELETE FROM memberships").await;
    assert_eq!(get(&fixture, "/", token).await.status, 401, "no member any more");
}

#[tokio::test]
async fn a_revoked_token_and_one_that_has_expired_end_at_once() {
    let (fixture, issuer) = with_issuer().await;
    let ada = issuer.member("ada", "a", "member");
    let made = make(&fixture, &ada, &["read"]).await;
    let (id, token) = (made["id"].as_str().unwrap(), made["token"].as_str().unwrap());
    let delete = || Event::delete(&format!("/tokens/{id}"));

    let stranger = issuer.member("sam", "b", "owner");
    assert_eq!(fixture.call(handle, bearer(delete(), &stranger)).await.status, 404);
    let colleague = issuer.member("bob", "a", "member");
    assert_eq!(fixture.call(handle, bearer(delete(), &colleague)).await.status, 404);
    assert_eq!(get(&fixture, "/tokens", &colleague).await.body["tokens"], json!([]));
    assert_eq!(get(&fixture, "/", token).await.status, 200);

    assert_eq!(fixture.call(handle, bearer(delete(), &ada)).await.status, 204);
    assert_eq!(get(&fixture, "/", token).await.status, 401);
    assert_eq!(fixture.call(handle, bearer(delete(), &ada)).await.status, 404);
    assert_eq!(get(&fixture, "/tokens", &ada).await.body["tokens"], json!([]));

    let other = make(&fixture, &ada, &["read"]).await;
    fixture.execute("UPDATE api_tokens SET expires_at = now() - interval '1 second'").await;
    assert_eq!(get(&fixture, "/", other["token"].as_str().unwrap()).await.status, 401);
}

#[tokio::test]
async fn whoever_manages_members_may_end_their_tokens() {
    let (fixture, issuer) = with_issuer().await;
    let made = make(&fixture, &issuer.member("ada", "a", "member"), &["read"]).await;
    let delete = Event::delete(&format!("/tokens/{}", made["id"].as_str().unwrap()));
    let admin = issuer.member("eve", "a", "admin");
    assert_eq!(fixture.call(handle, bearer(delete, &admin)).await.status, 204);
}

#[tokio::test]
async fn a_token_with_a_wrong_checksum_asks_the_database_nothing() {
    let (fixture, issuer) = with_issuer().await;
    let made = make(&fixture, &issuer.member("ada", "a", "member"), &["read"]).await;
    let token = made["token"].as_str().unwrap();
    let last = if token.ends_with('0') { "1" } else { "0" };
    let damaged = format!("{}{last}", &token[..token.len() - 1]);
    let unreachable = harness::app("postgres://nobody@127.0.0.1:9/none", &[]);
    let seen = harness::call(&unreachable, handle, bearer(Event::get("/"), &damaged)).await;
    assert_eq!(seen.status, 401, "{}", seen.body);
}

#[tokio::test]
async fn tokens_of_the_deployment_have_no_user_and_need_no_issuer() {
    let fixture = Fixture::with(support::database(), &[("ACCESS_TOKEN", "canary-0123456789")]);
    let made = make(&fixture, "canary-0123456789", &["read", "write"]).await;
    let seen = get(&fixture, "/", made["token"].as_str().unwrap()).await.body;
    assert_eq!((&seen["user"], &seen["role"]), (&json!(null), &json!("owner")));
    assert_eq!(seen["organization"]["slug"], "default");
}

#[tokio::test]
async fn there_is_an_end_to_how_many_a_user_makes() {
    let (fixture, issuer) = with_issuer().await;
    let ada = issuer.member("ada", "a", "member");
    make(&fixture, &ada, &["read"]).await;
    let rest = MAX_TOKENS - 1;
    fixture
        .execute(&format!(
            "INSERT INTO api_tokens (organization_id, id, user_id, name, prefix, token_sha256, scopes)
             SELECT organization_id, gen_random_uuid(), user_id, 'more', 'bl_', sha256(n::text::bytea), '{{read}}'
             FROM api_tokens, generate_series(1, {rest}) AS n"
        ))
        .await;
    assert_eq!(fixture.call(handle, bearer(wanted("one more", &["read"]), &ada)).await.status, 409);
    let bob = issuer.member("bob", "a", "member");
    assert_eq!(fixture.call(handle, bearer(wanted("his first", &["read"]), &bob)).await.status, 201);
}
