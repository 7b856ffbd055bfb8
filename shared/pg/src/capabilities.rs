//! Remembers what earlier connections showed about a server, so that a wrong guess is paid for once.

use std::sync::{Mutex, MutexGuard, PoisonError};

use pg_login::AuthOffer;

/// A server behind the same name may be another one tomorrow, so nothing here is more than a first guess.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ServerHints {
    /// True if it takes TLS by request alone.
    pub(crate) wants_request: bool,
    /// Its method of authentication.
    pub(crate) offer: Option<AuthOffer>,
}

/// The knowledge about a server.
#[derive(Default)]
pub(crate) struct ServerCapabilities(Mutex<ServerHints>);

impl ServerCapabilities {
    /// Not to be held while waiting.
    pub(crate) fn known(&self) -> MutexGuard<'_, ServerHints> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
