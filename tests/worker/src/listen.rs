//! Messages of `JOB_WEBHOOK`, which wake the worker.

use std::convert::Infallible;
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Private};
use openssl::sign::Signer;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::sleep;

/// The header with the HMAC-SHA256 of the body: `sha256=` and hexadecimal digits.
const SIGNATURE: &str = "x-branchline-signature";

/// Bytes of a message.
const MAX_MESSAGE: usize = 4_096;

/// The messages that arrive. It does not matter how many: a worker claims until no job is due.
pub(crate) struct Wakeups {
    woken: Arc<Notify>,
    _server: JoinSet<()>,
}

impl Wakeups {
    /// Listens for messages that are signed with this secret.
    pub(crate) fn listen(listener: TcpListener, secret: &str) -> Result<Self> {
        let key = PKey::hmac(secret.as_bytes())?;
        let woken = Arc::new(Notify::new());
        let mut server = JoinSet::new();
        server.spawn(serve(listener, key, Arc::clone(&woken)));
        Ok(Self { woken, _server: server })
    }

    /// Waits for a message that has come since the last one was waited for, or for the end of a pause.
    pub(crate) async fn next(&mut self, pause: Option<Duration>) {
        let paused = async {
            match pause {
                Some(pause) => sleep(pause).await,
                None => pending().await,
            }
        };
        tokio::select! {
            () = self.woken.notified() => {}
            () = paused => {}
        }
    }
}

async fn serve(listener: TcpListener, key: PKey<Private>, woken: Arc<Notify>) {
    let mut connections = JoinSet::new();
    loop {
        // Accepting fails for a client that is gone already, which is no reason to end.
        let Ok((stream, _)) = listener.accept().await else { continue };
        while connections.try_join_next().is_some() {}
        let (key, woken) = (key.clone(), Arc::clone(&woken));
        let service = service_fn(move |request| {
            let (key, woken) = (key.clone(), Arc::clone(&woken));
            async move {
                let status = receive(request, &key).await;
                if status == StatusCode::NO_CONTENT {
                    woken.notify_one();
                }
                let mut response = Response::new(Empty::<Bytes>::new());
                *response.status_mut() = status;
                Ok::<_, Infallible>(response)
            }
        });
        connections.spawn(async move {
            // A client that breaks off has no answer, and needs none.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn receive(request: Request<Incoming>, key: &PKey<Private>) -> StatusCode {
    if request.method() != Method::POST {
        return StatusCode::METHOD_NOT_ALLOWED;
    }
    let signature =
        request.headers().get(SIGNATURE).map(|value| value.as_bytes().to_vec()).unwrap_or_default();
    let Ok(body) = Limited::new(request.into_body(), MAX_MESSAGE).collect().await else {
        return StatusCode::PAYLOAD_TOO_LARGE;
    };
    if is_signed(&body.to_bytes(), &signature, key) {
        StatusCode::NO_CONTENT
    } else {
        StatusCode::UNAUTHORIZED
    }
}

/// Compares in constant time, so that nobody finds a signature by trying.
fn is_signed(body: &[u8], signature: &[u8], key: &PKey<Private>) -> bool {
    let sign = || Signer::new(MessageDigest::sha256(), key)?.sign_oneshot_to_vec(body);
    let Ok(mac) = sign() else { return false };
    let hexadecimal: String = mac.iter().map(|byte| format!("{byte:02x}")).collect();
    let expected = format!("sha256={hexadecimal}");
    expected.len() == signature.len() && openssl::memcmp::eq(expected.as_bytes(), signature)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, test case 2.
    #[test]
    fn a_message_counts_where_its_signature_is_that_of_the_secret() {
        let key = PKey::hmac(b"Jefe").unwrap();
        let signature = b"sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert!(is_signed(b"what do ya want for nothing?", signature, &key));
        assert!(!is_signed(b"what do ya want for something?", signature, &key));
        assert!(!is_signed(b"what do ya want for nothing?", &signature[..20], &key));
        assert!(!is_signed(b"what do ya want for nothing?", b"", &key));
    }
}
