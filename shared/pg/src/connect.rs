//! From a dialed stream to a session.

use std::future::{Ready, ready};
use std::time::Duration;

use tokio::io::Empty;
use tokio_postgres::config::{ChannelBinding as DriverBinding, SslMode, SslNegotiation};
use tokio_postgres::tls::TlsConnect;
use tokio_postgres::{Client, Config};

use crate::dial::dial;
use crate::error::Error;
use crate::stream::Stream;
use crate::tls;
use crate::url::{ChannelBinding, Url};

/// What drives the session: a future to spawn. It ends when the client is dropped or the connection is lost.
pub type Connection = tokio_postgres::Connection<Empty, Stream>;

/// How long name, TCP and TLS together may take where the URL has no `connect_timeout`.
const DIAL_BOUND: Duration = Duration::from_secs(5);

/// Makes sessions for one URL. The certificate authorities are read once, when it is built.
#[derive(Clone)]
pub struct Connector {
    url: Url,
    config: Config,
    tls: native_tls::TlsConnector,
    bound: Duration,
}

impl Connector {
    /// Prepares for a URL.
    ///
    /// # Errors
    /// `sslrootcert` cannot be read or holds no certificate.
    pub fn new(url: &Url) -> Result<Self, Error> {
        Ok(Self {
            url: url.clone(),
            config: driver_config(url),
            tls: tls::connector(url)?,
            bound: url.connect_timeout().unwrap_or(DIAL_BOUND),
        })
    }

    /// The same, with name, TCP and TLS together taking at most `bound`, however long the URL would wait.
    #[must_use]
    pub fn bounded(mut self, bound: Duration) -> Self {
        self.bound = self.bound.min(bound);
        self
    }

    /// The URL that it connects to.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The URL as the driver's configuration, for a pool that wants one.
    #[must_use]
    pub fn driver_config(&self) -> &Config {
        &self.config
    }

    /// Dials: name, TCP and TLS. The time this takes is bounded; nothing wakes a sleeping Neon compute yet.
    ///
    /// # Errors
    /// The step that failed.
    pub async fn dial(&self) -> Result<Stream, Error> {
        dial(&self.url, &self.tls, self.bound).await
    }

    /// Logs in on a dialed stream. Neon wakes its compute during this, so its caller's budget is the bound.
    ///
    /// Takes the outcome of [`Connector::dial`] as it is and gives the driver's own error type, which is what a pool
    /// needs; [`Error::from`] gets ours back out of it.
    ///
    /// # Errors
    /// The dial's error, as the driver's error's source, or the server's refusal.
    #[expect(clippy::disallowed_methods, reason = "this is the place")]
    pub async fn log_in(
        &self,
        dialed: Result<Stream, Error>,
    ) -> Result<(Client, Connection), tokio_postgres::Error> {
        self.config.connect_raw(tokio::io::empty(), Dialed(dialed)).await
    }

    /// Dials and logs in.
    ///
    /// # Errors
    /// The step that failed.
    pub async fn connect(&self) -> Result<(Client, Connection), Error> {
        let dialed = self.dial().await;
        Ok(self.log_in(dialed).await?)
    }
}

/// Makes one session. A caller that makes several keeps a [`Connector`].
///
/// # Errors
/// The step that failed.
pub async fn connect(url: &Url) -> Result<(Client, Connection), Error> {
    Connector::new(url)?.connect().await
}

fn driver_config(url: &Url) -> Config {
    let mut config = Config::new();
    config
        .user(&url.user)
        .dbname(&url.dbname)
        // The stream comes dialed: the driver must neither ask for TLS nor do without.
        .ssl_mode(SslMode::Require)
        .ssl_negotiation(SslNegotiation::Direct)
        .channel_binding(match url.channel_binding {
            ChannelBinding::Disable => DriverBinding::Disable,
            ChannelBinding::Prefer => DriverBinding::Prefer,
            ChannelBinding::Require => DriverBinding::Require,
        });
    if let Some(password) = &url.password {
        config.password(password);
    }
    if let Some(options) = &url.options {
        config.options(options);
    }
    if let Some(name) = &url.application_name {
        config.application_name(name);
    }
    config
}

/// The driver takes a TLS connector; this one hands over the stream that has been dialed, or why there is none. It
/// is the only way to give the driver's error type a cause of ours.
struct Dialed(Result<Stream, Error>);

impl TlsConnect<Empty> for Dialed {
    type Stream = Stream;
    type Error = Error;
    type Future = Ready<Result<Stream, Error>>;

    fn connect(self, _: Empty) -> Self::Future {
        ready(self.0)
    }
}
