//! HTTP for a client: over TLS or, on a machine of one's own, without.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper_tls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::time::timeout;

/// How long a request may take, its answer included.
const PATIENCE: Duration = Duration::from_secs(30);

/// A client; redirects are not followed.
pub(crate) struct Web(Client<HttpsConnector<HttpConnector>, Full<Bytes>>);

/// Why there is no answer. The request may have arrived all the same.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WebError {
    #[error("{0}")]
    Send(#[from] hyper_util::client::legacy::Error),
    #[error("the answer breaks off: {0}")]
    Read(Box<dyn std::error::Error + Send + Sync>),
    #[error("the answer has more than {0} bytes")]
    TooLarge(usize),
    #[error("it takes longer than 30 s")]
    TimedOut,
}

impl Web {
    pub(crate) fn new() -> Self {
        Self(Client::builder(TokioExecutor::new()).build(HttpsConnector::new()))
    }

    /// Sends a request, and reads its answer, which must not be larger than `max` bytes.
    pub(crate) async fn send(
        &self,
        request: Request<Full<Bytes>>,
        max: usize,
    ) -> Result<Response<Bytes>, WebError> {
        let exchange = async {
            let (parts, body) = self.0.request(request).await?.into_parts();
            let body = Limited::new(body, max).collect().await.map_err(|error| {
                if error.is::<LengthLimitError>() { WebError::TooLarge(max) } else { WebError::Read(error) }
            })?;
            Ok(Response::from_parts(parts, body.to_bytes()))
        };
        timeout(PATIENCE, exchange).await.unwrap_or(Err(WebError::TimedOut))
    }
}
