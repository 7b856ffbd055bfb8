//! Handlers whose answers are streamed.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;
use store::App;
use support::Event;
use web::{Error, Request, StreamingResponse};

use crate::Seen;

/// A streamed answer that was read to its end.
pub struct Streamed {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: http::HeaderMap,
    /// The body, in the chunks in which it was sent.
    pub chunks: Vec<Bytes>,
}

impl Streamed {
    /// Reads an answer to its end, which must come.
    pub async fn read(response: StreamingResponse) -> Self {
        let (parts, mut body) = response.into_parts();
        let mut chunks = Vec::new();
        while let Some(chunk) = body.chunk().await.unwrap() {
            chunks.push(chunk);
        }
        Self { status: parts.status.as_u16(), headers: parts.headers, chunks }
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8(self.chunks.concat()).unwrap()
    }

    /// The body as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        let text = self.text();
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error} in {text}"))
    }

    /// Asserts that the answer is the contract's problem+json of a status, and returns its detail.
    pub fn problem(&self, status: u16) -> String {
        Seen::from(self).problem(status).to_owned()
    }
}

impl From<&Streamed> for Seen {
    fn from(streamed: &Streamed) -> Self {
        let text = streamed.text();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Self { status: streamed.status, headers: streamed.headers.clone(), body }
    }
}

/// Calls a streaming handler through everything that stands around it, by whoever may call it.
pub async fn start_streaming<F>(
    app: &Arc<App>,
    handle: impl FnOnce(Arc<App>, Request) -> F,
    event: Event,
) -> StreamingResponse
where
    F: Future<Output = Result<StreamingResponse, Error>> + Send,
{
    web::answer_streaming(&Ok(Arc::clone(app)), handle, web::nothing_is_public, event.request()).await
}

/// The same, read to its end.
pub async fn call_streaming<F>(
    app: &Arc<App>,
    handle: impl FnOnce(Arc<App>, Request) -> F,
    event: Event,
) -> Seen
where
    F: Future<Output = Result<StreamingResponse, Error>> + Send,
{
    Seen::from(&Streamed::read(start_streaming(app, handle, event).await).await)
}
