//! Several organizations behind one deployment, by HTTP: each caller sees, counts and changes what is their
//! own, and learns nothing of others. `isolation` says the same of the database.

use harness::{Fixture, Issuer, Seen, bearer, call_streaming};
use serde_json::{Value, json};
use support::Event;

/// Two organizations store this, with a word that the others' files have not.
fn file(word: &str) -> String {
    format!(
        "<!DOCTYPE NETSCAPE-Bookmark-file-1><DL><p><DT><H3>Folder</H3><DL><p>
         <DT><A HREF=\"https://example.com/shared\">Shared {word}</A>
         <DT><A HREF=\"/relative\">Failed {word}</A></DL><p></DL><p>"
    )
}

async fn fixture() -> (Fixture, Issuer) {
    let issuer = Issuer::start().await;
    (Fixture::of_users(&issuer), issuer)
}

async fn import(fixture: &Fixture, caller: &str, event: Event) -> Seen {
    fixture.call(import::handle, bearer(event, caller)).await
}

/// The answers of everything that lists or counts.
async fn everything_seen(fixture: &Fixture, caller: &str) -> String {
    let mut seen = Vec::new();
    for target in ["/", "/projects"] {
        seen.push(import(fixture, caller, Event::get(target)).await);
    }
    for target in ["/?q=shared", "/?q=shraed", "/?limit=5", "/?domain=example.com"] {
        seen.push(fixture.call(search::handle, bearer(Event::get(target), caller)).await);
    }
    seen.push(fixture.call(list_projects::handle, bearer(Event::get("/"), caller)).await);
    seen.push(fixture.call(jobs::handle, bearer(Event::get("/"), caller)).await);
    seen.push(fixture.call(db_test::handle, bearer(Event::get("/?details=true"), caller)).await);
    seen.push(fixture.call(account::handle, bearer(Event::get("/members"), caller)).await);
    for format in ["json", "csv", "html"] {
        let event = bearer(Event::get(&format!("/?format={format}")), caller);
        seen.push(call_streaming(&fixture.app, export::handle, event).await);
    }
    let statuses: Vec<u16> = seen.iter().map(|seen| seen.status).collect();
    assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
    seen.iter().map(|seen| seen.body.to_string()).collect()
}

#[tokio::test]
async fn each_organization_sees_its_own_rows_alone_though_they_are_alike() {
    let (fixture, issuer) = fixture().await;
    let (ada, bob) = (issuer.member("ada", "a", "owner"), issuer.member("bob", "b", "owner"));
    let (first, second) = (file("aardvark"), file("bumblebee"));
    for (caller, file) in [(&ada, &first), (&bob, &second)] {
        let seen = import(&fixture, caller, Event::post("/").text(file.as_str())).await;
        assert_eq!((seen.status, &seen.body["bookmarks_count"]), (201, &json!(1)), "{}", seen.body);
    }
    // The same file is another organization's first one.
    let again = import(&fixture, &bob, Event::post("/").text(first.as_str())).await;
    assert_eq!(again.status, 201, "{}", again.body);
    let id = again.body["import_job"]["id"].as_str().unwrap();
    assert_eq!(import(&fixture, &bob, Event::delete(&format!("/{id}"))).await.status, 200);

    let (of_ada, of_bob) = (everything_seen(&fixture, &ada).await, everything_seen(&fixture, &bob).await);
    assert!(of_ada.contains("aardvark") && !of_ada.contains("bumblebee"), "{of_ada}");
    assert!(of_bob.contains("bumblebee") && !of_bob.contains("aardvark"), "{of_bob}");
    let stranger = everything_seen(&fixture, &issuer.member("sam", "c", "owner")).await;
    assert!(!stranger.contains("aardvark") && !stranger.contains("bumblebee"), "{stranger}");
    assert!(!stranger.contains("example.com"), "{stranger}");
}

#[tokio::test]
async fn what_belongs_to_another_organization_is_not_found_and_stays() {
    let (fixture, issuer) = fixture().await;
    let (ada, bob) = (issuer.member("ada", "a", "owner"), issuer.member("bob", "b", "owner"));
    let stored = import(&fixture, &ada, Event::post("/").text(file("aardvark"))).await;
    let job = stored.body["import_job"]["id"].as_str().unwrap();
    let bookmark = stored.body["bookmarks_sample"][0]["id"].as_str().unwrap();
    fixture
        .execute(
            "INSERT INTO projects (organization_id, name)
             SELECT organization_id, 'of ada' FROM memberships LIMIT 1",
        )
        .await;
    let project = fixture.ask("SELECT id FROM projects").await;

    let rows = "SELECT jsonb_agg(b ORDER BY id) FROM bookmarks AS b";
    let before = fixture.ask(rows).await;
    for event in [
        Event::get(&format!("/{job}")),
        Event::get(&format!("/{job}/rejections")),
        Event::get(&format!("/{job}/rejections/1")),
        Event::delete(&format!("/{job}")),
        Event::post(&format!("/?project_id={project}")).text(file("bumblebee")),
    ] {
        import(&fixture, &bob, event).await.problem(404);
    }
    let one = bearer(Event::get(&format!("/{bookmark}")), &bob);
    fixture.call(search::handle, one).await.problem(404);
    let scoped = bearer(Event::get(&format!("/?project_id={project}&format=json")), &bob);
    let scoped = call_streaming(&fixture.app, export::handle, scoped).await;
    assert!(!scoped.body.to_string().contains("of ada"), "{}", scoped.body);
    assert_eq!(fixture.ask(rows).await, before);

    // A key that another organization has used is free here.
    let key = "0190e2a4-0000-7000-8000-000000000001";
    let keyed = |word: &str| Event::post("/").header("idempotency-key", key).text(file(word));
    assert_eq!(import(&fixture, &ada, keyed("keyed")).await.status, 201);
    assert_eq!(import(&fixture, &bob, keyed("other")).await.status, 201);
}

#[tokio::test]
async fn a_viewer_and_a_reading_token_write_nothing_and_forgeries_read_nothing() {
    let (fixture, issuer) = fixture().await;
    let ada = issuer.member("ada", "a", "owner");
    let wanted = json!({ "name": "reads", "scopes": ["read"] }).to_string();
    let made = fixture.call(account::handle, bearer(Event::post("/tokens").text(wanted), &ada)).await;
    let reader = made.body["token"].as_str().unwrap().to_owned();
    let stored = import(&fixture, &ada, Event::post("/").text(file("aardvark"))).await;
    let job = format!("/{}", stored.body["import_job"]["id"].as_str().unwrap());
    let state = "SELECT jsonb_build_array((SELECT jsonb_agg(b) FROM bookmarks AS b),
                                          (SELECT jsonb_agg(j) FROM import_jobs AS j))";
    let before = fixture.ask(state).await;

    for caller in [issuer.member("vic", "a", "viewer"), reader] {
        assert!(everything_seen(&fixture, &caller).await.contains("aardvark"));
        for event in [Event::post("/").text(file("bumblebee")), Event::delete(&job)] {
            import(&fixture, &caller, event).await.problem(403);
        }
    }
    let elsewhere = Issuer::start().await;
    let forged = [
        elsewhere.member("ada", "a", "owner"),
        issuer.token(&json!({ "org_id": "a", "aud": "others" })),
        issuer.token(&json!({ "org_id": "a", "exp": 1_700_000_000 })),
        issuer.token(&json!({ "org_id": "a", "sub": "" })),
        issuer.token(&json!({ "org_id": { "a": {}, "b": {} } })),
        format!("bl_{}", "0".repeat(49)),
    ];
    for caller in &forged {
        for event in
            [Event::get("/"), Event::get(&job), Event::post("/").text(file("forged")), Event::delete(&job)]
        {
            import(&fixture, caller, event).await.problem(401);
        }
        fixture.call(search::handle, bearer(Event::get("/"), caller)).await.problem(401);
        fixture.call(list_projects::handle, bearer(Event::get("/"), caller)).await.problem(401);
        fixture.call(account::handle, bearer(Event::get("/"), caller)).await.problem(401);
        let exported = call_streaming(&fixture.app, export::handle, bearer(Event::get("/"), caller)).await;
        exported.problem(401);
    }
    assert_eq!(fixture.ask(state).await, before);
}

#[tokio::test]
async fn what_was_there_before_there_were_organizations_belongs_to_the_operator() {
    let issuer = Issuer::start().await;
    let mut variables: Vec<(&str, String)> = issuer.variables().into();
    variables.push(("ACCESS_TOKEN", "canary-0123456789".to_owned()));
    let variables: Vec<(&str, &str)> =
        variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let fixture = Fixture::with(support::database(), &variables);
    // As a function of the release before does it, which logs in as the owner.
    fixture.execute("INSERT INTO projects (name) VALUES ('of old')").await;
    let names = async |caller: &str| -> Value {
        fixture.call(list_projects::handle, bearer(Event::get("/?fields=name"), caller)).await.body
    };
    assert_eq!(names("canary-0123456789").await["projects"], json!(["of old"]));
    assert_eq!(names(&issuer.member("ada", "a", "owner")).await["projects"], json!([]));
}

#[tokio::test]
async fn requests_go_on_while_keys_are_rotated_and_the_former_ones_end() {
    let (fixture, issuer) = fixture().await;
    let first = issuer.member("ada", "a", "owner");
    let list = async |caller: &str| {
        fixture.call(list_projects::handle, bearer(Event::get("/"), caller)).await.status
    };
    assert_eq!(list(&first).await, 200);
    issuer.rotate();
    let second = issuer.member("ada", "a", "owner");
    assert_eq!(list(&second).await, 200, "an unknown key is fetched");
    assert_eq!(list(&first).await, 401, "a key that is gone verifies nothing");
}
