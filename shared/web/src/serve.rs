//! A function's process: logs, configuration, a connection ahead of the first request, then requests until it
//! ends.
//!
//! [`serve`] and [`serve_streaming`] share all that is before the first request (`begin`) and around each
//! answer (`request_of`, `caught`). The rest stays twice, a few lines each: the type of a body runs through
//! the handler, the response and the runtime's loop, and one function over both would need a trait for it.

mod after;
mod buffered;
mod shutdown;
mod streaming;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use lambda_http::Context;
use lambda_http::lambda_runtime::{LambdaEvent, Runtime};

use crate::{
    Application, Error, IsPublic, Request, Response, StreamingResponse, answer, answer_streaming, event,
    telemetry,
};
use after::AfterLayer;
pub use after::AfterResponse;
use streaming::StreamingLayer;

/// Serves a handler until Lambda ends the process. What is not public is answered to those who may call.
/// `function` is the name of the function's crate, whose events are logged like those of the crates here.
///
/// A wrong configuration does not end the process, which would answer every request with an opaque 502: it is
/// logged, and every request is answered 500.
///
/// # Errors
/// The Lambda runtime API cannot be reached.
pub async fn serve<A, F>(
    function: &str,
    handle: impl Fn(Arc<A>, Request) -> F + Clone + Send + Sync + 'static,
    is_public: IsPublic,
) -> Result<(), lambda_http::Error>
where
    A: Application,
    F: Future<Output = Result<Response, Error>> + Send + 'static,
{
    let app = begin::<A>(function).await;
    let answer = move |request| {
        let (app, handle) = (app.clone(), handle.clone());
        async move { answer(&app, handle, is_public, request).await }
    };
    buffered::run(answer).await
}

/// Serves a handler like [`serve`], with bodies that are made while they are sent. The function URL's invoke
/// mode must be `RESPONSE_STREAM`.
///
/// # Errors
/// The Lambda runtime API cannot be reached.
pub async fn serve_streaming<A, F>(
    function: &str,
    handle: impl Fn(Arc<A>, Request) -> F + Clone + Send + Sync + 'static,
    is_public: IsPublic,
) -> Result<(), lambda_http::Error>
where
    A: Application,
    F: Future<Output = Result<StreamingResponse, Error>> + Send + 'static,
{
    let app = begin::<A>(function).await;
    let answer = move |request| {
        let (app, handle) = (app.clone(), handle.clone());
        async move { answer_streaming(&app, handle, is_public, request).await }
    };
    // The runtime is used for its loop alone.
    let unused = lambda_http::service_fn(|_: LambdaEvent<()>| async { Ok::<_, lambda_http::Error>(()) });
    Runtime::new(unused).layer(StreamingLayer { answer }).layer(AfterLayer).run_concurrent().await
}

async fn begin<A: Application>(function: &str) -> Result<Arc<A>, Arc<Error>> {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads a function's environment")]
    let lookup = |name: &str| std::env::var(name).ok();
    telemetry::init(function, lookup);

    let app = A::from_lookup(lookup).map(Arc::new).map_err(Arc::new);
    match &app {
        Ok(app) => {
            for warning in &app.config().warnings {
                tracing::warn!("{warning}");
            }
            shutdown::expect(app).await;
            // Its work would hold up what comes before the first request, so it begins last.
            app.warm_up();
        }
        Err(error) => {
            let cause = error.cause().map(tracing::field::display);
            tracing::error!(cause, "{}", error.detail());
        }
    }
    app
}

/// The request of an event, with the queue of what may be done after its response.
fn request_of(event: &[u8], context: Context) -> Request {
    let mut request = event::request(event, context);
    request.extensions_mut().insert(AfterResponse::current());
    request
}

/// Waits for an answer; where making it panics, logs that and returns the response to send instead. What a
/// handler does is caught where it is called, within its budget; this is for the rest.
async fn caught<T>(answering: impl Future<Output = T>, request_id: &str) -> Result<T, Response> {
    AssertUnwindSafe(answering).catch_unwind().await.map_err(|_| {
        let error = Error::internal("a panic");
        tracing::error!(request_id, status = error.status().as_u16(), "failed: it panicked, as logged above");
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
