//! Reads the version of TLS that a handshake has agreed on from the server's own message, since native-tls
//! does not tell.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A longer `ServerHello` is not looked at: servers send some hundred bytes.
const MAX_HELLO: usize = 4 * 1024;

/// Bytes on their way to TLS, of which the server's first message is read along. Nobody can forge it unseen:
/// the handshake proves that both sides have seen the same messages (RFC 8446, section 4.4; RFC 5246, section
/// 7.4.9).
pub struct Overheard<S> {
    stream: S,
    heard: Vec<u8>,
    version: Heard,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Heard {
    NotYet,
    Version(u16),
    Nothing,
}

impl<S> Overheard<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self { stream, heard: Vec::new(), version: Heard::NotYet }
    }

    /// The version as OpenSSL writes it; none where it was not seen.
    pub(super) fn version(&self) -> Option<&'static str> {
        match self.version {
            Heard::Version(0x0303) => Some("TLSv1.2"),
            Heard::Version(0x0304) => Some("TLSv1.3"),
            // Older ones are not spoken.
            _ => None,
        }
    }

    fn hear(&mut self, bytes: &[u8]) {
        self.heard.extend_from_slice(bytes);
        self.version = match version(&self.heard) {
            Ok(version) => Heard::Version(version),
            Err(Wrong::Unfinished) if self.heard.len() < MAX_HELLO => return,
            Err(_) => Heard::Nothing,
        };
        self.heard = Vec::new();
    }
}

/// Why there is no version.
#[derive(Debug, PartialEq, Eq)]
enum Wrong {
    /// There are too few bytes so far.
    Unfinished,
    /// It is no `ServerHello`.
    Other,
}

/// The version of a `ServerHello` (RFC 8446, sections 4.1.3 and 5.1): that of the extension
/// `supported_versions`, which TLS 1.3 brought, else that of the message.
fn version(received: &[u8]) -> Result<u16, Wrong> {
    const HANDSHAKE: u8 = 22;

    let mut record = Bytes(received);
    if record.u8()? != HANDSHAKE {
        return Err(Wrong::Other);
    }
    record.take(2)?;
    let length = record.u16()?;
    // A message that goes on in another record is not looked at.
    server_hello(Bytes(record.take(length.into())?)).map_err(|_| Wrong::Other)
}

fn server_hello(mut record: Bytes<'_>) -> Result<u16, Wrong> {
    const SERVER_HELLO: u8 = 2;
    const SUPPORTED_VERSIONS: u16 = 43;

    if record.u8()? != SERVER_HELLO {
        return Err(Wrong::Other);
    }
    let length = usize::from(record.u8()?) << 16 | usize::from(record.u16()?);
    let mut hello = Bytes(record.take(length)?);
    let version = hello.u16()?;
    // The server's random number, the session's id, the cipher suite, the compression.
    hello.take(32)?;
    let session_id = hello.u8()?;
    hello.take(usize::from(session_id) + 3)?;
    if hello.0.is_empty() {
        return Ok(version);
    }
    let length = hello.u16()?;
    let mut extensions = Bytes(hello.take(length.into())?);
    while !extensions.0.is_empty() {
        let kind = extensions.u16()?;
        let length = extensions.u16()?;
        let mut extension = Bytes(extensions.take(length.into())?);
        if kind == SUPPORTED_VERSIONS {
            return extension.u16();
        }
    }
    Ok(version)
}

/// The bytes that are left to read.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], Wrong> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(Wrong::Unfinished)?;
        self.0 = rest;
        Ok(taken)
    }

    fn u8(&mut self) -> Result<u8, Wrong> {
        Ok(self.take(1)?.iter().fold(0, |_, byte| *byte))
    }

    fn u16(&mut self) -> Result<u16, Wrong> {
        Ok(self.take(2)?.iter().fold(0, |number, byte| number << 8 | u16::from(*byte)))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Overheard<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let overheard = self.get_mut();
        let before = buf.filled().len();
        let outcome = Pin::new(&mut overheard.stream).poll_read(cx, buf);
        if overheard.version == Heard::NotYet
            && let Some(bytes @ [_, ..]) = buf.filled().get(before..)
        {
            overheard.hear(bytes);
        }
        outcome
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Overheard<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A `ServerHello` in a record, with these extensions.
    fn hello(extensions: &[u8]) -> Vec<u8> {
        let mut body = vec![3, 3];
        body.extend([7; 32]);
        body.extend([2, 9, 9, 0x13, 0x01, 0]);
        if !extensions.is_empty() {
            body.extend(u16::try_from(extensions.len()).unwrap().to_be_bytes());
            body.extend(extensions);
        }
        let mut message = vec![2, 0];
        message.extend(u16::try_from(body.len()).unwrap().to_be_bytes());
        message.extend(body);
        let mut record = vec![22, 3, 3];
        record.extend(u16::try_from(message.len()).unwrap().to_be_bytes());
        record.extend(message);
        record
    }

    #[test]
    fn the_version_is_the_extensions_or_else_the_messages() {
        assert_eq!(version(&hello(&[])), Ok(0x0303));
        assert_eq!(version(&hello(&[0, 51, 0, 2, 1, 1, 0, 43, 0, 2, 3, 4])), Ok(0x0304));
        assert_eq!(version(&hello(&[0, 16, 0, 1, 1])), Ok(0x0303));
    }

    #[test]
    fn a_hello_is_waited_for_and_nothing_else_is_taken_for_one() {
        let whole = hello(&[0, 43, 0, 2, 3, 4]);
        for end in 0..whole.len() {
            assert_eq!(version(&whole[..end]), Err(Wrong::Unfinished), "{end}");
        }
        for other in [&b"HTTP/1.1"[..], &[21, 3, 3, 0, 2, 2, 40], &[22, 3, 3, 0, 1, 11], &[22, 3, 3, 0, 0]] {
            assert_eq!(version(other), Err(Wrong::Other), "{other:?}");
        }
        // An extension that is longer than the message.
        assert_eq!(version(&hello(&[0, 43, 0, 9, 3, 4])), Err(Wrong::Other));
    }
}
