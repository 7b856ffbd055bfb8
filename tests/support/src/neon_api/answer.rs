//! Answers as the API gives them.

use bytes::Bytes;
use http::{Response, StatusCode};
use http_body_util::Full;
use serde_json::{Value, json};
use uuid::Uuid;

/// An answer, or the refusal that stands in its place.
pub(super) type Answer = Response<Full<Bytes>>;

pub(super) fn ok(status: u16, body: &Value) -> Answer {
    let mut response = Response::new(Full::from(body.to_string()));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert("content-type", http::HeaderValue::from_static("application/json"));
    response
}

pub(super) fn empty(status: u16) -> Answer {
    let mut response = Response::new(Full::default());
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response
}

pub(super) fn refusal(status: u16, code: &str, message: &str) -> Answer {
    ok(status, &json!({ "request_id": Uuid::now_v7(), "code": code, "message": message }))
}
