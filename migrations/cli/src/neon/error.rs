//! What the API refuses or leaves unsaid, and what to do about it.

use std::fmt;
use std::time::Duration;

use http::StatusCode;

/// Why something was not done on Neon, or may not have been.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// There is no key.
    #[error(
        "no API key: set NEON_API_KEY, in the environment or in .env in this folder (Neon's console makes one under \
         Account settings, API keys)"
    )]
    NoKey,
    /// There is no project.
    #[error(
        "no Neon project is named: set NEON_PROJECT_ID or give --project-id (Neon's console shows it under Settings)"
    )]
    NoProject,
    /// The host is none that a key may be sent to.
    #[error("--api-host cannot be used: {problem}")]
    Host {
        /// Why.
        problem: String,
    },
    /// The API's own refusal.
    #[error("{doing}: Neon refused with {}: {message}{}", .status.as_u16(), Advice(*.status, .code))]
    Refused {
        /// What was asked for.
        doing: String,
        /// The answer's status.
        status: StatusCode,
        /// Neon's word for the cause; empty where it gave none.
        code: String,
        /// Neon's explanation.
        message: String,
    },
    /// Nothing was sent, so nothing was done.
    #[error("{doing}: Neon's API cannot be reached: {cause}")]
    Unreachable {
        /// What was asked for.
        doing: String,
        /// Why.
        cause: String,
    },
    /// It was sent, and no answer came.
    #[error(
        "{doing}: the connection to Neon's API was lost before its answer ({cause}); look with branchline branch list or \
         branchline snapshot list whether it was done before trying again"
    )]
    Unknown {
        /// What was asked for.
        doing: String,
        /// Why.
        cause: String,
    },
    /// An answer that is not the API's.
    #[error("{doing}: what answered is not Neon's API ({problem})")]
    Unreadable {
        /// What was asked for.
        doing: String,
        /// What is wrong with it.
        problem: String,
    },
    /// An operation that ended without doing its work.
    #[error("Neon's operation {action} ended as {status}{}", Reason(.reason))]
    Operation {
        /// What it was to do, in Neon's words.
        action: String,
        /// How it ended.
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
        /// What it is doing, in Neon's words.
        action: String,
        /// How long it was waited for.
        waited: Duration,
    },
    /// A name that nothing has.
    #[error("there is no {what} named {name} in this project")]
    NoSuch {
        /// What was looked for.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// A name that is in use.
    #[error(
        "there is a branch named {name} already; choose another name, or branchline branch delete {name}"
    )]
    NameTaken {
        /// The name.
        name: String,
    },
    /// What cannot be done with this branch.
    #[error("{0}")]
    Impossible(String),
}

impl Error {
    /// Whether a write may have been done all the same.
    pub(super) fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown { .. })
    }
}

/// What a person can do about a refusal.
struct Advice<'a>(StatusCode, &'a str);

impl fmt::Display for Advice<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let advice = match (self.0.as_u16(), self.1) {
            (_, code) if code.contains("LIMIT") || code.contains("QUOTA") => {
                "; delete branches that are not needed (branchline branch list), or raise the plan's limit"
            }
            (401, _) => "; is NEON_API_KEY a valid key of this account?",
            (403, _) => "; the key may not do this in this project",
            (404, _) => {
                "; is the project right (NEON_PROJECT_ID, --project-id), and the key one of its account's?"
            }
            (423, _) => "; another operation on the branch is still running, so try again in a minute",
            (429, _) => "; too many requests, so try again in a minute",
            (500.., _) => "; try again, and see https://neonstatus.com if it lasts",
            _ => return Ok(()),
        };
        f.write_str(advice)
    }
}

struct Reason<'a>(&'a Option<String>);

impl fmt::Display for Reason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|reason| write!(f, ": {reason}"))
    }
}
