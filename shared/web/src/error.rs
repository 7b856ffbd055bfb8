//! Every error of a function: its status, what a client may read of it, and what only the log sees.

use std::error::Error as StdError;
use std::fmt;

use auth::{AuthError, ErrorClass};
use budget::{Failure, FailureKind};
use lambda_http::http::header::{ALLOW, RETRY_AFTER, WWW_AUTHENTICATE};
use lambda_http::http::{HeaderName, HeaderValue, StatusCode};
use serde::Serialize;

use crate::response::{Response, with_type};

type Cause = Box<dyn StdError + Send + Sync>;

/// Why a request failed. `title` and `detail` are for clients and hold no SQL, host or secret; the cause is
/// logged once, where the request is answered.
#[derive(Debug)]
pub struct Error {
    status: StatusCode,
    kind: &'static str,
    detail: String,
    header: Option<ResponseHeader>,
    faults: Option<Box<serde_json::Value>>,
    form: Option<&'static ErrorForm>,
    cause: Option<Cause>,
}

/// The form of errors in an API that another program has defined.
#[derive(Debug)]
pub struct ErrorForm {
    /// The body, which is JSON.
    pub body: fn(&Error) -> serde_json::Value,
    /// The scheme that `WWW-Authenticate` names, with 401 alone.
    pub challenge: &'static str,
}

/// The header that goes with a status.
#[derive(Clone, Debug)]
enum ResponseHeader {
    /// The methods that are allowed.
    Allow(HeaderValue),
    /// The scheme of the credentials that are needed.
    WwwAuthenticate(&'static str),
    /// Seconds.
    RetryAfter(u32),
}

impl ResponseHeader {
    fn pair(self) -> (HeaderName, HeaderValue) {
        match self {
            Self::Allow(methods) => (ALLOW, methods),
            Self::WwwAuthenticate(scheme) => (WWW_AUTHENTICATE, HeaderValue::from_static(scheme)),
            Self::RetryAfter(seconds) => (RETRY_AFTER, HeaderValue::from(seconds)),
        }
    }
}

/// RFC 9457, with the request's id.
#[derive(Serialize)]
struct Problem<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    detail: &'a str,
    request_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    errors: Option<&'a serde_json::Value>,
}

impl Error {
    fn new(status: StatusCode, kind: &'static str, detail: impl Into<String>) -> Self {
        Self { status, kind, detail: detail.into(), header: None, faults: None, form: None, cause: None }
    }

    /// 400: a parameter is wrong.
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad-request", detail)
    }

    /// 401: the sender has to say who they are (RFC 6750).
    pub fn unauthorized(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", detail)
            .with_header(ResponseHeader::WwwAuthenticate("Bearer"))
    }

    /// 401 or 403: what the sender says of themselves does not do. The log says which check failed.
    #[must_use]
    pub fn denied(refusal: AuthError) -> Self {
        Self::from_class(refusal.class()).with_source(refusal)
    }

    fn from_class(class: ErrorClass) -> Self {
        let (status, kind) = match class.status() {
            403 => (StatusCode::FORBIDDEN, "forbidden"),
            _ => (StatusCode::UNAUTHORIZED, "unauthorized"),
        };
        Self::new(status, kind, class.detail())
            .with_header(ResponseHeader::WwwAuthenticate(class.challenge()))
    }

    /// 403: the sender may not have this.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", detail)
    }

    /// 404: there is no such thing.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", detail)
    }

    /// 405, with the methods that are allowed.
    pub fn method_not_allowed(allow: impl Into<String>) -> Self {
        let allow = allow.into();
        let detail = format!("The methods here are {allow}.");
        let error = Self::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", detail);
        match HeaderValue::try_from(allow) {
            Ok(allow) => error.with_header(ResponseHeader::Allow(allow)),
            Err(_) => error,
        }
    }

    /// 409: another request is in the way.
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", detail)
    }

    /// 412: what is to be changed is not what the sender has seen.
    pub fn precondition_failed(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::PRECONDITION_FAILED, "precondition-failed", detail)
    }

    /// 413: the body is larger than allowed.
    pub fn too_large(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", detail)
    }

    /// 415: the body is encoded in a way that is not understood.
    pub fn unsupported(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-encoding", detail)
    }

    /// 422: the body is understood and is not what it should be.
    pub fn unprocessable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "unprocessable", detail)
    }

    /// 500: a bug.
    pub fn internal(cause: impl Into<Cause>) -> Self {
        let detail = "Something went wrong here. Its request_id leads to the cause in the log.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail).with_source(cause)
    }

    /// 500: wrong until somebody changes the configuration.
    pub fn misconfigured(cause: impl Into<Cause>) -> Self {
        let detail = "This service is misconfigured. Its log says which setting is wrong.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "misconfigured", detail).with_source(cause)
    }

    /// 503: the database is away, and may soon be back.
    pub fn unavailable(retry_after: u32, cause: impl Into<Cause>) -> Self {
        let detail = "The database cannot be reached right now. Try again.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail)
            .with_source(cause)
            .with_header(ResponseHeader::RetryAfter(retry_after))
    }

    /// 503: every connection is in use.
    #[must_use]
    pub fn saturated(retry_after: u32) -> Self {
        let detail = "Every database connection is in use. Try again.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "saturated", detail)
            .with_header(ResponseHeader::RetryAfter(retry_after))
    }

    /// 504: the time of the request is up.
    #[must_use]
    pub fn deadline() -> Self {
        let detail = "The time for this request was up before its end was known. Sending it again is safe: \
                      what is done is not done twice.";
        Self::new(StatusCode::GATEWAY_TIMEOUT, "deadline", detail)
    }

    fn with_header(self, header: ResponseHeader) -> Self {
        Self { header: Some(header), ..self }
    }

    /// Adds the faults of what was sent, as the list `errors` of RFC 9457's example: each an object with
    /// `detail` and `pointer`.
    #[must_use]
    pub fn with_faults(self, faults: &impl Serialize) -> Self {
        Self { faults: serde_json::to_value(faults).ok().map(Box::new), ..self }
    }

    /// What [`Error::with_faults`] has added.
    #[must_use]
    pub fn faults(&self) -> Option<&serde_json::Value> {
        self.faults.as_deref()
    }

    /// Writes it in another form than problem+json.
    #[must_use]
    pub fn in_form(self, form: &'static ErrorForm) -> Self {
        Self { form: Some(form), ..self }
    }

    /// Attaches a cause that is logged but never sent to the client.
    #[must_use]
    pub fn with_source(self, cause: impl Into<Cause>) -> Self {
        Self { cause: Some(cause.into()), ..self }
    }

    /// The status that a client sees.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the text for the client.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// Returns the cause, which only the log shows.
    #[must_use]
    pub fn cause(&self) -> Option<&(dyn StdError + Send + Sync + 'static)> {
        self.cause.as_deref()
    }

    /// The error as `application/problem+json`, or in the form that it is given.
    #[must_use]
    pub fn to_response(&self, request_id: &str) -> Response {
        let mut response = match self.form {
            Some(form) => with_type(self.status, "application/json", (form.body)(self).to_string()),
            None => with_type(self.status, "application/problem+json", self.problem(request_id)),
        };
        let header = match (&self.header, self.form) {
            (Some(ResponseHeader::WwwAuthenticate(_)), Some(form)) => {
                let is_challenge = self.status == StatusCode::UNAUTHORIZED;
                is_challenge.then_some(ResponseHeader::WwwAuthenticate(form.challenge))
            }
            (header, _) => header.clone(),
        };
        if let Some((name, value)) = header.map(ResponseHeader::pair) {
            response.headers_mut().insert(name, value);
        }
        response
    }

    fn problem(&self, request_id: &str) -> String {
        let problem = Problem {
            r#type: format!("urn:problem-type:branchline:{}", self.kind),
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            detail: &self.detail,
            request_id,
            errors: self.faults.as_deref(),
        };
        serde_json::to_string(&problem).unwrap_or_default()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.cause.as_deref().map(|cause| cause as &(dyn StdError + 'static))
    }
}

/// A failure of something that the service depends on becomes the answer's cause, so that whoever knows its
/// type finds it among the sources.
impl<F: Failure> From<F> for Error {
    fn from(failure: F) -> Self {
        match failure.kind() {
            FailureKind::Misconfigured => Self::misconfigured(failure),
            FailureKind::InvalidToken => Self::from_class(ErrorClass::Untrusted).with_source(failure),
            FailureKind::InsufficientScope => Self {
                detail: "The token lacks the scope that this needs.".to_owned(),
                ..Self::from_class(ErrorClass::InsufficientRole).with_source(failure)
            },
            FailureKind::InsufficientRole => {
                Self::from_class(ErrorClass::InsufficientRole).with_source(failure)
            }
            FailureKind::Unavailable { retry_after } => Self::unavailable(retry_after, failure),
            FailureKind::Saturated { retry_after } => Self::saturated(retry_after),
            FailureKind::DeadlineExceeded => Self::deadline().with_source(failure),
            FailureKind::Internal => Self::internal(failure),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_has_the_contracts_fields_and_not_its_cause() {
        let error = Error::unavailable(1, "host db.internal, password canary");
        let response = error.to_response("abc-1");
        assert_eq!(response.status(), 503);
        assert_eq!(response.headers()["content-type"], "application/problem+json");
        assert_eq!(response.headers()["retry-after"], "1");
        let lambda_http::Body::Text(text) = response.body() else { panic!("not text") };
        assert!(!text.contains("canary"));
        let body: serde_json::Value = serde_json::from_str(text).unwrap();
        assert_eq!(
            body,
            serde_json::json!({
                "type": "urn:problem-type:branchline:unavailable",
                "title": "Service Unavailable",
                "status": 503,
                "detail": "The database cannot be reached right now. Try again.",
                "request_id": "abc-1",
            })
        );
    }

    #[test]
    fn a_refused_method_says_which_are_allowed() {
        let response = Error::method_not_allowed("GET, HEAD").to_response("");
        assert_eq!(
            (response.status().as_u16(), &response.headers()["allow"]),
            (405, &"GET, HEAD".parse().unwrap())
        );
    }
}
