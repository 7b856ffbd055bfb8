//! Workers that are stopped for longer than their lease, and go on as if nothing had happened.

use serde_json::json;

use super::{COLORS, IMAGE, Stage};

/// An image of one red pixel.
const RED: &[u8] = b"\x89PNG\x0d\x0a\x1a\x0a\0\0\0\x0dIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0\x90wS\xde\
    \0\0\0\x0cIDATx\xdac\xf8\xcf\xc0\0\0\x03\x01\x01\0\xf7\x03AC\0\0\0\0IEND\xaeB`\x82";

#[tokio::test]
async fn a_worker_that_was_stopped_past_its_lease_completes_nothing() {
    let mut stage = Stage::start().await;
    stage.submit().await;
    let stopped = stage.worker("stopped", 60);
    let image_of_stopped = stage.until("/image.png").await;
    stopped.freeze();
    stage.let_time_pass().await;
    let other = stage.worker("other", 60);
    let image_of_other = stage.until("/image.png").await;

    image_of_stopped.answer(200, RED);
    stopped.thaw();
    let refused = stage.until("/complete").await.pass(&stage.function).await;
    assert_eq!(refused.status, 409, "{}", refused.text());
    let lines = stage.work_off(stopped).await;
    assert_eq!(lines[1..], ["job 1: given up, the lease is over", "no job is due"]);
    assert!(stage.colors().await.is_empty());
    assert_eq!(stage.state().await, json!(["processing", 2, "other"]));

    image_of_other.answer(200, IMAGE);
    let lines = stage.work_off(other).await;
    assert_eq!(lines[1..], ["job 1: completed, 6 colors", "no job is due"]);
    assert_eq!(stage.state().await, json!(["completed", 2, "other"]));
    assert_eq!(stage.colors().await, COLORS);
}

#[tokio::test]
async fn a_worker_whose_heartbeat_is_refused_gives_its_work_up() {
    let mut stage = Stage::start().await;
    stage.submit().await;
    let stopped = stage.worker("stopped", 3);
    let _image = stage.until("/image.png").await;
    stopped.freeze();
    stage.let_time_pass().await;
    let other = stage.worker("other", 60);
    let image_of_other = stage.until("/image.png").await;

    stopped.thaw();
    // The image has not come, so the heartbeat is the first to tell.
    let refused = stage.until("/heartbeat").await.pass(&stage.function).await;
    assert_eq!(refused.status, 409, "{}", refused.text());
    let lines = stage.work_off(stopped).await;
    assert_eq!(lines[1..], ["job 1: given up, the lease is over", "no job is due"]);

    image_of_other.answer(200, IMAGE);
    stage.work_off(other).await;
    assert_eq!(stage.state().await, json!(["completed", 2, "other"]));
    assert_eq!(stage.colors().await, COLORS);
}
