//! Tokens that were verified before, so that a caller's next request costs no signature.

use std::collections::HashMap;
use std::sync::Arc;

use crate::Principal;

/// Number of tokens that are remembered.
pub(crate) const CAPACITY: usize = 256;

/// A token that was verified.
#[derive(Clone)]
pub(crate) struct VerifiedToken {
    pub(crate) principal: Arc<Principal>,
    /// The id of the key that it was verified by, as the token has it.
    pub(crate) key_id: Option<String>,
    pub(crate) key_fingerprint: [u8; 32],
    /// `exp`, in seconds since 1970.
    pub(crate) expires: i64,
}

/// Verified tokens by their SHA-256, until they expire.
#[derive(Default)]
pub(crate) struct VerifiedTokens(HashMap<[u8; 32], VerifiedToken>);

impl VerifiedTokens {
    pub(crate) fn get(&self, sha256: &[u8; 32], now: i64) -> Option<VerifiedToken> {
        self.0.get(sha256).filter(|token| now < token.expires).cloned()
    }

    /// Remembers a token. Where there is no room, the one that expires first is forgotten.
    pub(crate) fn insert(&mut self, sha256: [u8; 32], token: VerifiedToken, now: i64) {
        if self.0.len() >= CAPACITY {
            self.0.retain(|_, token| now < token.expires);
        }
        if self.0.len() >= CAPACITY
            && let Some(first) = self.0.iter().min_by_key(|(_, token)| token.expires).map(|(key, _)| *key)
        {
            self.0.remove(&first);
        }
        self.0.insert(sha256, token);
    }

    pub(crate) fn remove(&mut self, sha256: &[u8; 32]) {
        self.0.remove(sha256);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(expires: i64) -> VerifiedToken {
        let principal = Arc::new(Principal::owner_of_default());
        VerifiedToken { principal, key_id: None, key_fingerprint: [0; 32], expires }
    }

    fn key(number: usize) -> [u8; 32] {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&number.to_be_bytes());
        key
    }

    #[test]
    fn a_token_is_forgotten_when_it_expires() {
        let mut tokens = VerifiedTokens::default();
        tokens.insert(key(1), token(10), 0);
        assert!(tokens.get(&key(1), 9).is_some());
        assert!(tokens.get(&key(1), 10).is_none());
        assert!(tokens.get(&key(2), 9).is_none());
    }

    #[test]
    fn there_is_room_for_256_and_the_first_to_expire_goes() {
        let mut tokens = VerifiedTokens::default();
        for number in 0..=CAPACITY {
            tokens.insert(key(number), token(100 + number as i64), 0);
        }
        assert_eq!(tokens.0.len(), CAPACITY);
        assert!(tokens.get(&key(0), 0).is_none());
        assert!(tokens.get(&key(1), 0).is_some());
        tokens.insert(key(999), token(1000), 200);
        assert!(tokens.0.len() < CAPACITY, "what has expired goes first");
    }
}
