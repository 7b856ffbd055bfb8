//! The issuer's keys over HTTP: one request, on a connection of its own, over the OpenSSL that is linked
//! already.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::header::{ACCEPT, CACHE_CONTROL, HOST, HeaderMap, USER_AGENT};
use http::{Request, StatusCode, Uri};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::client::conn::http1;
use hyper::rt::{Read, Write};
use hyper_util::rt::TokioIo;
use native_tls::{Protocol, TlsConnector};
use tokio::net::TcpStream;
use tokio::sync::OnceCell;
use tokio::task::{JoinSet, spawn_blocking};

use crate::config::default_port;
use crate::jwks::MAX_KEY_SET_LENGTH;
use crate::{AuthConfig, KeySetError};

/// Fetches the keys; it may be called again while it runs, and may be dropped.
pub type Fetch = Box<dyn Fn() -> BoxFuture<'static, Result<FetchedKeys, FetchError>> + Send + Sync>;

/// A set of keys as it came.
#[derive(Clone, Debug)]
pub struct FetchedKeys {
    /// The set, in JSON.
    pub body: Bytes,
    /// Time for which the issuer allows keeping it.
    pub max_age: Option<Duration>,
}

/// Why there are no keys. For the log.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// It took longer than two seconds.
    #[error("it took too long")]
    TimedOut,
    /// The issuer cannot be reached.
    #[error("cannot connect: {0}")]
    Connect(#[from] std::io::Error),
    /// TLS failed, or could not be set up.
    #[error("TLS: {0}")]
    Tls(#[from] native_tls::Error),
    /// The exchange broke off, or was not HTTP.
    #[error("HTTP: {0}")]
    Http(#[from] hyper::Error),
    /// The response is not 200. Redirects are not followed: keys come from the configured address alone.
    #[error("the response is {0}")]
    Status(StatusCode),
    /// The response is larger than 64 kB, or broke off.
    #[error("the response cannot be read: {0}")]
    Body(Box<dyn std::error::Error + Send + Sync>),
    /// The response is no set of keys.
    #[error(transparent)]
    KeySet(#[from] KeySetError),
}

/// A [`Fetch`] from the configured address, trusting the system's certificate authorities. OpenSSL honours
/// `SSL_CERT_FILE`.
#[must_use]
pub fn http_fetch(config: &AuthConfig) -> Fetch {
    let connector = || TlsConnector::builder().min_protocol_version(Some(Protocol::Tlsv12)).build();
    fetch_with(config, connector)
}

/// A [`Fetch`] from the configured address with a TLS connector of the caller's, which is made when it is
/// first needed, on a thread of its own: loading a system's authorities takes some milliseconds.
pub fn fetch_with(
    config: &AuthConfig,
    connector: impl Fn() -> Result<TlsConnector, native_tls::Error> + Clone + Send + Sync + 'static,
) -> Fetch {
    let source = Arc::new(Source { url: config.jwks_url.clone(), connector, made: OnceCell::new() });
    Box::new(move || {
        let source = Arc::clone(&source);
        Box::pin(async move { source.fetch().await })
    })
}

struct Source<C> {
    url: Uri,
    connector: C,
    made: OnceCell<TlsConnector>,
}

impl<C> Source<C>
where
    C: Fn() -> Result<TlsConnector, native_tls::Error> + Clone + Send + Sync + 'static,
{
    async fn fetch(&self) -> Result<FetchedKeys, FetchError> {
        let scheme = self.url.scheme_str().unwrap_or_default();
        let host = self.url.host().unwrap_or_default();
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let port = self.url.port_u16().unwrap_or_else(|| default_port(scheme));
        let tcp = TcpStream::connect((host, port)).await?;
        if scheme == "http" {
            return self.exchange(tcp).await;
        }
        let connector = self.made.get_or_try_init(async || {
            let connector = self.connector.clone();
            let made = spawn_blocking(connector).await;
            made.unwrap_or_else(|ended| std::panic::resume_unwind(ended.into_panic()))
        });
        let connector = tokio_native_tls::TlsConnector::from(connector.await?.clone());
        let tls = connector.connect(host, tcp).await?;
        self.exchange(tls).await
    }

    async fn exchange<S>(&self, stream: S) -> Result<FetchedKeys, FetchError>
    where
        TokioIo<S>: Read + Write + Unpin + Send + 'static,
    {
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        // Ends with this exchange, however that ends.
        let mut driver = JoinSet::new();
        driver.spawn(connection);
        let path = self.url.path_and_query().map_or("/", |path| path.as_str());
        let authority = self.url.authority().map_or("", |authority| authority.as_str());
        let request = Request::get(path)
            .header(HOST, authority)
            .header(ACCEPT, "application/json")
            .header(USER_AGENT, concat!("branchline/", env!("CARGO_PKG_VERSION")))
            .body(Empty::<Bytes>::new())
            .map_err(|error| FetchError::Body(error.into()))?;
        let (parts, body) = sender.send_request(request).await?.into_parts();
        if parts.status != StatusCode::OK {
            return Err(FetchError::Status(parts.status));
        }
        let body = Limited::new(body, MAX_KEY_SET_LENGTH).collect().await.map_err(FetchError::Body)?;
        Ok(FetchedKeys { body: body.to_bytes(), max_age: max_age(&parts.headers) })
    }
}

/// Returns how long a response may be kept (RFC 9111, section 5.2.2); `no-store` and `no-cache` are none at
/// all.
fn max_age(headers: &HeaderMap) -> Option<Duration> {
    let values = headers.get_all(CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
    let directives =
        values.flat_map(|value| value.split(',')).map(|directive| directive.trim().to_ascii_lowercase());
    directives
        .filter_map(|directive| match directive.split_once('=') {
            None if directive == "no-store" || directive == "no-cache" => Some(0),
            Some(("max-age", seconds)) => seconds.trim_matches('"').parse().ok(),
            _ => None,
        })
        .min()
        .map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shortest_time_that_the_issuer_names_counts() {
        let seconds = |values: &[&str]| {
            let headers = values.iter().map(|value| (CACHE_CONTROL, value.parse().unwrap())).collect();
            max_age(&headers).map(|age| age.as_secs())
        };
        assert_eq!(seconds(&[]), None);
        assert_eq!(seconds(&["public"]), None);
        assert_eq!(seconds(&["public, max-age=300, must-revalidate"]), Some(300));
        assert_eq!(seconds(&["Max-Age=\"60\""]), Some(60));
        assert_eq!(seconds(&["max-age=300", "no-cache"]), Some(0));
        assert_eq!(seconds(&["max-age=soon"]), None);
        assert_eq!(seconds(&["max-age=-1"]), None);
        assert_eq!(seconds(&["s-maxage=5"]), None);
    }
}
