//! A login that does not wait where it need not: the startup packet and the first message of SCRAM travel together, and
//! so do SCRAM's last message and, where the caller allows it, the first statement.
//!
//! Only over verified TLS, as the second half leaves before the server has proven who it is. Whatever a server wants
//! instead of SCRAM is the driver's to give, on a connection of its own.

mod mechanism;
mod message;
mod relay;

use std::io;
use std::time::SystemTime;

use bytes::{Bytes, BytesMut};
use postgres_protocol::authentication::sasl::ScramSha256;
use postgres_protocol::message::frontend;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_postgres::NoTls;
use tokio_postgres::config::{Config, SslMode};

use crate::error::Error;
use crate::memory::Door;
use crate::stream::Stream;
use crate::url::{ChannelBinding, Url};
use mechanism::{Mechanism, Verdict};
use message::{Message, auth, tag, violation};

pub use relay::Relay;
pub(crate) use relay::{Key, Progress, Watched};

/// A server that has been asked to let somebody in and has posed SCRAM's challenge. It has been answered, but not yet
/// aloud.
pub(crate) struct Challenged {
    stream: Stream,
    /// What came behind the challenge.
    received: BytesMut,
    /// Waits for the server's proof.
    scram: ScramSha256,
    /// The message with the client's proof.
    response: BytesMut,
    since: SystemTime,
}

impl Challenged {
    /// The version of TLS under it.
    pub(crate) fn tls_version(&self) -> Option<&'static str> {
        self.stream.tls_version()
    }
}

/// What came of the first flight.
pub(crate) enum FirstFlight {
    /// It takes logins so.
    Challenged(Box<Challenged>, Door),
    /// The server said no: its `ErrorResponse`.
    Refused(Bytes),
    /// It wants something else; this connection is spent.
    Other(Door),
}

/// What there is to begin with.
pub(crate) struct Beginning {
    mechanism: Mechanism,
}

impl Beginning {
    /// Guesses what the server wants. None where it must say first.
    pub(crate) fn guess(url: &Url, stream: &Stream, door: Option<Door>) -> Option<Self> {
        if !stream.is_tls() || url.password.is_none() {
            return None;
        }
        Mechanism::choose(url.channel_binding, stream.end_point(), door).map(|mechanism| Self { mechanism })
    }

    /// Sends the startup packet and SCRAM's first message, and waits for the challenge.
    ///
    /// # Errors
    /// The connection ended, or the server does not keep to the protocol.
    pub(crate) async fn send(
        self,
        mut stream: Stream,
        startup: &[u8],
        password: &str,
    ) -> io::Result<FirstFlight> {
        let mut scram = ScramSha256::new(password.as_bytes(), self.mechanism.binding());
        let mut flight = BytesMut::from(startup);
        frontend::sasl_initial_response(self.mechanism.name(), scram.message(), &mut flight)?;
        stream.write_all(&flight).await?;
        stream.flush().await?;

        let mut received = BytesMut::new();
        let mut offered = None;
        loop {
            let Some(message) = Message::take(&mut received)? else {
                if stream.read_buf(&mut received).await? == 0 {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                continue;
            };
            match (message.tag(), message.authentication(), offered) {
                (_, Some((auth::SASL, list)), _) => match self.mechanism.judge(list) {
                    Verdict::GoOn(door) => offered = Some(door),
                    Verdict::Again(door) => return Ok(FirstFlight::Other(door)),
                },
                (_, Some((auth::SASL_CONTINUE, challenge)), Some(door)) => {
                    scram.update(challenge)?;
                    let mut response = BytesMut::new();
                    frontend::sasl_response(scram.message(), &mut response)?;
                    let since = SystemTime::now();
                    let challenged = Challenged { stream, received, scram, response, since };
                    return Ok(FirstFlight::Challenged(Box::new(challenged), door));
                }
                // A password in some other form, or none.
                (_, Some(_), _) => return Ok(FirstFlight::Other(Door::Other)),
                (tag::ERROR_RESPONSE, ..) => return Ok(FirstFlight::Refused(message.bytes().clone())),
                // A newer protocol is not asked for.
                (tag::NEGOTIATE_PROTOCOL_VERSION | tag::NOTICE_RESPONSE, ..) => (),
                _ => return Err(violation("a message that does not belong to a login")),
            }
        }
    }
}

/// The startup packet, as the driver would send it.
pub(crate) fn startup_packet(url: &Url) -> io::Result<Bytes> {
    let mut parameters = vec![("client_encoding", "UTF8"), ("user", &url.user), ("database", &url.dbname)];
    parameters.extend(url.options.as_deref().map(|options| ("options", options)));
    parameters.extend(url.application_name.as_deref().map(|name| ("application_name", name)));
    let mut packet = BytesMut::new();
    frontend::startup_message(parameters, &mut packet)?;
    Ok(packet.freeze())
}

/// Whether a login that is not bound to the TLS channel may be tried.
pub(crate) fn may_be_unbound(url: &Url) -> bool {
    url.channel_binding != ChannelBinding::Require
}

/// A server's `ErrorResponse` as an error. Only the driver can make its own, so it is shown the message as the answer of
/// a server.
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
