//! One request, from its id to its response: the only place that bounds it, catches its panics, logs what it
//! came to and turns errors into responses.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use budget::Budget;
use futures_util::FutureExt;
use lambda_http::http::{Method, StatusCode};
use lambda_http::{Body, RequestExt};
use tokio::time::timeout_at;
use uuid::Uuid;

use crate::deadline::budget_of;
use crate::telemetry::metrics;
use crate::{Application, Error, IsPublic, Request, Response, StreamBody, StreamingResponse, access};

/// Answers a request with a handler, where the sender may have an answer. Never fails: an error, a panic or
/// the end of the budget becomes a problem+json, since Lambda makes an opaque 502 of anything else.
pub async fn answer<A, F>(
    app: &Result<Arc<A>, Arc<Error>>,
    handle: impl FnOnce(Arc<A>, Request) -> F,
    is_public: IsPublic,
    request: Request,
) -> Response
where
    A: Application,
    F: Future<Output = Result<Response, Error>> + Send,
{
    let (call, request) = Call::begin(app, request);
    match call.outcome(app, handle, is_public, request).await {
        Ok(response) => {
            call.log_answered(response.status(), None);
            if call.wants_body() { response } else { response.map(|_| Body::Empty) }
        }
        Err(error) => call.refuse(&error),
    }
}

/// Answers a request like [`answer`], with a body that is still being made while it is sent. What fails
/// before its first byte becomes a problem+json; what fails later breaks the body off, and is logged then.
pub async fn answer_streaming<A, F>(
    app: &Result<Arc<A>, Arc<Error>>,
    handle: impl FnOnce(Arc<A>, Request) -> F,
    is_public: IsPublic,
    request: Request,
) -> StreamingResponse
where
    A: Application,
    F: Future<Output = Result<StreamingResponse, Error>> + Send,
{
    let (call, request) = Call::begin(app, request);
    match call.outcome(app, handle, is_public, request).await {
        Ok(response) => {
            let status = response.status();
            response
                .map(|body| if call.wants_body() { body } else { StreamBody::empty() }.for_call(call, status))
        }
        Err(error) => call.refuse(&error).map(StreamBody::from),
    }
}

/// Stands for an event that is no request, so that it is logged and answered with its error like one.
pub(crate) fn malformed(error: Error) -> Request {
    let mut request = Request::default();
    request.extensions_mut().insert(Malformed(Arc::new(error)));
    request
}

#[derive(Clone)]
struct Malformed(Arc<Error>);

/// Logs what a call came to, with what it cost.
macro_rules! log {
    ($level:ident, $call:expr, $status:expr, { $($field:tt)* }, $message:literal) => {{
        let Call { request_id, method, path, budget, .. } = $call;
        let (status, duration_ms, cost) = ($status.as_u16(), $call.duration_ms(), budget.cost());
        tracing::$level!(
            %request_id, %method, path, status, duration_ms, $($field)*
            cold = cost.cold,
            connects = cost.connects,
            connect_retries = cost.connect_retries,
            stale_discards = cost.stale_discards,
            retries = cost.retries,
            round_trips = cost.round_trips,
            database_ms = cost.database_ms,
            $message
        );
        $call.count();
    }};
}

/// A request while it is answered, as the log knows it.
pub(crate) struct Call {
    request_id: String,
    method: Method,
    path: String,
    budget: Budget,
    begun: Instant,
    /// `AWS_LAMBDA_FUNCTION_NAME`, on Lambda.
    function_name: Option<String>,
}

impl Call {
    fn begin<A: Application>(app: &Result<Arc<A>, Arc<Error>>, mut request: Request) -> (Self, Request) {
        let begun = Instant::now();
        let request_id = match request.lambda_context_ref() {
            Some(context) if !context.request_id.is_empty() => context.request_id.clone(),
            _ => Uuid::now_v7().to_string(),
        };
        let method = request.method().clone();
        let path = request.raw_http_path().to_owned();
        let budget = budget_of(&request);
        request.extensions_mut().insert(budget.clone());
        let app = app.as_ref().ok();
        if app.is_none_or(|app| app.is_first_request()) {
            budget.metrics().mark_cold();
        }
        let function_name = app.and_then(|app| app.config().function_name.clone());
        (Self { request_id, method, path, budget, begun, function_name }, request)
    }

    /// Returns whether the answer has a body: to HEAD it is what GET would get, without one (RFC 9110,
    /// section
    /// 9.3.2).
    fn wants_body(&self) -> bool {
        self.method != Method::HEAD
    }

    async fn outcome<A, T, F>(
        &self,
        app: &Result<Arc<A>, Arc<Error>>,
        handle: impl FnOnce(Arc<A>, Request) -> F,
        is_public: IsPublic,
        mut request: Request,
    ) -> Result<T, Arc<Error>>
    where
        A: Application,
        F: Future<Output = Result<T, Error>> + Send,
    {
        if let Some(Malformed(error)) = request.extensions().get() {
            return Err(Arc::clone(error));
        }
        let app = app.as_ref().map_err(Arc::clone)?;
        let handled = async {
            access::admit(app.config(), &request)?;
            if !is_public(&request) {
                let caller = access::authenticate(app.config(), app.verifier(), &request).await?;
                request.extensions_mut().insert(caller);
            }
            handle(Arc::clone(app), request).await
        };
        let outcome = bounded(&self.budget, handled).await.map_err(Arc::new);
        self.budget.drain().await;
        outcome
    }

    /// Logs a response that was sent whole, with the bytes of its body where it was streamed.
    pub(crate) fn log_answered(&self, status: StatusCode, bytes: Option<u64>) {
        log!(info, self, status, { bytes, }, "answered");
    }

    /// Logs a response that was begun and not sent whole, and why; without an error its client left.
    pub(crate) fn log_broken_off(&self, status: StatusCode, bytes: u64, error: Option<&Error>) {
        match error {
            Some(error) => {
                let (detail, cause) = (error.detail(), error.cause().map(tracing::field::display));
                log!(error, self, status, { bytes, detail, cause, }, "broken off");
            }
            None => log!(info, self, status, { bytes, }, "the client left"),
        }
    }

    /// Logs an error and makes a response of it.
    fn refuse(&self, error: &Error) -> Response {
        let (status, detail) = (error.status(), error.detail());
        let cause = error.cause().map(tracing::field::display);
        if status.is_server_error() {
            log!(error, self, status, { detail, cause, }, "failed");
        } else {
            log!(info, self, status, { detail, cause, }, "refused");
        }
        let response = error.to_response(&self.request_id);
        if self.wants_body() { response } else { response.map(|_| Body::Empty) }
    }

    /// Counts for the deployment's alarms, where there are any.
    fn count(&self) {
        if let Some(function) = &self.function_name {
            metrics::emit(function, &self.budget.cost());
        }
    }

    fn duration_ms(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// Runs a part of a request. Its panic and the end of its budget are errors like others.
pub(crate) async fn bounded<T>(
    budget: &Budget,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let work = AssertUnwindSafe(work).catch_unwind();
    // Dropped at the end, with the budget marked as expired.
    tokio::pin!(work);
    match timeout_at(budget.deadline(), &mut work).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) => Err(Error::internal("the handler panicked; the panic's message stands above")),
        Err(_) => {
            budget.expire();
            Err(Error::deadline())
        }
    }
}
