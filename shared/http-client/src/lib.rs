//! One HTTP request, over a connection of its own and the OpenSSL that is linked already: for functions that
//! seldom ask anybody else. Redirects are not followed, since the address is configured.

mod address;

use bytes::Bytes;
use http::header::{HOST, USER_AGENT};
use http::response::Parts;
use http::{HeaderValue, Request, Uri};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::rt::{Read, Write};
use hyper_util::rt::TokioIo;
use native_tls::{Protocol, TlsConnector};
use tokio::net::TcpStream;
use tokio::sync::OnceCell;
use tokio::task::{JoinSet, spawn_blocking};

pub use address::{address, default_port};

/// Why there is no response. For the log.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The host cannot be reached.
    #[error("cannot connect: {0}")]
    Connect(#[from] std::io::Error),
    /// TLS failed, or could not be set up.
    #[error("TLS: {0}")]
    Tls(#[from] native_tls::Error),
    /// The exchange broke off, or was not HTTP.
    #[error("HTTP: {0}")]
    Http(#[from] hyper::Error),
    /// The response is larger than it may be, or broke off.
    #[error("the response cannot be read: {0}")]
    Body(Box<dyn std::error::Error + Send + Sync>),
}

/// A client with its TLS connector, which is made when it is first needed.
pub struct HttpClient<C> {
    connector: C,
    made: OnceCell<TlsConnector>,
}

/// A response whose body has not been read. Its connection ends with it.
pub struct Response {
    /// Status and headers.
    pub parts: Parts,
    body: Incoming,
    _connection: JoinSet<hyper::Result<()>>,
}

/// A connector that trusts the system's certificate authorities; OpenSSL honours `SSL_CERT_FILE`.
///
/// # Errors
/// OpenSSL's.
pub fn system_connector() -> Result<TlsConnector, native_tls::Error> {
    TlsConnector::builder().min_protocol_version(Some(Protocol::Tlsv12)).build()
}

impl<C> HttpClient<C>
where
    C: Fn() -> Result<TlsConnector, native_tls::Error> + Clone + Send + 'static,
{
    /// A client with this connector. It is made on a thread of its own: loading a system's authorities takes
    /// some milliseconds.
    pub fn new(connector: C) -> Self {
        Self { connector, made: OnceCell::new() }
    }

    /// Sends a request to an [`address()`], of which method, body and further headers are the caller's.
    ///
    /// # Errors
    /// See [`SendError`]. The request may have arrived all the same.
    pub async fn send(&self, url: &Uri, request: Request<Full<Bytes>>) -> Result<Response, SendError> {
        let scheme = url.scheme_str().unwrap_or_default();
        let host = url.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
        let port = url.port_u16().unwrap_or_else(|| default_port(scheme));
        let tcp = TcpStream::connect((host, port)).await?;
        if scheme == "http" {
            return exchange(tcp, url, request).await;
        }
        let connector = self.made.get_or_try_init(async || {
            let made = spawn_blocking(self.connector.clone()).await;
            made.unwrap_or_else(|ended| std::panic::resume_unwind(ended.into_panic()))
        });
        let connector = tokio_native_tls::TlsConnector::from(connector.await?.clone());
        exchange(connector.connect(host, tcp).await?, url, request).await
    }
}

async fn exchange<S>(stream: S, url: &Uri, mut request: Request<Full<Bytes>>) -> Result<Response, SendError>
where
    TokioIo<S>: Read + Write + Unpin + Send + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let mut driver = JoinSet::new();
    driver.spawn(connection);
    *request.uri_mut() = url.path_and_query().cloned().map_or_else(Uri::default, Uri::from);
    let headers = request.headers_mut();
    if let Some(host) = url.authority().and_then(|authority| authority.as_str().try_into().ok()) {
        headers.insert(HOST, host);
    }
    let agent = concat!("branchline/", env!("CARGO_PKG_VERSION"));
    headers.insert(USER_AGENT, HeaderValue::from_static(agent));
    let (parts, body) = sender.send_request(request).await?.into_parts();
    Ok(Response { parts, body, _connection: driver })
}

impl Response {
    /// Reads the body, which must not have more than `max` bytes.
    ///
    /// # Errors
    /// [`SendError::Body`].
    pub async fn bytes(self, max: usize) -> Result<Bytes, SendError> {
        Ok(Limited::new(self.body, max).collect().await.map_err(SendError::Body)?.to_bytes())
    }
}
