//! A function's process: logs, configuration, a connection ahead of the first request, then requests until it ends.

mod after;
mod buffered;
mod invocation;
mod shutdown;
mod streaming;

use std::sync::Arc;

use lambda_http::lambda_runtime::{LambdaEvent, Runtime};

use crate::http::{StreamBody, StreamingResponse};
use crate::{App, Config, Error, IsPublic, Platform, Request, Response, answer, answer_streaming, telemetry};
pub use after::AfterResponse;
use invocation::{Answer, InvocationLayer};

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
    let platform = platform(&app);
    let answer = move |request| {
        let (app, handle) = (app.clone(), handle.clone());
        async move { Answer::Buffered(answer(&app, handle, is_public, request).await) }
    };
    run(InvocationLayer { answer, send: Answer::Buffered, platform }).await
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
    let platform = platform(&app);
    let answer = move |request| {
        let (app, handle) = (app.clone(), handle.clone());
        async move { Answer::Streamed(answer_streaming(&app, handle, is_public, request).await) }
    };
    let send = |response: Response| Answer::Streamed(response.map(StreamBody::from));
    run(InvocationLayer { answer, send, platform }).await
}

/// Answers invocations until Lambda ends the process.
async fn run<H, F>(layer: InvocationLayer<H>) -> Result<(), lambda_http::Error>
where
    H: Fn(Request) -> F + Clone + Send + 'static,
    F: Future<Output = Answer> + Send + 'static,
{
    // The runtime is used for its loop alone.
    let unused = lambda_http::service_fn(|_: LambdaEvent<()>| async { Ok::<_, lambda_http::Error>(()) });
    Runtime::new(unused).layer(layer).run_concurrent().await
}

fn platform(app: &Result<Arc<App>, Arc<Error>>) -> Platform {
    app.as_ref().map_or(Platform::Lambda, |app| app.config().platform)
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
