//! Processes that end at the worst moment: functions whose answers are lost, and workers that never report.

use std::time::Duration;

use harness::{Fixture, lock_tables, until_busy};
use serde_json::{Value, json};
use support::lambda::Lambda;
use support::{Event, binary};

use crate::{claim_one, get, let_time_pass, report, submit, with_project};

/// Sends a request to a process of the function and kills it while the statement waits for a lock; then the
/// statement goes on without it, and nobody hears its answer.
async fn send_and_kill(fixture: &Fixture, target: &str, body: &Value) {
    let url = fixture.database.url();
    let function = Lambda::start(&binary("jobs"), &[("DATABASE_URL", url.as_str())]).unwrap();
    function.init_duration().await.unwrap();
    let blocker = lock_tables(&fixture.database, "extraction_jobs").await;
    let event = Event::post(target).text(body.to_string()).timeout(Duration::from_secs(20));
    let killed = async {
        until_busy(&fixture.database, 1).await;
        function.kill();
    };
    let (outcome, ()) = tokio::join!(function.invoke(&event), killed);
    assert!(outcome.is_err());
    blocker.batch_execute("ROLLBACK").await.unwrap();
    until_busy(&fixture.database, 0).await;
}

#[tokio::test]
async fn a_job_whose_claim_was_never_answered_is_due_again_when_the_lease_ends() {
    let fixture = with_project().await;
    let id = submit(&fixture).await;
    send_and_kill(&fixture, "/claim", &json!({ "worker": "lost" })).await;
    let job = get(&fixture, &format!("/{id}")).await.body;
    if job["status"] == "processing" {
        assert_eq!((&job["worker"], &job["attempts"]), (&json!("lost"), &json!(1)));
        let_time_pass(&fixture).await;
    }
    let job = claim_one(&fixture).await;
    assert_eq!(report(&fixture, &job, "complete", json!({})).await.status, 200);
}

#[tokio::test]
async fn a_heartbeat_and_a_completion_that_were_never_answered_are_repeated() {
    let fixture = with_project().await;
    submit(&fixture).await;
    let job = claim_one(&fixture).await;
    let heartbeat = json!({ "lease_token": job["lease_token"], "progress": 50 });
    send_and_kill(&fixture, &format!("/{}/heartbeat", job["id"]), &heartbeat).await;
    let kept = report(&fixture, &job, "heartbeat", json!({ "progress": 60 })).await;
    assert_eq!(kept.status, 200, "{}", kept.body);
    let completion = json!({ "lease_token": job["lease_token"], "tokens": {} });
    send_and_kill(&fixture, &format!("/{}/complete", job["id"]), &completion).await;
    let done = report(&fixture, &job, "complete", json!({ "tokens": {} })).await;
    assert_eq!((done.status, &done.body["status"]), (200, &json!("completed")), "{}", done.body);
    assert_eq!(done.body["attempts"], 1);
}

#[tokio::test]
async fn a_worker_that_dies_after_a_claim_or_a_heartbeat_leaves_the_job_to_the_next_one() {
    let fixture = with_project().await;
    submit(&fixture).await;
    drop(claim_one(&fixture).await);
    let_time_pass(&fixture).await;
    let second = claim_one(&fixture).await;
    assert_eq!(report(&fixture, &second, "heartbeat", json!({ "progress": 70 })).await.status, 200);
    let_time_pass(&fixture).await;
    let third = claim_one(&fixture).await;
    assert_eq!((&third["attempt"], &third["progress"]), (&json!(3), &json!(0)));
    assert_eq!(report(&fixture, &third, "complete", json!({})).await.status, 200);
}
