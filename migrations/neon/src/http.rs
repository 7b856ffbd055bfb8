//! One request to the API: its time, its retries, and what its answer means.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue, RETRY_AFTER, USER_AGENT};
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper_tls::HttpsConnector;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{Client, Error as SendError};
use hyper_util::rt::TokioExecutor;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::time::{Instant, timeout};
use url::Url;

use super::error::Error;
use super::key::Key;
use super::pause::{self, ATTEMPTS, ATTEMPTS_TO_REACH};
use super::stop::Stop;

/// Longest time for one response; slower work is an operation of its own in Neon's API.
const ANSWER_BOUND: Duration = Duration::from_secs(30);

/// The longest answer that is read: a page of branches has a few hundred kilobytes.
const BODY_BOUND: usize = 32 << 20;

/// A request.
pub(super) struct Call<'a> {
    pub(super) method: Method,
    /// Below the project.
    pub(super) path: &'a [&'a str],
    pub(super) query: Vec<(&'static str, String)>,
    pub(super) body: Option<Value>,
    /// Its purpose, for messages.
    pub(super) doing: String,
}

impl<'a> Call<'a> {
    pub(super) fn new(method: Method, path: &'a [&'a str], doing: impl Into<String>) -> Self {
        Self { method, path, query: Vec::new(), body: None, doing: doing.into() }
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    pub(super) fn json(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }

    /// Returns whether sending it twice does no more than sending it once.
    fn is_idempotent(&self) -> bool {
        matches!(self.method, Method::GET | Method::DELETE)
    }
}

/// The API of one project.
pub(super) struct Http {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    base: Url,
    authorization: HeaderValue,
    /// Longest wait for a project that is locked.
    pub(super) wait: Duration,
    pub(super) stop: Stop,
}

/// An attempt that may be followed by another, with the pause that the server asks for.
struct Failed {
    error: Error,
    patience: Patience,
    pause: Option<Duration>,
}

/// The limit up to which a request is retried.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Patience {
    /// Until it was sent this often; once where it may not be sent again.
    Attempts(u32),
    /// Until the project's other operations are done, or [`Http::wait`] is over.
    Locked,
}

impl Http {
    pub(super) fn new(base: Url, key: Key, wait: Duration) -> Result<Self, Error> {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_connect_timeout(Some(Duration::from_secs(10)));
        let tls =
            native_tls::TlsConnector::new().map_err(|error| Error::Host { problem: error.to_string() })?;
        let client = Client::builder(TokioExecutor::new()).build(HttpsConnector::from((tcp, tls.into())));
        let mut authorization = HeaderValue::from_str(&format!("Bearer {}", key.expose())).map_err(|_| {
            Error::Host { problem: "NEON_API_KEY holds a character that no key has".to_owned() }
        })?;
        authorization.set_sensitive(true);
        Ok(Self { client, base, authorization, wait, stop: Stop::default() })
    }

    /// Sends a request until it is answered for good. Refusals that leave nothing done (423, 429, 503, no
    /// connection) are tried again; other failures only where that does no harm.
    ///
    /// # Errors
    /// The last attempt's; or [`Error::Interrupted`] between two attempts.
    pub(super) async fn send<T: DeserializeOwned>(&self, call: &Call<'_>) -> Result<T, Error> {
        let begun = Instant::now();
        let mut attempt = 1;
        let mut may_be_done = false;
        loop {
            let Failed { error, patience, pause } = match self.attempt(call).await {
                Ok(answer) => return Ok(answer),
                Err(failed) => failed,
            };
            let pause = pause::after(attempt, pause);
            let is_tried_again = match patience {
                Patience::Attempts(attempts) => attempt < attempts,
                Patience::Locked => begun.elapsed() + pause < self.wait,
            };
            if !is_tried_again {
                return Err(call.after_others(error, may_be_done));
            }
            may_be_done |= error.may_be_done();
            if self.stop.is_sent_within(pause).await {
                if !may_be_done || call.is_idempotent() {
                    return Err(Error::Interrupted);
                }
                // Whoever looks for what was done meets the wish once it is found.
                self.stop.send();
                return Err(error);
            }
            attempt += 1;
        }
    }

    async fn attempt<T: DeserializeOwned>(&self, call: &Call<'_>) -> Result<T, Failed> {
        let request = self.request(call).map_err(|error| Failed {
            error,
            patience: Patience::Attempts(1),
            pause: None,
        })?;
        let answer = timeout(ANSWER_BOUND, async {
            let response = self.client.request(request).await.map_err(|error| call.not_sent(&error))?;
            let (parts, body) = response.into_parts();
            Ok((parts, read(body).await.map_err(|cause| call.lost(&cause))?))
        });
        let (parts, body) = answer.await.unwrap_or_else(|_| Err(call.lost("it took too long")))?;
        let body = Response::from_parts(parts, body);
        if !body.status().is_success() {
            return Err(call.refused(&body));
        }
        // 204 has no body, which is as good as one without fields.
        let text: &[u8] = if body.body().is_empty() { b"{}" } else { body.body() };
        serde_json::from_slice(text).map_err(|error| Failed {
            error: Error::Unreadable { doing: call.doing.clone(), problem: error.to_string() },
            patience: Patience::Attempts(1),
            pause: None,
        })
    }

    fn request(&self, call: &Call<'_>) -> Result<Request<Full<Bytes>>, Error> {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.extend(call.path);
        }
        if !call.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&call.query);
        }
        let mut request = Request::builder()
            .method(call.method.clone())
            .uri(url.as_str())
            .header(ACCEPT, "application/json")
            .header(USER_AGENT, concat!("branchline/", env!("CARGO_PKG_VERSION")))
            .header(AUTHORIZATION, self.authorization.clone());
        if call.body.is_some() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        let body = call.body.as_ref().map(Value::to_string).unwrap_or_default();
        request
            .body(Full::from(body))
            .map_err(|error| Error::Unreadable { doing: call.doing.clone(), problem: error.to_string() })
    }
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http").field("base", &self.base.as_str()).finish_non_exhaustive()
    }
}

async fn read(body: Incoming) -> Result<Bytes, String> {
    let read = Limited::new(body, BODY_BOUND).collect().await;
    read.map(|body| body.to_bytes()).map_err(|error| error.to_string())
}

impl Call<'_> {
    /// A request that did not get through, or perhaps did.
    fn not_sent(&self, error: &SendError) -> Failed {
        let cause = root(error);
        if error.is_connect() {
            let error = Error::Unreachable { doing: self.doing.clone(), cause };
            return Failed { error, patience: Patience::Attempts(ATTEMPTS_TO_REACH), pause: None };
        }
        self.lost(&cause)
    }

    /// A request without a whole answer.
    fn lost(&self, cause: &str) -> Failed {
        let (doing, cause) = (self.doing.clone(), cause.to_owned());
        if self.is_idempotent() {
            return Failed {
                error: Error::Unreachable { doing, cause },
                patience: Patience::Attempts(ATTEMPTS_TO_REACH),
                pause: None,
            };
        }
        Failed { error: Error::Unknown { doing, cause }, patience: Patience::Attempts(1), pause: None }
    }

    fn refused(&self, response: &Response<Bytes>) -> Failed {
        let status = response.status();
        let body: Value = serde_json::from_slice(response.body()).unwrap_or_default();
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        let message = Some(text("message")).filter(|message| !message.is_empty());
        let error = Error::Refused {
            doing: self.doing.clone(),
            status,
            code: text("code"),
            message: message.unwrap_or_else(|| "it gave no reason".to_owned()),
            makes: if self.path.last() == Some(&"snapshot") { "snapshots" } else { "branches" },
        };
        let patience = match status {
            StatusCode::LOCKED => Patience::Locked,
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => Patience::Attempts(ATTEMPTS),
            status if status.is_server_error() && self.is_idempotent() => Patience::Attempts(ATTEMPTS),
            _ => Patience::Attempts(1),
        };
        let seconds = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        Failed { error, patience, pause: seconds.map(Duration::from_secs) }
    }

    /// A refusal after other attempts: where one of them was done, what it made stands in the way of this
    /// one.
    fn after_others(&self, error: Error, may_be_done: bool) -> Error {
        match error {
            Error::Refused { status: StatusCode::CONFLICT, message, .. } if may_be_done => {
                Error::Unknown { doing: self.doing.clone(), cause: message }
            }
            error => error,
        }
    }
}

/// The root cause of an error; the layers above it say little.
fn root(error: &dyn StdError) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
