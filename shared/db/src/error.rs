//! Why work on the database failed, and whether it may be repeated.

use std::error::Error as StdError;
use std::fmt;

use budget::{Failure, FailureKind};
use pg::Class;
use tokio_postgres::error::SqlState;

/// Seconds until a limit is worth trying again.
const LIMIT_RETRY_AFTER: u32 = 30;

/// Seconds until an outage, or a pool whose connections are all in use, is worth trying again.
const RETRY_AFTER: u32 = 1;

/// SQLSTATE that the schema's functions raise for an invalid token (migration V0036).
const INVALID_TOKEN: &str = "BL001";
const INSUFFICIENT_SCOPE: &str = "BL002";
const INSUFFICIENT_ROLE: &str = "BL003";
const UNBOUND_ROLE: &str = "BL004";

/// Why work on the database failed.
#[derive(Debug)]
pub enum Error {
    /// No session, or the failure of one.
    Postgres(pg::Error),
    /// Every connection of the pool is in use.
    Saturated,
    /// The pool lends no connection any more; why.
    Closed(String),
}

/// Why the same work may succeed when it is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryReason {
    /// The connection was lost; what the work did on the server is unknown.
    ConnectionLost,
    /// The server stopped answering, so that the connection was given up; what the work did is unknown, too.
    Silence,
    /// The server rolled the work back: a deadlock or a serialization failure.
    Conflict,
    /// The login failed before the pipelined statement ran.
    LoginFailed(Class),
}

impl RetryReason {
    /// The reason of an error that is, or has among its sources, one of this crate.
    #[must_use]
    pub fn from_error(error: &(dyn StdError + 'static)) -> Option<Self> {
        let mut next = Some(error);
        while let Some(error) = next {
            if let Some(error) = error.downcast_ref::<Error>() {
                return error.retry_reason();
            }
            next = error.source();
        }
        None
    }

    /// Returns whether the connection is gone, so that nothing more can be sent over it.
    #[must_use]
    pub fn is_lost_connection(self) -> bool {
        matches!(self, Self::ConnectionLost | Self::Silence)
    }
}

impl Error {
    /// The SQLSTATE of the server's refusal.
    #[must_use]
    pub fn code(&self) -> Option<&SqlState> {
        match self {
            Self::Postgres(error) => error.as_db_error().map(tokio_postgres::error::DbError::code),
            Self::Saturated | Self::Closed(_) => None,
        }
    }

    fn retry_reason(&self) -> Option<RetryReason> {
        let Self::Postgres(error) = self else { return None };
        match (error, error.class()) {
            (pg::Error::Session(_), Class::Lost) => Some(RetryReason::ConnectionLost),
            (pg::Error::Silent { .. }, _) => Some(RetryReason::Silence),
            (pg::Error::Session(_), Class::Conflict) => Some(RetryReason::Conflict),
            (pg::Error::Session(_), _) => None,
            (_, class) => Some(RetryReason::LoginFailed(class)),
        }
    }

    /// `undefined_table`, `undefined_column` and `undefined_function`.
    fn is_missing_schema(&self) -> bool {
        let Self::Postgres(error @ pg::Error::Session(_)) = self else { return false };
        error.as_db_error().is_some_and(|error| matches!(error.code().code(), "42P01" | "42703" | "42883"))
    }
}

impl Failure for Error {
    fn kind(&self) -> FailureKind {
        let Self::Postgres(error) = self else {
            return match self {
                Self::Saturated => FailureKind::Saturated { retry_after: RETRY_AFTER },
                _ => FailureKind::Unavailable { retry_after: RETRY_AFTER },
            };
        };
        match error.class() {
            Class::Permanent => FailureKind::Misconfigured,
            Class::Limit => FailureKind::Unavailable { retry_after: LIMIT_RETRY_AFTER },
            Class::Unavailable | Class::Lost | Class::Conflict => {
                FailureKind::Unavailable { retry_after: RETRY_AFTER }
            }
            Class::Cancelled => FailureKind::DeadlineExceeded,
            Class::Statement if self.is_missing_schema() => FailureKind::Misconfigured,
            Class::Statement => match self.code().map(SqlState::code) {
                Some(INVALID_TOKEN) => FailureKind::InvalidToken,
                Some(INSUFFICIENT_SCOPE) => FailureKind::InsufficientScope,
                Some(INSUFFICIENT_ROLE) => FailureKind::InsufficientRole,
                Some(UNBOUND_ROLE) => FailureKind::Misconfigured,
                _ => FailureKind::Internal,
            },
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Postgres(error) if self.is_missing_schema() => write!(
                f,
                "the schema is missing or older than this function; run the migrations (make migrate): \
                 {error}"
            ),
            Self::Postgres(error) if self.code().is_some_and(|code| code.code() == UNBOUND_ROLE) => write!(
                f,
                "functions log in as a role that row security does not bind, so that every organization's \
                 rows would be shown; make one by `branchline role create`: {error}"
            ),
            Self::Postgres(error) => error.fmt(f),
            Self::Saturated => f.write_str("every connection of the pool is in use"),
            Self::Closed(problem) => f.write_str(problem),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Postgres(error) => error.source(),
            Self::Saturated | Self::Closed(_) => None,
        }
    }
}

impl From<pg::Error> for Error {
    fn from(error: pg::Error) -> Self {
        Self::Postgres(error)
    }
}

impl From<tokio_postgres::Error> for Error {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Postgres(pg::Error::from(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Wrapper(Error);

    impl fmt::Display for Wrapper {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("wrapped")
        }
    }

    impl StdError for Wrapper {
        fn source(&self) -> Option<&(dyn StdError + 'static)> {
            Some(&self.0)
        }
    }

    #[test]
    fn the_reason_to_retry_is_found_among_the_sources_of_a_callers_error() {
        let silent = || {
            Error::from(pg::Error::Silent {
                server: "db.example".to_owned(),
                bound: std::time::Duration::from_secs(1),
            })
        };
        assert_eq!(RetryReason::from_error(&silent()), Some(RetryReason::Silence));
        assert_eq!(RetryReason::from_error(&Wrapper(silent())), Some(RetryReason::Silence));
        assert_eq!(RetryReason::from_error(&Wrapper(Error::Saturated)), None);
        assert_eq!(RetryReason::from_error(&fmt::Error), None);
    }

    #[test]
    fn a_full_pool_and_an_outage_are_worth_trying_again_soon() {
        assert_eq!(Error::Saturated.kind(), FailureKind::Saturated { retry_after: 1 });
        let closed = Error::Closed("closed".to_owned());
        assert_eq!(closed.kind(), FailureKind::Unavailable { retry_after: 1 });
    }
}
