//! From a URL to a session.

use std::fmt;
use std::future::{Ready, ready};
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use pg_login::{ClientFirst, PipelinedLoginStream, Progress, ServerFirst, ServerReply};
use postgres_protocol::message::frontend;
use tokio::io::{AsyncReadExt, AsyncWriteExt, Empty};
use tokio_postgres::config::{ChannelBinding as DriverBinding, SslMode, SslNegotiation};
use tokio_postgres::tls::TlsConnect;
use tokio_postgres::{CancelToken, Client, Config};

use crate::capabilities::ServerCapabilities;
use crate::dial::{dial, server, start};
use crate::error::Error;
use crate::login::{may_be_unbound, refusal, startup_packet};
use crate::session::Session;
use crate::stream::Stream;
use crate::tls::Connectors;
use crate::url::{ChannelBinding, Url, UrlError};

/// The stream under a session.
pub(crate) type LoginStream = PipelinedLoginStream<Stream>;

/// The future that drives the session; spawn it. It ends when the client is dropped or the connection is
/// lost.
pub type Connection = tokio_postgres::Connection<Empty, LoginStream>;

/// Longest time of name, TCP and TLS together if the URL has no `connect_timeout`.
const DIAL_BOUND: Duration = Duration::from_secs(5);

/// Postgres, and Neon's proxy, take no longer startup packet (`MAX_STARTUP_PACKET_LENGTH`).
const MAX_STARTUP: usize = 10_000;

/// Maximum login attempts; each retry uses what the previous reply revealed. The second reply leaves nothing
/// to reveal, but the server may have been replaced in between.
const MAX_ATTEMPTS: u32 = 3;

/// Makes sessions for one URL. The certificate authorities are read once, when it is built; the server's
/// capabilities are remembered and shared with its clones.
#[derive(Clone)]
pub struct Connector {
    shared: Arc<Shared>,
    bound: Duration,
    is_pipelined: bool,
}

struct Shared {
    url: Url,
    config: Config,
    startup: Bytes,
    tls: Connectors,
    capabilities: ServerCapabilities,
}

impl Connector {
    /// Prepares for a URL.
    ///
    /// # Errors
    /// `sslrootcert` cannot be read or holds no certificate; or the URL's parts are too long for a server.
    pub fn new(url: &Url) -> Result<Self, Error> {
        let startup = startup_packet(url).map_err(|e| UrlError::new("parameters", e.to_string()))?;
        if startup.len() > MAX_STARTUP {
            let problem = "are longer together than the 10,000 bytes that Postgres takes";
            return Err(UrlError::new("user, database, options and application_name", problem).into());
        }
        let shared = Shared {
            url: url.clone(),
            config: driver_config(url),
            startup,
            tls: Connectors::new(url)?,
            capabilities: ServerCapabilities::default(),
        };
        let bound = url.connect_timeout().unwrap_or(DIAL_BOUND);
        Ok(Self { shared: Arc::new(shared), bound, is_pipelined: true })
    }

    /// The same, with name, TCP and TLS together taking at most `bound`, however long the URL would wait.
    #[must_use]
    pub fn bounded(mut self, bound: Duration) -> Self {
        self.bound = self.bound.min(bound);
        self
    }

    /// The same, with logins that the driver makes by itself: the startup packet, SCRAM and the first
    /// statement wait for each other, which costs up to two round trips more. It is the way around a server
    /// or a pooler that pipelining confuses.
    #[must_use]
    pub fn without_pipelining(mut self) -> Self {
        self.is_pipelined = false;
        self
    }

    /// The URL that it connects to.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.shared.url
    }

    /// The error for a server that did not respond within `bound`.
    #[must_use]
    pub fn timed_out(&self, bound: Duration) -> Error {
        Error::TimedOut { server: server(&self.shared.url), bound }
    }

    /// Loads OpenSSL and the CA certificates on a blocking thread, so the first connection does not wait for
    /// them. Returns at once; the dial reports a failure.
    pub async fn prepare(&self) {
        let shared = Arc::clone(&self.shared);
        tokio::spawn(async move {
            if let Some(start) = start(&shared.url, &shared.capabilities) {
                let _ = shared.tls.get(start).await;
            }
        });
        // Yield once so the task starts even on a current-thread runtime.
        tokio::task::yield_now().await;
    }

    /// Dials: name, TCP and TLS. The time this takes is bounded; nothing wakes a sleeping Neon compute yet.
    ///
    /// # Errors
    /// The step that failed.
    pub async fn dial(&self) -> Result<Stream, Error> {
        let Shared { url, tls, capabilities, .. } = &*self.shared;
        dial(url, tls, capabilities, self.bound).await
    }

    /// Logs in on a dialed stream, and waits until the server is ready. Neon wakes its compute during this,
    /// so its caller's budget is the bound.
    ///
    /// # Errors
    /// The server's refusal, or a lost connection.
    pub async fn log_in(&self, stream: Stream) -> Result<(Client, Connection), Error> {
        match self.begin(stream).await? {
            Begun::Pipelined(server_first) => {
                let (stream, progress) = LoginStream::waiting(*server_first);
                let session = hand_over(&login_free_config(), stream).await;
                let unproven = match *progress.borrow() {
                    Progress::Unproven(problem) => Some(problem),
                    _ => None,
                };
                match unproven {
                    Some(problem) => Err(Error::Protocol { server: self.server(), problem }),
                    None => session,
                }
            }
            Begun::ByDriver(stream) => hand_over(&self.shared.config, LoginStream::transparent(stream)).await,
        }
    }

    /// Logs in on a dialed stream as far as the server-first-message, with the reply to it computed: see
    /// [`Session`]. Where the login cannot be pipelined, this waits until it is done.
    ///
    /// # Errors
    /// The server's refusal, as far as it has come, or a lost connection.
    pub async fn log_in_ahead(&self, stream: Stream) -> Result<(Session, Connection), Error> {
        match self.begin(stream).await? {
            Begun::Pipelined(server_first) => {
                let tls_version = server_first.transport().tls_version();
                let (stream, pending) = LoginStream::pipelined(*server_first);
                let (client, connection) = hand_over(&login_free_config(), stream).await?;
                Ok((Session::pending(client, self.clone(), pending, tls_version), connection))
            }
            Begun::ByDriver(stream) => {
                let tls_version = stream.tls_version();
                let stream = LoginStream::transparent(stream);
                let (client, connection) = hand_over(&self.shared.config, stream).await?;
                Ok((Session::done(client, self.clone(), tls_version), connection))
            }
        }
    }

    /// Dials and logs in.
    ///
    /// # Errors
    /// The step that failed.
    pub async fn connect(&self) -> Result<(Client, Connection), Error> {
        let stream = self.dial().await?;
        self.log_in(stream).await
    }

    /// Asks the server to cancel the statement of a client that is logged in, over a connection of its own.
    ///
    /// # Errors
    /// The server could not be reached.
    pub async fn cancel(&self, token: &CancelToken) -> Result<(), Error> {
        let stream = self.dial().await?;
        Ok(token.cancel_query_raw(tokio::io::empty(), Dialed(Ok(LoginStream::transparent(stream)))).await?)
    }

    /// The server as an error names it.
    pub(crate) fn server(&self) -> String {
        server(&self.shared.url)
    }

    /// Asks the server to cancel what one of its processes does.
    pub(crate) async fn cancel_process(&self, process: i32, secret: i32) -> Result<(), Error> {
        let mut stream = self.dial().await?;
        let mut request = BytesMut::new();
        frontend::cancel_request(process, secret, &mut request);
        let sent = async {
            stream.write_all(&request).await?;
            stream.flush().await?;
            // The server answers by hanging up.
            let _ = stream.read_u8().await;
            Ok(())
        };
        sent.await.map_err(|source| Error::Unreachable { server: self.server(), source })
    }

    /// Begins a login, once more where the server offers another mechanism than was guessed.
    async fn begin(&self, mut stream: Stream) -> Result<Begun, Error> {
        if !self.is_pipelined {
            return Ok(Begun::ByDriver(stream));
        }
        let Shared { url, startup, capabilities, .. } = &*self.shared;
        for _ in 0..MAX_ATTEMPTS {
            let known = capabilities.known().offer;
            let Some(password) = &url.password else { break };
            let Some(client_first) = ClientFirst::guess(url.channel_binding, &stream, known) else { break };
            match client_first.send(stream, startup, password).await {
                Ok(ServerReply::ServerFirst(server_first, offer)) => {
                    capabilities.known().offer = Some(offer);
                    return Ok(Begun::Pipelined(server_first));
                }
                Ok(ServerReply::Refused(response)) => return Err(refusal(self.server(), &response).await),
                Ok(ServerReply::TooManyIterations) => {
                    let problem = "it asks for more than a million rounds of SCRAM's hash";
                    return Err(Error::Protocol { server: self.server(), problem });
                }
                Ok(ServerReply::OtherOffer(_)) if !may_be_unbound(url) => {
                    return Err(Error::ChannelBinding { server: self.server() });
                }
                Ok(ServerReply::OtherOffer(offer)) => capabilities.known().offer = Some(offer),
                // The offer is known, so the connection was lost and the server did not misunderstand.
                Err(source) if known.is_some() => {
                    return Err(Error::Unreachable { server: self.server(), source });
                }
                // This server may not accept SCRAM before it asks for it.
                Err(_) => return Ok(Begun::ByDriver(self.dial().await?)),
            }
            stream = self.dial().await?;
        }
        Ok(Begun::ByDriver(stream))
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector").field("url", &self.shared.url).field("bound", &self.bound).finish()
    }
}

/// A login that was begun, or that the driver makes.
enum Begun {
    Pipelined(Box<ServerFirst<Stream>>),
    ByDriver(Stream),
}

/// Makes one session. A caller that makes several keeps a [`Connector`].
///
/// # Errors
/// The step that failed.
pub async fn connect(url: &Url) -> Result<(Client, Connection), Error> {
    Connector::new(url)?.connect().await
}

/// Passes a stream to the driver.
#[expect(clippy::disallowed_methods, reason = "this is the place")]
async fn hand_over(driver: &Config, stream: LoginStream) -> Result<(Client, Connection), Error> {
    driver.connect_raw(tokio::io::empty(), Dialed(Ok(stream))).await.map_err(Error::LogIn)
}

/// Driver configuration used when `pg` performs the login itself.
fn login_free_config() -> Config {
    let mut config = Config::new();
    config
        .user("nobody")
        // The stream comes dialed: the driver must neither ask for TLS nor do without.
        .ssl_mode(SslMode::Require)
        .ssl_negotiation(SslNegotiation::Direct);
    config
}

/// Driver configuration used when the driver logs in by itself.
fn driver_config(url: &Url) -> Config {
    let mut config = login_free_config();
    config.user(&url.user).dbname(&url.dbname).channel_binding(match url.channel_binding {
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

/// The driver takes a TLS connector; this one hands over the stream that there is, or why there is none.
struct Dialed(Result<LoginStream, Error>);

impl TlsConnect<Empty> for Dialed {
    type Stream = LoginStream;
    type Error = Error;
    type Future = Ready<Result<LoginStream, Error>>;

    fn connect(self, _: Empty) -> Self::Future {
        ready(self.0)
    }
}

impl Error {
    /// The same error in the driver's type, for signatures that have it; [`Error::from`] gets ours back out
    /// of it.
    #[expect(clippy::disallowed_methods, reason = "nobody is connected to")]
    pub async fn into_driver(self) -> tokio_postgres::Error {
        if let Self::Session(error) = self {
            return error;
        }
        // Only the driver can make its errors: it takes ours for that of a handshake.
        match login_free_config().connect_raw(tokio::io::empty(), Dialed(Err(self))).await {
            Err(error) => error,
            Ok(_) => unreachable!("a connection without a stream"),
        }
    }
}
