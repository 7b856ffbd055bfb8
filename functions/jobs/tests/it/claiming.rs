//! Many workers on one queue.

use std::collections::HashSet;
use std::sync::Mutex;

use futures_util::future::join_all;
use harness::{Fixture, app};
use serde_json::json;
use support::Event;

use crate::{claim, claim_one, post, submit, with_project};

#[tokio::test]
async fn jobs_are_claimed_by_type_in_the_order_in_which_they_were_due() {
    let fixture = with_project().await;
    fixture
        .execute(
            "INSERT INTO extraction_jobs (project_id, source_url, extraction_type, available_at) VALUES
                 (1, 'u', 'color', now() - interval '1 minute'), (1, 'u', 'spacing', now() - interval '3 minutes'),
                 (1, 'u', 'color', now() - interval '2 minutes'), (1, 'u', 'color', now() + interval '1 minute')",
        )
        .await;
    let claimed = async |body| {
        let seen = post(&fixture, "/claim", &body).await;
        seen.body["jobs"]
            .as_array()
            .unwrap()
            .iter()
            .map(|job| job["id"].as_i64().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(claimed(json!({ "types": ["color", "all"], "max": 1 })).await, [3]);
    assert_eq!(claimed(json!({ "types": ["typography"] })).await, [0; 0]);
    assert_eq!(claimed(json!({ "max": 9 })).await, [2, 1]);
}

#[tokio::test]
async fn a_worker_that_finds_nothing_is_told_when_to_ask_again() {
    let fixture = with_project().await;
    let seen = fixture.call(jobs::handle, Event::post("/claim")).await;
    assert_eq!((seen.status, seen.body), (200, json!({ "jobs": [] })));
    assert_eq!(seen.headers["retry-after"], "60");
    submit(&fixture).await;
    let seen = fixture.call(jobs::handle, Event::post("/claim")).await;
    assert_eq!(seen.body["jobs"].as_array().unwrap().len(), 1);
    assert!(seen.headers.get("retry-after").is_none());
}

#[tokio::test]
async fn of_sixty_four_workers_on_ten_thousand_jobs_no_two_get_one() {
    const JOBS: usize = 10_000;
    let fixture = with_project().await;
    fixture
        .execute(&format!(
            "INSERT INTO extraction_jobs (project_id, source_url, extraction_type)
             SELECT 1, 'u', 'all' FROM generate_series(1, {JOBS})"
        ))
        .await;
    let variables = [("DATABASE_POOL_SIZE", "64"), ("DATABASE_MAX_OVERFLOW", "0")];
    let fixture = Fixture { app: app(&fixture.database.url(), &variables), database: fixture.database };
    let claimed = Mutex::new(Vec::new());
    let worker =
        async |number: usize| {
            loop {
                let body = json!({ "max": 1 + number % 7, "worker": format!("w{number}") });
                let seen = post(&fixture, "/claim", &body).await;
                assert_eq!(seen.status, 200, "{}", seen.body);
                let jobs = seen.body["jobs"].as_array().unwrap();
                if jobs.is_empty() {
                    return;
                }
                let mut claimed = claimed.lock().unwrap();
                claimed.extend(jobs.iter().map(|job| {
                    (job["id"].as_i64().unwrap(), job["lease_token"].as_str().unwrap().to_owned())
                }));
            }
        };
    join_all((0..64).map(worker)).await;
    let claimed = claimed.into_inner().unwrap();
    assert_eq!(claimed.len(), JOBS);
    assert_eq!(claimed.iter().map(|(id, _)| id).collect::<HashSet<_>>().len(), JOBS);
    assert_eq!(claimed.iter().map(|(_, token)| token).collect::<HashSet<_>>().len(), JOBS);
    let once = "SELECT count(*) FROM extraction_jobs WHERE status = 'processing' AND attempts = 1";
    assert_eq!(fixture.ask(once).await, JOBS.to_string());
}

#[tokio::test]
async fn claims_do_not_wait_for_a_job_that_another_is_taking() {
    let fixture = with_project().await;
    let (first, second) = (submit(&fixture).await, submit(&fixture).await);
    let other = fixture.database.client().await;
    let take = format!("BEGIN; SELECT FROM extraction_jobs WHERE id = {first} FOR UPDATE");
    other.batch_execute(&take).await.unwrap();
    assert_eq!(claim_one(&fixture).await["id"], second);
    assert!(claim(&fixture).await.is_empty());
    other.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(claim_one(&fixture).await["id"], first);
}
