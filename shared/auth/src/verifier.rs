//! From the text of a token to the caller whom it speaks of.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use sha2::{Digest, Sha256};

use crate::jwt::{self, Header};
use crate::key_cache::KeyCache;
use crate::verified_tokens::{VerifiedToken, VerifiedTokens};
use crate::{AuthConfig, AuthError, Clock, Credential, Fetch, Principal, claims, crypto, http_fetch};

/// Verifies the JWTs of one issuer. It keeps the issuer's keys, and the tokens that it has verified.
pub struct Verifier {
    config: AuthConfig,
    keys: KeyCache,
    verified: Mutex<VerifiedTokens>,
    clock: Clock,
}

impl Verifier {
    /// A verifier that fetches the keys from the configured address. Nothing is fetched yet.
    #[must_use]
    pub fn new(config: AuthConfig) -> Self {
        let fetch = http_fetch(&config);
        Self::with(config, fetch, Arc::new(SystemTime::now))
    }

    /// A verifier with keys from elsewhere, by another clock than the system's.
    #[must_use]
    pub fn with(config: AuthConfig, fetch: Fetch, clock: Clock) -> Self {
        crypto::install();
        let keys = KeyCache::new(fetch, Arc::clone(&clock));
        Self { config, keys, verified: Mutex::default(), clock }
    }

    /// Fetches the keys in a task of its own, so that a function has them with its database connection. It
    /// must be called within a tokio runtime, as [`Verifier::verify`].
    pub fn warm_up(&self) {
        self.keys.warm_up();
    }

    /// Verifies a token, and returns whom it speaks of. It waits where keys must be fetched, for two seconds
    /// at most; only a token whose key is unknown may wait for another fetch, or two.
    ///
    /// # Errors
    /// The token does not hold here, or the keys cannot be had; always 401.
    pub async fn verify(&self, token: &str) -> Result<Arc<Principal>, AuthError> {
        Credential::new(token)?;
        let sha256 = Sha256::digest(token).into();
        if let Some(principal) = self.known(&sha256).await {
            return Ok(principal);
        }
        let header = Header::parse(token)?;
        let key = self.keys.find(header.key_id.as_deref()).await?;
        let (claims, expires) = jwt::verify(token, &header, &key, &self.config, self.now())?;
        let principal = Arc::new(claims::principal(&claims, &self.config)?);
        let verified = VerifiedToken {
            principal: Arc::clone(&principal),
            key_id: header.key_id,
            key_fingerprint: key.fingerprint,
            expires,
        };
        self.verified().insert(sha256, verified, self.now());
        Ok(principal)
    }

    /// Whom a token speaks of that was verified before, by a key that the issuer still has.
    async fn known(&self, sha256: &[u8; 32]) -> Option<Arc<Principal>> {
        let token = self.verified().get(sha256, self.now())?;
        match self.keys.find(token.key_id.as_deref()).await {
            Ok(key) if key.fingerprint == token.key_fingerprint => Some(token.principal),
            _ => {
                self.verified().remove(sha256);
                None
            }
        }
    }

    fn verified(&self) -> MutexGuard<'_, VerifiedTokens> {
        self.verified.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> i64 {
        let since = (self.clock)().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    }
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Verifier").field("config", &self.config).finish_non_exhaustive()
    }
}
