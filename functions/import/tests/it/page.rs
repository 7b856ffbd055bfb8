//! The page of `GET import/`: what is served, to whom, and that it works in a browser where there is one.

mod browser;
mod scripts;

use harness::{BROWSER, Fixture, Seen, accepting, app, assert_isolated, assert_page, between, call_as};
use support::lambda::Lambda;
use support::{Event, binary};

/// A database is not asked for the page, so none is needed.
const NOWHERE: &str = "postgresql://me:pass@127.0.0.1:1/app";
const ON_LAMBDA: (&str, &str) = ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand");

async fn open(variables: &[(&str, &str)], event: Event) -> Seen {
    call_as(&app(NOWHERE, variables), import::handle, import::is_public, accepting(event, BROWSER)).await
}

async fn page() -> Seen {
    open(&[], Event::get("/")).await
}

#[tokio::test]
async fn a_browser_gets_the_page_and_other_clients_the_jobs() {
    let fixture = Fixture::new();
    for target in ["/", "/lambda-url/import", "/lambda-url/import/", "/?from=mail"] {
        let seen = open(&[], Event::get(target)).await;
        assert_eq!(
            (seen.status, &seen.headers["content-type"]),
            (200, &"text/html; charset=utf-8".parse().unwrap())
        );
    }
    for accept in
        ["*/*", "application/json", "application/json, text/plain, */*", "text/html;q=0.2, */*;q=0.3"]
    {
        let seen = fixture.call(import::handle, accepting(Event::get("/"), accept)).await;
        assert!(seen.body["import_jobs"].is_array(), "{accept}: {}", seen.body);
    }
    let seen = fixture.call(import::handle, Event::get("/").without_header("accept")).await;
    assert!(seen.body["import_jobs"].is_array(), "{}", seen.body);
    // Only the root has a page.
    fixture
        .call(import::handle, accepting(Event::get("/0198c5a0-0000-7000-8000-000000000000"), BROWSER))
        .await
        .problem(404);
}

#[tokio::test]
async fn the_binary_serves_the_page() {
    let env = [("DATABASE_URL", "postgresql://me:pass@127.0.0.1:1/app")];
    let function = Lambda::start(&binary("import"), &env).unwrap();
    let event = Event::get("/").without_header("accept").header("accept", "text/html");
    for _ in 0..3 {
        let answer = function.invoke(&event).await.unwrap();
        assert_eq!(
            (answer.status.as_u16(), answer.header("content-type")),
            (200, Some("text/html; charset=utf-8"))
        );
        assert!(answer.text().len() > 20_000, "{}", answer.text());
    }
}

#[tokio::test]
async fn the_policy_allows_the_script_and_the_style_that_are_served_and_nothing_else() {
    assert_page(&page().await);
}

#[tokio::test]
async fn head_has_the_headers_of_get_and_no_body() {
    let get = page().await;
    let head = open(&[], Event::new(http::Method::HEAD, "/")).await;
    assert_eq!((head.status, &head.headers), (200, &get.headers));
    assert_eq!(head.body, "");
}

#[tokio::test]
async fn a_stranger_gets_the_page_but_none_of_what_is_stored() {
    for variables in [&[ON_LAMBDA][..], &[ON_LAMBDA, ("ACCESS_TOKEN", "correct-horse-battery")]] {
        assert_eq!(open(variables, Event::get("/").unsigned()).await.status, 200);
        assert_eq!(open(variables, Event::new(http::Method::HEAD, "/").unsigned()).await.status, 200);
        for event in [
            Event::get("/0198c5a0-0000-7000-8000-000000000000"),
            Event::get("/0198c5a0-0000-7000-8000-000000000000/rejections"),
            Event::delete("/0198c5a0-0000-7000-8000-000000000000"),
            Event::post("/"),
            Event::delete("/"),
        ] {
            open(variables, event.unsigned()).await.problem(401);
        }
        let app = app(NOWHERE, variables);
        call_as(&app, import::handle, import::is_public, Event::get("/").unsigned()).await.problem(401);
    }
}

/// "Request must be smaller than 6291456 bytes for the InvokeFunction operation."
const MAX_EVENT: usize = 6_291_456;

#[tokio::test]
async fn the_largest_upload_of_the_page_fits_into_an_event_with_all_its_headers() {
    let max_upload = |seen: &Seen| -> usize {
        let html = seen.body.as_str().unwrap();
        between(html, "<meta name=\"max-upload-bytes\" content=\"", "\">\n<link").parse().unwrap()
    };
    let on_lambda = max_upload(&open(&[ON_LAMBDA], Event::get("/")).await);
    // A function URL takes 10,240 bytes of request line and headers (AWS Lambda Developer Guide, "Lambda
    // quotas").
    let event =
        Event::post("/?filename=x").header("x-filler", &"x".repeat(10_240)).binary(vec![0; on_lambda]);
    assert!(event.json().to_string().len() < MAX_EVENT);
    assert!(on_lambda > 4_500_000);

    let limit = ("IMPORT_MAX_BYTES", "1000");
    assert_eq!(max_upload(&open(&[ON_LAMBDA, limit], Event::get("/")).await), 1_000);
    // No service stands before a function on this machine.
    assert_eq!(max_upload(&open(&[], Event::get("/")).await), 512 * 1024 * 1024);
}

#[test]
fn no_script_of_the_page_shows_a_text_from_outside_that_is_not_isolated() {
    // Texts that can be set as they are: our own words, numbers and dates.
    let own = [
        "isolated.textContent = printable(",
        "= 'Try again'",
        "= ''",
        "textContent = number(",
        "? '' : number(",
        "words.",
        "percent",
        "= phase",
        "= undoWords(job)",
        "OUTCOMES",
        "marked(",
        "place.textContent",
    ];
    let texts = ["fileName(job)", "projectName(", "file.name}", "entry.reason", "error.message", "(why)"];
    let folders = ["functions/import/src/page", "shared/pages/src/parts"];
    let shown = folders.map(|folder| assert_isolated(&support::project_root().join(folder), &own, &texts));
    assert!(shown.iter().sum::<usize>() > 8, "{shown:?}");
}

#[tokio::test]
async fn projects_are_listed_by_name_for_those_who_may_ask() {
    let fixture = Fixture::with(support::database(), &[("ACCESS_TOKEN", "a-token-of-some-length")]);
    fixture.execute("INSERT INTO projects (name) VALUES ('beta'), ('Alpha'), ('beta')").await;
    let ask = |event: Event| call_as(&fixture.app, import::handle, import::is_public, event);
    // A browser that asks for HTML gets the page at the root only.
    ask(accepting(Event::get("/projects").unsigned(), BROWSER)).await.problem(401);
    ask(Event::get("/projects").unsigned()).await.problem(401);
    let event = Event::get("/projects").unsigned().header("authorization", "Bearer a-token-of-some-length");
    let seen = ask(event).await;
    assert_eq!(
        seen.body,
        serde_json::json!({"more": false, "projects": [
            {"id": 2, "name": "Alpha"}, {"id": 1, "name": "beta"}, {"id": 3, "name": "beta"}]})
    );
    let ask = |event: Event| {
        let event = event.unsigned().header("authorization", "Bearer a-token-of-some-length");
        call_as(&fixture.app, import::handle, import::is_public, event)
    };
    fixture
        .execute("INSERT INTO projects (name) SELECT repeat('n', 255) FROM generate_series(1, 1000)")
        .await;
    let seen = ask(Event::get("/projects")).await;
    assert_eq!((seen.body["projects"].as_array().unwrap().len(), &seen.body["more"]), (1_000, &true.into()));
    ask(Event::get("/projects?limit=2")).await.problem(400);
}
