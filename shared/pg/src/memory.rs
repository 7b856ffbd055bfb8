//! What earlier connections have taught about a server, so that a wrong guess is paid for once.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// How a server lets clients in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Door {
    /// By SCRAM, which may be bound to the TLS channel.
    Bound,
    /// By SCRAM that cannot be bound.
    Unbound,
    /// In some other way, or by SCRAM that must not be begun before it is asked for.
    Other,
}

/// A server behind the same name may be another one tomorrow, so nothing here is more than a first guess.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Known {
    /// Whether it takes TLS by request alone.
    pub(crate) wants_request: bool,
    pub(crate) door: Option<Door>,
}

#[derive(Default)]
pub(crate) struct Memory(Mutex<Known>);

impl Memory {
    /// Not to be held while waiting.
    pub(crate) fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
