//! The function `jobs` as a worker sees it.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use serde::Deserialize;
use serde_json::{Value, json};
use time::OffsetDateTime;
use url::Url;

use crate::web::Web;

/// The types of jobs that a palette answers. It is no answer to `all`, which asks for more than colors.
const TYPES: [&str; 1] = ["color"];

/// Bytes of an answer.
const MAX_ANSWER: usize = 8 * 1024 * 1024;

/// How often a request is sent whose answer does not come. All of them may be repeated: a lease's reports
/// change nothing the second time, and a claim that was lost costs the job one lease.
const ATTEMPTS: u32 = 5;

/// The pause before the second attempt; it doubles each time.
const PAUSE: Duration = Duration::from_millis(200);

/// The queue, for one worker.
pub(crate) struct Api {
    web: Web,
    url: Url,
    token: Option<String>,
    worker: String,
    lease: Duration,
}

/// A job with its lease.
#[derive(Debug, Deserialize)]
pub(crate) struct Leased {
    pub(crate) id: i32,
    pub(crate) source_url: String,
    pub(crate) attempt: i16,
    pub(crate) max_attempts: i16,
    lease_token: String,
}

/// A job after a report.
#[derive(Debug, Deserialize)]
pub(crate) struct Reported {
    pub(crate) status: String,
    #[serde(with = "time::serde::rfc3339::option")]
    available_at: Option<OffsetDateTime>,
    #[serde(with = "time::serde::rfc3339")]
    updated_at: OffsetDateTime,
}

/// What came of a report.
pub(crate) enum Outcome {
    /// It counts.
    Accepted(Reported),
    /// The lease is over, another's, or of a job that is gone: the work does not count.
    Lost,
    /// It is not valid, for this reason.
    Refused(String),
}

#[derive(Deserialize)]
struct Claimed {
    jobs: Vec<Leased>,
}

impl Reported {
    /// How long it is until a pending job may be claimed, by the server's clock.
    pub(crate) fn pause(&self) -> Option<Duration> {
        let until = self.available_at.filter(|_| self.status == "pending")? - self.updated_at;
        Some(until.try_into().unwrap_or(Duration::ZERO))
    }
}

impl Api {
    pub(crate) fn new(url: Url, token: Option<String>, worker: String, lease: Duration) -> Result<Self> {
        ensure!(
            matches!(url.scheme(), "http" | "https"),
            "the address of jobs must begin with https:// or http://"
        );
        Ok(Self { web: Web::new(), url, token, worker, lease })
    }

    /// Leases the job that has been due the longest.
    pub(crate) async fn claim(&self) -> Result<Option<Leased>> {
        let wanted = json!({
            "types": TYPES, "max": 1, "lease_seconds": self.lease.as_secs(), "worker": self.worker,
        });
        let answer = self.send_again(&["claim"], &wanted).await?;
        if answer.status() != StatusCode::OK {
            bail!("jobs/claim answers {}", describe(&answer));
        }
        let mut claimed: Claimed =
            serde_json::from_slice(answer.body()).context("jobs/claim answers no jobs")?;
        Ok(claimed.jobs.pop())
    }

    /// Renews the lease, once: the next renewal is soon enough where there is no answer.
    pub(crate) async fn heartbeat(&self, job: &Leased) -> Result<Outcome> {
        let report = json!({ "lease_token": job.lease_token, "lease_seconds": self.lease.as_secs() });
        outcome(&self.send(&[&job.id.to_string(), "heartbeat"], &report).await?)
    }

    /// Ends the job with a document of tokens.
    pub(crate) async fn complete(&self, job: &Leased, tokens: &Value) -> Result<Outcome> {
        let report = json!({ "lease_token": job.lease_token, "tokens": tokens });
        outcome(&self.send_again(&[&job.id.to_string(), "complete"], &report).await?)
    }

    /// Ends the attempt; another one may succeed where it is `retryable`.
    pub(crate) async fn fail(&self, job: &Leased, error: &str, retryable: bool) -> Result<Outcome> {
        let report = json!({ "lease_token": job.lease_token, "error": error, "retryable": retryable });
        outcome(&self.send_again(&[&job.id.to_string(), "fail"], &report).await?)
    }

    /// Sends a request until it is answered by more than an outage.
    async fn send_again(&self, path: &[&str], body: &Value) -> Result<Response<Bytes>> {
        let mut pause = PAUSE;
        for _ in 1..ATTEMPTS {
            match self.send(path, body).await {
                Ok(answer) if !is_outage(answer.status()) => return Ok(answer),
                _ => tokio::time::sleep(pause).await,
            }
            pause *= 2;
        }
        self.send(path, body).await
    }

    async fn send(&self, path: &[&str], body: &Value) -> Result<Response<Bytes>> {
        let mut url = self.url.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        let mut request = Request::post(url.as_str()).header(CONTENT_TYPE, "application/json");
        if let Some(token) = &self.token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        let request = request.body(Full::from(body.to_string()))?;
        self.web.send(request, MAX_ANSWER).await.with_context(|| format!("jobs/{}", path.join("/")))
    }
}

fn is_outage(status: StatusCode) -> bool {
    status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS
}

fn outcome(answer: &Response<Bytes>) -> Result<Outcome> {
    Ok(match answer.status() {
        StatusCode::OK => {
            Outcome::Accepted(serde_json::from_slice(answer.body()).context("no job is answered")?)
        }
        StatusCode::CONFLICT | StatusCode::NOT_FOUND => Outcome::Lost,
        StatusCode::UNPROCESSABLE_ENTITY | StatusCode::PAYLOAD_TOO_LARGE => {
            Outcome::Refused(describe(answer))
        }
        _ => bail!("the report is answered by {}", describe(answer)),
    })
}

/// The status and the detail of an answer that is a problem.
fn describe(answer: &Response<Bytes>) -> String {
    let body: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
    format!("{}: {}", answer.status().as_u16(), body["detail"].as_str().unwrap_or("no detail"))
}
