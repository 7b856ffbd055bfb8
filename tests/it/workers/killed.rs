//! Workers that are killed: after a claim, after a heartbeat, around the report of completion.

use serde_json::json;

use super::{COLORS, Stage};

/// Has another worker do the job, at its second attempt.
async fn done_by_another(stage: &mut Stage) {
    let worker = stage.worker("second", 60);
    let lines = stage.work_off(worker).await;
    let expected = ["job 1: claimed, attempt 2 of 3", "job 1: completed, 6 colors", "no job is due"];
    assert_eq!(lines, expected);
    assert_eq!(stage.state().await, json!(["completed", 2, "second"]));
    assert_eq!(stage.colors().await, COLORS);
}

/// The only test that lets a lease run out by itself.
#[tokio::test]
async fn a_job_whose_worker_was_killed_is_done_by_another_once_the_lease_is_over() {
    let mut stage = Stage::start().await;
    stage.submit().await;
    let worker = stage.worker("first", 1);
    let _image = stage.until("/image.png").await;
    worker.kill().await;
    assert_eq!(stage.state().await, json!(["processing", 1, "first"]));
    let lease = "SELECT pg_sleep(greatest(0, extract(epoch FROM available_at - clock_timestamp())))
                 FROM extraction_jobs";
    stage.database.client().await.query(lease, &[]).await.unwrap();
    done_by_another(&mut stage).await;
}

#[tokio::test]
async fn a_worker_that_was_killed_after_a_heartbeat_has_kept_the_job_until_then() {
    let mut stage = Stage::start().await;
    stage.submit().await;
    let worker = stage.worker("first", 3);
    let claimed = stage.until("/claim").await.pass(&stage.function).await.json::<serde_json::Value>();
    let _image = stage.until("/image.png").await;
    let kept = stage.until("/heartbeat").await.pass(&stage.function).await;
    assert_eq!(kept.status, 200, "{}", kept.text());
    let kept = kept.json::<serde_json::Value>();
    worker.kill().await;
    let first = &claimed["jobs"][0];
    assert_eq!(kept["lease_token"], first["lease_token"]);
    assert!(kept["lease_expires_at"].as_str() > first["lease_expires_at"].as_str(), "{kept}");
    stage.let_time_pass().await;
    done_by_another(&mut stage).await;
}

#[tokio::test]
async fn a_worker_that_was_killed_before_its_completion_arrived_has_stored_nothing() {
    let mut stage = Stage::start().await;
    stage.submit().await;
    let worker = stage.worker("first", 60);
    let completion = stage.until("/complete").await;
    worker.kill().await;
    drop(completion);
    assert_eq!(stage.state().await, json!(["processing", 1, "first"]));
    assert!(stage.colors().await.is_empty());
    stage.let_time_pass().await;
    done_by_another(&mut stage).await;
}

#[tokio::test]
async fn a_worker_that_was_killed_after_its_completion_was_sent_has_completed_the_job() {
    let mut stage = Stage::start().await;
    stage.submit().await;
    let worker = stage.worker("first", 60);
    let completion = stage.until("/complete").await;
    worker.kill().await;
    completion.pass(&stage.function).await;
    let worker = stage.worker("second", 60);
    assert_eq!(stage.work_off(worker).await, ["no job is due"]);
    assert_eq!(stage.state().await, json!(["completed", 1, "first"]));
    assert_eq!(stage.colors().await, COLORS);
}

#[tokio::test]
async fn a_completion_whose_answer_was_lost_is_sent_again_and_stored_once() {
    let mut stage = Stage::start().await;
    stage.submit().await;
    let mut worker = stage.worker("first", 60);
    let first = stage.until("/complete").await.lose_answer(&stage.function).await;
    assert_eq!(first.status, 200, "{}", first.text());
    let again = stage.until("/complete").await;
    // The lease may be over by then: the job is completed.
    stage.let_time_pass().await;
    let again = again.pass(&stage.function).await;
    assert_eq!((again.status, again.text()), (first.status, first.text()));
    assert_eq!(worker.line().await, "job 1: claimed, attempt 1 of 3");
    assert_eq!(stage.work_off(worker).await, ["job 1: completed, 6 colors", "no job is due"]);
    assert_eq!(stage.colors().await, COLORS);
}

#[tokio::test]
async fn a_job_that_kills_each_worker_ends_as_failed_after_its_attempts() {
    let mut stage = Stage::start().await;
    stage.submit().await;
    for attempt in ["first", "second", "third"] {
        let worker = stage.worker(attempt, 60);
        let _image = stage.until("/image.png").await;
        worker.kill().await;
        stage.let_time_pass().await;
    }
    let worker = stage.worker("fourth", 60);
    assert_eq!(stage.work_off(worker).await, ["no job is due"]);
    assert_eq!(stage.state().await, json!(["failed", 3, "third"]));
    let error = "No worker finished the job in 3 attempts; the last one, third, let its lease end.";
    assert_eq!(stage.job().await["error_message"], error);
    assert!(stage.colors().await.is_empty());
}
