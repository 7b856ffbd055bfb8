//! Why a caller is refused: the class, which the caller may read, and the check, which only the log shows.

use crate::Scope;

/// A refusal. Its `Display` names the check that failed and is for the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{check}")]
pub struct AuthError {
    class: ErrorClass,
    check: &'static str,
}

/// The class of a refusal, which the caller may know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorClass {
    /// There are no credentials.
    MissingCredentials,
    /// The `Authorization` header cannot be read: there are two, or its scheme is another.
    InvalidRequest,
    /// The token has another form than a token has.
    Malformed,
    /// The token is not signed by a key of the issuer, or is no token of ours.
    Untrusted,
    /// The token was valid and no longer is.
    Expired,
    /// The token is not valid yet.
    NotYetValid,
    /// The token is genuine, and for somebody else, another use, or without what it needs.
    WrongClaims,
    /// The keys of the issuer cannot be had, so nothing can be verified.
    KeysUnavailable,
    /// The token lacks a scope.
    InsufficientScope(Scope),
    /// The caller's role does not allow it.
    InsufficientRole,
}

impl AuthError {
    /// A refusal of a class; `check` says in the log what failed, and holds no part of the token.
    #[must_use]
    pub const fn new(class: ErrorClass, check: &'static str) -> Self {
        Self { class, check }
    }

    /// Returns the class, which the caller may know.
    #[must_use]
    pub fn class(self) -> ErrorClass {
        self.class
    }
}

impl ErrorClass {
    /// The status of the response: 403 for a known caller, else 401.
    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            Self::InsufficientScope(_) | Self::InsufficientRole => 403,
            _ => 401,
        }
    }

    /// The value of `WWW-Authenticate` (RFC 6750, section 3). Without credentials it has no error, as that
    /// section asks.
    #[must_use]
    pub fn challenge(self) -> &'static str {
        match self {
            Self::MissingCredentials => "Bearer",
            Self::InvalidRequest => r#"Bearer error="invalid_request""#,
            Self::Malformed => r#"Bearer error="invalid_token", error_description="malformed""#,
            Self::Untrusted => r#"Bearer error="invalid_token", error_description="untrusted""#,
            Self::Expired => r#"Bearer error="invalid_token", error_description="expired""#,
            Self::NotYetValid => r#"Bearer error="invalid_token", error_description="not yet valid""#,
            Self::WrongClaims => r#"Bearer error="invalid_token", error_description="wrong claims""#,
            Self::KeysUnavailable => r#"Bearer error="invalid_token", error_description="keys unavailable""#,
            Self::InsufficientScope(Scope::Read) => r#"Bearer error="insufficient_scope", scope="read""#,
            Self::InsufficientScope(Scope::Write) => r#"Bearer error="insufficient_scope", scope="write""#,
            Self::InsufficientScope(Scope::Worker) => r#"Bearer error="insufficient_scope", scope="worker""#,
            Self::InsufficientRole => r#"Bearer error="insufficient_scope""#,
        }
    }

    /// A sentence for the caller.
    #[must_use]
    pub fn detail(self) -> &'static str {
        match self {
            Self::MissingCredentials => "This service needs a token (Authorization: Bearer).",
            Self::InvalidRequest => "The Authorization header must be one, with the scheme Bearer.",
            Self::Malformed => "The token cannot be read.",
            Self::Untrusted => "The token is not one of this service's.",
            Self::Expired => "The token has expired.",
            Self::NotYetValid => "The token is not valid yet.",
            Self::WrongClaims => "The token is not meant for this service.",
            Self::KeysUnavailable => "The token cannot be verified right now. Try again.",
            Self::InsufficientScope(Scope::Read) => "The token lacks the scope read.",
            Self::InsufficientScope(Scope::Write) => "The token lacks the scope write.",
            Self::InsufficientScope(Scope::Worker) => "The token lacks the scope worker.",
            Self::InsufficientRole => "Your role in this organization does not allow this.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_learns_the_class_and_only_the_log_the_check() {
        let error = AuthError::new(ErrorClass::WrongClaims, "aud is another");
        assert_eq!(error.to_string(), "aud is another");
        assert!(!error.class().challenge().contains("aud"));
        assert!(!error.class().detail().contains("aud"));
    }

    #[test]
    fn only_a_known_caller_gets_403() {
        assert_eq!(ErrorClass::InsufficientScope(Scope::Write).status(), 403);
        assert_eq!(ErrorClass::InsufficientRole.status(), 403);
        assert_eq!(ErrorClass::KeysUnavailable.status(), 401);
        assert_eq!(ErrorClass::MissingCredentials.challenge(), "Bearer");
    }
}
