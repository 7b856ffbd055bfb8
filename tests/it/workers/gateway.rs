//! HTTP on loopback between a worker and all that it talks to. Each request waits until the test has decided
//! about it, so that a test stops a worker at exactly one place.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use support::Event;
use support::lambda::{Lambda, Response};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::timeout;

/// No request of a worker is longer in coming.
const PATIENCE: Duration = Duration::from_secs(30);

/// The server, until it is dropped.
pub(super) struct Gateway {
    address: SocketAddr,
    requests: mpsc::UnboundedReceiver<Held>,
    _server: JoinSet<()>,
}

/// A request that waits for its answer. Dropped, it has none: its connection is closed.
pub(super) struct Held {
    pub(super) path: String,
    body: Bytes,
    answer: oneshot::Sender<hyper::Response<Full<Bytes>>>,
}

impl Gateway {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, requests) = mpsc::unbounded_channel();
        let mut server = JoinSet::new();
        server.spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let sender = sender.clone();
                let service = service_fn(move |request| hold(request, sender.clone()));
                connections.spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        Self { address, requests, _server: server }
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The next request.
    pub(super) async fn next(&mut self) -> Held {
        timeout(PATIENCE, self.requests.recv()).await.unwrap_or_else(|_| panic!("no request comes")).unwrap()
    }

    /// Whether a request has come that nobody has taken.
    pub(super) fn has_more(&self) -> bool {
        !self.requests.is_empty()
    }
}

async fn hold(
    request: hyper::Request<Incoming>,
    sender: mpsc::UnboundedSender<Held>,
) -> Result<hyper::Response<Full<Bytes>>, Box<dyn std::error::Error + Send + Sync>> {
    let (answer, answered) = oneshot::channel();
    let path = request.uri().path().to_owned();
    let body = request.into_body().collect().await?.to_bytes();
    sender.send(Held { path, body, answer })?;
    Ok(answered.await?)
}

impl Held {
    /// Answers it.
    pub(super) fn answer(self, status: u16, body: impl Into<Bytes>) {
        let response = hyper::Response::builder().status(status).body(Full::new(body.into())).unwrap();
        // Who has asked may be gone.
        let _ = self.answer.send(response);
    }

    /// Sends it on to the function, below whose address it was sent, and the answer back.
    pub(super) async fn pass(self, function: &Lambda) -> Response {
        let answer = self.deliver(function).await;
        self.answer(answer.status.as_u16(), answer.body.clone());
        answer
    }

    /// Sends it on to the function, whose answer is then lost.
    pub(super) async fn lose_answer(self, function: &Lambda) -> Response {
        self.deliver(function).await
    }

    async fn deliver(&self, function: &Lambda) -> Response {
        let target = self.path.trim_start_matches("/jobs");
        let body = std::str::from_utf8(&self.body).unwrap();
        function.invoke(&Event::post(target).text(body)).await.unwrap()
    }
}
