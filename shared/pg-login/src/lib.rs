//! A login at a Postgres server in two flights: the startup packet and SCRAM's client-first-message travel
//! together, and so do the client-final-message and, where the caller allows it, the first statement.
//!
//! 1. [`ClientFirst`] guesses a mechanism and sends it with the startup packet; the server answers with its
//!    server-first-message ([`ServerReply`]).
//! 2. [`PipelinedLoginStream`] wraps the stream that is passed to tokio-postgres, and answers the driver's
//!    startup on the server's behalf. The server's messages are checked here: no byte of a result reaches the
//!    driver before the server has proved that it knows the password.
//!
//! Only over verified TLS, since the second flight leaves before the server's proof. Other ways to log in
//! than SCRAM are left to the driver, on a connection of its own. The bytes of a server are not trusted: the
//! fuzz target `login` sends any.

mod client_first;
mod mechanism;
mod message;
mod stream;

use tokio::io::{AsyncRead, AsyncWrite};

pub use client_first::{ClientFirst, MAX_ITERATIONS, ServerFirst, ServerReply};
pub use mechanism::{AuthOffer, ChannelBinding};
pub use stream::{CancelKey, PendingLogin, PipelinedLoginStream, Progress};

/// The stream under a login.
pub trait Transport: AsyncRead + AsyncWrite + Unpin {
    /// Returns whether the stream is encrypted and its peer verified.
    fn is_tls(&self) -> bool;

    /// The hash of the server's certificate, to which SCRAM can be bound: `tls-server-end-point` (RFC 5929).
    /// None without TLS, and where the certificate's signature names no hash, as Ed25519 does.
    fn tls_server_end_point(&self) -> Option<Vec<u8>>;
}
