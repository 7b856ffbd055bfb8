//! From a URL to a stream: name, TCP, TLS. Nothing of the Postgres protocol but the request for TLS.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::join;
use tokio::net::{TcpStream, UnixStream, lookup_host};
use tokio::time::{Instant, timeout_at};

use crate::capabilities::ServerCapabilities;
use crate::error::{Error, TlsFailure};
use crate::stream::{Overheard, Stream};
use crate::tls::{Connectors, Start};
use crate::url::{Host, Negotiation, TlsMode, Url};

/// `SSLRequest`: its length, then the code 80877103 (Postgres manual, "Message Formats").
pub(crate) const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];

/// Dials the server. Name, TCP and TLS together take at most `bound`.
///
/// Direct TLS comes first, and the ordinary negotiation where the server does not take it; `capabilities`
/// keeps which it was.
pub(crate) async fn dial(
    url: &Url,
    tls: &Connectors,
    capabilities: &ServerCapabilities,
    bound: Duration,
) -> Result<Stream, Error> {
    let deadline = Instant::now() + bound;
    timeout_at(deadline, reach(url, tls, capabilities, deadline))
        .await
        .unwrap_or_else(|_| Err(Error::TimedOut { server: server(url), bound }))
}

async fn reach(
    url: &Url,
    tls: &Connectors,
    capabilities: &ServerCapabilities,
    deadline: Instant,
) -> Result<Stream, Error> {
    let name = match &url.host {
        Host::Socket(folder) => {
            let path = folder.join(format!(".s.PGSQL.{}", url.port));
            let stream = UnixStream::connect(path).await.map_err(|e| unreachable(url, e))?;
            return Ok(Stream::Socket(stream));
        }
        Host::Name(name) => name,
    };
    let Some(start) = start(url, capabilities) else {
        return Ok(Stream::Tcp(tcp(url, name, deadline).await?));
    };
    // The connector is made while the network is waited for; whoever uses it gets its error.
    let (tcp, _) = join!(tcp(url, name, deadline), tls.get(start));
    match (start, url.negotiation) {
        (Start::Direct, Negotiation::Automatic) => {
            either_way(url, name, tls, capabilities, tcp?, deadline).await
        }
        (Start::Direct, _) => secure(url, name, tls, Start::Direct, tcp?).await,
        (Start::Request, _) => on_request(url, name, tls, tcp?).await,
    }
}

/// Returns how TLS will begin; `None` if there will be none.
pub(crate) fn start(url: &Url, capabilities: &ServerCapabilities) -> Option<Start> {
    match (url.tls, url.negotiation) {
        (TlsMode::Disable, _) => None,
        (TlsMode::Require, Negotiation::Direct) => Some(Start::Direct),
        (TlsMode::Require, Negotiation::Automatic) if !capabilities.known().wants_request => {
            Some(Start::Direct)
        }
        // As in libpq, what may go without TLS asks for it first.
        (TlsMode::Require | TlsMode::Prefer, _) => Some(Start::Request),
    }
}

/// Tries direct TLS and, unless the certificate was refused, the ordinary negotiation on a connection of its
/// own.
async fn either_way(
    url: &Url,
    name: &str,
    tls: &Connectors,
    capabilities: &ServerCapabilities,
    stream: TcpStream,
    deadline: Instant,
) -> Result<Stream, Error> {
    // Before Postgres 17 the handshake was read as a startup packet of impossible length: most servers hang
    // up, some wait for the rest of it, so that half of the time must be left.
    let half = Instant::now() + deadline.saturating_duration_since(Instant::now()) / 2;
    match timeout_at(half, secure(url, name, tls, Start::Direct, stream)).await {
        Ok(Ok(stream)) => return Ok(stream),
        Ok(Err(error)) if !error.is_a_broken_handshake() => return Err(error),
        Ok(Err(_)) | Err(_) => (),
    }
    let stream = tcp(url, name, deadline).await?;
    let stream = on_request(url, name, tls, stream).await?;
    capabilities.known().wants_request = true;
    Ok(stream)
}

/// The ordinary negotiation.
async fn on_request(url: &Url, name: &str, tls: &Connectors, mut tcp: TcpStream) -> Result<Stream, Error> {
    if request_tls(&mut tcp).await.map_err(|e| unreachable(url, e))? {
        secure(url, name, tls, Start::Request, tcp).await
    } else if url.tls == TlsMode::Require {
        Err(Error::TlsNotOffered { server: server(url) })
    } else {
        Ok(Stream::Tcp(tcp))
    }
}

/// The handshake.
async fn secure(
    url: &Url,
    name: &str,
    tls: &Connectors,
    start: Start,
    tcp: TcpStream,
) -> Result<Stream, Error> {
    // OpenSSL refuses an address in brackets or a name with the root's dot, which certificates never hold.
    let name = name.strip_suffix('.').unwrap_or(name);
    let connector = tokio_native_tls::TlsConnector::from(tls.get(start).await?);
    match connector.connect(name, BufReader::new(Overheard::new(tcp))).await {
        Ok(stream) => Ok(Stream::Tls(Box::new(stream))),
        Err(source) => {
            Err(Error::Tls { server: server(url), failure: TlsFailure::from_error(&source), source })
        }
    }
}

/// Connects to the first address that answers. Each gets an even share of the time left, so that one that
/// swallows packets does not cost the others their turn.
async fn tcp(url: &Url, name: &str, deadline: Instant) -> Result<TcpStream, Error> {
    let addresses: Vec<SocketAddr> = match url.hostaddr {
        Some(address) => vec![SocketAddr::new(address, url.port)],
        None => lookup_host((name, url.port))
            .await
            .map_err(|source| Error::Resolve { server: server(url), source })?
            .collect(),
    };
    let mut failure = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    let mut left = u32::try_from(addresses.len()).unwrap_or(u32::MAX);
    for address in addresses {
        let share = deadline.saturating_duration_since(Instant::now()) / left;
        left -= 1;
        match timeout_at(Instant::now() + share, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                set_options(url, &stream).map_err(|e| unreachable(url, e))?;
                return Ok(stream);
            }
            Ok(Err(error)) => failure = error,
            Err(_) => failure = io::ErrorKind::TimedOut.into(),
        }
    }
    Err(unreachable(url, failure))
}

fn set_options(url: &Url, stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let socket = SockRef::from(stream);
    if url.keepalives {
        let mut keepalive = TcpKeepalive::new();
        if let Some(idle) = url.keepalives_idle {
            keepalive = keepalive.with_time(idle);
        }
        socket.set_tcp_keepalive(&keepalive)?;
    }
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(url.tcp_user_timeout)?;
    Ok(())
}

/// Asks for TLS and reads the one-byte answer, and no more: whatever came before the handshake is not the
/// server's.
async fn request_tls(stream: &mut TcpStream) -> io::Result<bool> {
    stream.write_all(&SSL_REQUEST).await?;
    match stream.read_u8().await? {
        b'S' => Ok(true),
        b'N' => Ok(false),
        // An error message, as of a server that could not start a process for the connection.
        b'E' => Err(io::Error::other("it answered with an error, which its log tells")),
        _ => Err(io::Error::new(io::ErrorKind::InvalidData, "what answers there is no Postgres")),
    }
}

fn unreachable(url: &Url, source: io::Error) -> Error {
    Error::Unreachable { server: server(url), source }
}

/// The server as an error names it.
pub(crate) fn server(url: &Url) -> String {
    match &url.host {
        Host::Name(name) => format!("{name} port {}", url.port),
        Host::Socket(folder) => format!("{} port {}", folder.display(), url.port),
    }
}
