//! The client: a project and its API key.

use std::time::Duration;

use url::Url;

use super::error::Error;
use super::http::Http;
use super::key::Key;

/// Base URL of Neon's API.
pub const HOST: &str = "https://console.neon.tech/api/v2";

/// Default time to wait for Neon.
const WAIT: Duration = Duration::from_secs(300);

/// A project on Neon.
#[derive(Debug)]
pub struct Client {
    pub(super) http: Http,
    /// Longest wait for operations.
    pub(super) wait: Duration,
}

impl Client {
    /// Prepares for a project of Neon's own API; nothing is sent yet. What takes longer than five minutes is
    /// given up.
    ///
    /// # Errors
    /// The key holds a character that no key has.
    pub fn new(key: impl Into<String>, project: &str) -> Result<Self, Error> {
        Self::at(HOST, key, project)
    }

    /// The same at another host, such as a stand-in for tests.
    ///
    /// # Errors
    /// As for [`Client::new`]; and the host is not one that a key may be sent to: https, or http on this
    /// machine.
    pub fn at(api_host: &str, key: impl Into<String>, project: &str) -> Result<Self, Error> {
        let mut base = host(api_host)?;
        if let Ok(mut segments) = base.path_segments_mut() {
            segments.pop_if_empty().extend(["projects", project]);
        }
        Ok(Self { http: Http::new(base, Key(key.into()), WAIT)?, wait: WAIT })
    }

    /// The same client with another bound on how long operations, and a project that is locked, are waited
    /// for.
    #[must_use]
    pub fn waiting(mut self, wait: Duration) -> Self {
        self.http.wait = wait;
        self.wait = wait;
        self
    }

    /// Asks what is under way to end: it gets the answer to its request, removes what it has made, and fails
    /// as [`Error::Interrupted`]. What comes after it is not stopped.
    pub fn stop(&self) {
        self.http.stop.send();
    }
}

/// A host that a key may be sent to: over TLS, or on this machine.
fn host(text: &str) -> Result<Url, Error> {
    let wrong = |problem: &str| Error::Host { problem: problem.to_owned() };
    let url = Url::parse(text).map_err(|error| wrong(&error.to_string()))?;
    let is_local = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => return Err(wrong("it has no host")),
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("it holds credentials; the key is taken from NEON_API_KEY"));
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_local => Ok(url),
        "http" => Err(wrong("a key goes over http to this machine only; use https")),
        _ => Err(wrong("it must begin with https://")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_goes_over_tls_or_to_this_machine() {
        for right in [HOST, "https://neon.example/api/v2/", "http://localhost:1/api/v2", "http://[::1]:1"] {
            assert!(host(right).is_ok(), "{right}");
        }
        for wrong in
            ["http://neon.example", "ftp://neon.example", "https://key@neon.example", "neon", "data:x"]
        {
            assert!(host(wrong).is_err(), "{wrong}");
        }
    }
}
