//! While nobody asks for anything, nothing is asked of the database, so that it can sleep.

use std::time::Duration;

use serde_json::json;
use support::lambda::Lambda;
use support::{Event, Proxy, binary, rounds};

use super::gateway::Gateway;
use super::{COLORS, Stage, Worker};

const SECRET: &str = "canary-0123456789";

/// Starts a worker that listens, and returns it with the address to which messages are sent.
async fn listening(gateway: &Gateway) -> (Worker, String) {
    // The function is built before the worker waits for its answer, which it does for 30 s.
    let _ = binary("jobs");
    let arguments = ["--listen", "127.0.0.1:0"];
    let mut worker = Worker::start(&gateway.url("/jobs"), &arguments, &[("JOB_WEBHOOK_SECRET", SECRET)]);
    let line = worker.line().await;
    let address = line.strip_prefix("listens on ").unwrap();
    (worker, format!("http://{address}/wake"))
}

#[tokio::test]
async fn a_worker_is_woken_by_each_new_job_and_asks_for_nothing_in_between() {
    let (database, gateway) = (support::database(), Gateway::start().await);
    let (mut worker, webhook) = listening(&gateway).await;
    let url = database.url();
    let variables =
        [("DATABASE_URL", url.as_str()), ("JOB_WEBHOOK", &webhook), ("JOB_WEBHOOK_SECRET", SECRET)];
    let mut stage = Stage::with(database, gateway, &variables).await;
    // It claims when it starts.
    stage.until("/claim").await.pass(&stage.function).await;
    for id in 1..=2 {
        stage.submit().await;
        // The claim after the work finds nothing.
        stage.until("/complete").await.pass(&stage.function).await;
        stage.until("/claim").await.pass(&stage.function).await;
        assert_eq!(worker.line().await, format!("job {id}: claimed, attempt 1 of 3"));
        assert_eq!(worker.line().await, format!("job {id}: completed, 6 colors"));
    }
    assert_eq!(stage.colors().await, COLORS);
}

#[tokio::test]
async fn a_job_that_failed_is_claimed_again_by_its_worker_after_the_pause() {
    let (database, gateway) = (support::database(), Gateway::start().await);
    let (mut worker, _) = listening(&gateway).await;
    let url = database.url();
    let mut stage = Stage::with(database, gateway, &[("DATABASE_URL", &url)]).await;
    stage.submit().await;
    stage.until("/image.png").await.answer(503, "");
    let failed = stage.until("/fail").await;
    // The pause is in the answer.
    let failure = failed.lose_answer(&stage.function).await;
    assert_eq!(failure.status, 200, "{}", failure.text());
    let mut job: serde_json::Value = failure.json();
    job["available_at"] = job["updated_at"].clone();
    stage.until("/fail").await.answer(200, job.to_string());
    stage.until("/claim").await.pass(&stage.function).await;
    stage.let_time_pass().await;
    stage.until("/complete").await.pass(&stage.function).await;
    assert_eq!(worker.line().await, "job 1: claimed, attempt 1 of 3");
    assert_eq!(stage.state().await, json!(["completed", 2, "palette"]));
}

/// By the bytes that pass on the way to the database.
#[tokio::test]
async fn no_statement_reaches_the_database_while_nothing_is_asked_for() {
    let (database, gateway) = (support::database(), Gateway::start().await);
    let proxy = Proxy::start(database.server().port()).unwrap();
    let (_worker, webhook) = listening(&gateway).await;
    let url = proxy.url(&database.url());
    let variables =
        [("DATABASE_URL", url.as_str()), ("JOB_WEBHOOK", &webhook), ("JOB_WEBHOOK_SECRET", SECRET)];
    let mut stage = Stage::with(database, gateway, &variables).await;
    // The claim of its start comes before the message of the job, which is one reason more to claim.
    stage.until("/claim").await.pass(&stage.function).await;
    let functions = ["projects", "list-projects", "search", "export"];
    let functions = functions.map(|name| (name, Lambda::start(&binary(name), &variables).unwrap()));
    for (name, function) in &functions {
        let target = if *name == "projects" { "/1" } else { "/" };
        let answer = function.invoke(&Event::get(target)).await.unwrap();
        assert_eq!(answer.status, 200, "{name}: {}", answer.text());
    }
    stage.submit().await;
    stage.until("/complete").await.pass(&stage.function).await;
    stage.until("/claim").await.pass(&stage.function).await;
    for function in functions.iter().map(|(_, function)| function).chain([&stage.function]) {
        function.idle().await;
    }

    let before = proxy.traffic();
    assert!(before.connections >= 5, "{before:?}");
    // That nothing happens shows in time alone; the long form waits for longer than any timer of ours.
    tokio::time::sleep(Duration::from_secs(rounds(3, 300) as u64)).await;
    assert_eq!(proxy.traffic(), before);
    assert!(!stage.gateway.has_more(), "the worker asks although nothing has woken it");
    // All are there still.
    stage.submit().await;
    stage.until("/complete").await.pass(&stage.function).await;
    assert!(proxy.traffic().to_server > before.to_server);
}
