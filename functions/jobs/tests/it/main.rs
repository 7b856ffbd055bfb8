//! `jobs` against the real Postgres.

#![expect(clippy::unwrap_used, reason = "a helper that panics fails its test")]

mod access;
mod claiming;
mod killed;
mod leases;
mod managing;
mod plan;
mod results;
mod submitting;
mod webhook;

use harness::{Fixture, Seen};
use serde_json::{Value, json};
use support::Event;

/// A database with one project, whose id is 1.
async fn with_project() -> Fixture {
    let fixture = Fixture::new();
    fixture.execute("INSERT INTO projects (name) VALUES ('p')").await;
    fixture
}

async fn get(fixture: &Fixture, target: &str) -> Seen {
    fixture.call(jobs::handle, Event::get(target)).await
}

async fn post(fixture: &Fixture, target: &str, body: &Value) -> Seen {
    fixture.call(jobs::handle, Event::post(target).text(body.to_string())).await
}

/// The body of a submission.
fn wanted() -> Value {
    json!({ "project_id": 1, "source_url": "https://example.com/a.png", "extraction_type": "color" })
}

/// Submits a job, and returns its id.
async fn submit(fixture: &Fixture) -> i64 {
    let seen = post(fixture, "/", &wanted()).await;
    assert_eq!(seen.status, 201, "{}", seen.body);
    seen.body["id"].as_i64().unwrap()
}

/// Claims as many jobs as there are, up to a hundred.
async fn claim(fixture: &Fixture) -> Vec<Value> {
    let seen = post(fixture, "/claim", &json!({ "max": 100, "worker": "w" })).await;
    assert_eq!(seen.status, 200, "{}", seen.body);
    seen.body["jobs"].as_array().unwrap().clone()
}

/// Claims the only job that is due.
async fn claim_one(fixture: &Fixture) -> Value {
    let mut jobs = claim(fixture).await;
    assert_eq!(jobs.len(), 1, "{jobs:?}");
    jobs.remove(0)
}

/// Reports for the lease of a claimed job.
async fn report(fixture: &Fixture, job: &Value, what: &str, more: Value) -> Seen {
    let mut body = json!({ "lease_token": job["lease_token"] });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    post(fixture, &format!("/{}/{what}", job["id"]), &body).await
}

/// Lets every lease end, and every pause.
async fn let_time_pass(fixture: &Fixture) {
    fixture.execute("UPDATE extraction_jobs SET available_at = now() - interval '1 second'").await;
}
