//! Access on each platform, with and without a token.

use harness::{Fixture, Seen, app, call_as};
use serde_json::Value;
use support::lambda::Lambda;
use support::{Event, binary};
use web::IsPublic;

const TOKEN: &str = "correct-horse-battery";
const ON_LAMBDA: (&str, &str) = ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand");
const WITH_TOKEN: (&str, &str) = ("ACCESS_TOKEN", TOKEN);

/// The projects, asked for by a platform with these variables.
async fn ask(fixture: &Fixture, variables: &[(&str, &str)], event: Event) -> Seen {
    let app = app(&fixture.database.url(), variables);
    call_as(&app, list_projects::handle, web::nothing_is_public, event).await
}

fn bearing(token: &str) -> Event {
    Event::get("/").unsigned().header("authorization", &format!("Bearer {token}"))
}

#[tokio::test]
async fn locally_without_a_token_access_is_open() {
    let fixture = Fixture::new();
    assert_eq!(ask(&fixture, &[], Event::get("/").unsigned()).await.status, 200);
}

/// Adds a client's headers about where a request goes and comes from.
fn sent(event: Event, headers: &[(&str, &str)]) -> Event {
    let event = event.unsigned().without_header("host");
    headers.iter().fold(event, |event, (name, value)| event.header(name, value))
}

#[tokio::test]
async fn locally_without_a_token_other_web_pages_get_no_answer() {
    const HOST: (&str, &str) = ("host", "localhost:9000");
    let fixture = Fixture::new();
    let answered: [&[(&str, &str)]; 9] = [
        &[],
        &[HOST],
        &[("host", "127.0.0.1:9000")],
        &[("host", "[::1]:9000")],
        &[HOST, ("origin", "http://localhost:9000")],
        &[HOST, ("origin", "http://LOCALHOST:9000"), ("sec-fetch-site", "same-origin")],
        &[HOST, ("sec-fetch-site", "none"), ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")],
        // A link in a mail.
        &[
            HOST,
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "document"),
        ],
        &[HOST, ("sec-fetch-site", "same-origin"), ("sec-fetch-mode", "cors")],
    ];
    for headers in answered {
        let seen = ask(&fixture, &[], sent(Event::get("/"), headers)).await;
        assert_eq!(seen.status, 200, "{headers:?} {}", seen.body);
    }
    let refused: [&[(&str, &str)]; 12] = [
        // Names that were rebound to loopback.
        &[("host", "evil.example:9000")],
        &[("host", "evil.example:9000"), ("origin", "http://evil.example:9000")],
        &[("host", "localhost.evil.example:9000")],
        &[("host", "0.0.0.0:9000")],
        &[("host", "192.168.1.7:9000")],
        // Pages of other origins, those of other ports included.
        &[HOST, ("origin", "https://evil.example")],
        &[HOST, ("origin", "http://localhost:3000"), ("sec-fetch-site", "same-site")],
        &[HOST, ("origin", "http://127.0.0.1:9000")],
        &[HOST, ("origin", "null")],
        &[HOST, ("origin", "")],
        &[
            HOST,
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-mode", "no-cors"),
            ("sec-fetch-dest", "script"),
        ],
        &[
            HOST,
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "iframe"),
        ],
    ];
    for headers in refused {
        for event in [Event::get("/"), Event::post("/"), Event::delete("/")] {
            ask(&fixture, &[], sent(event, headers)).await.problem(403);
        }
    }
    // Neither is what is public.
    let app = app(&fixture.database.url(), &[]);
    let event = sent(Event::get("/"), &[("host", "evil.example:9000")]);
    call_as(&app, db_test::handle, db_test::is_public, event).await.problem(403);
    // A token or AWS's own check says more than a name.
    let rebound = [("host", "evil.example"), ("origin", "https://other.example")];
    let event = sent(Event::get("/"), &rebound).header("authorization", &format!("Bearer {TOKEN}"));
    for variables in [&[WITH_TOKEN][..], &[ON_LAMBDA, WITH_TOKEN]] {
        assert_eq!(ask(&fixture, variables, event.clone()).await.status, 200);
    }
}

#[tokio::test]
async fn locally_a_token_is_asked_for_where_one_is_configured() {
    let fixture = Fixture::new();
    assert_eq!(ask(&fixture, &[WITH_TOKEN], bearing(TOKEN)).await.status, 200);
    ask(&fixture, &[WITH_TOKEN], Event::get("/").unsigned()).await.problem(401);
    // The caller may have written what an emulator says of the caller.
    ask(&fixture, &[WITH_TOKEN], Event::get("/")).await.problem(401);
}

#[tokio::test]
async fn on_lambda_without_a_token_only_a_caller_whom_aws_verified_is_let_in() {
    let fixture = Fixture::new();
    assert_eq!(ask(&fixture, &[ON_LAMBDA], Event::get("/")).await.status, 200);
    ask(&fixture, &[ON_LAMBDA], Event::get("/").unsigned()).await.problem(401);
    ask(&fixture, &[ON_LAMBDA], bearing("")).await.problem(401);
    ask(&fixture, &[ON_LAMBDA], bearing(TOKEN)).await.problem(401);
}

#[tokio::test]
async fn on_lambda_with_a_token_either_lets_in() {
    let fixture = Fixture::new();
    let both = [ON_LAMBDA, WITH_TOKEN];
    assert_eq!(ask(&fixture, &both, Event::get("/")).await.status, 200);
    assert_eq!(ask(&fixture, &both, bearing(TOKEN)).await.status, 200);
    ask(&fixture, &both, Event::get("/").unsigned()).await.problem(401);
}

#[tokio::test]
async fn a_refusal_says_how_to_be_let_in_and_is_the_same_for_every_wrong_token() {
    let fixture = Fixture::new();
    let both = [ON_LAMBDA, WITH_TOKEN];
    let mut details = Vec::new();
    let longer = format!("{TOKEN}s");
    for wrong in ["x", &TOKEN[1..], &longer, &TOKEN.to_uppercase(), "correct-horse-batterz"] {
        let seen = ask(&fixture, &both, bearing(wrong)).await;
        details.push(seen.problem(401).to_owned());
        assert_eq!(seen.headers["www-authenticate"], "Bearer");
    }
    details.dedup();
    assert_eq!(details.len(), 1, "{details:?}");
    let without = ask(&fixture, &both, Event::get("/").unsigned()).await;
    assert!(without.problem(401).contains("Authorization: Bearer"), "{}", without.body);
    assert_eq!(without.headers["www-authenticate"], "Bearer");
    let basic = Event::get("/").unsigned().header("authorization", &format!("Basic {TOKEN}"));
    ask(&fixture, &both, basic).await.problem(401);
    // Repeated headers arrive joined by a comma.
    ask(&fixture, &both, bearing(TOKEN).header("authorization", &format!("Bearer {TOKEN}")))
        .await
        .problem(401);
}

#[tokio::test]
async fn a_stranger_learns_neither_paths_nor_parameters_nor_methods() {
    let fixture = Fixture::new();
    let both = [ON_LAMBDA, WITH_TOKEN];
    for event in [Event::get("/nothing"), Event::get("/?limit=x"), Event::delete("/"), Event::post("/")] {
        ask(&fixture, &both, event.unsigned()).await.problem(401);
    }
}

async fn is_let_in(fixture: &Fixture, is_public: IsPublic, event: Event) -> bool {
    let app = app(&fixture.database.url(), &[ON_LAMBDA]);
    let seen = call_as(&app, |_, _| async { Err(web::Error::not_found("let in")) }, is_public, event).await;
    assert!(matches!(seen.status, 401 | 404), "{}", seen.status);
    seen.status == 404
}

#[tokio::test]
async fn of_db_test_only_the_short_form_is_public() {
    let fixture = Fixture::new();
    let head = Event::new(http::Method::HEAD, "/");
    for event in [Event::get("/"), Event::get("/lambda-url/db-test/"), Event::get("/?details=false"), head] {
        assert!(is_let_in(&fixture, db_test::is_public, event.clone().unsigned()).await, "{event:?}");
    }
    for event in [
        Event::get("/?details=true"),
        Event::get("/?details=false&details=true"),
        Event::get("/?details=yes"),
        Event::get("/nothing"),
        Event::post("/"),
    ] {
        assert!(!is_let_in(&fixture, db_test::is_public, event.clone().unsigned()).await, "{event:?}");
    }
}

#[tokio::test]
async fn the_binaries_hold_to_it_and_the_log_says_what_to_set() {
    let database = support::database();
    let url = database.url();
    let without_token = [("DATABASE_URL", url.as_str())];
    let with_token = [("DATABASE_URL", url.as_str()), WITH_TOKEN];
    for name in ["db-test", "list-projects", "import"] {
        let function = Lambda::start(&binary(name), &without_token).unwrap();
        let refused = function.invoke(&Event::get("/?details=true").unsigned()).await.unwrap();
        assert_eq!(refused.status.as_u16(), 401, "{name}");
        assert_eq!(refused.json::<Value>()["status"], 401, "{name}");
        function.logged("AuthType to AWS_IAM, or set ACCESS_TOKEN").await;
        let open = function.invoke(&Event::get("/").unsigned()).await.unwrap();
        assert_eq!(open.status.as_u16(), if name == "db-test" { 200 } else { 401 }, "{name}");
        assert_eq!(function.invoke(&Event::get("/")).await.unwrap().status.as_u16(), 200, "{name}");

        let function = Lambda::start(&binary(name), &with_token).unwrap();
        assert_eq!(function.invoke(&bearing(TOKEN)).await.unwrap().status.as_u16(), 200, "{name}");
        let wrong = Event::post("/").unsigned().header("authorization", "Bearer canary-of-a-wrong-token");
        assert_eq!(function.invoke(&wrong).await.unwrap().status.as_u16(), 401, "{name}");
        let log = function.logged("not the right one").await;
        assert!(!log.contains(TOKEN) && !log.contains("canary"), "{name}: {log}");
    }
}

#[tokio::test]
async fn an_empty_token_is_a_misconfiguration_and_lets_nobody_in() {
    let env = [("DATABASE_URL", "postgresql://me:pass@127.0.0.1:1/app"), ("ACCESS_TOKEN", "")];
    let function = Lambda::start(&binary("list-projects"), &env).unwrap();
    let answer = function.invoke(&bearing("")).await.unwrap();
    assert_eq!(answer.status.as_u16(), 500);
    function.logged("ACCESS_TOKEN: is empty").await;
}
