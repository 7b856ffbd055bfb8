//! Errors of connecting and of statements, and their meaning for the caller.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use tokio_postgres::error::DbError;

use crate::url::UrlError;

mod class;
mod refusal;
pub use class::Class;

/// Why there is no session, or why one ended. The text names the server, for logs and the command line; it is
/// not for clients of a function. The password is never in it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The URL is wrong.
    #[error("the database URL is wrong: {0}")]
    Url(#[from] UrlError),
    /// The file of `sslrootcert` cannot be used.
    #[error("the certificates of sslrootcert, {}, cannot be read: {problem}", path.display())]
    RootCertificate {
        /// The file.
        path: PathBuf,
        /// Why.
        problem: String,
    },
    /// OpenSSL refused its settings.
    #[error("TLS could not be set up: {0}")]
    TlsSetup(#[source] native_tls::Error),
    /// The host's name has no address.
    #[error("the name of {server} could not be resolved: {source}")]
    Resolve {
        /// Host and port.
        server: String,
        /// The resolver's answer.
        source: io::Error,
    },
    /// Nothing listens there, or it hung up.
    #[error("{server} cannot be reached: {source}")]
    Unreachable {
        /// Host and port.
        server: String,
        /// The operating system's answer.
        source: io::Error,
    },
    /// Name, TCP and TLS took too long.
    #[error("{server} did not answer within {} s", bound.as_secs_f32())]
    TimedOut {
        /// Host and port.
        server: String,
        /// Time spent waiting.
        bound: Duration,
    },
    /// A session whose server has stopped answering; whether its last statement ran is unknown.
    #[error("{server} has let us in and then said nothing for {} s", bound.as_secs_f32())]
    Silent {
        /// Host and port.
        server: String,
        /// Time spent waiting.
        bound: Duration,
    },
    /// The server speaks no TLS and the URL asks for it.
    #[error("{server} does not offer TLS, which is required")]
    TlsNotOffered {
        /// Host and port.
        server: String,
    },
    /// The handshake failed.
    #[error("TLS with {server} failed: {failure}")]
    Tls {
        /// Host and port.
        server: String,
        /// The problem of the certificate.
        failure: TlsFailure,
        /// OpenSSL's words.
        source: native_tls::Error,
    },
    /// `channel_binding=require`, and SCRAM cannot be bound to the TLS channel there.
    #[error(
        "{server} does not offer SCRAM bound to TLS, which channel_binding=require asks for: either it \
         cannot, or somebody in between has taken the offer away"
    )]
    ChannelBinding {
        /// Host and port.
        server: String,
    },
    /// The peer does not log in as a Postgres that knows the password would.
    #[error("the login at {server} was broken off: {problem}")]
    Protocol {
        /// Host and port.
        server: String,
        /// The deviation.
        problem: &'static str,
    },
    /// The login failed: the server's refusal, a lost connection, or the driver's own error. Nothing has been
    /// run.
    #[error("{}", Chain(.0))]
    LogIn(#[source] tokio_postgres::Error),
    /// A session failed: the server's refusal of a statement, a lost connection, or the driver's own error.
    #[error("{}", Chain(.0))]
    Session(#[source] tokio_postgres::Error),
}

impl Error {
    /// Returns the server's error, if it sent one.
    #[must_use]
    pub fn as_db_error(&self) -> Option<&DbError> {
        match self {
            Self::LogIn(error) | Self::Session(error) => error.as_db_error(),
            _ => None,
        }
    }

    /// Returns whether a handshake broke off rather than was refused for its certificate.
    pub(crate) fn is_a_broken_handshake(&self) -> bool {
        matches!(self, Self::Tls { failure: TlsFailure::Other(words), .. } if !words.contains("certificate"))
    }
}

impl From<tokio_postgres::Error> for Error {
    /// Unwraps an error of ours where the driver carries one (see [`Error::into_driver`]).
    fn from(error: tokio_postgres::Error) -> Self {
        if error.source().is_none_or(|source| !source.is::<Self>()) {
            return Self::Session(error);
        }
        match error.into_source().map(|source| source.downcast::<Self>()) {
            Some(Ok(ours)) => *ours,
            Some(Err(_)) | None => unreachable!("the source was just seen to be ours"),
        }
    }
}

/// The cause of a failed handshake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TlsFailure {
    /// Signed by no authority that is trusted here.
    UnknownIssuer,
    /// Made out to another host.
    WrongHost,
    /// Past its last day.
    Expired,
    /// Before its first day.
    NotYetValid,
    /// Something else, in OpenSSL's words.
    Other(String),
}

impl TlsFailure {
    /// OpenSSL tells the reason only as text: X509_verify_cert_error_string(3).
    pub(crate) fn from_error(error: &native_tls::Error) -> Self {
        let text = error.to_string().to_ascii_lowercase();
        let says = |words: &[&str]| words.iter().any(|w| text.contains(w));
        if says(&["hostname mismatch", "ip address mismatch"]) {
            Self::WrongHost
        } else if says(&["certificate has expired"]) {
            Self::Expired
        } else if says(&["not yet valid"]) {
            Self::NotYetValid
        } else if says(&["issuer certificate", "self-signed", "self signed", "unable to verify the first"]) {
            Self::UnknownIssuer
        } else {
            Self::Other(error.to_string())
        }
    }
}

impl fmt::Display for TlsFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownIssuer => f.write_str(
                "its certificate is signed by an authority that is not trusted here (sslrootcert= or \
                 SSL_CERT_FILE adds one)",
            ),
            Self::WrongHost => f.write_str("its certificate is made out to another host"),
            Self::Expired => f.write_str("its certificate has expired"),
            Self::NotYetValid => f.write_str(
                "its certificate is not valid yet (is this machine's clock \
                                              right?)",
            ),
            Self::Other(words) => f.write_str(words),
        }
    }
}

/// An error with its causes: the driver's own text is often just "db error".
struct Chain<'a>(&'a tokio_postgres::Error);

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(db) = self.0.as_db_error() {
            return write!(f, "{} (SQLSTATE {})", db.message(), db.code().code());
        }
        write!(f, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(cause) = source {
            write!(f, ": {cause}")?;
            source = cause.source();
        }
        Ok(())
    }
}
