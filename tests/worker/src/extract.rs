//! A source's colors.

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::Full;
use tokio::task::spawn_blocking;
use url::Url;

use crate::palette::{PaletteError, Swatch, palette};
use crate::web::{Web, WebError};

/// Bytes of an image's file.
const MAX_FILE: usize = 20 * 1024 * 1024;

/// The most colors of a palette.
const COLORS: usize = 6;

/// Fetches images from the hosts that it may.
pub(crate) struct Extractor {
    web: Web,
    hosts: Vec<String>,
}

/// Why there is no palette.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ExtractError {
    #[error("this worker fetches nothing from {0}")]
    Host(String),
    #[error("this worker fetches over http and https alone")]
    Scheme,
    #[error("the image does not come: {0}")]
    Fetch(#[from] WebError),
    #[error("the image's host answers {0}")]
    Status(StatusCode),
    #[error(transparent)]
    Palette(#[from] PaletteError),
}

impl ExtractError {
    /// Returns whether another attempt may succeed.
    pub(crate) fn is_retryable(&self) -> bool {
        match self {
            Self::Fetch(error) => !matches!(error, WebError::TooLarge(_)),
            Self::Status(status) => {
                status.is_server_error()
                    || [StatusCode::TOO_MANY_REQUESTS, StatusCode::REQUEST_TIMEOUT].contains(status)
            }
            Self::Host(_) | Self::Scheme | Self::Palette(_) => false,
        }
    }
}

impl Extractor {
    pub(crate) fn new(hosts: Vec<String>) -> anyhow::Result<Self> {
        anyhow::ensure!(hosts.iter().all(|host| !host.contains('/')), "--from takes a host, not an address");
        Ok(Self { web: Web::new(), hosts })
    }

    /// The colors of the image at an address.
    pub(crate) async fn palette(&self, source: &str) -> Result<Vec<Swatch>, ExtractError> {
        let file = self.fetch(source).await?;
        // On a thread of its own, so that the lease is renewed meanwhile.
        let found = spawn_blocking(move || palette(&file, COLORS)).await;
        Ok(found.unwrap_or_else(|ended| std::panic::resume_unwind(ended.into_panic()))?)
    }

    async fn fetch(&self, source: &str) -> Result<Bytes, ExtractError> {
        let url = Url::parse(source).map_err(|_| ExtractError::Scheme)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(ExtractError::Scheme);
        }
        let host = url.host_str().unwrap_or_default();
        if !self.hosts.iter().any(|allowed| allowed.eq_ignore_ascii_case(host)) {
            return Err(ExtractError::Host(host.to_owned()));
        }
        let mut url = url;
        url.set_fragment(None);
        let request = Request::get(url.as_str()).body(Full::default()).map_err(|_| ExtractError::Scheme)?;
        let answer = self.web.send(request, MAX_FILE).await?;
        match answer.status() {
            StatusCode::OK => Ok(answer.into_body()),
            status => Err(ExtractError::Status(status)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_source_is_fetched_from_the_hosts_that_are_named_and_no_other() {
        let extractor = Extractor::new(vec!["127.0.0.1".to_owned()]).unwrap();
        for (source, expected) in [
            ("s3://bucket/key", "this worker fetches over http and https alone"),
            ("http://169.254.169.254/latest", "this worker fetches nothing from 169.254.169.254"),
            ("http://127.0.0.1@example.com/", "this worker fetches nothing from example.com"),
            ("http://127.0.0.1.example.com/", "this worker fetches nothing from 127.0.0.1.example.com"),
        ] {
            let error = extractor.palette(source).await.unwrap_err();
            assert_eq!((error.to_string().as_str(), error.is_retryable()), (expected, false));
        }
        // Nobody listens at this port, which may be over in a moment.
        let error = extractor.palette("http://127.0.0.1:1/").await.unwrap_err();
        assert!(error.is_retryable(), "{error}");
        assert!(Extractor::new(vec!["https://example.com/".to_owned()]).is_err());
    }

    #[test]
    fn an_answer_that_may_be_another_one_soon_is_asked_for_again() {
        let is_retryable =
            |status| ExtractError::Status(StatusCode::from_u16(status).unwrap()).is_retryable();
        assert!([429, 408, 500, 503].into_iter().all(is_retryable));
        assert!(![301, 401, 403, 404, 410].into_iter().any(is_retryable));
    }
}
