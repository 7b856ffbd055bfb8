//! The grammar of `DATABASE_URL`.
//!
//! It is libpq's connection URI (Postgres 17 manual, 32.1.1.2) for one host, with the schemes and the `ssl=`
//! of SQLAlchemy and asyncpg. TLS is required and verified for every host but loopback and sockets.

mod params;
mod parse;
mod reveal;

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

pub use pg_login::ChannelBinding;

/// The address at which a server listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Host {
    /// A DNS name or an address; what the certificate must be made out to, and the SNI.
    Name(String),
    /// The folder of a Unix socket.
    Socket(PathBuf),
}

/// Encryption of the connection. With TLS, chain and host name are verified; nothing turns that off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlsMode {
    /// No TLS: loopback and sockets only.
    Disable,
    /// TLS where the server offers it: loopback only.
    Prefer,
    /// TLS or no connection.
    Require,
}

/// The certificate authorities that are trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Roots {
    /// The system's, with those of `SSL_CERT_FILE` and `SSL_CERT_DIR` (OpenSSL's own variables).
    System,
    /// A PEM file that replaces the system's, as libpq's `sslrootcert` does.
    File(PathBuf),
}

/// The ways in which TLS begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Negotiation {
    /// Directly where the server takes that, else by request: what holds where the URL says nothing.
    Automatic,
    /// A plain `SSLRequest` is answered first: one round trip more, understood by every server.
    Postgres,
    /// The handshake is the first thing sent (Postgres 17 and Neon).
    Direct,
}

/// Settings of a URL that are the rule here, and that other clients must be given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Spelled {
    /// `verify-full`: to libpq `require` is less.
    pub(crate) verify_full: bool,
    /// `sslrootcert=system`: libpq has no system authorities by default.
    pub(crate) system_roots: bool,
}

/// A parsed `DATABASE_URL`. Its `Debug` and `Display` never show the password.
#[derive(Clone, PartialEq, Eq)]
pub struct Url {
    pub(crate) host: Host,
    pub(crate) hostaddr: Option<IpAddr>,
    pub(crate) port: u16,
    pub(crate) user: String,
    pub(crate) password: Option<String>,
    pub(crate) dbname: String,
    pub(crate) tls: TlsMode,
    pub(crate) roots: Roots,
    pub(crate) spelled: Spelled,
    pub(crate) negotiation: Negotiation,
    pub(crate) channel_binding: ChannelBinding,
    pub(crate) options: Option<String>,
    pub(crate) application_name: Option<String>,
    pub(crate) connect_timeout: Option<Duration>,
    pub(crate) keepalives: bool,
    pub(crate) keepalives_idle: Option<Duration>,
    pub(crate) tcp_user_timeout: Option<Duration>,
}

/// Names the wrong part of the URL, and what to write. It never holds a value of the URL.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{part}: {problem}")]
pub struct UrlError {
    /// The part's name: `scheme`, `host`, `port`, a parameter's name.
    pub part: String,
    /// The problem, and what to do.
    pub problem: String,
}

impl UrlError {
    pub(crate) fn new(part: &str, problem: impl Into<String>) -> Self {
        Self { part: part.to_owned(), problem: problem.into() }
    }
}

impl Url {
    /// Reads a connection URL.
    ///
    /// # Errors
    /// The first part that is wrong, by name, without its value.
    pub fn parse(url: &str) -> Result<Self, UrlError> {
        parse::parse(url)
    }

    /// The host or socket folder.
    #[must_use]
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// The port, 5432 where none was given.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The role that logs in.
    #[must_use]
    pub fn user(&self) -> &str {
        &self.user
    }

    /// The database, by default named as the user.
    #[must_use]
    pub fn dbname(&self) -> &str {
        &self.dbname
    }

    /// Returns the longest time of TCP and TLS together, if the URL sets it.
    #[must_use]
    pub fn connect_timeout(&self) -> Option<Duration> {
        self.connect_timeout
    }

    /// Returns whether the host is one of Neon's.
    #[must_use]
    pub fn is_neon(&self) -> bool {
        match &self.host {
            Host::Name(name) => [".neon.tech", ".neon.build"].iter().any(|suffix| ends_with(name, suffix)),
            Host::Socket(_) => false,
        }
    }

    /// Returns whether the host is Neon's connection pooler, which keeps no session: its endpoint ends in
    /// `-pooler`.
    #[must_use]
    pub fn is_pooler(&self) -> bool {
        self.endpoint().is_some_and(|endpoint| endpoint.ends_with("-pooler"))
    }

    /// The same server without Neon's pooler in between.
    #[must_use]
    pub fn direct(&self) -> Self {
        let mut direct = self.clone();
        if let (true, Host::Name(name)) = (self.is_pooler(), &mut direct.host) {
            *name = name.replacen("-pooler.", ".", 1);
        }
        direct
    }

    /// The same server and role with another database.
    #[must_use]
    pub fn with_dbname(&self, dbname: &str) -> Self {
        Self { dbname: dbname.to_owned(), ..self.clone() }
    }

    /// The same server and database for another role.
    #[must_use]
    pub fn with_login(&self, user: &str, password: &str) -> Self {
        Self { user: user.to_owned(), password: Some(password.to_owned()), ..self.clone() }
    }

    /// The same with a name for `pg_stat_activity`, unless the URL chose one.
    #[must_use]
    pub fn with_default_application_name(&self, name: &str) -> Self {
        let mut url = self.clone();
        url.application_name.get_or_insert_with(|| name.to_owned());
        url
    }

    /// The same with a limit on how long what was sent may stay unacknowledged (`TCP_USER_TIMEOUT`, tcp(7)),
    /// unless the URL chose one.
    #[must_use]
    pub fn with_default_tcp_user_timeout(&self, limit: Duration) -> Self {
        let mut url = self.clone();
        url.tcp_user_timeout.get_or_insert(limit);
        url
    }

    /// Neon's endpoint id, the first label of its host: `ep-…`.
    fn endpoint(&self) -> Option<&str> {
        match &self.host {
            Host::Name(name) => name.split_once('.').map(|(label, _)| label).filter(|l| l.starts_with("ep-")),
            Host::Socket(_) => None,
        }
    }
}

fn ends_with(name: &str, suffix: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name.len() > suffix.len()
        && name.get(name.len() - suffix.len()..).is_some_and(|end| end.eq_ignore_ascii_case(suffix))
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secret = if self.password.is_some() { ":***" } else { "" };
        match &self.host {
            Host::Name(name) if name.contains(':') => {
                write!(f, "postgresql://{}{secret}@[{name}]:{}/{}", self.user, self.port, self.dbname)
            }
            Host::Name(name) => {
                write!(f, "postgresql://{}{secret}@{name}:{}/{}", self.user, self.port, self.dbname)
            }
            Host::Socket(folder) => write!(
                f,
                "postgresql://{}{secret}@:{}/{}?host={}",
                self.user,
                self.port,
                self.dbname,
                folder.display()
            ),
        }
    }
}

impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Url({self})")
    }
}

#[cfg(test)]
mod tests;
