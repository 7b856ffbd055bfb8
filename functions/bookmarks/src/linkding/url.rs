//! The addresses that linkding takes: those of Django's `URLValidator`.

use std::net::{Ipv4Addr, Ipv6Addr};

use store::address;
use url::Url;
use uuid::Uuid;

/// Characters of an address.
pub(super) const MAX_LENGTH: usize = 2_048;

/// An address as it is stored.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) url: String,
    pub(super) key: Uuid,
    pub(super) domain: Option<String>,
}

impl Address {
    /// Reads an address, whose text is kept; none where linkding would refuse it.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok().filter(|_| is_valid(text))?;
        Some(Self { url: text.to_owned(), key: address::key(&url), domain: address::domain(&url) })
    }
}

fn is_valid(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let is_known = ["http", "https", "ftp", "ftps"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (user, host_and_port) =
        authority.split_once('@').map_or((None, authority), |(user, host)| (Some(user), host));
    let is_short = text.chars().nth(MAX_LENGTH).is_none();
    is_known
        && is_short
        && !text.contains(char::is_whitespace)
        && is_host(host_and_port)
        && user.is_none_or(is_user)
}

/// A name; a colon and a password behind it.
fn is_user(text: &str) -> bool {
    let (name, password) = text.split_once(':').unwrap_or((text, ""));
    !name.is_empty() && !password.contains(':')
}

/// An IP address, `localhost`, or a name with a dot; a port behind it.
fn is_host(text: &str) -> bool {
    if let Some(bracketed) = text.strip_prefix('[') {
        let Some((address, port)) = bracketed.split_once(']') else { return false };
        return address.parse::<Ipv6Addr>().is_ok()
            && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port));
    }
    let (host, port) = text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port)));
    port.is_none_or(is_port)
        && (host.eq_ignore_ascii_case("localhost") || host.parse::<Ipv4Addr>().is_ok() || is_name(host))
}

fn is_port(text: &str) -> bool {
    (1..=5).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_name(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c >= '\u{a1}')
    };
    let Some((_, top)) = host.rsplit_once('.') else { return false };
    let is_top = top.to_ascii_lowercase().starts_with("xn--")
        || (top.chars().nth(1).is_some() && !top.contains(|c: char| c.is_ascii_digit()));
    host.len() <= 253 && is_top && host.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_where_linkding_takes_it() {
        for taken in [
            "https://example.com",
            "HTTP://Example.com/a?b=c#d",
            "ftp://example.com/file",
            "ftps://example.com/file",
            "http://localhost:8000/x",
            "http://127.0.0.1/",
            "http://[::1]:80/",
            "https://user:secret@example.com/",
            "https://bücher.example/",
            "https://example.xn--p1ai/",
            "https://example.com./",
        ] {
            assert!(Address::parse(taken).is_some_and(|address| address.url == taken), "{taken}");
        }
        for refused in [
            "",
            "example.com",
            "javascript:alert(1)",
            "mailto:a@example.com",
            "file:///etc/hosts",
            "http://nas/",
            "http://a_b.example.com/",
            "http://example.com/a b",
            "http://example.com/\ta",
            "http://example.com:99999/",
            "http://a@b@example.com/",
            "http://@example.com/",
            "http://a:b:c@example.com/",
            "http://-a.example.com/",
            "http://example.c/",
            "http://example.c0m/",
            "http://300.1.1.1/",
            "http://",
            "http://[::1",
        ] {
            assert_eq!(Address::parse(refused), None, "{refused}");
        }
    }
}
