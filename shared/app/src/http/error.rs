//! Every error of a function: its status, what a client may read of it, and what only the log sees.

use std::error::Error as StdError;
use std::fmt;

use lambda_http::http::header::{ALLOW, RETRY_AFTER, WWW_AUTHENTICATE};
use lambda_http::http::{HeaderName, HeaderValue, StatusCode};
use pg::Class;
use serde::Serialize;

use super::{Response, with_type};

type Cause = Box<dyn StdError + Send + Sync>;

/// Why a request failed. `title` and `detail` are for clients and hold no SQL, host or secret; the cause is logged
/// once, where the request is answered.
#[derive(Debug)]
pub struct Error {
    status: StatusCode,
    kind: &'static str,
    detail: String,
    asks: Option<Asks>,
    cause: Option<Cause>,
    again: Option<Again>,
}

/// Why the same work may succeed when it is begun anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Again {
    /// The connection was lost under it; what it did on the server is unknown.
    Lost,
    /// The server has stopped answering, so that the connection was given up; what it did is unknown, too.
    Silent,
    /// The server rolled it back for another's sake.
    Conflict,
    /// The login failed on which its first statement rode, so that nothing was run.
    LogIn(Class),
}

/// The header that goes with a status.
#[derive(Clone, Copy, Debug)]
enum Asks {
    /// For other methods.
    Allow(&'static str),
    /// For credentials of this scheme.
    WwwAuthenticate(&'static str),
    /// For patience, in seconds.
    RetryAfter(u32),
}

impl Asks {
    fn header(self) -> (HeaderName, HeaderValue) {
        match self {
            Self::Allow(methods) => (ALLOW, HeaderValue::from_static(methods)),
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
}

impl Error {
    fn new(status: StatusCode, kind: &'static str, detail: impl Into<String>) -> Self {
        Self { status, kind, detail: detail.into(), asks: None, cause: None, again: None }
    }

    /// 400: a parameter is wrong.
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad-request", detail)
    }

    /// 401: the sender has to say who they are (RFC 6750).
    pub fn unauthorized(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", detail).asking(Asks::WwwAuthenticate("Bearer"))
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
    #[must_use]
    pub fn method_not_allowed(allow: &'static str) -> Self {
        let detail = format!("The methods here are {allow}.");
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", detail).asking(Asks::Allow(allow))
    }

    /// 409: another request is in the way.
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", detail)
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
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail).because(cause)
    }

    /// 500: wrong until somebody changes the configuration.
    pub fn misconfigured(cause: impl Into<Cause>) -> Self {
        let detail = "This service is misconfigured. Its log says which setting is wrong.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "misconfigured", detail).because(cause)
    }

    /// 503: the database is away, and may soon be back.
    pub fn unavailable(retry_after: u32, cause: impl Into<Cause>) -> Self {
        let detail = "The database cannot be reached right now. Try again.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail)
            .because(cause)
            .asking(Asks::RetryAfter(retry_after))
    }

    /// 503: every connection is in use.
    #[must_use]
    pub fn saturated(retry_after: u32) -> Self {
        let detail = "Every database connection is in use. Try again.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "saturated", detail).asking(Asks::RetryAfter(retry_after))
    }

    /// 504: the time of the request is up.
    #[must_use]
    pub fn deadline() -> Self {
        let detail = "The time for this request was up before its end was known. Sending it again is safe: what is done is \
                      not done twice.";
        Self::new(StatusCode::GATEWAY_TIMEOUT, "deadline", detail)
    }

    fn asking(self, asks: Asks) -> Self {
        Self { asks: Some(asks), ..self }
    }

    /// Adds what only the log is to see.
    pub(crate) fn because(self, cause: impl Into<Cause>) -> Self {
        Self { cause: Some(cause.into()), ..self }
    }

    /// Whether the same work may succeed when it is begun anew.
    pub(crate) fn again(&self) -> Option<Again> {
        self.again
    }

    /// Whether a connection was lost under the work, so that nothing more can be said over it.
    #[must_use]
    pub fn is_lost_connection(&self) -> bool {
        matches!(self.again, Some(Again::Lost | Again::Silent))
    }

    /// Whether the server rolled the work back for another's sake, as in a deadlock.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        self.again == Some(Again::Conflict)
    }

    /// The status that a client sees.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// What a client reads.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// What only the log sees.
    #[must_use]
    pub fn cause(&self) -> Option<&(dyn StdError + Send + Sync + 'static)> {
        self.cause.as_deref()
    }

    /// The error as `application/problem+json`.
    #[must_use]
    pub fn to_response(&self, request_id: &str) -> Response {
        let problem = Problem {
            r#type: format!("urn:problem-type:branchline:{}", self.kind),
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            detail: &self.detail,
            request_id,
        };
        let text = serde_json::to_string(&problem).unwrap_or_default();
        let mut response = with_type(self.status, "application/problem+json", text);
        if let Some((name, value)) = self.asks.map(Asks::header) {
            response.headers_mut().insert(name, value);
        }
        response
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

/// Seconds until a limit is worth trying again; for an outage it is one.
const LIMIT_RETRY_AFTER: u32 = 30;

impl From<pg::Error> for Error {
    fn from(error: pg::Error) -> Self {
        let again = match (&error, error.class()) {
            (pg::Error::Session(_), Class::Lost) => Some(Again::Lost),
            (pg::Error::Silent { .. }, _) => Some(Again::Silent),
            (pg::Error::Session(_), Class::Conflict) => Some(Again::Conflict),
            (pg::Error::Session(_), _) => None,
            (_, class) => Some(Again::LogIn(class)),
        };
        let error = match error.class() {
            Class::Permanent => Self::misconfigured(error),
            Class::Limit => Self::unavailable(LIMIT_RETRY_AFTER, error),
            Class::Unavailable | Class::Lost | Class::Conflict => Self::unavailable(1, error),
            Class::Cancelled => Self::deadline().because(error),
            Class::Statement if is_missing_schema(&error) => Self::misconfigured(format!(
                "the schema is missing or older than this function; run the migrations (make migrate): {error}"
            )),
            Class::Statement => Self::internal(error),
        };
        Self { again, ..error }
    }
}

impl From<tokio_postgres::Error> for Error {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::from(pg::Error::from(error))
    }
}

/// `undefined_table`, `undefined_column` and `undefined_function`.
fn is_missing_schema(error: &pg::Error) -> bool {
    match error {
        pg::Error::Session(error) => {
            error.code().is_some_and(|code| matches!(code.code(), "42P01" | "42703" | "42883"))
        }
        _ => false,
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
