//! Jobs that cannot be done: now, or ever.

use serde_json::json;

use super::Stage;

/// Has a worker try a job whose image is answered like this, and returns the job.
async fn try_with(status: u16, body: &'static str) -> serde_json::Value {
    let mut stage = Stage::start().await;
    stage.submit().await;
    let worker = stage.worker("w", 60);
    stage.until("/image.png").await.answer(status, body);
    stage.work_off(worker).await;
    stage.job().await
}

#[tokio::test]
async fn a_worker_says_whether_another_attempt_may_succeed() {
    for (status, body, expected) in [
        (200, "GIF89a", "failed"),
        (404, "", "failed"),
        (302, "", "failed"),
        (503, "", "pending"),
        (429, "", "pending"),
    ] {
        let job = try_with(status, body).await;
        assert_eq!((&job["status"], &job["attempts"]), (&json!(expected), &json!(1)), "{status}: {job}");
        let error = job["error_message"].as_str().unwrap();
        assert!(status == 200 || error.contains(&status.to_string()), "{error}");
    }
}

#[tokio::test]
async fn an_image_that_never_comes_is_tried_again_after_a_pause() {
    let mut stage = Stage::start().await;
    stage.submit().await;
    let worker = stage.worker("w", 60);
    // The connection is closed without an answer.
    drop(stage.until("/image.png").await);
    let lines = stage.work_off(worker).await;
    assert!(lines[1].starts_with("job 1: failed, the image does not come: "), "{lines:?}");
    assert_eq!(lines[2..], ["no job is due"]);
    stage.let_time_pass().await;
    let worker = stage.worker("w", 60);
    assert_eq!(stage.work_off(worker).await[1], "job 1: completed, 6 colors");
    assert_eq!(stage.state().await, json!(["completed", 2, "w"]));
}
