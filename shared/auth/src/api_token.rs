//! API tokens: secrets that a user makes for a program.

use std::fmt;
use std::io;
use std::time::SystemTime;

use openssl::rand::rand_bytes;
use sha2::{Digest, Sha256};

use crate::{AuthError, ErrorClass};

/// Number of characters that 32 bytes take in base 62: 62^43 exceeds 2^256.
const BODY_LENGTH: usize = 43;
/// Number of characters that a CRC32 takes in base 62.
const CHECKSUM_LENGTH: usize = 6;
const LENGTH: usize = ApiToken::PREFIX.len() + BODY_LENGTH + CHECKSUM_LENGTH;

/// Number of the random characters that are shown, so that a user tells tokens apart.
const SHOWN: usize = 8;

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// An API token: `bl_`, 32 random bytes in base 62, and the CRC32 of these 43 characters in base 62, as
/// tokens of GitHub have it. By the checksum a mistyped or invented token is refused without a query; it
/// protects nothing. It shows itself nowhere but through [`ApiToken::expose`].
#[derive(Clone, PartialEq, Eq)]
pub struct ApiToken(String);

impl ApiToken {
    /// Start of a token.
    pub const PREFIX: &str = "bl_";

    /// Makes a token.
    ///
    /// # Errors
    /// The system has no randomness.
    pub fn generate() -> io::Result<Self> {
        let mut random = [0; 32];
        rand_bytes(&mut random).map_err(io::Error::other)?;
        Ok(Self::from_random(random))
    }

    fn from_random(random: [u8; 32]) -> Self {
        let body = base62(random, BODY_LENGTH);
        let checksum = checksum(&body);
        Self([Self::PREFIX, &body, &checksum].concat())
    }

    /// Reads a token and checks its checksum.
    ///
    /// # Errors
    /// It is no token that [`ApiToken::generate`] makes.
    pub fn parse(text: &str) -> Result<Self, AuthError> {
        let refuse = |check| Err(AuthError::new(ErrorClass::Untrusted, check));
        let Some(rest) = text.strip_prefix(Self::PREFIX) else {
            return refuse("the API token does not begin with bl_");
        };
        if text.len() != LENGTH || !rest.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return refuse("the API token is not 49 characters of base 62 after bl_");
        }
        let (body, sum) = rest.split_at(BODY_LENGTH);
        if checksum(body) != sum {
            return refuse("the API token's checksum is wrong");
        }
        Ok(Self(text.to_owned()))
    }

    /// The token itself, for the one answer that shows it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Returns the hash that is stored, and looked up. A token has 256 random bits, so that nobody can try
    /// them all, and a slow hash would protect it no better.
    #[must_use]
    pub fn sha256(&self) -> [u8; 32] {
        Sha256::digest(&self.0).into()
    }

    /// The beginning of the token, by which its user knows it: `bl_` and 8 characters.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.0[..Self::PREFIX.len() + SHOWN]
    }
}

impl fmt::Debug for ApiToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiToken(..)")
    }
}

/// The lifetime of a stored API token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ApiTokenLife {
    /// When it ends, if ever.
    pub expires_at: Option<SystemTime>,
    /// When it was revoked, if it was.
    pub revoked_at: Option<SystemTime>,
}

impl ApiTokenLife {
    /// Checks that the token may be used.
    ///
    /// # Errors
    /// It was revoked, or has expired.
    pub fn check(self, now: SystemTime) -> Result<(), AuthError> {
        if self.revoked_at.is_some() {
            return Err(AuthError::new(ErrorClass::Untrusted, "the API token was revoked"));
        }
        if self.expires_at.is_some_and(|expires_at| expires_at <= now) {
            return Err(AuthError::new(ErrorClass::Expired, "the API token has expired"));
        }
        Ok(())
    }
}

fn checksum(body: &str) -> String {
    base62(crc32fast::hash(body.as_bytes()).to_be_bytes(), CHECKSUM_LENGTH)
}

/// Writes a number, given by its bytes from the highest, with as many digits as asked for.
fn base62<const N: usize>(mut number: [u8; N], digits: usize) -> String {
    let mut text = vec![b'0'; digits];
    for digit in text.iter_mut().rev() {
        let mut remainder = 0;
        for byte in &mut number {
            let dividend = remainder * 256 + u32::from(*byte);
            *byte = (dividend / 62) as u8;
            remainder = dividend % 62;
        }
        *digit = DIGITS[remainder as usize];
    }
    text.into_iter().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::Duration;

    #[test]
    fn the_least_and_the_greatest_token_have_one_length() {
        let least = ApiToken::from_random([0; 32]);
        assert_eq!(least.expose(), format!("bl_{}{}", "0".repeat(43), checksum(&"0".repeat(43))));
        let greatest = ApiToken::from_random([0xff; 32]);
        assert_eq!(greatest.expose().len(), LENGTH);
        assert!(ApiToken::parse(greatest.expose()).is_ok());
        assert_eq!(LENGTH, 52);
    }

    #[test]
    fn a_checksum_is_the_crc32_of_everybody() {
        // The check value of CRC-32/ISO-HDLC: 0xcbf43926 of "123456789".
        assert_eq!(checksum("123456789"), base62(0xcbf4_3926_u32.to_be_bytes(), 6));
        assert_eq!(base62([0, 0, 0, 61], 6), "00000z");
        assert_eq!(base62([0, 0, 0, 62], 6), "000010");
    }

    #[test]
    fn two_tokens_differ_and_show_only_their_beginning() {
        let (one, other) = (ApiToken::generate().unwrap(), ApiToken::generate().unwrap());
        assert_ne!(one, other);
        assert_ne!(one.sha256(), other.sha256());
        assert_eq!(one.prefix().len(), 11);
        assert!(one.expose().starts_with(one.prefix()));
        assert_eq!(format!("{one:?}"), "ApiToken(..)");
    }

    #[test]
    fn a_token_ends_when_it_expires_or_is_revoked() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let second = Duration::from_secs(1);
        let class = |expires_at, revoked_at| {
            ApiTokenLife { expires_at, revoked_at }.check(now).map_err(AuthError::class)
        };
        assert_eq!(class(None, None), Ok(()));
        assert_eq!(class(Some(now + second), None), Ok(()));
        assert_eq!(class(Some(now), None), Err(ErrorClass::Expired));
        assert_eq!(class(Some(now + second), Some(now - second)), Err(ErrorClass::Untrusted));
    }

    proptest! {
        #[test]
        fn a_token_is_read_as_it_was_made(random: [u8; 32]) {
            let token = ApiToken::from_random(random);
            prop_assert_eq!(ApiToken::parse(token.expose()).unwrap(), token);
        }

        #[test]
        fn a_mistyped_character_is_noticed(random: [u8; 32], at in 3..LENGTH, digit in 0..62_usize) {
            let token = ApiToken::from_random(random);
            let mut text = token.expose().as_bytes().to_vec();
            text[at] = DIGITS[digit];
            let text = String::from_utf8(text).unwrap();
            prop_assert_eq!(ApiToken::parse(&text).is_ok(), text == token.expose());
        }
    }
}
