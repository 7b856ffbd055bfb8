//! From a URL to a session.

use std::fmt;
use std::future::{Ready, ready};
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use postgres_protocol::message::frontend;
use tokio::io::{AsyncReadExt, AsyncWriteExt, Empty};
use tokio_postgres::config::{ChannelBinding as DriverBinding, SslMode, SslNegotiation};
use tokio_postgres::tls::TlsConnect;
use tokio_postgres::{CancelToken, Client, Config};

use crate::dial::{dial, server, start};
use crate::error::Error;
use crate::login::{
    Beginning, Challenged, FirstFlight, Progress, Relay, may_be_unbound, refusal, startup_packet,
};
use crate::memory::Memory;
use crate::session::Session;
use crate::stream::Stream;
use crate::tls::Connectors;
use crate::url::{ChannelBinding, Url, UrlError};

/// What drives the session: a future to spawn. It ends when the client is dropped or the connection is lost.
pub type Connection = tokio_postgres::Connection<Empty, Relay>;

/// How long name, TCP and TLS together may take where the URL has no `connect_timeout`.
const DIAL_BOUND: Duration = Duration::from_secs(5);

/// Postgres, and Neon's proxy, take no longer startup packet (`MAX_STARTUP_PACKET_LENGTH`).
const MAX_STARTUP: usize = 10_000;

/// How often a login is begun anew with what the server has taught: the second time nothing is left to learn, but the
/// server may have been replaced in between.
const BEGINNINGS: u32 = 3;

/// Makes sessions for one URL. The certificate authorities are read once, when it is built; what the server takes is
/// learnt once, too, and shared with its clones.
#[derive(Clone)]
pub struct Connector {
    shared: Arc<Shared>,
    bound: Duration,
}

struct Shared {
    url: Url,
    config: Config,
    startup: Bytes,
    tls: Connectors,
    memory: Memory,
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
            memory: Memory::default(),
        };
        Ok(Self { shared: Arc::new(shared), bound: url.connect_timeout().unwrap_or(DIAL_BOUND) })
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
        &self.shared.url
    }

    /// What is said of a server that did not answer for so long.
    #[must_use]
    pub fn timed_out(&self, bound: Duration) -> Error {
        Error::TimedOut { server: server(&self.shared.url), bound }
    }

    /// Has OpenSSL and the authorities loaded on a thread of their own, which takes some milliseconds that the first dial
    /// would wait for. Returns at once; a failure is the dial's to tell.
    pub async fn prepare(&self) {
        let shared = Arc::clone(&self.shared);
        tokio::spawn(async move {
            if let Some(start) = start(&shared.url, &shared.memory) {
                let _ = shared.tls.get(start).await;
            }
        });
        // So that it begins before whatever the caller does next, on a runtime of one thread too.
        tokio::task::yield_now().await;
    }

    /// Dials: name, TCP and TLS. The time this takes is bounded; nothing wakes a sleeping Neon compute yet.
    ///
    /// # Errors
    /// The step that failed.
    pub async fn dial(&self) -> Result<Stream, Error> {
        let Shared { url, tls, memory, .. } = &*self.shared;
        dial(url, tls, memory, self.bound).await
    }

    /// Logs in on a dialed stream, and waits until the server is ready. Neon wakes its compute during this, so its
    /// caller's budget is the bound.
    ///
    /// # Errors
    /// The server's refusal, or a lost connection.
    pub async fn log_in(&self, stream: Stream) -> Result<(Client, Connection), Error> {
        match self.begin(stream).await? {
            Begun::Challenged(challenged) => {
                let (relay, progress) = Relay::of_login(*challenged);
                let session = hand_over(&bystander(), relay).await;
                let unproven = match *progress.borrow() {
                    Progress::Unproven(problem) => Some(problem),
                    _ => None,
                };
                match unproven {
                    Some(problem) => Err(Error::Protocol { server: self.server(), problem }),
                    None => session,
                }
            }
            Begun::Ordinarily(stream) => hand_over(&self.shared.config, Relay::of(stream)).await,
        }
    }

    /// Logs in on a dialed stream as far as the server's challenge, with the answer ready to leave: see [`Session`]. Where
    /// the login cannot be begun ahead, this waits until it is done.
    ///
    /// # Errors
    /// The server's refusal, as far as it has come, or a lost connection.
    pub async fn log_in_ahead(&self, stream: Stream) -> Result<(Session, Connection), Error> {
        match self.begin(stream).await? {
            Begun::Challenged(challenged) => {
                let tls_version = challenged.tls_version();
                let (relay, watched) = Relay::ahead_of_login(*challenged);
                let (client, connection) = hand_over(&bystander(), relay).await?;
                Ok((Session::ahead(client, self.clone(), watched, tls_version), connection))
            }
            Begun::Ordinarily(stream) => {
                let tls_version = stream.tls_version();
                let (client, connection) = hand_over(&self.shared.config, Relay::of(stream)).await?;
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
        Ok(token.cancel_query_raw(tokio::io::empty(), Dialed(Ok(Relay::of(stream)))).await?)
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

    /// Begins a login, anew where the server wants another one than was guessed.
    async fn begin(&self, mut stream: Stream) -> Result<Begun, Error> {
        let Shared { url, startup, memory, .. } = &*self.shared;
        for _ in 0..BEGINNINGS {
            let door = memory.known().door;
            let (Some(beginning), Some(password)) = (Beginning::guess(url, &stream, door), &url.password)
            else {
                break;
            };
            match beginning.send(stream, startup, password).await {
                Ok(FirstFlight::Challenged(challenged, door)) => {
                    memory.known().door = Some(door);
                    return Ok(Begun::Challenged(challenged));
                }
                Ok(FirstFlight::Refused(response)) => return Err(refusal(self.server(), &response).await),
                Ok(FirstFlight::Other(_)) if !may_be_unbound(url) => {
                    return Err(Error::ChannelBinding { server: self.server() });
                }
                Ok(FirstFlight::Other(door)) => memory.known().door = Some(door),
                // A server that knows how to begin a login has been lost, not misunderstood.
                Err(source) if door.is_some() => {
                    return Err(Error::Unreachable { server: self.server(), source });
                }
                // This one may not like to be told before it asks.
                Err(_) => return Ok(Begun::Ordinarily(self.dial().await?)),
            }
            stream = self.dial().await?;
        }
        Ok(Begun::Ordinarily(stream))
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector").field("url", &self.shared.url).field("bound", &self.bound).finish()
    }
}

/// A login that has been begun, or that the driver is to make.
enum Begun {
    Challenged(Box<Challenged>),
    Ordinarily(Stream),
}

/// Makes one session. A caller that makes several keeps a [`Connector`].
///
/// # Errors
/// The step that failed.
pub async fn connect(url: &Url) -> Result<(Client, Connection), Error> {
    Connector::new(url)?.connect().await
}

/// Gives a stream to the driver.
#[expect(clippy::disallowed_methods, reason = "this is the place")]
async fn hand_over(driver: &Config, relay: Relay) -> Result<(Client, Connection), Error> {
    driver.connect_raw(tokio::io::empty(), Dialed(Ok(relay))).await.map_err(Error::LogIn)
}

/// The driver as it is where the login is none of its business.
fn bystander() -> Config {
    let mut config = Config::new();
    config
        .user("nobody")
        // The stream comes dialed: the driver must neither ask for TLS nor do without.
        .ssl_mode(SslMode::Require)
        .ssl_negotiation(SslNegotiation::Direct);
    config
}

/// The driver as it is where it logs in by itself.
fn driver_config(url: &Url) -> Config {
    let mut config = bystander();
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
struct Dialed(Result<Relay, Error>);

impl TlsConnect<Empty> for Dialed {
    type Stream = Relay;
    type Error = Error;
    type Future = Ready<Result<Relay, Error>>;

    fn connect(self, _: Empty) -> Self::Future {
        ready(self.0)
    }
}

impl Error {
    /// The same error in the driver's type, for signatures that have it; [`Error::from`] gets ours back out of it.
    #[expect(clippy::disallowed_methods, reason = "nobody is connected to")]
    pub async fn into_driver(self) -> tokio_postgres::Error {
        if let Self::Session(error) = self {
            return error;
        }
        // Only the driver can make its errors: it takes ours for that of a handshake.
        match bystander().connect_raw(tokio::io::empty(), Dialed(Err(self))).await {
            Err(error) => error,
            Ok(_) => unreachable!("a connection without a stream"),
        }
    }
}
