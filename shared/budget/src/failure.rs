//! The meaning of a failure to the caller of a service.

use std::error::Error;

/// An error of something that a service depends on, such as its database.
pub trait Failure: Error + Send + Sync + 'static {
    /// Returns how the service answers it.
    fn kind(&self) -> FailureKind;
}

/// The ways in which a service answers a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// Wrong until somebody changes the configuration.
    Misconfigured,
    /// The caller's token does not hold.
    InvalidToken,
    /// The caller's token is for other uses.
    InsufficientScope,
    /// The caller's role does not allow it.
    InsufficientRole,
    /// Away, and may soon be back.
    Unavailable {
        /// Seconds after which trying again is worth it.
        retry_after: u32,
    },
    /// Everything is in use.
    Saturated {
        /// Seconds after which trying again is worth it.
        retry_after: u32,
    },
    /// The time of the request was up.
    DeadlineExceeded,
    /// A bug of the service.
    Internal,
}
