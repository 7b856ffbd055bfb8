//! The page of `GET import/`: what is served, to whom, and that it works in a browser where there is one.

mod bridge;
mod browser;
mod scripts;
mod webdriver;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use harness::{Fixture, Seen, app, call_as};
use sha2::{Digest, Sha256};
use support::lambda::Lambda;
use support::{Event, binary};

/// The `Accept` header of Chrome and Firefox when a person opens an address.
const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8";

/// A database is not asked for the page, so none is needed.
const NOWHERE: &str = "postgresql://me:pass@127.0.0.1:1/app";
const ON_LAMBDA: (&str, &str) = ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand");

async fn open(variables: &[(&str, &str)], event: Event) -> Seen {
    call_as(&app(NOWHERE, variables), import::handle, import::is_public, accepting(event, BROWSER)).await
}

/// In place of `Event`'s own header, which is curl's.
fn accepting(event: Event, accept: &str) -> Event {
    event.without_header("accept").header("accept", accept)
}

async fn page() -> (Seen, String) {
    let seen = open(&[], Event::get("/")).await;
    assert_eq!(seen.status, 200, "{}", seen.body);
    let html = seen.body.as_str().unwrap().to_owned();
    (seen, html)
}

/// Returns the text between two others, each there once.
fn between<'a>(html: &'a str, start: &str, end: &str) -> &'a str {
    let parts: Vec<&str> = html.split(start).collect();
    let [_, rest] = parts[..] else { panic!("{start} is there {} times", parts.len() - 1) };
    let parts: Vec<&str> = rest.split(end).collect();
    let [content, _] = parts[..] else { panic!("{end} is there {} times", parts.len() - 1) };
    content
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
    let (seen, html) = page().await;
    let policy = seen.headers["content-security-policy"].to_str().unwrap();
    let hash = |content: &str| format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(content)));
    let script = hash(between(&html, "<script type=\"module\">", "</script>"));
    let style = hash(between(&html, "<style>", "</style>"));
    let directives: Vec<&str> = policy.split("; ").collect();
    for directive in [
        "default-src 'none'",
        &format!("script-src {script}"),
        &format!("style-src {style}"),
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ] {
        assert!(directives.contains(&directive), "{directive} is not in {policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
}

#[tokio::test]
async fn the_other_headers_give_nothing_away() {
    let (seen, _) = page().await;
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-store"),
        ("vary", "Accept"),
    ] {
        assert_eq!(seen.headers[name], value);
    }
}

#[tokio::test]
async fn head_has_the_headers_of_get_and_no_body() {
    let (get, _) = page().await;
    let head = open(&[], Event::new(http::Method::HEAD, "/")).await;
    assert_eq!((head.status, &head.headers), (200, &get.headers));
    assert_eq!(head.body, "");
}

#[tokio::test]
async fn the_page_asks_for_nothing_from_elsewhere() {
    let (_, html) = page().await;
    // The name of a vocabulary, which nobody fetches.
    let html = html.replace("http://www.w3.org/2000/svg", "");
    for text in ["http:", "https:", "url(", "@import", " src=", "import(", "innerHTML", "{{"] {
        // The script's own test of what may become a link.
        let found = html.replace("/^https?:/i", "");
        assert!(!found.contains(text), "{text}");
    }
    let links: Vec<&str> = html.split("<link ").skip(1).collect();
    assert!(matches!(links[..], [icon] if icon.starts_with("rel=\"icon\" href=\"data:")), "{links:?}");
}

#[tokio::test]
async fn every_element_that_the_script_asks_for_is_there_once() {
    let (_, html) = page().await;
    let names = |start: &str, end: char| -> Vec<String> {
        html.split(start).skip(1).filter_map(|rest| rest.split(end).next()).map(str::to_owned).collect()
    };
    let ids = names(" id=\"", '"');
    let mut asked = names("byId('", '\'');
    asked.extend(names("confirmed('", '\''));
    asked.extend(names("copyOf('", '\''));
    asked.extend(names(" for=\"", '"'));
    asked.extend(names("aria-labelledby=\"", '"'));
    asked.extend(names("aria-describedby=\"", '"'));
    assert!(asked.len() > 20, "{asked:?}");
    for id in &asked {
        assert_eq!(ids.iter().filter(|other| *other == id).count(), 1, "{id}");
    }
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
    let folder = support::project_root().join("functions/import/src/page");
    let mut shown = 0;
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "js") {
            continue;
        }
        let script = std::fs::read_to_string(&path).unwrap();
        for markup in
            ["innerHTML", "outerHTML", "insertAdjacent", "createTextNode", "innerText", "alert(", "confirm("]
        {
            assert!(!script.contains(markup), "{markup} in {}", path.display());
        }
        for line in script.lines().map(str::trim).filter(|line| !line.starts_with(['/', '*'])) {
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
            let is_set = line.contains(".textContent = ") || line.contains("setAttribute(");
            let is_own = own.iter().any(|own| line.contains(own)) || line.contains("'aria-disabled'");
            assert!(!is_set || is_own, "{}: {line}", path.display());
            // Texts from outside are isolated at the place where they are used.
            let isolates = ["outside(", "marked(", "sentence`", "fieldOf("];
            for text in
                ["fileName(job)", "projectName(", "file.name}", "entry.reason", "error.message", "(why)"]
            {
                let is_definition = line.starts_with("const ") || line.starts_with("function ");
                let is_used = line.contains(text) && !is_definition;
                // A refusal of the token is handed on to the dialog, which isolates it.
                let is_handed_on = line.contains("askForToken(") || line.contains("tokenGiven(why)");
                if is_used && !is_handed_on {
                    shown += 1;
                    assert!(
                        isolates.iter().any(|isolate| line.contains(isolate)),
                        "{}: {line}",
                        path.display()
                    );
                }
            }
        }
    }
    assert!(shown > 8, "{shown}");
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
