//! `POST jobs/`.

use serde_json::json;
use support::Event;

use crate::{get, post, wanted, with_project};

#[tokio::test]
async fn a_job_is_submitted_and_waits_for_a_worker() {
    let fixture = with_project().await;
    let made = post(&fixture, "/", &wanted()).await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(made.headers["location"], "./1");
    for (field, expected) in [
        ("id", json!(1)),
        ("project_id", json!(1)),
        ("source_url", json!("https://example.com/a.png")),
        ("extraction_type", json!("color")),
        ("status", json!("pending")),
        ("progress", json!(0)),
        ("attempts", json!(0)),
        ("max_attempts", json!(3)),
        ("worker", json!(null)),
        ("result_data", json!(null)),
        ("cost_usd", json!(null)),
        ("completed_at", json!(null)),
    ] {
        assert_eq!(made.body[field], expected, "{field}");
    }
    assert!(made.body.get("lease_token").is_none(), "a lease is its worker's alone");
    assert_eq!(get(&fixture, "/1").await.body, made.body);
}

#[tokio::test]
async fn a_request_with_a_known_key_finds_the_job_of_the_first_one() {
    let fixture = with_project().await;
    let send = async |key: &str, body: serde_json::Value| {
        let event = Event::post("/").header("idempotency-key", key).text(body.to_string());
        fixture.call(jobs::handle, event).await
    };
    let first = send("key", wanted()).await;
    let again = send("\"key\"", wanted()).await;
    assert_eq!((first.status, again.status), (201, 200));
    assert_eq!(first.body, again.body);
    assert_eq!(again.headers["location"], first.headers["location"]);
    for (field, value) in [
        ("project_id", json!(2)),
        ("source_url", json!("https://example.com/b.png")),
        ("extraction_type", json!("all")),
        ("max_attempts", json!(1)),
    ] {
        let mut other = wanted();
        other[field] = value;
        send("key", other).await.problem(409);
    }
    assert_eq!(send("other", wanted()).await.status, 201);
    // Without a key, each is a job of its own.
    assert_eq!(
        [post(&fixture, "/", &wanted()).await.status, post(&fixture, "/", &wanted()).await.status],
        [201; 2]
    );
    send(&"x".repeat(256), wanted()).await.problem(400);
    assert_eq!(fixture.ask("SELECT count(*) FROM extraction_jobs").await, "4");
}

#[tokio::test]
async fn of_many_requests_with_one_key_one_makes_the_job_and_all_find_it() {
    let fixture = with_project().await;
    let sent = (0..8).map(|_| {
        let event = Event::post("/").header("idempotency-key", "key").text(wanted().to_string());
        fixture.call(jobs::handle, event)
    });
    let seen = futures_util::future::join_all(sent).await;
    let count = |status: u16| seen.iter().filter(|seen| seen.status == status).count();
    assert_eq!(
        (count(201), count(200)),
        (1, 7),
        "{:?}",
        seen.iter().map(|seen| &seen.body).collect::<Vec<_>>()
    );
    assert!(seen.iter().all(|one| one.body["id"] == seen[0].body["id"]));
}

#[tokio::test]
async fn what_cannot_be_a_job_is_refused() {
    let fixture = with_project().await;
    for (field, value, status) in [
        ("project_id", json!(7), 404),
        ("project_id", json!("1"), 400),
        ("source_url", json!("ftp://example.com/a"), 422),
        ("source_url", json!(format!("https://example.com/{}", "a".repeat(500))), 422),
        ("extraction_type", json!("logo"), 422),
        ("colour", json!("blue"), 400),
    ] {
        let mut body = wanted();
        body[field] = value;
        post(&fixture, "/", &body).await.problem(status);
    }
    fixture.call(jobs::handle, Event::post("/")).await.problem(400);
    assert_eq!(fixture.ask("SELECT count(*) FROM extraction_jobs").await, "0");
}
