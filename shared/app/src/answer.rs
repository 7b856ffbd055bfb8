//! One request, from its id to its response: the only place that bounds, catches, logs and turns errors into responses.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use futures_util::FutureExt;
use lambda_http::RequestExt;
use tokio::time::timeout_at;
use uuid::Uuid;

use crate::{App, Budget, Error, IsPublic, Request, Response, access};

/// Answers a request with a handler, where the sender may have an answer. Never fails: an error, a panic or the end of the budget becomes a
/// problem+json, since Lambda makes an opaque 502 of anything else.
pub async fn answer<F>(
    app: &Result<Arc<App>, Arc<Error>>,
    handle: impl FnOnce(Arc<App>, Request) -> F,
    is_public: IsPublic,
    mut request: Request,
) -> Response
where
    F: Future<Output = Result<Response, Error>> + Send,
{
    let begun = Instant::now();
    let request_id = match request.lambda_context_ref() {
        Some(context) if !context.request_id.is_empty() => context.request_id.clone(),
        _ => Uuid::now_v7().to_string(),
    };
    let method = request.method().clone();
    let path = request.raw_http_path().to_owned();
    let budget = Budget::of(&request);
    request.extensions_mut().insert(budget.clone());

    let outcome = match app {
        Ok(app) => {
            let handled = async {
                if !is_public(&request) {
                    access::authorize(app.config(), &request)?;
                }
                handle(Arc::clone(app), request).await
            };
            let handled = AssertUnwindSafe(handled).catch_unwind();
            // The handler's future is dropped before its time's end is told, with the budget marked as expired.
            tokio::pin!(handled);
            match timeout_at(budget.deadline(), &mut handled).await {
                Ok(Ok(outcome)) => outcome,
                Ok(Err(_)) => Err(Error::internal("the handler panicked; the panic's message stands above")),
                Err(_) => {
                    budget.expire();
                    Err(Error::deadline())
                }
            }
            .map_err(Arc::new)
        }
        Err(error) => Err(Arc::clone(error)),
    };

    let duration_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    match outcome {
        Ok(response) => {
            let status = response.status().as_u16();
            tracing::info!(%request_id, %method, path, status, duration_ms, "answered");
            response
        }
        Err(error) => {
            let status = error.status().as_u16();
            let detail = error.detail();
            let cause = error.cause().map(tracing::field::display);
            if error.status().is_server_error() {
                tracing::error!(%request_id, %method, path, status, duration_ms, detail, cause, "failed");
            } else {
                tracing::info!(%request_id, %method, path, status, duration_ms, detail, cause, "refused");
            }
            error.to_response(&request_id)
        }
    }
}
