//! The HTTP of it.

use std::convert::Infallible;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use anyhow::Result;
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::oneshot;
use uuid::Uuid;

use super::{State, lock};
use crate::lambda::{InvokeError, Response as Answer, streamed};

const RESPONSE_MODE: &str = "lambda-runtime-function-response-mode";
const RUNTIME: &str = "/2018-06-01/runtime/";
const EXTENSION: &str = "/2020-01-01/extension/";

/// Serves until its owner drops the other end of `stopped`.
pub(super) async fn serve(listener: TcpListener, state: Arc<State>, stopped: oneshot::Receiver<()>) {
    let accepting = async {
        let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
        while let Ok((stream, _)) = listener.accept().await {
            // Not worth a failure: it only costs time.
            let _ = stream.set_nodelay(true);
            let state = Arc::clone(&state);
            let service = service_fn(move |request| respond(Arc::clone(&state), request));
            let connection = hyper::server::conn::http1::Builder::new();
            tokio::spawn(connection.serve_connection(TokioIo::new(stream), service));
        }
    };
    tokio::select! {
        () = accepting => (),
        _ = stopped => (),
    }
}

async fn respond(state: Arc<State>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    Ok(route(&state, request)
        .await
        .unwrap_or_else(|error| refusal(StatusCode::BAD_REQUEST, "InvalidRequest", &error.to_string())))
}

async fn route(state: &State, request: Request<Incoming>) -> Result<Response<Full<Bytes>>> {
    let path = request.uri().path().to_owned();
    let segments: Vec<&str> = match path.strip_prefix(RUNTIME).or_else(|| path.strip_prefix(EXTENSION)) {
        Some(rest) => rest.split('/').collect(),
        None => Vec::new(),
    };
    let method = request.method().clone();
    match (&method, segments.as_slice()) {
        (&Method::GET, ["invocation", "next"]) => next(state).await,
        (&Method::POST, ["invocation", id, "response"]) => {
            if request.headers().get(RESPONSE_MODE).is_some_and(|mode| mode == "streaming") {
                let body = request.into_body();
                return Ok(finish(state, id, streamed::read(body).await));
            }
            let body = request.into_body().collect().await?.to_bytes();
            Ok(response(state, id, &body))
        }
        (&Method::POST, ["invocation", id, "error"]) => {
            let report = Report::read(request).await?;
            Ok(finish(state, id, Err(InvokeError::Function { kind: report.kind, message: report.message })))
        }
        (&Method::POST, ["init", "error"]) => {
            let report = Report::read(request).await?;
            state.init_error.send_replace(Some(format!("{}: {}", report.kind, report.message)));
            Ok(accepted())
        }
        (&Method::POST, ["register"]) => register(state, &request),
        // The helper for a graceful shutdown subscribes to no event, so none comes.
        (&Method::GET, ["event", "next"]) => std::future::pending().await,
        _ => Ok(refusal(StatusCode::NOT_FOUND, "NotFound", &format!("{method} {path}"))),
    }
}

async fn next(state: &State) -> Result<Response<Full<Bytes>>> {
    state.first_next.send_if_modified(|first| {
        let is_first = first.is_none();
        first.get_or_insert_with(Instant::now);
        is_first
    });
    // The state holds no sender, so it ends with its owner, and this with it.
    let Some(invocation) = state.waiting.lock().await.recv().await else {
        return std::future::pending().await;
    };
    let id = Uuid::now_v7().to_string();
    let response = Response::builder()
        .header("content-type", "application/json")
        .header("lambda-runtime-aws-request-id", &id)
        .header("lambda-runtime-deadline-ms", invocation.deadline.epoch_ms())
        .header(
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:eu-central-1:123456789012:function:function",
        )
        .header(
            "lambda-runtime-trace-id",
            format!("Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=0;Lineage={id}"),
        )
        .body(Full::new(invocation.payload))?;
    lock(&state.running).insert(id, invocation.answer);
    // Nobody waits for an invocation that was given up.
    let _ = invocation.delivered.send(());
    Ok(response)
}

fn response(state: &State, id: &str, body: &[u8]) -> Response<Full<Bytes>> {
    let size = body.len();
    if size <= state.max_response.load(Ordering::Relaxed) {
        return finish(state, id, Answer::parse(body));
    }
    finish(state, id, Err(InvokeError::ResponseTooLarge(size)));
    let message = format!("Exceeded maximum allowed payload size ({} bytes).", super::MAX_RESPONSE);
    refusal(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", &message)
}

fn finish(state: &State, id: &str, outcome: Result<Answer, InvokeError>) -> Response<Full<Bytes>> {
    match lock(&state.running).remove(id) {
        Some(answer) => {
            // Nobody waits for an invocation that was given up.
            let _ = answer.send(outcome);
            accepted()
        }
        None => refusal(StatusCode::BAD_REQUEST, "InvalidRequestID", "Invalid request ID"),
    }
}

fn register(state: &State, request: &Request<Incoming>) -> Result<Response<Full<Bytes>>> {
    let name = request.headers().get("lambda-extension-name").map(|name| name.to_str().map(str::to_owned));
    let Some(name) = name.transpose()? else {
        return Ok(refusal(StatusCode::BAD_REQUEST, "InvalidRequest", "no Lambda-Extension-Name"));
    };
    lock(&state.extensions).push(name);
    let function =
        json!({ "functionName": "function", "functionVersion": "$LATEST", "handler": "bootstrap" });
    Ok(Response::builder()
        .header("content-type", "application/json")
        .header("lambda-extension-identifier", Uuid::now_v7().to_string())
        .body(Full::from(function.to_string()))?)
}

/// An error report of the runtime.
#[derive(Deserialize)]
struct Report {
    #[serde(rename = "errorType")]
    kind: String,
    #[serde(rename = "errorMessage")]
    message: String,
}

impl Report {
    async fn read(request: Request<Incoming>) -> Result<Self> {
        let body = request.into_body().collect().await?.to_bytes();
        Ok(serde_json::from_slice(&body)?)
    }
}

fn accepted() -> Response<Full<Bytes>> {
    answer(StatusCode::ACCEPTED, &json!({ "status": "OK" }))
}

fn refusal(status: StatusCode, kind: &str, message: &str) -> Response<Full<Bytes>> {
    answer(status, &json!({ "errorType": kind, "errorMessage": message }))
}

fn answer(status: StatusCode, body: &serde_json::Value) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(body.to_string()));
    *response.status_mut() = status;
    response
}
