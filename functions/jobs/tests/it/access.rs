//! Who may do what with jobs.

use harness::{Fixture, Issuer, Seen, bearer};
use serde_json::{Value, json};
use support::Event;

async fn fixture() -> (Fixture, Issuer) {
    let issuer = Issuer::start().await;
    (Fixture::of_users(&issuer), issuer)
}

async fn post(fixture: &Fixture, caller: &str, target: &str, body: &Value) -> Seen {
    fixture.call(jobs::handle, bearer(Event::post(target).text(body.to_string()), caller)).await
}

async fn get(fixture: &Fixture, caller: &str, target: &str) -> Seen {
    fixture.call(jobs::handle, bearer(Event::get(target), caller)).await
}

/// A project of a caller's organization, and a job in it.
async fn submit(fixture: &Fixture, caller: &str) -> Value {
    let event = bearer(Event::post("/").text(r#"{"name": "p"}"#), caller);
    let project = fixture.call(projects::handle, event).await.body["id"].clone();
    let job = json!({ "project_id": project, "source_url": "https://x/", "extraction_type": "all" });
    let seen = post(fixture, caller, "/", &job).await;
    assert_eq!(seen.status, 201, "{}", seen.body);
    seen.body
}

async fn api_token(fixture: &Fixture, caller: &str, scopes: &[&str]) -> String {
    let wanted = json!({ "name": "t", "scopes": scopes }).to_string();
    let made = fixture.call(account::handle, bearer(Event::post("/tokens").text(wanted), caller)).await;
    made.body["token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_worker_needs_the_scope_worker_and_nothing_else() {
    let (fixture, issuer) = fixture().await;
    let ada = issuer.member("ada", "a", "owner");
    let job = submit(&fixture, &ada).await;
    let worker = api_token(&fixture, &ada, &["worker"]).await;
    let writer = api_token(&fixture, &ada, &["read", "write"]).await;
    post(&fixture, &writer, "/claim", &json!({})).await.problem(403);
    post(&fixture, &issuer.member("vic", "a", "viewer"), "/claim", &json!({})).await.problem(403);
    let seen = post(&fixture, &worker, "/claim", &json!({})).await;
    let claimed = &seen.body["jobs"][0];
    assert_eq!(claimed["id"], job["id"], "{}", seen.body);
    let lease = json!({ "lease_token": claimed["lease_token"] });
    let failure = json!({ "lease_token": claimed["lease_token"], "error": "x" });
    for (what, body) in [("heartbeat", &lease), ("complete", &lease), ("fail", &failure)] {
        post(&fixture, &writer, &format!("/{}/{what}", job["id"]), body).await.problem(403);
    }
    let heartbeat = format!("/{}/heartbeat", job["id"]);
    assert_eq!(post(&fixture, &worker, &heartbeat, &lease).await.status, 200);
    // It neither reads nor submits.
    get(&fixture, &worker, "/").await.problem(403);
    post(
        &fixture,
        &worker,
        "/",
        &json!({ "project_id": job["project_id"], "source_url": "https://x/",
        "extraction_type": "all" }),
    )
    .await
    .problem(403);
    assert_eq!(post(&fixture, &worker, &format!("/{}/complete", job["id"]), &lease).await.status, 200);
}

#[tokio::test]
async fn another_organizations_jobs_are_neither_seen_nor_claimed_nor_changed() {
    let (fixture, issuer) = fixture().await;
    let (ada, bob) = (issuer.member("ada", "a", "owner"), issuer.member("bob", "b", "owner"));
    let job = submit(&fixture, &ada).await;
    let path = format!("/{}", job["id"]);
    assert_eq!(get(&fixture, &bob, "/").await.body["jobs"], json!([]));
    get(&fixture, &bob, &path).await.problem(404);
    assert_eq!(post(&fixture, &bob, "/claim", &json!({})).await.body["jobs"], json!([]));
    let elsewhere =
        json!({ "project_id": job["project_id"], "source_url": "https://x/", "extraction_type": "all" });
    post(&fixture, &bob, "/", &elsewhere).await.problem(404);
    let claimed = post(&fixture, &ada, "/claim", &json!({})).await.body["jobs"][0].clone();
    let lease = json!({ "lease_token": claimed["lease_token"] });
    for what in ["heartbeat", "complete", "retry"] {
        post(&fixture, &bob, &format!("{path}/{what}"), &lease).await.problem(404);
    }
    fixture.call(jobs::handle, bearer(Event::delete(&path), &bob)).await.problem(404);
    assert_eq!(get(&fixture, &ada, &path).await.body["status"], "processing");

    // A key that another organization has used is free here.
    submit(&fixture, &bob).await;
    let keyed = async |caller: &str| {
        let project = get(&fixture, caller, "/").await.body["jobs"][0]["project_id"].clone();
        let job = json!({ "project_id": project, "source_url": "https://x/", "extraction_type": "all" });
        let event = Event::post("/").header("idempotency-key", "key").text(job.to_string());
        fixture.call(jobs::handle, bearer(event, caller)).await.status
    };
    assert_eq!([keyed(&ada).await, keyed(&bob).await], [201, 201]);
}
