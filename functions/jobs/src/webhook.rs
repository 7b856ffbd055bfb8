//! `JOB_WEBHOOK`: one signed message for each new job, so that a worker need not ask again and again.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use hyper::client::conn::http1;
use hyper::header::{CONTENT_TYPE, HOST, USER_AGENT};
use hyper::rt::{Read, Write};
use hyper_util::rt::TokioIo;
use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::sign::Signer;
use serde::Serialize;
use store::{App, JobWebhook};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;
use web::AfterResponse;

use crate::job::Job;

/// How long a message may take. The process answers nobody meanwhile.
const PATIENCE: Duration = Duration::from_secs(3);

/// The header with the HMAC-SHA256 of the body: `sha256=` and hexadecimal digits.
const SIGNATURE: &str = "x-branchline-signature";

/// What is sent. It holds nothing that a worker would rely on: who wants the job claims it.
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
    #[error("cannot connect: {0}")]
    Connect(#[from] std::io::Error),
    #[error("TLS: {0}")]
    Tls(#[from] native_tls::Error),
    #[error("HTTP: {0}")]
    Http(#[from] hyper::Error),
    #[error("it cannot be written: {0}")]
    Request(#[from] hyper::http::Error),
    #[error("it cannot be signed: {0}")]
    Sign(#[from] openssl::error::ErrorStack),
    #[error("the response is {0}")]
    Status(hyper::StatusCode),
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
    let host = webhook.url.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    let is_tls = webhook.url.scheme_str() == Some("https");
    let port = webhook.url.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
    let tcp = TcpStream::connect((host, port)).await?;
    if !is_tls {
        return exchange(tcp, webhook, body).await;
    }
    let connector = native_tls::TlsConnector::builder()
        .min_protocol_version(Some(native_tls::Protocol::Tlsv12))
        .build()?;
    let connector = tokio_native_tls::TlsConnector::from(connector);
    exchange(connector.connect(host, tcp).await?, webhook, body).await
}

/// One request. A redirect is not followed.
async fn exchange<S>(stream: S, webhook: &JobWebhook, body: Vec<u8>) -> Result<(), WebhookError>
where
    TokioIo<S>: Read + Write + Unpin + Send + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // Ends with this exchange, however that ends.
    let mut driver = JoinSet::new();
    driver.spawn(connection);
    let request = Request::post(webhook.url.path_and_query().map_or("/", |path| path.as_str()))
        .header(HOST, webhook.url.authority().map_or("", |authority| authority.as_str()))
        .header(CONTENT_TYPE, "application/json")
        .header(USER_AGENT, concat!("branchline/", env!("CARGO_PKG_VERSION")))
        .header(SIGNATURE, signature(&webhook.secret, &body)?)
        .body(Full::new(Bytes::from(body)))?;
    let status = sender.send_request(request).await?.status();
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
