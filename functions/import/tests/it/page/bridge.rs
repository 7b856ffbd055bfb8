//! A browser's way to the handler: HTTP on loopback, below the path where the emulator serves the function.

use std::net::SocketAddr;
use std::sync::Arc;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use lambda_http::Body;
use store::App;
use support::Event;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// The server, until it is dropped.
pub(super) struct Bridge {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Bridge {
    pub(super) async fn start(app: Arc<App>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let app = Arc::clone(&app);
                let service = service_fn(move |request| answer(Arc::clone(&app), request));
                // A browser may hang up as it likes.
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        Self { address, task }
    }

    /// Without the slash at its end, which a person may leave out.
    pub(super) fn url(&self) -> String {
        format!("http://{}/lambda-url/import", self.address)
    }
}

impl Drop for Bridge {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(
    app: Arc<App>,
    request: hyper::Request<Incoming>,
) -> Result<hyper::Response<Full<Bytes>>, hyper::Error> {
    let (parts, body) = request.into_parts();
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
    let event = Event::new(parts.method, target).unsigned().without_header("accept").without_header("host");
    let event = parts
        .headers
        .iter()
        .fold(event, |event, (name, value)| event.header(name.as_str(), value.to_str().unwrap_or_default()));
    let event = event.binary(body.collect().await?.to_bytes());
    let response = web::answer(&Ok(app), import::handle, import::is_public, event.request()).await;
    Ok(response.map(|body| match body {
        Body::Text(text) => Full::from(text),
        Body::Binary(bytes) => Full::from(bytes),
        _ => Full::default(),
    }))
}
