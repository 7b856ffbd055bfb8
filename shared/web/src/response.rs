//! Responses: JSON, and what an answer is never without.

use lambda_http::Body;
use lambda_http::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use lambda_http::http::{HeaderValue, StatusCode};
use serde::Serialize;

use crate::Error;

/// The response of a handler.
pub type Response = lambda_http::Response<Body>;

/// A JSON response. It is never cached: the next request may see other rows.
///
/// # Errors
/// The body cannot be serialised.
pub fn json(status: StatusCode, body: &impl Serialize) -> Result<Response, Error> {
    let text = serde_json::to_string(body).map_err(Error::internal)?;
    Ok(with_type(status, "application/json", text))
}

pub(crate) fn with_type(status: StatusCode, media_type: &'static str, text: String) -> Response {
    let mut response = Response::new(Body::Text(text));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
