//! A server that follows a script, and the driver's side of a login at it. The fuzz target shares this file.

use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use branchline_pg_login::{ChannelBinding, ClientFirst, PipelinedLoginStream, ServerReply, Transport};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};

/// A part of a server's script.
#[derive(Clone, Debug)]
pub enum Piece {
    /// Any bytes.
    Raw(Vec<u8>),
    /// A message of this tag, with its length.
    Message(u8, Vec<u8>),
    /// The mechanisms, SCRAM-SHA-256-PLUS among them or not.
    Offer(bool),
    /// A server-first-message: the client's nonce, then this.
    ServerFirst(Vec<u8>),
    /// A server-final-message.
    ServerFinal(Vec<u8>),
    /// `AuthenticationOk` and `ReadyForQuery`, and the row that must not be handed out.
    Greeting,
}

/// A row that no driver may see, since no server here knows the password.
const ROW: &[u8] = b"D\0\0\0\x0e\0\x01\0\0\0\x04evil";

impl Piece {
    fn write(&self, nonce: &[u8], out: &mut Vec<u8>) {
        match self {
            Self::Raw(bytes) => out.extend(bytes),
            Self::Message(tag, body) => message(*tag, &[body], out),
            Self::Offer(true) => {
                message(b'R', &[&[0, 0, 0, 10], b"SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0"], out)
            }
            Self::Offer(false) => message(b'R', &[&[0, 0, 0, 10], b"SCRAM-SHA-256\0\0"], out),
            Self::ServerFirst(rest) => message(b'R', &[&[0, 0, 0, 11], b"r=", nonce, rest], out),
            Self::ServerFinal(proof) => message(b'R', &[&[0, 0, 0, 12], proof], out),
            Self::Greeting => {
                message(b'R', &[&[0, 0, 0, 0]], out);
                message(b'Z', &[b"I"], out);
                out.extend(ROW);
            }
        }
    }
}

fn message(tag: u8, parts: &[&[u8]], out: &mut Vec<u8>) {
    let length = 4 + parts.iter().map(|part| part.len()).sum::<usize>();
    out.push(tag);
    out.extend(u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes());
    parts.iter().for_each(|part| out.extend(*part));
}

/// Says its pieces and hangs up.
struct Server {
    pieces: Vec<Piece>,
    /// The rest of the server's script, once the client's nonce is known.
    said: Option<Vec<u8>>,
    at: usize,
    chunk: usize,
    heard: Vec<u8>,
}

impl AsyncRead for Server {
    fn poll_read(self: Pin<&mut Self>, _: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let (pieces, heard) = (&this.pieces, &this.heard);
        let said = this.said.get_or_insert_with(|| {
            let nonce = heard.windows(2).position(|window| window == b"r=").map_or(0, |at| at + 2);
            let mut said = Vec::new();
            pieces.iter().for_each(|piece| piece.write(heard.get(nonce..).unwrap_or_default(), &mut said));
            said
        });
        let end = said.len().min(this.at + this.chunk.min(buf.remaining()));
        buf.put_slice(&said[this.at..end]);
        this.at = end;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Server {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let count = buf.len().min(this.chunk);
        // A client's nonce stands in its first few hundred bytes.
        if this.said.is_none() {
            this.heard.extend(&buf[..count]);
        }
        Poll::Ready(Ok(count))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl Transport for Server {
    fn is_tls(&self) -> bool {
        true
    }

    fn tls_server_end_point(&self) -> Option<Vec<u8>> {
        None
    }
}

/// The tags of the messages that a driver received.
fn tags(mut seen: &[u8]) -> Vec<u8> {
    let mut tags = Vec::new();
    while let Some((tag, rest)) = seen.split_first() {
        tags.push(*tag);
        let length = rest.first_chunk().map_or(usize::MAX, |length| u32::from_be_bytes(*length) as usize);
        seen = rest.get(length..).unwrap_or_default();
    }
    tags
}

/// The result of a login.
pub struct Outcome {
    /// True if the server's server-first-message was accepted.
    pub has_begun: bool,
}

/// Logs in as a driver does, and sends a statement.
///
/// # Panics
/// The login does not end by itself, or the driver sees a result.
pub fn log_in(pieces: &[Piece], chunk: usize, is_pipelined: bool) -> Outcome {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_time().build() else {
        panic!("no runtime");
    };
    let _entered = runtime.enter();
    let mut login = pin!(converse(pieces, chunk, is_pipelined));
    // The server is always ready, so a future that is pending waits for nothing that would come.
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..1_000_000 {
        if let Poll::Ready(outcome) = login.as_mut().poll(&mut context) {
            return outcome;
        }
    }
    panic!("the login does not end: {pieces:?}")
}

async fn converse(pieces: &[Piece], chunk: usize, is_pipelined: bool) -> Outcome {
    let server =
        Server { pieces: pieces.to_vec(), said: None, at: 0, chunk: chunk.max(1), heard: Vec::new() };
    let Some(client_first) = ClientFirst::guess(ChannelBinding::Prefer, &server, None) else {
        panic!("no guess over TLS");
    };
    let Ok(ServerReply::ServerFirst(server_first, _)) =
        client_first.send(server, b"\0\0\0\x11\0\x03\0\0user\0me\0\0", "password").await
    else {
        return Outcome { has_begun: false };
    };
    let (mut stream, _pending) = if is_pipelined {
        let (stream, pending) = PipelinedLoginStream::pipelined(*server_first);
        (stream, Some(pending))
    } else {
        (PipelinedLoginStream::waiting(*server_first).0, None)
    };
    let mut seen = Vec::new();
    // The driver's own startup packet, then its statement.
    let sent = async {
        stream.write_all(b"\0\0\0\x11\0\x03\0\0user\0me\0\0").await?;
        stream.write_all(b"Q\0\0\0\x0dSELECT 1\0").await?;
        stream.flush().await
    };
    if sent.await.is_ok() {
        // An error ends the connection; what was read before counts.
        let _ = stream.read_to_end(&mut seen).await;
    }
    assert!(!tags(&seen).contains(&b'D'), "a row before the proof: {pieces:?}");
    Outcome { has_begun: true }
}
