//! The messages of the protocol's start (Postgres manual, "Message Formats").

use std::io;

use bytes::{BufMut, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// Neon, like Postgres, takes no longer startup packet.
const MAX_STARTUP: usize = 10_000;
/// Longer password and SASL messages are refused.
const MAX_PASSWORD: usize = 512;
/// Of a server's single message before it is ready; far more than any has.
const MAX_GREETING: usize = 1 << 20;

const PROTOCOL_3_0: i32 = 196_608;
const CANCEL: i32 = 80_877_102;
const SSL: i32 = 80_877_103;
const GSSENC: i32 = 80_877_104;

/// The codes of the authentication messages.
pub(super) mod auth {
    pub(crate) const OK: i32 = 0;
    pub(crate) const CLEARTEXT: i32 = 3;
    pub(crate) const SASL: i32 = 10;
    pub(crate) const SASL_CONTINUE: i32 = 11;
    pub(crate) const SASL_FINAL: i32 = 12;
}

/// The first thing a client says.
pub(super) enum Opening {
    Ssl,
    GssEnc,
    /// The whole packet.
    Cancel(Bytes),
    /// Name and value of each parameter.
    Startup(Vec<(String, String)>),
}

pub(super) async fn read_opening(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Opening> {
    let length = stream.read_i32().await?;
    let code = stream.read_i32().await?;
    let rest = usize::try_from(length).ok().filter(|n| (8..=MAX_STARTUP).contains(n)).map(|n| n - 8);
    let mut body = vec![0; rest.ok_or_else(|| invalid("the length of a startup packet"))?];
    stream.read_exact(&mut body).await?;
    match code {
        SSL => Ok(Opening::Ssl),
        GSSENC => Ok(Opening::GssEnc),
        CANCEL => {
            let mut packet = BytesMut::new();
            packet.put_i32(length);
            packet.put_i32(code);
            packet.put_slice(&body);
            Ok(Opening::Cancel(packet.freeze()))
        }
        PROTOCOL_3_0 => Ok(Opening::Startup(parameters(&body)?)),
        _ => Err(invalid("the protocol's version")),
    }
}

fn parameters(body: &[u8]) -> io::Result<Vec<(String, String)>> {
    let text = std::str::from_utf8(body).map_err(|_| invalid("the parameters' encoding"))?;
    let mut parts = text.split('\0');
    let mut parameters = Vec::new();
    // An empty name ends the list.
    while let (Some(name), Some(value)) = (parts.next().filter(|name| !name.is_empty()), parts.next()) {
        parameters.push((name.to_owned(), value.to_owned()));
    }
    Ok(parameters)
}

/// A message with its tag.
pub(super) struct Message {
    pub(super) tag: u8,
    pub(super) body: Bytes,
}

impl Message {
    /// A client's password or SASL message.
    pub(super) async fn read_password(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Bytes> {
        let message = Self::read(stream, MAX_PASSWORD).await?;
        if message.tag == b'p' {
            Ok(message.body)
        } else {
            Err(invalid("a message where a password was due"))
        }
    }

    /// A server's message before it is ready for queries.
    pub(super) async fn read_greeting(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Self> {
        Self::read(stream, MAX_GREETING).await
    }

    async fn read(stream: &mut (impl AsyncRead + Unpin), max: usize) -> io::Result<Self> {
        let tag = stream.read_u8().await?;
        let length = usize::try_from(stream.read_i32().await?).ok().filter(|n| (4..=max).contains(n));
        let mut body = vec![0; length.ok_or_else(|| invalid("a message's length"))? - 4];
        stream.read_exact(&mut body).await?;
        Ok(Self { tag, body: body.into() })
    }

    /// As it goes over the wire.
    pub(super) fn put(&self, buffer: &mut BytesMut) {
        put(buffer, self.tag, &self.body);
    }

    /// Of an authentication message, the code and what follows.
    pub(super) fn authentication(&self) -> Option<(i32, &[u8])> {
        let (code, data) = self.body.split_first_chunk().filter(|_| self.tag == b'R')?;
        Some((i32::from_be_bytes(*code), data))
    }

    /// Of an error, its text.
    pub(super) fn error_text(&self) -> Option<String> {
        let mut fields = self.body.split(|byte| *byte == 0).filter(|_| self.tag == b'E');
        let text = fields.find_map(|field| field.strip_prefix(b"M"))?;
        Some(String::from_utf8_lossy(text).into_owned())
    }
}

/// Appends an authentication message.
pub(super) fn put_authentication(buffer: &mut BytesMut, code: i32, data: &[u8]) {
    put(buffer, b'R', &[&code.to_be_bytes(), data].concat());
}

/// Appends a message.
pub(super) fn put(buffer: &mut BytesMut, tag: u8, body: &[u8]) {
    buffer.put_u8(tag);
    // Far below the limit: these messages are made here or have passed one.
    buffer.put_u32(u32::try_from(body.len() + 4).unwrap_or(u32::MAX));
    buffer.put_slice(body);
}

/// Sends an error of the proxy's own.
pub(super) async fn send_error(stream: &mut (impl AsyncWrite + Unpin), text: &str) -> io::Result<()> {
    let mut buffer = BytesMut::new();
    put(&mut buffer, b'E', format!("SERROR\0CXX000\0M{text}\0\0").as_bytes());
    stream.write_all(&buffer).await?;
    stream.flush().await?;
    stream.shutdown().await
}

pub(super) fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{what} is not as it must be"))
}
