//! The HTTP of it: faults, the key, then the routes.

use std::io;
use std::net::TcpListener;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{AUTHORIZATION, RETRY_AFTER};
use http::{Method, Request};
use http_body_util::{BodyExt, Collected, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::Value;

use super::Shared;
use super::answer::{Answer, refusal};
use super::faults::Fault;
use super::routes;
use super::state::Exchange;

/// A request, read whole.
pub(super) struct Asked {
    pub(super) method: Method,
    /// Below `/api/v2`.
    pub(super) path: String,
    pub(super) query: Vec<(String, String)>,
    /// Null where there is none.
    pub(super) body: Value,
}

impl Asked {
    pub(super) fn param(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

pub(super) async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
    while let Ok((stream, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        let service = service_fn(move |request| respond(Arc::clone(&shared), request));
        let connection = hyper::server::conn::http1::Builder::new();
        tokio::spawn(connection.serve_connection(TokioIo::new(stream), service));
    }
}

/// An error closes the connection.
async fn respond(shared: Arc<Shared>, request: Request<Incoming>) -> io::Result<Answer> {
    let lost = || io::Error::from(io::ErrorKind::ConnectionAborted);
    let authorization = request.headers().get(AUTHORIZATION).cloned();
    let asked = read(request).await.map_err(|_| lost())?;
    let (fault, has_key) = {
        let mut state = shared.state();
        let path = asked.path.trim_start_matches(&format!("projects/{}/", state.project)).to_owned();
        state.requests.push(format!("{} {path}", asked.method));
        let own = format!("{} {path}", asked.method);
        let at = state.faults_at.iter().position(|(request, _)| own == *request || is_like(&own, request));
        let fault = match (at, state.faults.pop_front()) {
            (Some(at), _) => state.faults_at.remove(at).map(|(_, fault)| fault),
            (None, None) if state.is_gone => Some(Fault::LoseRequest),
            (None, fault) => fault.flatten(),
        };
        (fault, authorization.is_some_and(|value| value == format!("Bearer {}", state.key).as_str()))
    };
    match &fault {
        Some(Fault::Refuse(status)) => return Ok(refusal(*status, "", "the test wants it so")),
        Some(Fault::RefuseFor(status, seconds)) => {
            let mut answer = refusal(*status, "", "the test wants it so");
            answer.headers_mut().insert(RETRY_AFTER, (*seconds).into());
            return Ok(answer);
        }
        Some(Fault::LoseRequest) => return Err(lost()),
        Some(Fault::Delay(delay)) => tokio::time::sleep(*delay).await,
        Some(Fault::LoseAnswer | Fault::RefuseAfter(_)) | None => {}
    }
    if !has_key {
        return Ok(refusal(401, "", "supplied credentials do not pass authentication"));
    }
    let answer = routes::answer(&shared, &asked).await;
    let answer = answer.unwrap_or_else(|error| refusal(500, "", &format!("{error:#}")));
    match fault {
        Some(Fault::LoseAnswer) => return Err(lost()),
        Some(Fault::RefuseAfter(status)) => return Ok(refusal(status, "", "the test wants it so")),
        _ => {}
    }
    let (parts, body) = answer.into_parts();
    let body = body.collect().await.map(Collected::to_bytes).unwrap_or_default();
    shared.state().exchanges.push(Exchange {
        method: asked.method.to_string(),
        path: format!("/{}", asked.path),
        status: parts.status.as_u16(),
        body: serde_json::from_slice(&body).unwrap_or_default(),
    });
    Ok(Answer::from_parts(parts, Full::from(body)))
}

/// Returns whether a request is of a form in which `*` stands for one part of a path.
fn is_like(request: &str, form: &str) -> bool {
    let (mut parts, mut form) = (request.split('/'), form.split('/'));
    parts.by_ref().zip(form.by_ref()).all(|(part, form)| part == form || form == "*")
        && parts.next().is_none()
        && form.next().is_none()
}

async fn read(request: Request<Incoming>) -> Result<Asked, hyper::Error> {
    let (parts, body) = request.into_parts();
    let body: Bytes = body.collect().await?.to_bytes();
    let query = parts.uri.query().unwrap_or_default().as_bytes();
    Ok(Asked {
        method: parts.method,
        path: parts.uri.path().trim_start_matches("/api/v2/").to_owned(),
        query: url::form_urlencoded::parse(query).into_owned().collect(),
        body: serde_json::from_slice(&body).unwrap_or_default(),
    })
}
