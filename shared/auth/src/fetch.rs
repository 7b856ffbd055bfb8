//! The issuer's keys over HTTP.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::header::{ACCEPT, CACHE_CONTROL, HeaderMap, HeaderValue};
use http::{Request, StatusCode, Uri};
use http_body_util::Full;
use http_client::{HttpClient, SendError};
use native_tls::TlsConnector;

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
    /// There is no response, or it is larger than 64 kB.
    #[error(transparent)]
    Send(#[from] SendError),
    /// The response is not 200. Redirects are not followed: keys come from the configured address alone.
    #[error("the response is {0}")]
    Status(StatusCode),
    /// The response is no set of keys.
    #[error(transparent)]
    KeySet(#[from] KeySetError),
}

/// A [`Fetch`] from the configured address, trusting the system's certificate authorities. OpenSSL honours
/// `SSL_CERT_FILE`.
#[must_use]
pub fn http_fetch(config: &AuthConfig) -> Fetch {
    fetch_with(config, http_client::system_connector)
}

/// A [`Fetch`] from the configured address with a TLS connector of the caller's, which is made when it is
/// first needed, on a thread of its own.
pub fn fetch_with(
    config: &AuthConfig,
    connector: impl Fn() -> Result<TlsConnector, native_tls::Error> + Clone + Send + Sync + 'static,
) -> Fetch {
    let source = Arc::new(Source { url: config.jwks_url.clone(), client: HttpClient::new(connector) });
    Box::new(move || {
        let source = Arc::clone(&source);
        Box::pin(async move { source.fetch().await })
    })
}

struct Source<C> {
    url: Uri,
    client: HttpClient<C>,
}

impl<C> Source<C>
where
    C: Fn() -> Result<TlsConnector, native_tls::Error> + Clone + Send + Sync + 'static,
{
    async fn fetch(&self) -> Result<FetchedKeys, FetchError> {
        let mut request = Request::new(Full::default());
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
        let response = self.client.send(&self.url, request).await?;
        if response.parts.status != StatusCode::OK {
            return Err(FetchError::Status(response.parts.status));
        }
        let max_age = max_age(&response.parts.headers);
        Ok(FetchedKeys { body: response.bytes(MAX_KEY_SET_LENGTH).await?, max_age })
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
