//! Errors sorted by what a caller should do.

use tokio_postgres::error::SqlState;

use super::Error;

/// What an error asks of its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Wrong until a person changes the configuration: a password, a certificate, a database's name.
    Permanent,
    /// A limit is reached (connections, compute time): try later, not at once.
    Limit,
    /// No session came about; the next attempt may succeed: unreachable, waking, restarting.
    Unavailable,
    /// A session was lost; whether its last statement ran is unknown.
    Lost,
    /// The transaction was rolled back for another's sake and may be run again.
    Conflict,
    /// A statement was cancelled, by us or by its timeout.
    Cancelled,
    /// The statement's own fault: a constraint, a missing table, a wrong value.
    Statement,
}

/// Neon's proxy gives every error of its own SQLSTATE XX000, so only the message tells them apart.
/// Source: neondatabase/neon, `proxy/src` (auth, console and compute error texts).
const NEON_PERMANENT: [&str; 8] = [
    "password authentication failed for user",
    "endpoint cannot be found",
    "The endpoint has been disabled",
    "Endpoint ID is not specified",
    "Inconsistent project name",
    "This IP address",
    "connection is insecure",
    "does not exist",
];
const NEON_LIMIT: [&str; 2] = ["exceeded the compute time quota", "Too many connections"];
const NEON_WAKING: [&str; 4] = [
    "Couldn't connect to compute node",
    "Control plane request failed",
    "Failed to acquire permit",
    "endpoint is idle, retry",
];

impl Error {
    /// What the error asks of its caller.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::Url(_) | Self::RootCertificate { .. } | Self::TlsSetup(_) | Self::TlsNotOffered { .. } => {
                Class::Permanent
            }
            // A handshake that broke off is an outage; one that was refused is a matter of certificates.
            Self::Tls { failure: super::TlsFailure::Other(words), .. } if !words.contains("certificate") => {
                Class::Unavailable
            }
            Self::Tls { .. } => Class::Permanent,
            Self::Resolve { .. } | Self::Unreachable { .. } | Self::TimedOut { .. } => Class::Unavailable,
            Self::Session(error) => classify(error),
        }
    }
}

/// What a driver's error asks of its caller.
#[must_use]
pub fn classify(error: &tokio_postgres::Error) -> Class {
    match error.as_db_error() {
        Some(db) => by_state(db.code(), db.message()),
        None if error.is_closed() || source_is_io(error) => Class::Lost,
        None => Class::Statement,
    }
}

fn by_state(state: &SqlState, message: &str) -> Class {
    let says = |texts: &[&str]| texts.iter().any(|text| message.contains(text));
    match state.code() {
        "XX000" if says(&NEON_PERMANENT) => Class::Permanent,
        "XX000" if says(&NEON_LIMIT) => Class::Limit,
        "XX000" if says(&NEON_WAKING) => Class::Unavailable,
        // invalid_authorization, invalid_catalog_name; not the 28000 of a statement, which Postgres does not raise
        code if code.starts_with("28") || code == "3D000" => Class::Permanent,
        // insufficient_resources: too_many_connections, disk_full, out_of_memory
        code if code.starts_with("53") => Class::Limit,
        // cannot_connect_now: starting up or shutting down
        "57P03" => Class::Unavailable,
        // admin_shutdown, crash_shutdown, idle_session_timeout, connection exceptions
        "57P01" | "57P02" | "57P05" | "25P03" => Class::Lost,
        code if code.starts_with("08") => Class::Lost,
        "40001" | "40P01" => Class::Conflict,
        "57014" | "55P03" => Class::Cancelled,
        _ => Class::Statement,
    }
}

fn source_is_io(error: &tokio_postgres::Error) -> bool {
    std::error::Error::source(error).is_some_and(|source| source.is::<std::io::Error>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neons_own_errors_are_told_apart_by_message() {
        let class = |message| by_state(&SqlState::INTERNAL_ERROR, message);
        assert_eq!(class("password authentication failed for user 'x'"), Class::Permanent);
        assert_eq!(class("Your account or project has exceeded the compute time quota."), Class::Limit);
        assert_eq!(class("Couldn't connect to compute node"), Class::Unavailable);
        assert_eq!(class("cache lookup failed for relation 5"), Class::Statement);
    }

    #[test]
    fn states_after_login_are_told_apart_by_code() {
        let class = |code| by_state(&SqlState::from_code(code), "");
        assert_eq!(class("57P01"), Class::Lost);
        assert_eq!(class("57P03"), Class::Unavailable);
        assert_eq!(class("28P01"), Class::Permanent);
        assert_eq!(class("53300"), Class::Limit);
        assert_eq!(class("40001"), Class::Conflict);
        assert_eq!(class("57014"), Class::Cancelled);
        assert_eq!(class("23505"), Class::Statement);
    }
}
