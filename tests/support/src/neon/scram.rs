//! The server's side of SCRAM-SHA-256 (RFC 5802, RFC 7677), with channel binding `tls-server-end-point` (RFC
//! 5929).

use anyhow::Result;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use openssl::hash::MessageDigest;
use openssl::memcmp;
use openssl::pkcs5::pbkdf2_hmac;
use openssl::pkey::PKey;
use openssl::sha::sha256;
use openssl::sign::Signer;

use super::message::{CHANNEL_MISMATCH, PLUS_NOT_USED, PROTOCOL_VIOLATION};

/// The mechanisms, as they are offered.
pub(super) const MECHANISMS: [&str; 2] = ["SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"];

/// As many as Postgres uses.
const ITERATIONS: usize = 4096;
const BINDING: &str = "p=tls-server-end-point,,";

/// The server's replacement of a password.
pub(super) struct Secret {
    salt: [u8; 16],
    stored_key: [u8; 32],
    server_key: [u8; 32],
}

impl Secret {
    /// Of a password in ASCII, which SASLprep leaves as it is.
    pub(super) fn new(password: &str) -> Result<Self> {
        let (mut salt, mut salted) = ([0; 16], [0; 32]);
        openssl::rand::rand_bytes(&mut salt)?;
        pbkdf2_hmac(password.as_bytes(), &salt, ITERATIONS, MessageDigest::sha256(), &mut salted)?;
        Ok(Self {
            salt,
            stored_key: sha256(&hmac(&salted, b"Client Key")?),
            server_key: hmac(&salted, b"Server Key")?,
        })
    }
}

/// Why a client is not let in.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    WrongPassword,
    /// In words for the client.
    Violation(&'static str),
}

/// An exchange whose first half is done.
pub(super) struct Exchange<'a> {
    secret: &'a Secret,
    client_first_bare: String,
    server_first: String,
    nonce: String,
    /// Expected value of `c=`, in base64.
    binding: String,
}

impl<'a> Exchange<'a> {
    /// Answers the client's first message; `end_point` is the hash of the certificate that it was shown.
    pub(super) fn begin(
        secret: &'a Secret,
        mechanism: &str,
        client_first: &str,
        end_point: &[u8],
    ) -> Result<Self, Refusal> {
        const VIOLATION: Refusal = Refusal::Violation(PROTOCOL_VIOLATION);
        let bare_at = client_first.match_indices(',').nth(1).ok_or(VIOLATION)?.0 + 1;
        let (header, bare) = client_first.split_at(bare_at);
        let bound = match (mechanism, header) {
            ("SCRAM-SHA-256-PLUS", BINDING) => end_point,
            ("SCRAM-SHA-256", "n,,") => &[],
            // Somebody has removed PLUS from what we offered.
            ("SCRAM-SHA-256", "y,,") => return Err(Refusal::Violation(PLUS_NOT_USED)),
            _ => return Err(VIOLATION),
        };
        let client_nonce = bare.split(',').find_map(|part| part.strip_prefix("r=")).ok_or(VIOLATION)?;
        let mut random = [0; 18];
        openssl::rand::rand_bytes(&mut random).map_err(|_| VIOLATION)?;
        let nonce = format!("{client_nonce}{}", BASE64_STANDARD.encode(random));
        Ok(Self {
            secret,
            client_first_bare: bare.to_owned(),
            server_first: format!("r={nonce},s={},i={ITERATIONS}", BASE64_STANDARD.encode(secret.salt)),
            nonce,
            binding: BASE64_STANDARD.encode([header.as_bytes(), bound].concat()),
        })
    }

    /// Returns the next message to the client.
    pub(super) fn server_first(&self) -> &str {
        &self.server_first
    }

    /// Checks the client's proof and gives the server's own.
    pub(super) fn finish(&self, client_final: &str) -> Result<String, Refusal> {
        const VIOLATION: Refusal = Refusal::Violation(PROTOCOL_VIOLATION);
        let (without_proof, proof) = client_final.rsplit_once(",p=").ok_or(VIOLATION)?;
        let mut parts = without_proof.split(',');
        if parts.next().and_then(|part| part.strip_prefix("c=")) != Some(self.binding.as_str()) {
            return Err(Refusal::Violation(CHANNEL_MISMATCH));
        }
        if parts.next().and_then(|part| part.strip_prefix("r=")) != Some(self.nonce.as_str()) {
            return Err(VIOLATION);
        }
        let proof: [u8; 32] =
            BASE64_STANDARD.decode(proof).ok().and_then(|proof| proof.try_into().ok()).ok_or(VIOLATION)?;
        let authenticated = format!("{},{},{without_proof}", self.client_first_bare, self.server_first);
        let sign = |key| hmac(key, authenticated.as_bytes()).map_err(|_| VIOLATION);
        let signature = sign(&self.secret.stored_key)?;
        let client_key: Vec<u8> = proof.iter().zip(signature).map(|(proof, signed)| proof ^ signed).collect();
        if !memcmp::eq(&sha256(&client_key), &self.secret.stored_key) {
            return Err(Refusal::WrongPassword);
        }
        Ok(format!("v={}", BASE64_STANDARD.encode(sign(&self.secret.server_key)?)))
    }
}

fn hmac(key: &[u8; 32], data: &[u8]) -> Result<[u8; 32], openssl::error::ErrorStack> {
    let key = PKey::hmac(key)?;
    let mut signature = [0; 32];
    Signer::new(MessageDigest::sha256(), &key)?.sign_oneshot(&mut signature, data)?;
    Ok(signature)
}

#[cfg(test)]
mod tests {
    use postgres_protocol::authentication::sasl::{ChannelBinding, ScramSha256};

    use super::*;

    const END_POINT: &[u8] = b"the hash of a certificate";

    /// Runs an exchange against the driver's client.
    fn exchange(password: &str, mechanism: &str, binding: ChannelBinding) -> Result<(), Refusal> {
        let secret = Secret::new("right").unwrap();
        let mut client = ScramSha256::new(password.as_bytes(), binding);
        let first = String::from_utf8(client.message().to_vec()).unwrap();
        let exchange = Exchange::begin(&secret, mechanism, &first, END_POINT)?;
        client.update(exchange.server_first().as_bytes()).unwrap();
        let last = exchange.finish(std::str::from_utf8(client.message()).unwrap())?;
        client.finish(last.as_bytes()).unwrap();
        Ok(())
    }

    #[test]
    fn the_drivers_client_and_this_server_believe_each_other() {
        let bound = || ChannelBinding::tls_server_end_point(END_POINT.to_vec());
        assert_eq!(exchange("right", "SCRAM-SHA-256", ChannelBinding::unsupported()), Ok(()));
        assert_eq!(exchange("right", "SCRAM-SHA-256-PLUS", bound()), Ok(()));
        assert_eq!(exchange("wrong", "SCRAM-SHA-256-PLUS", bound()), Err(Refusal::WrongPassword));
    }

    #[test]
    fn a_client_of_another_channel_is_refused() {
        let foreign = ChannelBinding::tls_server_end_point(b"another hash".to_vec());
        assert_eq!(
            exchange("right", "SCRAM-SHA-256-PLUS", foreign),
            Err(Refusal::Violation("insecure connection: secure channel data mismatch"))
        );
    }

    #[test]
    fn a_client_that_saw_no_plus_offered_is_refused() {
        assert_eq!(
            exchange("right", "SCRAM-SHA-256", ChannelBinding::unrequested()),
            Err(Refusal::Violation("SCRAM-PLUS not used"))
        );
    }
}
