//! The page of `GET projects/`: what is served, to whom, and that it works in a browser where there is one.

mod browser;
mod colors;

use harness::{BROWSER, Fixture, accepting, app, assert_isolated, assert_page, bearer, call_as};
use serde_json::json;
use support::Event;

use crate::{create, send};

/// A database is not asked for the page, so none is needed.
const NOWHERE: &str = "postgresql://me:pass@127.0.0.1:1/app";

#[tokio::test]
async fn a_browser_gets_the_page_and_other_clients_the_names_of_projects() {
    for target in ["/", "/lambda-url/projects", "/lambda-url/projects/", "/?from=mail"] {
        let event = accepting(Event::get(target), BROWSER);
        let seen = call_as(&app(NOWHERE, &[]), projects::handle, projects::is_public, event).await;
        assert_page(&seen);
    }
    let fixture = Fixture::new();
    create(&fixture, "b").await;
    create(&fixture, "A").await;
    let seen = send(&fixture, "GET", "/", "").await;
    assert_eq!(
        seen.body,
        json!({ "projects": [{ "id": 2, "name": "A" }, { "id": 1, "name": "b" }], "more": false })
    );
    send(&fixture, "GET", "/?limit=1", "").await.problem(400);
}

#[tokio::test]
async fn a_stranger_gets_the_page_but_none_of_what_is_stored() {
    let variables =
        [("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"), ("ACCESS_TOKEN", "correct-horse-battery")];
    let app = app(NOWHERE, &variables);
    let ask = |event: Event| call_as(&app, projects::handle, projects::is_public, event.unsigned());
    assert_eq!(ask(accepting(Event::get("/"), BROWSER)).await.status, 200);
    for event in [Event::get("/1"), Event::get("/1/tokens"), Event::get("/1/jobs"), Event::post("/")] {
        ask(accepting(event, BROWSER)).await.problem(401);
    }
    ask(Event::get("/")).await.problem(401);
}

#[tokio::test]
async fn the_jobs_of_a_project_are_listed_with_their_states() {
    let fixture = Fixture::with(support::database(), &[("ACCESS_TOKEN", "a-token-of-some-length")]);
    fixture
        .execute(
            "INSERT INTO projects (name) VALUES ('a'), ('b'), ('none');
             INSERT INTO extraction_jobs (project_id, source_url, extraction_type) VALUES (2, 'https://x/', 'all');
             INSERT INTO extraction_jobs (project_id, source_url, extraction_type, status, progress, attempts,
                 error_message, cost_usd, completed_at)
             VALUES (1, 'https://x/1', 'color', 'failed', 40, 3, 'No colors.', 0.25, now()),
                    (1, 'https://x/2', 'color', 'pending', 0, 0, NULL, NULL, NULL)",
        )
        .await;
    let get = async |target: &str| {
        fixture.call(projects::handle, bearer(Event::get(target).unsigned(), "a-token-of-some-length")).await
    };
    let seen = get("/1/jobs").await;
    let jobs = seen.body["jobs"].as_array().unwrap();
    assert_eq!(jobs.iter().map(|job| &job["id"]).collect::<Vec<_>>(), [3, 2]);
    assert_eq!((&jobs[0]["status"], &jobs[0]["error_message"]), (&json!("pending"), &json!(null)));
    let failed = json!(["failed", 40, 3, 3, "No colors.", "0.250000"]);
    let fields = ["status", "progress", "attempts", "max_attempts", "error_message", "cost_usd"];
    assert_eq!(json!(fields.map(|field| &jobs[1][field])), failed);
    assert_eq!(seen.body["next_cursor"], json!(null));
    // A page at a time.
    let first = get("/1/jobs?limit=1").await;
    let next = get(&format!("/1/jobs?limit=1&cursor={}", first.body["next_cursor"].as_str().unwrap())).await;
    assert_eq!((&first.body["jobs"][0]["id"], &next.body["jobs"][0]["id"]), (&json!(3), &json!(2)));
    assert_eq!(get("/3/jobs").await.body, json!({ "jobs": [], "next_cursor": null }));
    get("/4/jobs").await.problem(404);
}

#[test]
fn the_functions_of_the_page_do_what_they_say() {
    harness::run_scripts(&support::project_root().join("functions/projects/tests/it/page/scripts"));
}

#[test]
fn no_script_of_the_page_shows_a_text_from_outside_that_is_not_isolated() {
    let own = ["textContent = number("];
    let texts = [
        "token.path",
        "token.description)",
        "token.alias}",
        "token.deprecated}",
        "token.type)",
        "ours.role)",
        "job.source_url",
        "job.error_message)",
        "job.worker}",
        "job.extraction_type",
        "project.name",
        "project.description)",
        "(family",
        "${weight}",
    ];
    let folder = support::project_root().join("functions/projects/src/page");
    assert!(assert_isolated(&folder, &own, &texts) >= texts.len());
}
