//! A browser's way to a handler: HTTP on loopback, below the path where the emulator serves the function.

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
use web::{Error, IsPublic, Request, Response};

/// A server of one function, until it is dropped.
pub struct Bridge {
    address: SocketAddr,
    task: JoinHandle<()>,
    function: &'static str,
}

impl Bridge {
    /// Starts it for a function of this name.
    pub async fn start<F>(
        app: Arc<App>,
        handle: fn(Arc<App>, Request) -> F,
        is_public: IsPublic,
        function: &'static str,
    ) -> Self
    where
        F: Future<Output = Result<Response, Error>> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let app = Arc::clone(&app);
                let service = service_fn(move |request| {
                    let app = Ok(Arc::clone(&app));
                    async move {
                        let event = event_of(request).await?;
                        Ok::<_, hyper::Error>(sent(
                            web::answer(&app, handle, is_public, event.request()).await,
                        ))
                    }
                });
                // A browser may hang up as it likes.
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        Self { address, task, function }
    }

    /// Without the slash at its end, which a person may leave out.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/lambda-url/{}", self.address, self.function)
    }
}

impl Drop for Bridge {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn event_of(request: hyper::Request<Incoming>) -> Result<Event, hyper::Error> {
    let (parts, body) = request.into_parts();
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
    let event = ["accept", "host", "x-forwarded-proto"]
        .into_iter()
        .fold(Event::new(parts.method, target).unsigned(), Event::without_header);
    let event = parts
        .headers
        .iter()
        .fold(event, |event, (name, value)| event.header(name.as_str(), value.to_str().unwrap_or_default()));
    Ok(event.binary(body.collect().await?.to_bytes()))
}

fn sent(response: Response) -> hyper::Response<Full<Bytes>> {
    response.map(|body| match body {
        Body::Text(text) => Full::from(text),
        Body::Binary(bytes) => Full::from(bytes),
        _ => Full::default(),
    })
}
