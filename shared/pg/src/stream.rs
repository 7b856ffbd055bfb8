//! A dialed connection: bytes over TLS, over plain loopback TCP, or over a Unix socket.

mod hello;

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, BufReader, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
use tokio_native_tls::TlsStream;

pub use hello::Overheard;

/// A stream on which the Postgres protocol's startup message is the next thing to say.
pub enum Stream {
    /// Verified TLS.
    Tls(Box<TlsStream<BufReader<Overheard<TcpStream>>>>),
    /// Plain TCP on loopback.
    Tcp(TcpStream),
    /// A Unix socket.
    Socket(UnixStream),
}

impl Stream {
    /// Returns whether the stream is encrypted and its peer verified.
    #[must_use]
    pub fn is_tls(&self) -> bool {
        matches!(self, Self::Tls(_))
    }

    /// The version of TLS, such as `TLSv1.3`. None without TLS.
    #[must_use]
    pub fn tls_version(&self) -> Option<&'static str> {
        match self {
            Self::Tls(stream) => stream.get_ref().get_ref().get_ref().get_ref().version(),
            Self::Tcp(_) | Self::Socket(_) => None,
        }
    }

    /// Returns the data for SCRAM's channel binding: the hash of the server's certificate,
    /// `tls-server-end-point` (RFC 5929). None without TLS, and where the certificate's signature names no
    /// hash, as Ed25519 does.
    #[must_use]
    pub fn tls_server_end_point(&self) -> Option<Vec<u8>> {
        match self {
            Self::Tls(stream) => stream.get_ref().tls_server_end_point().ok().flatten(),
            Self::Tcp(_) | Self::Socket(_) => None,
        }
    }
}

impl pg_login::Transport for Stream {
    fn is_tls(&self) -> bool {
        Self::is_tls(self)
    }

    fn tls_server_end_point(&self) -> Option<Vec<u8>> {
        Self::tls_server_end_point(self)
    }
}

macro_rules! each {
    ($self:ident, $stream:ident => $call:expr) => {
        match $self.get_mut() {
            Stream::Tls(stream) => {
                let $stream = Pin::new(stream.as_mut());
                $call
            }
            Stream::Tcp(stream) => {
                let $stream = Pin::new(stream);
                $call
            }
            Stream::Socket(stream) => {
                let $stream = Pin::new(stream);
                $call
            }
        }
    };
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        each!(self, stream => stream.poll_read(cx, buf))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        each!(self, stream => stream.poll_write(cx, buf))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        each!(self, stream => stream.poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        each!(self, stream => stream.poll_shutdown(cx))
    }
}
