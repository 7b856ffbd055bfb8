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

/// Neon's proxy gives every error of its own SQLSTATE XX000, and `PgBouncer` 08P01, so that at a login only the message
/// tells them apart. In lower case; the first list that has a part of the message decides.
///
/// Sources: neondatabase/neon, `proxy/src` (auth, control plane and compute error texts); pgbouncer, `src/client.c`,
/// `src/janitor.c`, `src/objects.c`.
const AT_LOGIN: [(Class, &[&str]); 3] = [
    (
        Class::Limit,
        &[
            "quota",
            "too many connections to this endpoint",
            "too many clients already",
            "remaining connection slots are reserved",
            "too many connections for ",
            "no more connections allowed",
        ],
    ),
    (
        Class::Permanent,
        &[
            "password authentication failed",
            "sasl authentication failed",
            "endpoint cannot be found",
            "endpoint has been disabled",
            "endpoint is disabled",
            "endpoint id is not specified",
            "inconsistent project name",
            "common name inferred from sni",
            "this ip address",
            "connection is insecure",
            "does not exist",
            "unsupported startup parameter",
            "no such database",
            "no such user",
            "secure channel data mismatch",
            "scram-plus not used",
        ],
    ),
    (
        Class::Unavailable,
        &[
            "couldn't connect to compute node",
            "control plane request failed",
            "failed to acquire permit",
            "endpoint is idle",
            "server login has been failing",
            "server_login_retry",
            "query_wait_timeout",
            "client_login_timeout",
            "pgbouncer cannot connect to server",
            "database is shutting down",
        ],
    ),
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
            Self::Tls { .. } if self.is_a_broken_handshake() => Class::Unavailable,
            Self::Tls { .. } | Self::ChannelBinding { .. } | Self::Protocol { .. } => Class::Permanent,
            Self::Resolve { .. } | Self::Unreachable { .. } | Self::TimedOut { .. } => Class::Unavailable,
            Self::Silent { .. } => Class::Lost,
            Self::LogIn(error) => at_login(error),
            Self::Session(error) => of_statement(error),
        }
    }
}

/// What the error of a statement asks of its caller.
fn of_statement(error: &tokio_postgres::Error) -> Class {
    match error.code() {
        Some(state) => by_state(state),
        None if is_a_lost_connection(error) => Class::Lost,
        None => Class::Statement,
    }
}

/// What the error of a login asks of its caller. A connection that is lost in one has lost nothing.
fn at_login(error: &tokio_postgres::Error) -> Class {
    match error.as_db_error() {
        Some(db) => by_message(db.code(), db.message()),
        None if is_a_lost_connection(error) => Class::Unavailable,
        // The driver could not or would not log in: no password, no channel binding, another protocol.
        None => Class::Permanent,
    }
}

fn by_message(state: &SqlState, message: &str) -> Class {
    if !matches!(state.code(), "XX000" | "08P01") {
        return match by_state(state) {
            Class::Lost => Class::Unavailable,
            // A setting that does not exist, a database that may not be entered.
            Class::Statement => Class::Permanent,
            class => class,
        };
    }
    let message = message.to_ascii_lowercase();
    let says = |texts: &[&str]| texts.iter().any(|text| message.contains(text));
    AT_LOGIN.iter().find(|(_, texts)| says(texts)).map_or(Class::Unavailable, |(class, _)| *class)
}

fn by_state(state: &SqlState) -> Class {
    match state.code() {
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

fn is_a_lost_connection(error: &tokio_postgres::Error) -> bool {
    error.is_closed() || std::error::Error::source(error).is_some_and(|source| source.is::<std::io::Error>())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of Neon's own errors, which all have the same state.
    fn at_neon(message: &str) -> Class {
        by_message(&SqlState::INTERNAL_ERROR, message)
    }

    #[test]
    fn what_a_person_must_change_at_neon_is_permanent() {
        for message in [
            "password authentication failed for user 'x'",
            "database \"nothing\" does not exist",
            "role \"nobody\" does not exist",
            "Control plane request failed: endpoint cannot be found",
            "Control plane request failed: endpoint is disabled",
            "The endpoint has been disabled. Enable it using Neon API and retry.",
            "Endpoint ID is not specified. Either please upgrade the postgres client library (libpq) for SNI support",
            "Inconsistent project name inferred from SNI ('a') and project option ('b').",
            "Common name inferred from SNI ('example.com') is not known",
            "This IP address 203.0.113.7 is not allowed to connect to this endpoint.",
            "connection is insecure (try using `sslmode=require`)",
            "unsupported startup parameter in options: work_mem. Please use unpooled connection",
        ] {
            assert_eq!(at_neon(message), Class::Permanent, "{message}");
        }
    }

    #[test]
    fn what_is_used_up_at_neon_is_a_limit() {
        for message in [
            "Your account or project has exceeded the compute time quota. Upgrade your plan to increase limits.",
            "Control plane request failed: Cannot start compute. Check your quotas and limits.",
            "Too many connections to this endpoint. Please try again later.",
            "sorry, too many clients already",
            "remaining connection slots are reserved for roles with the SUPERUSER attribute",
            "remaining connection slots are reserved for non-replication superuser connections",
            "too many connections for role \"app\"",
        ] {
            assert_eq!(at_neon(message), Class::Limit, "{message}");
        }
    }

    #[test]
    fn what_passes_by_itself_at_neon_is_worth_another_try() {
        for message in [
            "Couldn't connect to compute node",
            "Control plane request failed",
            "Failed to acquire permit to connect to the database. Too many database connection attempts are currently \
             ongoing.",
            "endpoint is idle, retry",
        ] {
            assert_eq!(at_neon(message), Class::Unavailable, "{message}");
        }
    }

    #[test]
    fn a_poolers_own_errors_are_told_apart_by_message_too() {
        let class = |message| by_message(&SqlState::PROTOCOL_VIOLATION, message);
        assert_eq!(class("no more connections allowed (max_client_conn)"), Class::Limit);
        assert_eq!(class("no such database: x"), Class::Permanent);
        assert_eq!(class("SASL authentication failed"), Class::Permanent);
        assert_eq!(
            class("server login has been failing, try again later (server_login_retry)"),
            Class::Unavailable
        );
        assert_eq!(class("query_wait_timeout"), Class::Unavailable);
    }

    #[test]
    fn after_the_login_a_message_decides_nothing() {
        assert_eq!(by_state(&SqlState::INTERNAL_ERROR), Class::Statement);
        assert_eq!(by_state(&SqlState::PROTOCOL_VIOLATION), Class::Lost);
    }

    #[test]
    fn states_of_a_login_are_told_apart_by_code() {
        let class = |code| by_message(&SqlState::from_code(code), "too many clients already");
        assert_eq!(class("53300"), Class::Limit);
        for code in ["57P01", "57P03", "08006"] {
            assert_eq!(class(code), Class::Unavailable, "{code}");
        }
        for code in ["28P01", "28000", "3D000", "42704", "42501"] {
            assert_eq!(class(code), Class::Permanent, "{code}");
        }
    }

    #[test]
    fn states_after_login_are_told_apart_by_code() {
        let class = |code| by_state(&SqlState::from_code(code));
        assert_eq!(class("57P01"), Class::Lost);
        assert_eq!(class("57P03"), Class::Unavailable);
        assert_eq!(class("28P01"), Class::Permanent);
        assert_eq!(class("53300"), Class::Limit);
        assert_eq!(class("40001"), Class::Conflict);
        assert_eq!(class("57014"), Class::Cancelled);
        assert_eq!(class("23505"), Class::Statement);
    }
}
