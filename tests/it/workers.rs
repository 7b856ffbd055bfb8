//! Workers on the queue: the binaries of a worker and of `jobs`, stopped where it hurts.

mod failures;
mod gateway;
mod idle;
mod killed;
mod process;
mod stopped;

use std::pin::pin;

use serde_json::{Value, json};
use support::lambda::Lambda;
use support::{Event, TestDatabase, binary};

use gateway::{Gateway, Held};
use process::Worker;

/// An image of six colors.
const IMAGE: &[u8] = include_bytes!("../worker/landscape.png");

/// The function, its database with a project, and the way of workers to the function and to the images.
struct Stage {
    database: TestDatabase,
    function: Lambda,
    gateway: Gateway,
}

impl Stage {
    async fn start() -> Self {
        let (database, gateway) = (support::database(), Gateway::start().await);
        let url = database.url();
        Self::with(database, gateway, &[("DATABASE_URL", &url)]).await
    }

    /// With these variables of the function.
    async fn with(database: TestDatabase, gateway: Gateway, variables: &[(&str, &str)]) -> Self {
        let function = Lambda::start(&binary("jobs"), variables).unwrap();
        database.client().await.batch_execute("INSERT INTO projects (name) VALUES ('p')").await.unwrap();
        Self { database, function, gateway }
    }

    /// Submits a job for an image behind the gateway, whose id is 1 where it is the first.
    async fn submit(&self) {
        let wanted = json!({
            "project_id": 1, "source_url": self.gateway.url("/image.png"), "extraction_type": "color",
        });
        let answer = self.function.invoke(&Event::post("/").text(wanted.to_string())).await.unwrap();
        assert_eq!(answer.status, 201, "{}", answer.text());
    }

    /// Starts a worker, whose leases last so many seconds.
    fn worker(&self, name: &str, lease_seconds: u16) -> Worker {
        let lease = lease_seconds.to_string();
        Worker::start(&self.gateway.url("/jobs"), &["--name", name, "--lease-seconds", &lease], &[])
    }

    /// Passes requests until one to this path comes, which waits.
    async fn until(&mut self, path: &str) -> Held {
        loop {
            let held = self.gateway.next().await;
            if held.path.ends_with(path) {
                return held;
            }
            self.serve(held).await;
        }
    }

    /// Passes the requests of a worker until it ends, and returns the lines that it has printed.
    async fn work_off(&mut self, worker: Worker) -> Vec<String> {
        let mut ended = pin!(worker.output());
        loop {
            tokio::select! {
                lines = &mut ended => return lines,
                held = self.gateway.next() => self.serve(held).await,
            }
        }
    }

    async fn serve(&self, held: Held) {
        if held.path == "/image.png" {
            held.answer(200, IMAGE);
        } else {
            held.pass(&self.function).await;
        }
    }

    /// The job, as the function shows it.
    async fn job(&self) -> Value {
        self.function.invoke(&Event::get("/1")).await.unwrap().json()
    }

    /// Status, attempts and worker of the job.
    async fn state(&self) -> Value {
        let job = self.job().await;
        json!([job["status"], job["attempts"], job["worker"]])
    }

    /// Lets all leases end, and all pauses.
    async fn let_time_pass(&self) {
        let past = "UPDATE extraction_jobs SET available_at = now() - interval '1 second'";
        self.database.client().await.batch_execute(past).await.unwrap();
    }

    /// The hex forms of the project's colors, in their order.
    async fn colors(&self) -> Vec<String> {
        let colors = "SELECT hex FROM color_tokens ORDER BY position";
        let rows = self.database.client().await.query(colors, &[]).await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }
}

/// The colors of [`IMAGE`].
const COLORS: [&str; 6] = ["#1d3557", "#457b9d", "#264653", "#2a9d8f", "#f4a261", "#e76f51"];

#[tokio::test]
async fn a_worker_works_off_all_jobs_that_are_due_and_ends() {
    let mut stage = Stage::start().await;
    stage.submit().await;
    stage.submit().await;
    let worker = stage.worker("w", 60);
    let lines = stage.work_off(worker).await;
    let expected = [
        "job 1: claimed, attempt 1 of 3",
        "job 1: completed, 6 colors",
        "job 2: claimed, attempt 1 of 3",
        "job 2: completed, 6 colors",
        "no job is due",
    ];
    assert_eq!(lines, expected);
    assert_eq!(stage.state().await, json!(["completed", 1, "w"]));
    assert_eq!(stage.colors().await, COLORS);
}
