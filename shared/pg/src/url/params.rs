//! The parameters after `?`.

use std::net::IpAddr;
use std::time::Duration;

use super::parse::{decode, parse_port};
use super::{ChannelBinding, Negotiation, Roots, Spelled, TlsMode, UrlError};

pub(super) struct Params {
    pub host: Option<String>,
    pub hostaddr: Option<IpAddr>,
    pub port: Option<u16>,
    pub user: Option<String>,
    pub password: Option<String>,
    pub dbname: Option<String>,
    pub tls: Option<TlsMode>,
    pub roots: Roots,
    pub spelled: Spelled,
    pub negotiation: Negotiation,
    pub channel_binding: ChannelBinding,
    pub options: Option<String>,
    pub application_name: Option<String>,
    pub connect_timeout: Option<Duration>,
    pub keepalives: bool,
    pub keepalives_idle: Option<Duration>,
    pub tcp_user_timeout: Option<Duration>,
}

impl Params {
    pub(super) fn parse(query: &str) -> Result<Self, UrlError> {
        let mut params = Self {
            host: None,
            hostaddr: None,
            port: None,
            user: None,
            password: None,
            dbname: None,
            tls: None,
            roots: Roots::System,
            spelled: Spelled::default(),
            negotiation: Negotiation::Automatic,
            channel_binding: ChannelBinding::Prefer,
            options: None,
            application_name: None,
            connect_timeout: None,
            keepalives: true,
            keepalives_idle: None,
            tcp_user_timeout: None,
        };
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let Some((name, value)) = pair.split_once('=') else {
                return Err(UrlError::new("parameters", "one has no value: write name=value"));
            };
            params.set(&decode("parameters", name)?, value)?;
        }
        Ok(params)
    }

    fn set(&mut self, name: &str, raw: &str) -> Result<(), UrlError> {
        let value = decode(name, raw)?;
        match name {
            "host" => self.host = Some(value).filter(|v| !v.is_empty()),
            "hostaddr" => {
                let address = value.parse().map_err(|_| UrlError::new(name, "is not an IP address"))?;
                self.hostaddr = Some(address);
            }
            "port" => self.port = Some(parse_port(&value)?),
            "user" => self.user = Some(value),
            "password" => self.password = Some(value),
            "dbname" => self.dbname = Some(value),
            "sslmode" | "ssl" => {
                let mode = tls_mode(name, &value)?;
                if self.tls.is_some_and(|before| before != mode) {
                    return Err(UrlError::new(name, "contradicts the other one of sslmode and ssl"));
                }
                self.tls = Some(mode);
                self.spelled.verify_full |= value == "verify-full";
            }
            "sslrootcert" => {
                self.spelled.system_roots = value == "system";
                self.roots = if value == "system" { Roots::System } else { Roots::File(value.into()) };
            }
            "sslnegotiation" => {
                self.negotiation = match value.as_str() {
                    "postgres" => Negotiation::Postgres,
                    "direct" => Negotiation::Direct,
                    _ => return Err(UrlError::new(name, "must be postgres or direct")),
                }
            }
            "channel_binding" => {
                self.channel_binding = match value.as_str() {
                    "disable" => ChannelBinding::Disable,
                    "prefer" => ChannelBinding::Prefer,
                    "require" => ChannelBinding::Require,
                    _ => return Err(UrlError::new(name, "must be disable, prefer or require")),
                }
            }
            "options" => self.options = Some(value),
            "application_name" => self.application_name = Some(value),
            // As in libpq, zero or less is no limit of the user's; ours then holds.
            "connect_timeout" => {
                self.connect_timeout = positive(name, &value)?.map(Duration::from_secs);
            }
            "keepalives" => self.keepalives = positive(name, &value)?.is_some(),
            "keepalives_idle" => self.keepalives_idle = positive(name, &value)?.map(Duration::from_secs),
            "tcp_user_timeout" => self.tcp_user_timeout = positive(name, &value)?.map(Duration::from_millis),
            _ => return Err(unknown(name)),
        }
        Ok(())
    }
}

/// The values of libpq's `sslmode` and of asyncpg's `ssl`. `allow` would begin without TLS, so it is
/// `prefer`.
fn tls_mode(name: &str, value: &str) -> Result<TlsMode, UrlError> {
    match value {
        "require" | "verify-ca" | "verify-full" => Ok(TlsMode::Require),
        "true" | "1" | "on" | "yes" if name == "ssl" => Ok(TlsMode::Require),
        "prefer" | "allow" => Ok(TlsMode::Prefer),
        "disable" => Ok(TlsMode::Disable),
        "false" | "0" | "off" | "no" if name == "ssl" => Ok(TlsMode::Disable),
        _ => Err(UrlError::new(
            name,
            "must be require, verify-ca or verify-full (disable or prefer on loopback)",
        )),
    }
}

fn positive(name: &str, value: &str) -> Result<Option<u64>, UrlError> {
    let number: i64 = value.parse().map_err(|_| UrlError::new(name, "is not a whole number"))?;
    Ok(u64::try_from(number).ok().filter(|n| *n > 0))
}

/// Names the parameter only where it looks like one: a stray `&` or `?` in a password must not bring a part
/// of it here.
fn unknown(name: &str) -> UrlError {
    let is_a_name = name.len() <= 32 && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    let part = if is_a_name { name } else { "parameters" };
    UrlError::new(
        part,
        "is not a parameter that is known here; known are host, hostaddr, port, user, password, dbname, \
         sslmode, ssl, sslrootcert, sslnegotiation, channel_binding, options, application_name, \
         connect_timeout, keepalives, keepalives_idle and tcp_user_timeout",
    )
}
