//! Scheme, user, host, port and database; the parameters are read in `params`.

use std::net::IpAddr;
use std::path::PathBuf;

use percent_encoding::percent_decode_str;

use super::params::Params;
use super::{Host, TlsMode, Url, UrlError};

/// The schemes of libpq and of the two old stacks (SQLAlchemy with asyncpg or psycopg2).
const SCHEMES: [&str; 4] =
    ["postgres://", "postgresql://", "postgresql+asyncpg://", "postgresql+psycopg2://"];

pub(super) fn parse(url: &str) -> Result<Url, UrlError> {
    let rest = SCHEMES
        .iter()
        .find_map(|scheme| url.trim().strip_prefix(scheme))
        .ok_or_else(|| UrlError::new("scheme", "write postgresql://user:password@host/database"))?;

    // As in libpq, the first @ before any / ends the user and password, which may hold ? and # as they are.
    let (userinfo, rest) = match rest.find(['@', '/']) {
        Some(at) if rest.as_bytes().get(at) == Some(&b'@') => {
            let (userinfo, rest) = rest.split_at(at);
            (Some(userinfo), rest.get(1..).unwrap_or_default())
        }
        _ => (None, rest),
    };
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    if place.contains('@') || query.contains('@') {
        // The next characters could be a piece of the password, so nothing after this may be named in an
        // error.
        let problem = "write @ as %40, / as %2F and % as %25 in the user name and the password";
        return Err(UrlError::new("password", problem));
    }
    let (authority, path) = place.split_once('/').unwrap_or((place, ""));
    let params = Params::parse(query)?;

    let (mut user, mut password) = (None, None);
    if let Some(userinfo) = userinfo {
        let (name, secret) = match userinfo.split_once(':') {
            Some((name, secret)) => (name, Some(secret)),
            None => (userinfo, None),
        };
        user = non_empty(decode("user", name)?);
        password = secret.map(|s| decode("password", s)).transpose()?.and_then(non_empty);
    }
    let user = params
        .user
        .or(user)
        .ok_or_else(|| UrlError::new("user", "is missing: write postgresql://user:password@host/database"))?;
    let password = params.password.or(password);

    let (host, port) = host_and_port(authority)?;
    let port = params.port.or(port).unwrap_or(5432);
    let host = match params.host.or(host).or_else(|| params.hostaddr.map(|a| a.to_string())) {
        Some(folder) if folder.starts_with('/') => Host::Socket(PathBuf::from(folder)),
        Some(name) => Host::Name(check_host(name)?),
        None => {
            return Err(UrlError::new("host", "is missing: write postgresql://user:password@host/database"));
        }
    };
    let dbname = match params.dbname.or(non_empty(decode("database", path)?)) {
        Some(name) => name,
        None => user.clone(),
    };
    let tls = tls_mode(&host, params.hostaddr, params.tls)?;

    Ok(Url {
        host,
        hostaddr: params.hostaddr,
        port,
        user,
        password,
        dbname,
        tls,
        roots: params.roots,
        spelled: params.spelled,
        negotiation: params.negotiation,
        channel_binding: params.channel_binding,
        options: params.options,
        application_name: params.application_name,
        connect_timeout: params.connect_timeout,
        keepalives: params.keepalives,
        keepalives_idle: params.keepalives_idle,
        tcp_user_timeout: params.tcp_user_timeout,
    })
}

/// Percent-decodes one part.
pub(super) fn decode(part: &str, text: &str) -> Result<String, UrlError> {
    let bytes = text.as_bytes();
    let escapes_hold = bytes.iter().enumerate().filter(|(_, b)| **b == b'%').all(|(at, _)| {
        bytes.get(at + 1..at + 3).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    });
    if !escapes_hold {
        return Err(UrlError::new(
            part,
            "has a % that is not followed by two hexadecimal digits: write %25 for %",
        ));
    }
    let decoded = percent_decode_str(text)
        .decode_utf8()
        .map_err(|_| UrlError::new(part, "is not UTF-8 after percent-decoding"))?;
    if decoded.contains('\0') {
        return Err(UrlError::new(part, "holds a zero byte, which Postgres refuses"));
    }
    Ok(decoded.into_owned())
}

fn host_and_port(authority: &str) -> Result<(Option<String>, Option<u16>), UrlError> {
    if authority.contains(',') {
        return Err(UrlError::new("host", "names more than one: give one host"));
    }
    let (host, port) = if let Some(rest) = authority.strip_prefix('[') {
        let (address, after) =
            rest.split_once(']').ok_or_else(|| UrlError::new("host", "has a [ without its ]"))?;
        address
            .parse::<std::net::Ipv6Addr>()
            .map_err(|_| UrlError::new("host", "has no IPv6 address in its brackets"))?;
        match after.strip_prefix(':') {
            Some(port) => (address, port),
            None if after.is_empty() => (address, ""),
            None => return Err(UrlError::new("port", "must follow a colon")),
        }
    } else {
        authority.split_once(':').unwrap_or((authority, ""))
    };
    let port = match port {
        "" => None,
        digits => Some(parse_port(digits)?),
    };
    Ok((non_empty(decode("host", host)?), port))
}

pub(super) fn parse_port(digits: &str) -> Result<u16, UrlError> {
    match digits.parse::<u16>() {
        Ok(port) if port != 0 => Ok(port),
        _ => Err(UrlError::new("port", "is not a number from 1 to 65535")),
    }
}

fn check_host(name: String) -> Result<String, UrlError> {
    if name.contains(',') {
        return Err(UrlError::new("host", "names more than one: give one host"));
    }
    let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '%');
    if name.chars().all(known) {
        Ok(name)
    } else {
        Err(UrlError::new("host", "is not a DNS name, an IP address or a socket's folder"))
    }
}

/// The mode that the host allows: a remote one gets TLS or nothing.
fn tls_mode(host: &Host, hostaddr: Option<IpAddr>, asked: Option<TlsMode>) -> Result<TlsMode, UrlError> {
    let local = match host {
        Host::Socket(_) => return Ok(TlsMode::Disable),
        Host::Name(name) => is_loopback(name) && hostaddr.is_none_or(|a| a.is_loopback()),
    };
    match asked {
        None if local => Ok(TlsMode::Prefer),
        None => Ok(TlsMode::Require),
        Some(TlsMode::Require) => Ok(TlsMode::Require),
        Some(mode) if local => Ok(mode),
        Some(_) => {
            Err(UrlError::new("sslmode", "must be require or stricter for a host that is not loopback"))
        }
    }
}

fn is_loopback(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name.eq_ignore_ascii_case("localhost")
        || name.to_ascii_lowercase().ends_with(".localhost")
        || name.parse::<IpAddr>().is_ok_and(|a| a.is_loopback())
}

fn non_empty(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}
