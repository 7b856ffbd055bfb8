//! Takes the login's parameters from a URL, and turns a server's refusal into an error.

use std::io;

use bytes::{Bytes, BytesMut};
use postgres_protocol::message::frontend;
use tokio::io::AsyncWriteExt;
use tokio_postgres::NoTls;
use tokio_postgres::config::{Config, SslMode};

use crate::error::Error;
use crate::url::{ChannelBinding, Url};

/// The startup packet, as the driver would send it.
pub(crate) fn startup_packet(url: &Url) -> io::Result<Bytes> {
    let mut parameters = vec![("client_encoding", "UTF8"), ("user", &url.user), ("database", &url.dbname)];
    parameters.extend(url.options.as_deref().map(|options| ("options", options)));
    parameters.extend(url.application_name.as_deref().map(|name| ("application_name", name)));
    let mut packet = BytesMut::new();
    frontend::startup_message(parameters, &mut packet)?;
    Ok(packet.freeze())
}

/// Returns whether a login that is not bound to the TLS channel may be tried.
pub(crate) fn may_be_unbound(url: &Url) -> bool {
    url.channel_binding != ChannelBinding::Require
}

/// A server's `ErrorResponse` as an error. Only the driver can make its own, so it receives the message as
/// the answer of a server.
#[expect(clippy::disallowed_methods, reason = "nobody is connected to")]
pub(crate) async fn refusal(server: String, response: &[u8]) -> Error {
    let (mut ours, theirs) = tokio::io::duplex(response.len() + 1024);
    let mut driver = Config::new();
    driver.user("nobody").ssl_mode(SslMode::Disable);
    let (refused, written) = tokio::join!(driver.connect_raw(theirs, NoTls), ours.write_all(response));
    match (refused, written) {
        (Err(error), Ok(())) => Error::LogIn(error),
        _ => Error::Protocol { server, problem: "an error that cannot be read" },
    }
}
