//! `JOB_WEBHOOK`: one signed message for each new job, so that a worker need not ask again and again.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use http_client::{HttpClient, SendError, system_connector};
use lambda_http::http::header::CONTENT_TYPE;
use lambda_http::http::{self, Request, StatusCode};
use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::sign::Signer;
use serde::Serialize;
use store::{App, JobWebhook};
use tokio::time::timeout;
use web::AfterResponse;

use crate::job::Job;

/// How long a message may take. The process answers nobody meanwhile.
const PATIENCE: Duration = Duration::from_secs(3);

/// The header with the HMAC-SHA256 of the body: `sha256=` and hexadecimal digits.
const SIGNATURE: &str = "x-branchline-signature";

/// The body. It holds nothing that a worker would rely on: who wants the job claims it.
#[derive(Serialize)]
struct Message<'a> {
    event: &'static str,
    job_id: i32,
    project_id: i32,
    extraction_type: &'a str,
}

/// Why a message did not arrive. For the log.
#[derive(Debug, thiserror::Error)]
enum WebhookError {
    #[error(transparent)]
    Send(#[from] SendError),
    #[error("it cannot be written: {0}")]
    Request(#[from] http::Error),
    #[error("it cannot be signed: {0}")]
    Sign(#[from] openssl::error::ErrorStack),
    #[error("the response is {0}")]
    Status(StatusCode),
    #[error("it took longer than 3 s")]
    TimedOut,
}

/// Sends a message for a job that was committed, once its response is sent. It is sent once: a message that
/// does not arrive is logged, and the job waits for the next claim.
pub(crate) fn after_response(app: &App, after: &AfterResponse, job: &Job) {
    let Some(webhook) = app.config().job_webhook.clone() else { return };
    let message = Message {
        event: "job.available",
        job_id: job.id,
        project_id: job.project_id,
        extraction_type: &job.extraction_type,
    };
    let (job_id, body) = (job.id, serde_json::to_vec(&message).unwrap_or_default());
    after.run(move |_| async move {
        let sent = timeout(PATIENCE, send(&webhook, body)).await.unwrap_or(Err(WebhookError::TimedOut));
        if let Err(error) = sent {
            tracing::warn!(job_id, cause = %error, "the webhook was not reached");
        }
        Ok(())
    });
}

async fn send(webhook: &JobWebhook, body: Vec<u8>) -> Result<(), WebhookError> {
    let request = Request::post(&webhook.url)
        .header(CONTENT_TYPE, "application/json")
        .header(SIGNATURE, signature(&webhook.secret, &body)?)
        .body(Full::new(Bytes::from(body)))?;
    let status = HttpClient::new(system_connector).send(&webhook.url, request).await?.parts.status;
    if status.is_success() { Ok(()) } else { Err(WebhookError::Status(status)) }
}

fn signature(secret: &str, body: &[u8]) -> Result<String, openssl::error::ErrorStack> {
    let key = PKey::hmac(secret.as_bytes())?;
    let mac = Signer::new(MessageDigest::sha256(), &key)?.sign_oneshot_to_vec(body)?;
    let hexadecimal: String = mac.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("sha256={hexadecimal}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, test case 2.
    #[test]
    fn a_message_is_signed_by_hmac_sha256() {
        assert_eq!(
            signature("Jefe", b"what do ya want for nothing?").unwrap(),
            "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }
}
