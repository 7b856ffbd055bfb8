//! A queue of extraction jobs. People submit, list, retry and delete jobs; workers claim them for some time,
//! say that they are still at it, and complete or fail them. docs/jobs.md shows a job's states.

mod body;
mod claim;
mod complete;
mod job;
mod lease;
mod list;
mod manage;
mod remembered;
mod submit;
mod webhook;

use std::sync::Arc;

use store::App;
use web::{Error, Request, Response, Routes};

pub use claim::claim_statement;

/// Answers a request.
///
/// # Errors
/// 400, 413 and 422 for what is sent, 403, 404, 405; 409 for a key that was used for another job, a lease
/// that is another's or over, and a job that cannot be retried; 503 where the database cannot be reached.
pub async fn handle(app: Arc<App>, request: Request) -> Result<Response, Error> {
    Routes::new()
        .get("/", list::list)
        .post("/", submit::submit)
        .post("/claim", claim::claim)
        .get("/{id}", manage::show)
        .delete("/{id}", manage::delete)
        .post("/{id}/retry", manage::retry)
        .post("/{id}/heartbeat", lease::heartbeat)
        .post("/{id}/complete", complete::complete)
        .post("/{id}/fail", lease::fail)
        .answer(app, request)
        .await
}

const NO_JOB: &str = "There is no extraction job of this id.";
