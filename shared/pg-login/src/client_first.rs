//! The first flight of a login, and the server's reply.

use std::io;
use std::time::SystemTime;

use bytes::{Bytes, BytesMut};
use postgres_protocol::authentication::sasl::ScramSha256;
use postgres_protocol::message::frontend;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::Transport;
use crate::mechanism::{AuthOffer, ChannelBinding, Mechanism, Negotiation};
use crate::message::{Message, auth, tag, violation};

/// The most rounds of PBKDF2 that a server may ask for. Each costs some hundred nanoseconds on the thread
/// that everything else runs on, and the number is the server's to choose: four billion would block it for
/// many minutes. Postgres's default is 4,096 (`scram_iterations`).
pub const MAX_ITERATIONS: u32 = 1_000_000;

/// State after the server-first-message: the client-final-message is computed but not sent.
pub struct ServerFirst<S> {
    pub(crate) stream: S,
    /// Bytes that were received after the message.
    pub(crate) received: BytesMut,
    /// Waits for the server's proof.
    pub(crate) scram: ScramSha256,
    /// The client-final-message, as it is sent.
    pub(crate) client_final: BytesMut,
    pub(crate) since: SystemTime,
}

impl<S> ServerFirst<S> {
    /// The stream under it.
    pub fn transport(&self) -> &S {
        &self.stream
    }
}

/// The reply of a server to the first flight.
pub enum ServerReply<S> {
    /// Its server-first-message, and what it offers.
    ServerFirst(Box<ServerFirst<S>>, AuthOffer),
    /// It refused: its `ErrorResponse`.
    Refused(Bytes),
    /// It offers something else; this connection is spent.
    OtherOffer(AuthOffer),
    /// It asks for more rounds than [`MAX_ITERATIONS`].
    TooManyIterations,
}

/// A login that is about to begin.
pub struct ClientFirst {
    mechanism: Mechanism,
}

impl ClientFirst {
    /// Guesses what the server offers; `known` is what it offered before. None where the server must say it
    /// first.
    #[must_use]
    pub fn guess(policy: ChannelBinding, stream: &impl Transport, known: Option<AuthOffer>) -> Option<Self> {
        if !stream.is_tls() {
            return None;
        }
        Mechanism::choose(policy, stream.tls_server_end_point(), known).map(|mechanism| Self { mechanism })
    }

    /// Sends the startup packet and the client-first-message, and waits for the server-first-message.
    ///
    /// # Errors
    /// The connection ended, or the server does not keep to the protocol.
    pub async fn send<S: Transport>(
        self,
        mut stream: S,
        startup: &[u8],
        password: &str,
    ) -> io::Result<ServerReply<S>> {
        let mut scram = ScramSha256::new(password.as_bytes(), self.mechanism.binding());
        let mut flight = BytesMut::from(startup);
        frontend::sasl_initial_response(self.mechanism.name(), scram.message(), &mut flight)?;
        stream.write_all(&flight).await?;
        stream.flush().await?;

        let mut received = BytesMut::new();
        let mut agreed = None;
        loop {
            let Some(message) = Message::take(&mut received)? else {
                if stream.read_buf(&mut received).await? == 0 {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                continue;
            };
            match (message.tag(), message.authentication(), agreed) {
                (_, Some((auth::SASL, list)), _) => match self.mechanism.negotiate(list) {
                    Negotiation::Agreed(offer) => agreed = Some(offer),
                    Negotiation::Restart(offer) => return Ok(ServerReply::OtherOffer(offer)),
                },
                (_, Some((auth::SASL_CONTINUE, server_first)), Some(offer)) => {
                    if iterations(server_first).is_some_and(|count| count > u64::from(MAX_ITERATIONS)) {
                        return Ok(ServerReply::TooManyIterations);
                    }
                    scram.update(server_first)?;
                    let mut client_final = BytesMut::new();
                    frontend::sasl_response(scram.message(), &mut client_final)?;
                    let since = SystemTime::now();
                    let server_first = ServerFirst { stream, received, scram, client_final, since };
                    return Ok(ServerReply::ServerFirst(Box::new(server_first), offer));
                }
                // A password in some other form, or none.
                (_, Some(_), _) => return Ok(ServerReply::OtherOffer(AuthOffer::Other)),
                (tag::ERROR_RESPONSE, ..) => return Ok(ServerReply::Refused(message.bytes().clone())),
                // A newer protocol is not asked for.
                (tag::NEGOTIATE_PROTOCOL_VERSION | tag::NOTICE_RESPONSE, ..) => (),
                _ => return Err(violation("a message that does not belong to a login")),
            }
        }
    }
}

/// The iteration count of a server-first-message, `r=…,s=…,i=…` (RFC 5802, section 7); none where there is no
/// number.
fn iterations(server_first: &[u8]) -> Option<u64> {
    let mut parts = server_first.split(|byte| *byte == b',');
    let count = parts.rfind(|part| part.starts_with(b"i="))?.get(2..)?;
    let digits = count.iter().take_while(|byte| byte.is_ascii_digit());
    digits.fold(None, |count: Option<u64>, digit| {
        Some(count.unwrap_or(0).saturating_mul(10).saturating_add(u64::from(digit - b'0')))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rounds_of_a_server_first_message_are_read() {
        assert_eq!(iterations(b"r=abc,s=c2FsdA==,i=4096"), Some(4_096));
        assert_eq!(iterations(b"r=i=9,s=c2FsdA==,i=4294967295"), Some(4_294_967_295));
        assert_eq!(iterations(b"r=a,s=b,i=99999999999999999999999999"), Some(u64::MAX));
        assert_eq!(iterations(b"r=a,s=b,i=1,x=2"), Some(1));
        for none in [&b""[..], b"r=a,s=b", b"i=", b"i=x"] {
            assert_eq!(iterations(none), None);
        }
    }
}
