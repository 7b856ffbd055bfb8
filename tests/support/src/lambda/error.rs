//! The failures of an invocation.

use std::time::Duration;

use super::api::{MAX_REQUEST, MAX_RESPONSE};

/// Why an invocation has no response. A function URL's client gets 413 for the first, and 502 for
/// others unless they say more.
#[derive(Debug, thiserror::Error)]
pub enum InvokeError {
    /// The event is over the service's limit; the function has not seen it. In bytes.
    #[error("the event has {0} bytes and must be smaller than {MAX_REQUEST}")]
    RequestTooLarge(usize),
    /// The response is over the service's limit; the function was notified. In bytes.
    #[error("the response has {0} bytes, over the limit of {MAX_RESPONSE}")]
    ResponseTooLarge(usize),
    /// A streamed response broke off, after this many bytes of its body. The client has them, and sees its
    /// connection closed.
    #[error("the response broke off after {0} bytes")]
    BrokenOff(usize),
    /// The handler returned an error or panicked.
    #[error("the function failed: {kind}: {message}")]
    Function {
        /// The error's type, as the runtime reports it.
        kind: String,
        /// The error's text.
        message: String,
    },
    /// The deadline passed. The function has been killed, as the service does.
    #[error("the function did not answer within {0:?}")]
    TimedOut(Duration),
    /// The function reported that it cannot start, or ended: the report, or the exit status and standard
    /// error.
    #[error("the function ended: {0}")]
    Ended(String),
    /// The response is not in payload format 2.0.
    #[error("not a response: {0}")]
    Malformed(String),
}
