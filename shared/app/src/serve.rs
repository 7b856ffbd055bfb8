//! A function's process: logs, configuration, a connection ahead of the first request, then requests until it ends.

mod shutdown;
mod streaming;

use std::sync::Arc;

use lambda_http::lambda_runtime::{LambdaEvent, Runtime};

use crate::http::StreamingResponse;
use crate::{App, Config, Error, IsPublic, Request, Response, answer, answer_streaming, telemetry};
use streaming::StreamingLayer;

/// Serves a handler until Lambda ends the process. What is not public is answered to those who may call.
///
/// A wrong configuration does not end the process, which would answer every request with an opaque 502: it is logged,
/// and every request is answered 500.
///
/// # Errors
/// The Lambda runtime API cannot be reached.
pub async fn serve<F>(
    handle: impl Fn(Arc<App>, Request) -> F + Clone + Send + Sync + 'static,
    is_public: IsPublic,
) -> Result<(), lambda_http::Error>
where
    F: Future<Output = Result<Response, Error>> + Send + 'static,
{
    let app = begin().await;
    let service = lambda_http::service_fn(move |request| {
        let (app, handle) = (app.clone(), handle.clone());
        async move { Ok::<_, lambda_http::Error>(answer(&app, handle, is_public, request).await) }
    });
    lambda_http::run_concurrent(service).await
}

/// Serves a handler like [`serve`], with bodies that are made while they are sent. The function URL's invoke mode must
/// be `RESPONSE_STREAM`.
///
/// # Errors
/// The Lambda runtime API cannot be reached.
pub async fn serve_streaming<F>(
    handle: impl Fn(Arc<App>, Request) -> F + Clone + Send + Sync + 'static,
    is_public: IsPublic,
) -> Result<(), lambda_http::Error>
where
    F: Future<Output = Result<StreamingResponse, Error>> + Send + 'static,
{
    let app = begin().await;
    let answer = move |request| {
        let (app, handle) = (app.clone(), handle.clone());
        async move { answer_streaming(&app, handle, is_public, request).await }
    };
    // The runtime is wanted for its loop alone.
    let unused = lambda_http::service_fn(|_: LambdaEvent<()>| async { Ok::<_, lambda_http::Error>(()) });
    Runtime::new(unused).layer(StreamingLayer { answer }).run_concurrent().await
}

async fn begin() -> Result<Arc<App>, Arc<Error>> {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads a function's environment")]
    let lookup = |name: &str| std::env::var(name).ok();
    telemetry::init(lookup);

    let app = prepare(lookup).map_err(Arc::new);
    match &app {
        Ok(app) => {
            for warning in &app.config().warnings {
                tracing::warn!("{warning}");
            }
            shutdown::expect(app).await;
            // Its work would hold up what comes before the first request, so it begins last.
            app.database().prepare();
        }
        Err(error) => {
            let cause = error.cause().map(tracing::field::display);
            tracing::error!(cause, "{}", error.detail());
        }
    }
    app
}

fn prepare(lookup: impl Fn(&str) -> Option<String>) -> Result<Arc<App>, Error> {
    let config = Config::from_lookup(lookup).map_err(Error::misconfigured)?;
    App::new(config).map_err(Error::from)
}
