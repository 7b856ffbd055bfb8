//! Addresses to which a function may send, or from which it may learn, what it keeps.

use std::net::IpAddr;

use http::Uri;

/// Reads an address that somebody has configured: https, or http on loopback. On any other way anybody in
/// between could read and change what is sent. The error says what is wrong, and never echoes the text, which
/// may hold a secret.
///
/// # Errors
/// What the text must be, in words that follow the name of its variable.
pub fn address(text: &str) -> Result<Uri, &'static str> {
    if text.contains('#') {
        return Err("must be an address without a fragment");
    }
    let url: Uri = text.parse().map_err(|_| "is not an address: write https://host/path")?;
    let (Some(scheme), Some(authority), Some(host)) = (url.scheme_str(), url.authority(), url.host()) else {
        return Err("is not a whole address: write https://host/path");
    };
    if host.is_empty() {
        return Err("has no host: write https://host/path");
    }
    if authority.as_str().contains('@') {
        return Err("must be an address without a user and a password");
    }
    match scheme {
        "https" => Ok(url),
        "http" if is_loopback(host) => Ok(url),
        "http" => {
            Err("must begin with https://, since anybody on the way could read and change what is sent")
        }
        _ => Err("must begin with https://"),
    }
}

/// The port of a scheme that [`address()`] lets through.
#[must_use]
pub fn default_port(scheme: &str) -> u16 {
    if scheme == "http" { 80 } else { 443 }
}

/// Returns whether a name leads nowhere but to this machine.
fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    address.map_or_else(|_| host.eq_ignore_ascii_case("localhost"), |address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_https_or_on_this_machine() {
        for text in [
            "https://id.example",
            "https://worker.example/wake?x=1",
            "http://localhost:8080/keys",
            "http://127.0.0.1/keys",
            "http://[::1]:1/keys",
        ] {
            assert!(address(text).is_ok(), "{text}");
        }
        for text in [
            "http://id.example/canary",
            "http://localhost.example/canary",
            "http://127.0.0.1.example/canary",
            "http://10.0.0.1/canary",
            "ftp://id.example/canary",
            "file:///canary",
            "/canary",
            "canary",
            "https://canary@id.example/",
            "https://user:canary@id.example/",
            "http://localhost@canary.example/",
            "https://id.example/#canary",
            "https://canary .example/",
            "https:///canary",
        ] {
            let problem = address(text).unwrap_err();
            assert!(!problem.contains("canary"), "{problem}");
        }
    }
}
