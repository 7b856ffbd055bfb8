//! The caller.

use account::handle;
use harness::{Fixture, Issuer, Seen, bearer};
use serde_json::{Value, json};
use support::Event;

/// A fixture that trusts an issuer.
pub(crate) async fn with_issuer() -> (Fixture, Issuer) {
    let issuer = Issuer::start().await;
    (Fixture::of_users(&issuer), issuer)
}

async fn me(fixture: &Fixture, token: &str) -> Seen {
    fixture.call(handle, bearer(Event::get("/"), token)).await
}

#[tokio::test]
async fn where_nothing_is_set_the_caller_owns_the_organization_default() {
    let seen = Fixture::new().call(handle, Event::get("/")).await;
    assert_eq!(
        (seen.status, seen.body),
        (
            200,
            json!({
                "user": null,
                "organization": {
                    "id": "00000000-0000-7000-8000-000000000001", "slug": "default", "name": "Default",
                },
                "role": "owner",
                "scopes": ["read", "write", "worker"],
            })
        )
    );
}

#[tokio::test]
async fn a_user_is_written_down_at_first_sight_with_organization_and_role() {
    let (fixture, issuer) = with_issuer().await;
    let claims = json!({
        "sub": "ada", "email": "ada@example.com", "name": "Ada",
        "org_id": "5e0e0c4e-0000-4000-8000-000000000007", "org_role": "admin",
    });
    let seen = me(&fixture, &issuer.token(&claims)).await;
    assert_eq!(seen.status, 200, "{}", seen.body);
    let (user, organization) = (&seen.body["user"], &seen.body["organization"]);
    assert_eq!((&user["email"], &user["name"]), (&json!("ada@example.com"), &json!("Ada")));
    assert_eq!(organization["id"], "5e0e0c4e-0000-4000-8000-000000000007");
    assert_eq!(
        (&seen.body["role"], &seen.body["scopes"]),
        (&json!("admin"), &json!(["read", "write", "worker"]))
    );

    // The issuer says what holds now; what it leaves out stays.
    let later = json!({
        "sub": "ada", "name": "Ada L.", "org_id": "5e0e0c4e-0000-4000-8000-000000000007", "org_role": "viewer",
    });
    let seen = me(&fixture, &issuer.token(&later)).await;
    assert_eq!(
        (&seen.body["user"]["email"], &seen.body["user"]["name"], &seen.body["role"], &seen.body["scopes"]),
        (&json!("ada@example.com"), &json!("Ada L."), &json!("viewer"), &json!(["read"]))
    );
    assert_eq!(fixture.ask("SELECT count(*) FROM users").await, "1");
    assert_eq!(fixture.ask("SELECT count(*) FROM memberships").await, "1");
}

#[tokio::test]
async fn a_user_without_an_organization_has_one_alone() {
    let (fixture, issuer) = with_issuer().await;
    let of = async |user: &str| -> Value { me(&fixture, &issuer.token(&json!({ "sub": user }))).await.body };
    let (ada, bob) = (of("ada").await, of("bob").await);
    assert_eq!((&ada["role"], &bob["role"]), (&json!("owner"), &json!("owner")));
    assert_ne!(ada["organization"]["id"], bob["organization"]["id"]);
    assert_eq!(fixture.ask("SELECT count(*) FROM organizations WHERE is_personal").await, "2");
}

#[tokio::test]
async fn members_are_those_of_the_own_organization_a_page_at_a_time() {
    let (fixture, issuer) = with_issuer().await;
    for (user, organization) in [("ada", "a"), ("bob", "a"), ("cem", "a"), ("dee", "b")] {
        assert_eq!(me(&fixture, &issuer.member(user, organization, "member")).await.status, 200);
    }
    let ada = issuer.member("ada", "a", "member");
    let mut seen = Vec::new();
    let mut target = "/members?limit=2".to_owned();
    loop {
        let page = fixture.call(handle, bearer(Event::get(&target), &ada)).await;
        assert_eq!(page.status, 200, "{}", page.body);
        seen.extend(page.body["members"].as_array().unwrap().clone());
        let Some(cursor) = page.body["next_cursor"].as_str() else { break };
        target = format!("/members?limit=2&cursor={cursor}");
    }
    assert_eq!(seen.len(), 3, "{seen:?}");
    assert!(seen.iter().all(|member| member["role"] == "member" && member["last_seen_at"].is_string()));
}

#[tokio::test]
async fn no_credentials_and_wrong_ones_are_reported_by_their_class() {
    let (fixture, issuer) = with_issuer().await;
    let seen = fixture.call(handle, Event::get("/")).await;
    assert_eq!((seen.status, &seen.headers["www-authenticate"]), (401, &"Bearer".parse().unwrap()));
    let elsewhere = Issuer::start().await;
    let expired = json!({ "exp": 1_700_000_000, "iat": 1_699_999_000 });
    for (token, class) in [
        (issuer.token(&expired), "expired"),
        (issuer.token(&json!({ "aud": "another" })), "wrong claims"),
        (elsewhere.token(&json!({})), "untrusted"),
        ("a.b.c".to_owned(), "malformed"),
        ("something".to_owned(), "untrusted"),
    ] {
        let seen = me(&fixture, &token).await;
        let challenge = seen.headers["www-authenticate"].to_str().unwrap();
        assert_eq!(seen.status, 401, "{class}");
        assert!(challenge.contains(class), "{class}: {challenge}");
    }
    assert_eq!(fixture.ask("SELECT count(*) FROM users").await, "0", "nobody is written down");
}

#[tokio::test]
async fn a_login_that_row_security_does_not_bind_serves_nobody() {
    let issuer = Issuer::start().await;
    let variables = issuer.variables();
    let variables: Vec<(&str, &str)> =
        variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let database = support::database();
    let app = harness::app_as_owner(&database, &variables);
    let event = bearer(Event::get("/"), &issuer.member("ada", "a", "owner"));
    let seen = harness::call(&app, handle, event).await;
    assert_eq!((seen.status, &seen.body["type"]), (500, &json!("urn:problem-type:branchline:misconfigured")));
}
