//! Sends a streamed response to Lambda.
//!
//! `lambda_http` can do it too, but it writes a stream's error into the body and then ends the body in good
//! order, so that the client takes a torn file for a whole one. Here an error closes the connection before
//! the body's end, which Lambda understands (`Runtime.TruncatedResponse`) and passes on.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http_body::Frame;
use lambda_http::Error;
use lambda_http::lambda_runtime::{LambdaInvocation, MetadataPrelude};
use lambda_http::tower::{Layer, Service};
use lambda_runtime_api_client::body::Body;
use lambda_runtime_api_client::{PooledClient, build_request};

use super::{caught, request_of};
use crate::{Request, StreamBody, StreamingResponse};

/// Tells a late response from that of the invocation which came after it; newer services send it.
const INVOCATION_ID: &str = "lambda-runtime-invocation-id";

/// Takes the place of a runtime's own service, and leaves it its loop.
pub(super) struct StreamingLayer<H> {
    pub(super) answer: H,
}

impl<H: Clone, S> Layer<S> for StreamingLayer<H> {
    type Service = Streaming<H>;

    fn layer(&self, _: S) -> Streaming<H> {
        Streaming { answer: self.answer.clone(), client: Arc::new(PooledClient::builder().build()) }
    }
}

/// Answers invocations with streamed responses.
#[derive(Clone)]
pub(super) struct Streaming<H> {
    answer: H,
    client: Arc<PooledClient>,
}

impl<H, F> Service<LambdaInvocation> for Streaming<H>
where
    H: Fn(Request) -> F + Clone + Send + 'static,
    F: Future<Output = StreamingResponse> + Send + 'static,
{
    type Response = ();
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, invocation: LambdaInvocation) -> Self::Future {
        let Self { answer, client } = self.clone();
        Box::pin(async move {
            let LambdaInvocation { parts, body, context } = invocation;
            let request_id = context.request_id.clone();
            let answering = async move {
                let request = request_of(&body, context);
                drop(body);
                answer(request).await
            };
            let response = caught(answering, &request_id).await;
            let response = response.unwrap_or_else(|response| response.map(StreamBody::from));
            let mut sent = post(&request_id, response)?;
            if let Some(id) = parts.headers.get(INVOCATION_ID) {
                sent.headers_mut().insert(INVOCATION_ID, id.clone());
            }
            // An error here would end the process. What was not sent whole is in the log already.
            match client.call(sent).await {
                Ok(response) if !response.status().is_success() => {
                    tracing::warn!(status = response.status().as_u16(), "Lambda did not take a response");
                }
                Ok(_) => {}
                Err(error) => tracing::debug!(error, "a response was not sent whole"),
            }
            Ok(())
        })
    }
}

/// A response as custom runtimes stream it (AWS Lambda Developer Guide, "Using the Lambda runtime API for
/// custom runtimes"): status and headers as JSON, eight NUL bytes, the body.
fn post(request_id: &str, response: StreamingResponse) -> Result<http::Request<Body>, Error> {
    let (parts, body) = response.into_parts();
    let prelude = MetadataPrelude { status_code: parts.status, headers: parts.headers, cookies: Vec::new() };
    // In frames of their own, as the emulator wants them.
    let before = [Bytes::from(serde_json::to_vec(&prelude)?), Bytes::from_static(&[0; 8])].into_iter();
    let request = build_request()
        .method("POST")
        .uri(format!("/2018-06-01/runtime/invocation/{request_id}/response"))
        .header("lambda-runtime-function-response-mode", "streaming")
        .header(CONTENT_TYPE, "application/vnd.awslambda.http-integration-response");
    Ok(request.body(Body::new(Streamed { before, body }))?)
}

/// A body behind its prelude.
struct Streamed {
    before: std::array::IntoIter<Bytes, 2>,
    body: StreamBody,
}

impl http_body::Body for Streamed {
    type Data = Bytes;
    type Error = crate::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, crate::Error>>> {
        match self.before.next() {
            Some(frame) => Poll::Ready(Some(Ok(Frame::data(frame)))),
            None => Pin::new(&mut self.body).poll_frame(context),
        }
    }
}
