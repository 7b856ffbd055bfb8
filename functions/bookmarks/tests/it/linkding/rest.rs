//! Tags, the profile, health, and what is not here.

use harness::Fixture;
use serde_json::{Value, json};

use super::{ask, each, get, post, send};

#[tokio::test]
async fn tags_have_numbers_that_stay() {
    let fixture = Fixture::new();
    post(&fixture, &json!({ "url": "https://a.example/", "tag_names": ["Rust", "db"] })).await;
    // As an import brings them.
    fixture
        .execute(
            "INSERT INTO bookmarks (id, url, title, url_key, tags, organization_id)
             VALUES (gen_random_uuid(), 'https://b.example/', '', gen_random_uuid(), '{rust,imported}',
                     '00000000-0000-7000-8000-000000000001')",
        )
        .await;
    let first = get(&fixture, "/api/tags/").await;
    assert_eq!((&first["count"], &first["next"]), (&json!(3), &Value::Null));
    let mut names = each(&first, "name");
    names.sort_unstable();
    assert_eq!(names, ["Rust", "db", "imported"]);
    assert_eq!(get(&fixture, "/api/tags").await, first);
    let page = get(&fixture, "/api/tags/?limit=2").await;
    assert_eq!(page["results"].as_array().unwrap().len(), 2);
    assert!(page["next"].as_str().unwrap().ends_with("/api/tags/?limit=2&offset=2"), "{page}");

    let made = send(&fixture, "POST", "/api/tags/", &json!({ "name": " two words " })).await;
    assert_eq!((made.status, &made.body["name"]), (201, &json!("two words")));
    assert!(made.body["date_added"].as_str().unwrap().ends_with('Z'));
    let known = send(&fixture, "POST", "/api/tags/", &json!({ "name": "RUST" })).await;
    assert_eq!((known.status, &known.body["name"]), (201, &json!("Rust")));
    assert_eq!(get(&fixture, "/api/tags/").await["count"], 4);
    for body in [json!({}), json!({ "name": "" }), json!({ "name": null }), json!({ "name": "x".repeat(65) })]
    {
        let refused = send(&fixture, "POST", "/api/tags/", &body).await;
        assert_eq!((refused.status, refused.body["name"][0].is_string()), (400, true), "{body}");
    }

    let target = format!("/api/tags/{}/", known.body["id"]);
    assert_eq!(get(&fixture, &target).await, known.body);
    for method in ["PUT", "PATCH"] {
        assert_eq!(send(&fixture, method, &target, &json!({ "name": "x" })).await.status, 405);
    }
    assert_eq!(ask(&fixture, "DELETE", &target).await.status, 204);
    assert_eq!(ask(&fixture, "DELETE", &target).await.status, 404);
    assert_eq!(ask(&fixture, "GET", &target).await.status, 404);
    let tags = "SELECT string_agg(coalesce(tags::text, '-'), ' ' ORDER BY url) FROM bookmarks";
    assert_eq!(fixture.ask(tags).await, "{db} {imported}");
}

#[tokio::test]
async fn a_path_works_with_and_without_its_last_slash_and_knows_its_methods() {
    let fixture = Fixture::new();
    for (target, allow) in [
        ("/api", "GET, HEAD"),
        ("/api/bookmarks", "GET, HEAD, POST"),
        ("/api/bookmarks/archived", "GET, HEAD"),
        ("/api/bookmarks/shared", "GET, HEAD"),
        ("/api/bookmarks/check", "GET, HEAD"),
        ("/api/tags", "GET, HEAD, POST"),
        ("/api/bundles", "GET, HEAD, POST"),
        ("/api/user/profile", "GET, HEAD"),
        ("/health", "GET, HEAD"),
    ] {
        for target in [target.to_owned(), format!("{target}/"), format!("/lambda-url/bookmarks{target}/")] {
            assert_eq!(ask(&fixture, "GET", &target).await.status, 200, "{target}");
            let head = ask(&fixture, "HEAD", &target).await;
            assert_eq!((head.status, head.body), (200, json!("")), "{target}");
            let refused = ask(&fixture, "PROPFIND", &target).await;
            assert_eq!((refused.status, refused.body["detail"].is_string()), (405, true), "{target}");
            assert_eq!(refused.headers["allow"].to_str().unwrap(), allow, "{target}");
            let options = ask(&fixture, "OPTIONS", &target).await;
            assert_eq!(
                (options.status, options.headers["allow"].to_str().unwrap()),
                (200, allow),
                "{target}"
            );
            assert!(!options.headers.contains_key("access-control-allow-origin"));
        }
    }
    for target in ["/api/nothing/", "/api/bookmarks/x/", "/api/tags/x/", "/api/bookmarks/1/x/"] {
        let seen = ask(&fixture, "GET", target).await;
        assert_eq!((seen.status, seen.body["detail"].is_string()), (404, true), "{target}");
    }
}

#[tokio::test]
async fn profile_and_health_say_which_linkding_this_is() {
    let fixture = Fixture::new();
    assert_eq!(get(&fixture, "/health").await, json!({ "version": "1.46.2", "status": "healthy" }));
    let profile = get(&fixture, "/api/user/profile/").await;
    assert_eq!((&profile["version"], &profile["tag_search"]), (&json!("1.46.2"), &json!("strict")));
    assert_eq!(profile.as_object().unwrap().len(), 12);
    assert_eq!(get(&fixture, "/api/").await, json!({}));
    let away = harness::app("postgres://nobody@127.0.0.1:9/none", &[]);
    let seen = harness::call(&away, bookmarks::handle, support::Event::get("/health")).await;
    assert_eq!((seen.status, &seen.body["status"]), (500, &json!("unhealthy")));
}

#[tokio::test]
async fn what_is_not_here_is_answered_as_linkding_does_without_it() {
    let fixture = Fixture::new();
    let made = post(&fixture, &json!({ "url": "https://a.example/" })).await;
    let assets = format!("/api/bookmarks/{}/assets/", made["id"]);
    let empty = json!({ "count": 0, "next": null, "previous": null, "results": [] });
    for target in ["/api/bundles/", assets.as_str(), "/api/bookmarks/shared/?q=x&limit=3"] {
        assert_eq!(get(&fixture, target).await, empty, "{target}");
    }
    for target in ["/api/bookmarks/singlefile/", "/api/bookmarks/1/assets/upload/"] {
        let seen = ask(&fixture, "POST", target).await;
        assert_eq!((seen.status, seen.body["error"].is_string()), (403, true), "{target}");
    }
    for (method, target) in [
        ("GET", "/api/bookmarks/0/assets/"),
        ("GET", "/api/bundles/1/"),
        ("DELETE", "/api/bundles/1/"),
        ("GET", "/api/bookmarks/1/assets/2/"),
        ("GET", "/api/bookmarks/1/assets/2/download/"),
    ] {
        let seen = ask(&fixture, method, target).await;
        assert_eq!((seen.status, seen.body["detail"].is_string()), (404, true), "{target}");
    }
    let checked = get(&fixture, "/api/bookmarks/check/").await;
    let metadata = json!({ "url": null, "title": null, "description": null, "preview_image": null });
    assert_eq!(checked, json!({ "bookmark": null, "metadata": metadata, "auto_tags": [] }));
}
