//! A worker with a lease may report; one without may not.

use serde_json::json;

use crate::{claim, claim_one, get, let_time_pass, post, report, submit, with_project};

#[tokio::test]
async fn a_job_is_claimed_kept_and_completed() {
    let fixture = with_project().await;
    submit(&fixture).await;
    let body = json!({ "types": ["color"], "max": 1, "lease_seconds": 30, "worker": "palette 1" });
    let seen = post(&fixture, "/claim", &body).await;
    let job = &seen.body["jobs"][0];
    assert_eq!(
        (&job["status"], &job["attempt"], &job["worker"]),
        (&json!("processing"), &json!(1), &json!("palette 1"))
    );
    assert_eq!(job["lease_token"].as_str().unwrap().len(), 36);
    let lease = "SELECT extract(epoch FROM available_at - started_at)::int FROM extraction_jobs";
    assert_eq!(fixture.ask(lease).await, "30");

    let kept = report(&fixture, job, "heartbeat", json!({ "lease_seconds": 90, "progress": 40 })).await;
    assert_eq!((kept.status, &kept.body["progress"]), (200, &json!(40)), "{}", kept.body);
    assert_eq!(kept.body["lease_token"], job["lease_token"]);
    assert!(kept.body["lease_expires_at"].as_str() > job["lease_expires_at"].as_str());
    let kept = report(&fixture, job, "heartbeat", json!({})).await;
    assert_eq!(kept.body["progress"], 40, "what is left out stays");

    let done = report(&fixture, job, "complete", json!({ "tokens": {}, "cost_usd": 0.0125 })).await;
    assert_eq!(done.status, 200, "{}", done.body);
    assert_eq!((&done.body["status"], &done.body["progress"]), (&json!("completed"), &json!(100)));
    assert_eq!((&done.body["result_data"], &done.body["cost_usd"]), (&json!("{}"), &json!("0.012500")));
    assert!(claim(&fixture).await.is_empty());
}

#[tokio::test]
async fn a_completion_whose_answer_was_lost_is_answered_again_and_changes_nothing() {
    let fixture = with_project().await;
    submit(&fixture).await;
    let job = claim_one(&fixture).await;
    let first = report(&fixture, &job, "complete", json!({ "cost_usd": "1" })).await;
    let again = report(&fixture, &job, "complete", json!({ "cost_usd": "2" })).await;
    assert_eq!((first.status, again.status), (200, 200));
    assert_eq!(again.body, first.body);
    report(&fixture, &job, "heartbeat", json!({})).await.problem(409);
    report(&fixture, &job, "fail", json!({ "error": "x" })).await.problem(409);
    let other = json!({ "id": job["id"], "lease_token": "00000000-0000-7000-8000-000000000000" });
    report(&fixture, &other, "complete", json!({})).await.problem(409);
}

#[tokio::test]
async fn a_worker_that_was_stopped_past_its_lease_is_refused() {
    let fixture = with_project().await;
    submit(&fixture).await;
    let stopped = claim_one(&fixture).await;
    let_time_pass(&fixture).await;
    let refused = async || {
        report(&fixture, &stopped, "heartbeat", json!({})).await.problem(409);
        report(&fixture, &stopped, "complete", json!({})).await.problem(409);
        report(&fixture, &stopped, "fail", json!({ "error": "x" })).await.problem(409);
    };
    refused().await;
    let other = claim_one(&fixture).await;
    assert_eq!((&other["id"], &other["attempt"]), (&stopped["id"], &json!(2)));
    assert_ne!(other["lease_token"], stopped["lease_token"]);
    refused().await;
    assert_eq!(report(&fixture, &other, "complete", json!({})).await.status, 200);
    refused().await;
}

#[tokio::test]
async fn a_lease_is_of_one_job_though_several_were_claimed_at_once() {
    let fixture = with_project().await;
    submit(&fixture).await;
    submit(&fixture).await;
    let jobs = claim(&fixture).await;
    let swapped = json!({ "id": jobs[0]["id"], "lease_token": jobs[1]["lease_token"] });
    report(&fixture, &swapped, "complete", json!({})).await.problem(409);
    assert_eq!(report(&fixture, &jobs[0], "complete", json!({})).await.status, 200);
}

#[tokio::test]
async fn a_poisoned_job_ends_as_failed_after_its_attempts() {
    let fixture = with_project().await;
    let id = submit(&fixture).await;
    // Each worker dies of it.
    for attempt in 1..=3 {
        assert_eq!(claim_one(&fixture).await["attempt"], attempt);
        assert!(claim(&fixture).await.is_empty(), "it is leased");
        let_time_pass(&fixture).await;
    }
    assert!(claim(&fixture).await.is_empty());
    let job = get(&fixture, &format!("/{id}")).await.body;
    assert_eq!((&job["status"], &job["attempts"]), (&json!("failed"), &json!(3)));
    assert_eq!(
        job["error_message"],
        "No worker finished the job in 3 attempts; the last one, w, let its lease end."
    );
    assert!(job["completed_at"].is_string());
}

#[tokio::test]
async fn a_job_whose_last_lease_is_over_reads_as_failed_before_a_claim_writes_it_down() {
    let fixture = with_project().await;
    let mut body = crate::wanted();
    body["max_attempts"] = json!(1);
    post(&fixture, "/", &body).await;
    claim_one(&fixture).await;
    let listed = async |status: &str| {
        let list = get(&fixture, &format!("/?status={status}")).await.body;
        list["jobs"].as_array().unwrap().clone()
    };
    assert_eq!((listed("processing").await.len(), listed("failed").await.len()), (1, 0));
    let_time_pass(&fixture).await;
    let mut read = get(&fixture, "/1").await.body;
    assert_eq!((&read["status"], &read["available_at"]), (&json!("failed"), &json!(null)), "{read}");
    assert!(read["completed_at"].is_string(), "{read}");
    assert_eq!((listed("processing").await.len(), listed("failed").await), (0, vec![read.clone()]));
    assert_eq!(fixture.ask("SELECT status FROM extraction_jobs").await, "processing");
    // Writing it down changes nothing that is read.
    assert!(claim(&fixture).await.is_empty());
    assert_eq!(fixture.ask("SELECT status FROM extraction_jobs").await, "failed");
    let written = get(&fixture, "/1").await.body;
    read["updated_at"] = written["updated_at"].clone();
    assert_eq!(written, read);

    post(&fixture, "/1/retry", &json!({})).await;
    claim_one(&fixture).await;
    let_time_pass(&fixture).await;
    let retried = post(&fixture, "/1/retry", &json!({})).await;
    assert_eq!((retried.status, &retried.body["status"]), (200, &json!("pending")), "{}", retried.body);
}

#[tokio::test]
async fn a_failure_puts_the_job_back_after_a_pause_that_doubles_until_its_attempts_are_spent() {
    let fixture = with_project().await;
    let mut body = crate::wanted();
    body["max_attempts"] = json!(10);
    post(&fixture, "/", &body).await;
    let pause = "SELECT extract(epoch FROM available_at - updated_at) FROM extraction_jobs";
    for attempt in 1..=10 {
        let job = claim_one(&fixture).await;
        let failed = report(&fixture, &job, "fail", json!({ "error": format!("error {attempt}") })).await;
        assert_eq!(failed.status, 200, "{}", failed.body);
        assert_eq!(failed.body["error_message"], format!("error {attempt}"));
        let again = report(&fixture, &job, "fail", json!({ "error": "again" })).await;
        assert_eq!(again.body, failed.body, "a report that is repeated changes nothing");
        if attempt == 10 {
            assert_eq!(failed.body["status"], "failed");
            break;
        }
        assert_eq!((&failed.body["status"], &failed.body["completed_at"]), (&json!("pending"), &json!(null)));
        let expected = (5.0 * 2f64.powi(attempt)).min(900.0);
        let pause: f64 = fixture.ask(pause).await.parse().unwrap();
        assert!((expected * 0.79..=expected * 1.21).contains(&pause), "{pause} s after attempt {attempt}");
        assert!(claim(&fixture).await.is_empty(), "it is not due yet");
        let_time_pass(&fixture).await;
    }
    assert!(claim(&fixture).await.is_empty());
}

#[tokio::test]
async fn a_failure_that_another_attempt_cannot_mend_ends_the_job() {
    let fixture = with_project().await;
    submit(&fixture).await;
    let job = claim_one(&fixture).await;
    let failed = report(&fixture, &job, "fail", json!({ "error": "not an image", "retryable": false })).await;
    assert_eq!((&failed.body["status"], &failed.body["attempts"]), (&json!("failed"), &json!(1)));
    report(&fixture, &job, "complete", json!({})).await.problem(409);
}

#[tokio::test]
async fn reports_that_are_no_reports_are_refused() {
    let fixture = with_project().await;
    submit(&fixture).await;
    let job = claim_one(&fixture).await;
    report(&fixture, &job, "heartbeat", json!({ "progress": 101 })).await.problem(422);
    report(&fixture, &job, "heartbeat", json!({ "lease_seconds": 3601 })).await.problem(422);
    report(&fixture, &job, "fail", json!({ "error": "x".repeat(4_097) })).await.problem(422);
    report(&fixture, &job, "fail", json!({})).await.problem(400);
    let large = json!({ "tokens": { "$description": "x".repeat(1024 * 1024) } });
    report(&fixture, &job, "complete", large).await.problem(413);
    post(&fixture, "/1/complete", &json!({ "lease_token": "x" })).await.problem(400);
    post(&fixture, "/claim", &json!({ "types": ["logo"] })).await.problem(422);
    assert_eq!(get(&fixture, "/1").await.body["status"], "processing");
}
