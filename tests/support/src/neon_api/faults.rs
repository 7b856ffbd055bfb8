//! What can go wrong.

use std::time::Duration;

/// What happens to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is refused with this status, and nothing is done.
    Refuse(u16),
    /// The same, with a `Retry-After` in seconds.
    RefuseFor(u16, u32),
    /// The connection is closed before anything is done.
    LoseRequest,
    /// What was asked for is done, and the connection is closed before the answer.
    LoseAnswer,
    /// What was asked for is done, and refused with this status, as a gateway does that has waited too long.
    RefuseAfter(u16),
    /// It is served after a while.
    Delay(Duration),
}

/// How an operation goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is running when it is asked about this often, then finished.
    Finish(u32),
    /// It ends as `error`.
    Fail,
    /// It runs for ever.
    Endless,
}
