//! The faults that can be injected.

use std::time::Duration;

/// A fault of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is refused with this status, and nothing is done.
    Refuse(u16),
    /// The same, with a `Retry-After` in seconds.
    RefuseFor(u16, u32),
    /// The connection is closed before anything is done.
    LoseRequest,
    /// Does the work, and closes the connection before the response.
    LoseAnswer,
    /// Does the work, and refuses it with this status, as a gateway does that has waited too long.
    RefuseAfter(u16),
    /// It is served after a while.
    Delay(Duration),
}

/// The course of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is running when it is asked about this often, then finished.
    Finish(u32),
    /// It ends as `error`.
    Fail,
    /// It runs for ever.
    Endless,
}
