//! One invocation, from the runtime API's event to the response that it is sent.

use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::FutureExt;
use lambda_http::lambda_runtime::LambdaInvocation;
use lambda_http::tower::{Layer, Service};
use lambda_http::{Error, RequestExt};
use lambda_runtime_api_client::{PooledClient, build_request};

use super::{AfterResponse, buffered, streaming};
use crate::http::event;
use crate::{Budget, Platform, Request, Response, StreamingResponse};

/// Tells a late response from that of the invocation which came after it; newer services send it.
const INVOCATION_ID: &str = "lambda-runtime-invocation-id";

/// A response, and how it is sent.
pub(super) enum Answer {
    /// Whole.
    Buffered(Response),
    /// While it is made.
    Streamed(StreamingResponse),
}

/// Takes the place of a runtime's own service, and leaves it its loop.
pub(super) struct InvocationLayer<H> {
    /// Answers a request.
    pub(super) answer: H,
    /// How a response is sent that is not the handler's.
    pub(super) send: fn(Response) -> Answer,
    pub(super) platform: Platform,
}

impl<H: Clone, S> Layer<S> for InvocationLayer<H> {
    type Service = Invocations<H>;

    fn layer(&self, _: S) -> Invocations<H> {
        let client = Arc::new(PooledClient::builder().build());
        Invocations { answer: self.answer.clone(), send: self.send, platform: self.platform, client }
    }
}

/// Answers invocations. No event and no panic ends the process or leaves an invocation without an answer.
#[derive(Clone)]
pub(super) struct Invocations<H> {
    answer: H,
    send: fn(Response) -> Answer,
    platform: Platform,
    client: Arc<PooledClient>,
}

impl<H, F> Service<LambdaInvocation> for Invocations<H>
where
    H: Fn(Request) -> F + Clone + Send + 'static,
    F: Future<Output = Answer> + Send + 'static,
{
    type Response = ();
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, invocation: LambdaInvocation) -> Self::Future {
        let Self { answer, send, platform, client } = self.clone();
        Box::pin(async move {
            let LambdaInvocation { parts, body, context } = invocation;
            let request_id = context.request_id.clone();
            let budget = Budget::until(context.deadline());
            let after = AfterResponse::default();
            let queue = after.clone();
            let answering = async move {
                let mut request = event::request(&body).unwrap_or_else(crate::answer::malformed);
                request.extensions_mut().insert(queue);
                drop(body);
                answer(request.with_lambda_context(context)).await
            };
            let answered = caught(answering, &request_id).await.unwrap_or_else(send);
            let uri = format!("/2018-06-01/runtime/invocation/{request_id}/response");
            let to = build_request().method("POST").uri(uri);
            let mut sent = match answered {
                Answer::Buffered(response) => buffered::post(to, response)?,
                Answer::Streamed(response) => streaming::post(to, response)?,
            };
            if let Some(id) = parts.headers.get(INVOCATION_ID) {
                sent.headers_mut().insert(INVOCATION_ID, id.clone());
            }
            // An error here would end the process. What was not sent whole is in the log already.
            match client.call(sent).await {
                Ok(response) if !response.status().is_success() => {
                    let status = response.status().as_u16();
                    match platform {
                        Platform::Lambda => tracing::warn!(status, "Lambda did not take a response"),
                        // The emulator's client has left, as one does that does not wait for the build.
                        Platform::Local => tracing::debug!(status, "nobody took a response"),
                    }
                }
                Ok(_) => {}
                Err(error) => tracing::debug!(error, "a response was not sent whole"),
            }
            after.done(budget.left()).await;
            Ok(())
        })
    }
}

/// Waits for an answer; where making it panics, logs that and returns the response to send instead. What a handler does
/// is caught where it is called, within its budget; this is for the rest.
async fn caught<T>(answering: impl Future<Output = T>, request_id: &str) -> Result<T, Response> {
    AssertUnwindSafe(answering).catch_unwind().await.map_err(|_| {
        let error = crate::Error::internal("a panic");
        tracing::error!(
            request_id,
            status = error.status().as_u16(),
            "failed: it panicked, as is told above"
        );
        error.to_response(request_id)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_outside_of_the_handler_is_answered_500_with_the_requests_id() {
        assert_eq!(caught(async { 7 }, "abc-1").await.unwrap(), 7);
        let response = caught(async { panic!("as asked") }, "abc-1").await.map(|(): ()| ()).unwrap_err();
        assert_eq!(response.status(), 500);
        assert_eq!(response.headers()["content-type"], "application/problem+json");
        let lambda_http::Body::Text(text) = response.body() else { panic!("not text") };
        assert!(text.contains("\"request_id\":\"abc-1\""), "{text}");
    }
}
