//! Errors sorted by what a caller should do.

use tokio_postgres::error::SqlState;

use super::{Error, refusal};

/// The reaction that an error asks of its caller.
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
    /// Deadlock or serialization failure; the transaction can be retried.
    Conflict,
    /// A statement was cancelled, by us or by its timeout.
    Cancelled,
    /// The statement's own fault: a constraint, a missing table, a wrong value.
    Statement,
}

impl Error {
    /// Returns advice for a person about a login that failed.
    #[must_use]
    pub fn advice(&self) -> &'static str {
        if let Self::ChannelBinding { .. } = self {
            return refusal::BINDING;
        }
        if let Some(said) = self.as_db_error() {
            match said.code().code() {
                "28P01" => return refusal::PASSWORD,
                "3D000" => return refusal::DATABASE,
                "28000" => return refusal::NOT_ADMITTED,
                _ => {}
            }
            if let Some(refusal) = refusal::find(said.message()) {
                return refusal.advice;
            }
        }
        match self.class() {
            Class::Limit => refusal::USED_UP,
            Class::Unavailable | Class::Lost => refusal::PASSES,
            _ => "The server's log may say more.",
        }
    }

    /// Returns the class of the error.
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
            Self::Session(error) => statement_class(error),
        }
    }
}

/// Returns the class of a statement's error.
fn statement_class(error: &tokio_postgres::Error) -> Class {
    match error.code() {
        Some(state) => by_state(state),
        None if is_a_lost_connection(error) => Class::Lost,
        None => Class::Statement,
    }
}

/// Returns the class of a login's error. A connection that is lost in one has lost nothing.
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
    refusal::find(message).map_or(Class::Unavailable, |refusal| refusal.class)
}

fn by_state(state: &SqlState) -> Class {
    match state.code() {
        // invalid_authorization, invalid_catalog_name; not the 28000 of a statement, which Postgres does not
        // raise
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

    #[test]
    fn at_a_login_the_message_decides_where_the_state_tells_nothing() {
        for state in [SqlState::INTERNAL_ERROR, SqlState::PROTOCOL_VIOLATION] {
            assert_eq!(by_message(&state, "The endpoint has been disabled."), Class::Permanent);
            assert_eq!(by_message(&state, "no more connections allowed (max_client_conn)"), Class::Limit);
            assert_eq!(by_message(&state, "query_wait_timeout"), Class::Unavailable);
            assert_eq!(by_message(&state, "what nobody has said before"), Class::Unavailable);
        }
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
