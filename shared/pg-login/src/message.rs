//! The server's messages before it is ready for queries (Postgres manual, "Message Formats").

use std::io;

use bytes::{Buf, Bytes, BytesMut};

/// Longer than any message of a login; libpq takes errors of this length.
const MAX_LENGTH: usize = 30_000;

/// The tags that matter to a login.
pub(crate) mod tag {
    pub(crate) const AUTHENTICATION: u8 = b'R';
    pub(crate) const BACKEND_KEY_DATA: u8 = b'K';
    pub(crate) const ERROR_RESPONSE: u8 = b'E';
    pub(crate) const NEGOTIATE_PROTOCOL_VERSION: u8 = b'v';
    pub(crate) const NOTICE_RESPONSE: u8 = b'N';
    pub(crate) const PARAMETER_STATUS: u8 = b'S';
    pub(crate) const READY_FOR_QUERY: u8 = b'Z';
}

/// The codes of the authentication messages that belong to SCRAM.
pub(crate) mod auth {
    pub(crate) const OK: i32 = 0;
    pub(crate) const SASL: i32 = 10;
    pub(crate) const SASL_CONTINUE: i32 = 11;
    pub(crate) const SASL_FINAL: i32 = 12;
}

/// `AuthenticationOk`, as a server sends it.
pub(crate) const AUTHENTICATION_OK: [u8; 9] = [tag::AUTHENTICATION, 0, 0, 0, 8, 0, 0, 0, 0];
/// `ReadyForQuery` outside a transaction.
pub(crate) const READY_FOR_QUERY: [u8; 6] = [tag::READY_FOR_QUERY, 0, 0, 0, 5, b'I'];

/// The driver's goodbye.
pub(crate) const TERMINATE: [u8; 5] = [b'X', 0, 0, 0, 4];

/// One message, with its tag and length.
pub(crate) struct Message(Bytes);

impl Message {
    /// Takes the first message off what has been received; none while it is incomplete.
    pub(crate) fn take(received: &mut BytesMut) -> io::Result<Option<Self>> {
        let Some((_, header)) = received.split_first_chunk::<1>() else { return Ok(None) };
        let Some(mut length) = header.first_chunk::<4>().map(<[u8; 4]>::as_slice) else { return Ok(None) };
        let length = usize::try_from(length.get_u32()).unwrap_or(usize::MAX);
        if !(4..=MAX_LENGTH).contains(&length) {
            return Err(violation("a message of impossible length"));
        }
        Ok((received.len() > length).then(|| Self(received.split_to(length + 1).freeze())))
    }

    pub(crate) fn tag(&self) -> u8 {
        self.0.first().copied().unwrap_or_default()
    }

    pub(crate) fn body(&self) -> &[u8] {
        self.0.get(5..).unwrap_or_default()
    }

    /// The whole message, as it came.
    pub(crate) fn bytes(&self) -> &Bytes {
        &self.0
    }

    /// Of an authentication message, its code and what follows.
    pub(crate) fn authentication(&self) -> Option<(i32, &[u8])> {
        let (code, data) = self.body().split_first_chunk().filter(|_| self.tag() == tag::AUTHENTICATION)?;
        Some((i32::from_be_bytes(*code), data))
    }
}

/// The mechanisms that an `AuthenticationSASL` offers.
pub(crate) fn mechanisms(data: &[u8]) -> impl Iterator<Item = &[u8]> {
    data.split(|byte| *byte == 0).filter(|name| !name.is_empty())
}

/// The server does not keep to the protocol.
pub(crate) fn violation(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_taken_once_it_is_whole() {
        let mut received = BytesMut::from(&b"R\0\0\0\x08\0\0\0\0Z\0\0\0"[..]);
        let message = Message::take(&mut received).unwrap().unwrap();
        assert_eq!(
            (message.authentication(), message.bytes().as_ref()),
            (Some((0, &[][..])), &AUTHENTICATION_OK[..])
        );
        assert!(Message::take(&mut received).unwrap().is_none());
        received.extend_from_slice(b"\x05I");
        assert_eq!(Message::take(&mut received).unwrap().unwrap().bytes().as_ref(), &READY_FOR_QUERY);
        assert!(Message::take(&mut received).unwrap().is_none());
    }

    #[test]
    fn a_length_that_no_message_has_is_refused_before_it_is_waited_for() {
        for header in [b"R\0\0\0\x03", b"H\x54\x54\x50\x2f", b"R\xff\xff\xff\xff"] {
            assert!(Message::take(&mut BytesMut::from(&header[..])).is_err());
        }
    }

    #[test]
    fn mechanisms_are_read_to_the_lists_end() {
        let offered: Vec<_> = mechanisms(b"SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0").collect();
        assert_eq!(offered, [&b"SCRAM-SHA-256-PLUS"[..], b"SCRAM-SHA-256"]);
    }
}
