//! The API's refusals and failures, and what to do about them.

use std::fmt;
use std::time::Duration;

use http::StatusCode;

use text::quoted;

/// Why something was not done on Neon, or may not have been.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The host is none that a key may be sent to.
    #[error("the API cannot be used: {problem}")]
    Host {
        /// Why.
        problem: String,
    },
    /// The API's own refusal.
    #[error("{doing}: Neon refused with {}: {message}{}", .status.as_u16(), Advice(self))]
    Refused {
        /// The request, in words.
        doing: String,
        /// The answer's status.
        status: StatusCode,
        /// Neon's word for the cause; empty where it gave none.
        code: String,
        /// Neon's explanation.
        message: String,
        /// The kind of object of which there are too many, if a limit is the cause.
        makes: &'static str,
    },
    /// Nothing was sent, so nothing was done.
    #[error("{doing}: Neon's API cannot be reached: {cause}")]
    Unreachable {
        /// The request, in words.
        doing: String,
        /// Why.
        cause: String,
    },
    /// It was sent, and no answer came.
    #[error(
        "{doing}: the connection to Neon's API was lost before its answer ({cause}); look with branchline \
         branch list or branchline snapshot list whether it was done before trying again"
    )]
    Unknown {
        /// The request, in words.
        doing: String,
        /// Why.
        cause: String,
    },
    /// An answer that is not the API's.
    #[error("{doing}: what answered is not Neon's API ({problem})")]
    Unreadable {
        /// The request, in words.
        doing: String,
        /// The defect.
        problem: String,
    },
    /// An operation that ended without doing its work.
    #[error("Neon's operation {action} ended as {status}{}", Reason(.reason))]
    Operation {
        /// Its action, as Neon names it.
        action: String,
        /// The operation's final status.
        status: String,
        /// Neon's explanation.
        reason: Option<String>,
    },
    /// Operations that take too long.
    #[error(
        "Neon's operation {action} has not ended after {} s; it may still do so (--wait waits longer)",
        .waited.as_secs()
    )]
    Slow {
        /// Its action, as Neon names it.
        action: String,
        /// Time spent waiting.
        waited: Duration,
    },
    /// A name that nothing has.
    #[error("there is no {what} named {} in this project", quoted(.name))]
    NoSuch {
        /// The kind of object.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// A name that is in use.
    #[error(
        "there is a branch named {0} already; choose another name, or branchline branch delete {0}",
        quoted(.name)
    )]
    NameTaken {
        /// The name.
        name: String,
    },
    /// A write was carried out, and it is unknown whether Neon has finished it.
    #[error("{doing}: the answer was lost, and Neon lists no operation that would tell whether it is done")]
    Unconfirmed {
        /// The request, in words.
        doing: String,
    },
    /// A branch whose database must be named.
    #[error("the branch {} has several databases ({}): {hint}", quoted(.branch), .names.join(", "))]
    SeveralDatabases {
        /// The branch.
        branch: String,
        /// Their names.
        names: Vec<String>,
        /// The way to name one.
        hint: &'static str,
    },
    /// A signal asked to end.
    #[error("interrupted")]
    Interrupted,
    /// A failure that left something behind.
    #[error("{error}; {left}")]
    Left {
        /// Why.
        error: Box<Error>,
        /// The leftovers, and how to remove them.
        left: String,
    },
    /// An operation that this branch does not allow.
    #[error("{0}")]
    Impossible(String),
}

impl Error {
    /// Returns whether a write may have been done despite the error: no answer came, or one that says nothing
    /// about it. A gateway answers with a status of 5xx for a request that it has passed on.
    pub(super) fn may_be_done(&self) -> bool {
        match self {
            Self::Unknown { .. } | Self::Unreadable { .. } => true,
            Self::Refused { status, .. } => status.is_server_error(),
            _ => false,
        }
    }

    /// Returns whether the request itself may have been lost, so that sending it again is all that is left.
    pub(super) fn is_lost(&self) -> bool {
        matches!(self, Self::Unknown { .. })
    }

    /// Returns whether there are as many of something as the plan allows.
    pub fn is_limit(&self) -> bool {
        match self {
            Self::Refused { status, code, message, .. } => {
                let text = format!("{code} {message}").to_ascii_lowercase();
                // 429 is about requests, and passes.
                status.is_client_error()
                    && *status != StatusCode::TOO_MANY_REQUESTS
                    && (text.contains("limit") || text.contains("quota"))
            }
            _ => false,
        }
    }

    /// The same error with what is left behind, and what to do about it.
    pub(super) fn leaving(self, left: String) -> Self {
        Self::Left { error: Box::new(self), left }
    }

    /// The same error with another way to name a database.
    pub fn hinting(mut self, other: &'static str) -> Self {
        if let Self::SeveralDatabases { hint, .. } = &mut self {
            *hint = other;
        }
        self
    }
}

/// Advice about a refusal.
struct Advice<'a>(&'a Error);

impl fmt::Display for Advice<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Error::Refused { status, makes, .. } = self.0 else { return Ok(()) };
        if self.0.is_limit() {
            let list = makes.strip_suffix('s').filter(|one| *one == "snapshot").map_or("branch", |one| one);
            return write!(
                f,
                "; delete {makes} that are not needed (branchline {list} list), or raise the plan's limit"
            );
        }
        f.write_str(match status.as_u16() {
            401 => "; is NEON_API_KEY a valid key of this account?",
            403 => "; the key may not do this in this project",
            404 => {
                "; is the project right (NEON_PROJECT_ID, --project-id), and the key one of its \
                    account's?"
            }
            423 => {
                "; another operation of the project is still running, so try again later, or wait longer \
                    with --wait"
            }
            429 => "; too many requests, so try again in a minute",
            500.. => "; try again, and see https://neonstatus.com if it lasts",
            _ => "",
        })
    }
}

struct Reason<'a>(&'a Option<String>);

impl fmt::Display for Reason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|reason| write!(f, ": {reason}"))
    }
}
