//! A connection taken apart, to tell a person at which step it fails: name, TCP, TLS.
//!
//! It asks for the same things as the connection proper and trusts the same authorities, and it keeps what
//! that one has no use for: the certificate, also one that is refused, the protocol's version and the cipher.
//! Nothing is ever sent over a stream made here.

mod certificate;

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use openssl::ssl::{Ssl, SslConnector, SslMethod, SslVerifyMode, SslVersion};
use openssl::x509::store::X509StoreBuilder;
use openssl::x509::{X509, X509StoreContextRef};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_openssl::SslStream;

use crate::dial::SSL_REQUEST;
use crate::url::{ChannelBinding, Host, Negotiation, Roots, TlsMode, Url};
pub use certificate::Certificate;

/// Without this protocol name a server takes a direct handshake for another protocol's (RFC 7301's form).
const ALPN: &[u8] = b"\x0apostgresql";

/// The addresses of the URL's host: its `hostaddr` where it has one, none for a socket.
///
/// # Errors
/// The resolver's answer.
pub async fn resolve(url: &Url) -> io::Result<Vec<SocketAddr>> {
    match (&url.host, url.hostaddr) {
        (Host::Socket(_), _) => Ok(Vec::new()),
        (Host::Name(_), Some(address)) => Ok(vec![SocketAddr::new(address, url.port)]),
        (Host::Name(name), None) => Ok(lookup_host((name.as_str(), url.port)).await?.collect()),
    }
}

/// Connects to one address.
///
/// # Errors
/// The operating system's answer; `TimedOut` where there was none within `bound`.
pub async fn reach(address: SocketAddr, bound: Duration) -> io::Result<TcpStream> {
    timeout(bound, TcpStream::connect(address)).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

/// The result of a handshake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handshake {
    /// As OpenSSL writes it: `TLSv1.3`.
    pub version: &'static str,
    /// The cipher suite.
    pub cipher: String,
    /// The server's certificate.
    pub certificate: Option<Certificate>,
}

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub enum HandshakeError {
    /// The server declined.
    #[error("the server does not offer TLS")]
    NotOffered,
    /// The answer is not Postgres's.
    #[error("the answer to the request for TLS was byte {0:#04x}, which no Postgres sends")]
    NotPostgres(u8),
    /// It said nothing for so long.
    #[error("nothing came back within {} s", .0.as_secs_f32())]
    Silent(Duration),
    /// The connection ended.
    #[error("the connection ended during the handshake: {0}")]
    Ended(#[from] io::Error),
    /// The certificate was refused.
    #[error("its certificate is refused: {reason}")]
    Refused {
        /// The server's certificate.
        certificate: Certificate,
        /// OpenSSL's number of the reason: X509_STORE_CTX_get_error(3).
        code: i32,
        /// OpenSSL's words for it.
        reason: &'static str,
    },
    /// The file of `sslrootcert` cannot be used.
    #[error("sslrootcert, {}, cannot be used: {problem}", path.display())]
    Roots {
        /// The file.
        path: PathBuf,
        /// Why.
        problem: String,
    },
    /// OpenSSL's words for something else.
    #[error("{0}")]
    Other(String),
}

impl From<openssl::error::ErrorStack> for HandshakeError {
    fn from(error: openssl::error::ErrorStack) -> Self {
        Self::Other(error.to_string())
    }
}

/// Does what the URL asks for on a connection that was just made; none where it asks for no TLS, or where TLS
/// is optional and the server has none.
///
/// # Errors
/// See [`HandshakeError`].
pub async fn handshake(
    url: &Url,
    tcp: TcpStream,
    bound: Duration,
) -> Result<Option<Handshake>, HandshakeError> {
    let (Host::Name(name), false) = (&url.host, url.tls == TlsMode::Disable) else { return Ok(None) };
    timeout(bound, negotiate(url, name, tcp)).await.unwrap_or(Err(HandshakeError::Silent(bound)))
}

async fn negotiate(url: &Url, name: &str, mut tcp: TcpStream) -> Result<Option<Handshake>, HandshakeError> {
    let is_direct = url.negotiation == Negotiation::Direct;
    if !is_direct {
        tcp.write_all(&SSL_REQUEST).await?;
        match tcp.read_u8().await? {
            b'S' => {}
            b'N' if url.tls == TlsMode::Prefer => return Ok(None),
            b'N' => return Err(HandshakeError::NotOffered),
            // It begins an error message, as of a server that could not start a process for the connection.
            b'E' => return Err(io::Error::other("the server answered with an error").into()),
            other => return Err(HandshakeError::NotPostgres(other)),
        }
    }
    let refusal = Arc::new(Mutex::new(None));
    let ssl = prepare(url, name, is_direct, Arc::clone(&refusal))?;
    let mut stream = SslStream::new(ssl, tcp)?;
    let outcome = Pin::new(&mut stream).connect().await;
    if let Some(refusal) = refusal.lock().unwrap_or_else(PoisonError::into_inner).take() {
        return Err(refusal);
    }
    match outcome {
        Ok(()) => Ok(Some(Handshake {
            version: stream.ssl().version_str(),
            cipher: stream.ssl().current_cipher().map_or("unknown", |cipher| cipher.name()).to_owned(),
            certificate: stream.ssl().peer_certificate().as_deref().and_then(Certificate::read),
        })),
        Err(error) => Err(match error.into_io_error() {
            Ok(error) => HandshakeError::Ended(error),
            // A server that hangs up in the middle leaves no words.
            Err(error) if error.ssl_error().is_none_or(|stack| stack.errors().is_empty()) => {
                HandshakeError::Ended(io::ErrorKind::UnexpectedEof.into())
            }
            Err(error) => HandshakeError::Other(error.to_string()),
        }),
    }
}

/// Trusts what `tls::Connectors` trusts, and keeps the reason of a refusal with the certificate.
fn prepare(
    url: &Url,
    name: &str,
    is_direct: bool,
    refusal: Arc<Mutex<Option<HandshakeError>>>,
) -> Result<Ssl, HandshakeError> {
    let mut builder = SslConnector::builder(SslMethod::tls())?;
    builder.set_min_proto_version(Some(SslVersion::TLS1_2))?;
    if is_direct {
        builder.set_alpn_protos(ALPN)?;
    }
    match &url.roots {
        Roots::File(path) => {
            let unusable = |problem: String| HandshakeError::Roots { path: path.clone(), problem };
            let pem = std::fs::read(path).map_err(|error| unusable(error.to_string()))?;
            let mut store = X509StoreBuilder::new()?;
            let authorities = X509::stack_from_pem(&pem).map_err(|error| unusable(error.to_string()))?;
            if authorities.is_empty() {
                return Err(unusable("it holds no PEM certificate".to_owned()));
            }
            for authority in authorities {
                store.add_cert(authority)?;
            }
            builder.set_cert_store(store.build());
        }
        Roots::System => {
            // Those that are not there are passed over, as native-tls does.
            let found = openssl_probe::probe();
            let _ = found.cert_file.map(|file| builder.load_verify_locations(Some(&file), None));
            for folder in found.cert_dir {
                let _ = builder.load_verify_locations(None, Some(&folder));
            }
        }
    }
    let mut configuration = builder.build().configure()?;
    configuration.set_verify_callback(SslVerifyMode::PEER, move |is_good, context| {
        if !is_good {
            let mut refusal = refusal.lock().unwrap_or_else(PoisonError::into_inner);
            refusal.get_or_insert_with(|| refused(context));
        }
        is_good
    });
    Ok(configuration.into_ssl(name.strip_suffix('.').unwrap_or(name))?)
}

fn refused(context: &X509StoreContextRef) -> HandshakeError {
    let shown = context.chain().and_then(|chain| chain.get(0)).or_else(|| context.current_cert());
    let error = context.error();
    match shown.and_then(Certificate::read) {
        Some(certificate) => {
            HandshakeError::Refused { certificate, code: error.as_raw(), reason: error.error_string() }
        }
        None => HandshakeError::Other(error.error_string().to_owned()),
    }
}

impl Url {
    /// The same where the login must be bound to the TLS channel, which only a server that offers it takes.
    #[must_use]
    pub fn with_channel_binding_required(&self) -> Self {
        Self { channel_binding: ChannelBinding::Require, ..self.clone() }
    }

    /// Returns whether the login is bound to the TLS channel.
    #[must_use]
    pub fn channel_binding(&self) -> ChannelBinding {
        self.channel_binding
    }
}
