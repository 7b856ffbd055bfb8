//! The compute's side: the real Postgres, over verified TLS.

use std::io;

use anyhow::Result;
use bytes::{Bytes, BytesMut};
use pg::{Connector, Stream};
use postgres_protocol::authentication::sasl::{ChannelBinding, SCRAM_SHA_256, ScramSha256};
use postgres_protocol::message::frontend;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::message;
use super::wire::{Message, auth, invalid};

pub(super) struct Compute {
    connector: Connector,
    password: String,
}

/// A session that is ready for queries.
pub(super) struct LoggedIn {
    pub(super) stream: Stream,
    pub(super) pid: i32,
    /// The server's messages after AuthenticationOk: parameters, its key for cancelling, ReadyForQuery.
    pub(super) greeting: Bytes,
}

impl Compute {
    pub(super) fn new(url: &str, password: &str) -> Result<Self> {
        Ok(Self { connector: Connector::new(&pg::Url::parse(url)?)?, password: password.to_owned() })
    }

    /// Logs in with a client's parameters. The error is for the client: the server's words, if it had any.
    pub(super) async fn log_in(&self, parameters: &[(String, String)]) -> Result<LoggedIn, String> {
        let stream = self.connector.dial().await.map_err(|_| message::COULD_NOT_CONNECT.to_owned())?;
        self.authenticate(stream, parameters)
            .await
            .unwrap_or_else(|_| Err(message::COULD_NOT_CONNECT.to_owned()))
    }

    async fn authenticate(
        &self,
        mut stream: Stream,
        parameters: &[(String, String)],
    ) -> io::Result<Result<LoggedIn, String>> {
        let mut buffer = BytesMut::new();
        let pairs = parameters.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        frontend::startup_message(pairs, &mut buffer)?;
        let mut scram = ScramSha256::new(self.password.as_bytes(), ChannelBinding::unsupported());
        let (mut greeting, mut pid) = (BytesMut::new(), 0);
        loop {
            if !buffer.is_empty() {
                stream.write_all(&buffer).await?;
                stream.flush().await?;
                buffer.clear();
            }
            let message = Message::read_greeting(&mut stream).await?;
            if let Some(text) = message.error_text() {
                return Ok(Err(text));
            }
            match message.authentication() {
                Some((auth::OK, _)) => (),
                Some((auth::SASL, _)) => {
                    frontend::sasl_initial_response(SCRAM_SHA_256, scram.message(), &mut buffer)?;
                }
                Some((auth::SASL_CONTINUE, data)) => {
                    scram.update(data)?;
                    frontend::sasl_response(scram.message(), &mut buffer)?;
                }
                Some((auth::SASL_FINAL, data)) => scram.finish(data)?,
                Some(_) => return Err(invalid("the server's authentication")),
                None => {
                    message.put(&mut greeting);
                    match (message.tag, message.body.first_chunk()) {
                        (b'K', Some(bytes)) => pid = i32::from_be_bytes(*bytes),
                        (b'Z', _) => {
                            return Ok(Ok(LoggedIn { stream, pid, greeting: greeting.freeze() }));
                        }
                        _ => (),
                    }
                }
            }
        }
    }

    /// Passes a request to cancel on, and waits until the server has taken it.
    pub(super) async fn cancel(&self, packet: &[u8]) -> Result<()> {
        let mut stream = self.connector.dial().await?;
        stream.write_all(packet).await?;
        stream.flush().await?;
        // The server answers by hanging up.
        let _ = stream.read_u8().await;
        Ok(())
    }

    /// Has the server end its own processes, as at a suspension.
    pub(super) async fn terminate(&self, pids: &[i32]) -> Result<()> {
        let (client, connection) = self.connector.connect().await?;
        let end = async move {
            let end = "select pg_terminate_backend(pid, 5000) from unnest($1::int[]) pid";
            client.query(end, &[&pids]).await
        };
        let (ended, driven) = tokio::join!(end, connection);
        ended?;
        driven?;
        Ok(())
    }
}
