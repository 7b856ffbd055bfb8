//! Which project, with which key.

use std::fmt;
use std::time::Duration;

use url::Url;

use super::error::Error;
use super::http::Http;
use crate::args::duration;
use crate::environment::Environment;

const HOST: &str = "https://console.neon.tech/api/v2";

/// What names the project on Neon.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Options {
    /// The project [default: NEON_PROJECT_ID; the key is NEON_API_KEY]
    #[arg(long, global = true, value_name = "ID", help_heading = "Neon")]
    project_id: Option<String>,
    /// Where the API is; http on this machine only
    #[arg(long, global = true, value_name = "URL", default_value = HOST, hide_default_value = true, help_heading = "Neon")]
    api_host: String,
    /// How long to wait for Neon to do something, and for a project that is locked while it does something else
    #[arg(long, global = true, value_name = "TIME", default_value = "5min", value_parser = duration, help_heading = "Neon")]
    wait: Duration,
}

/// An API key, which is never shown.
#[derive(Clone)]
pub(super) struct Key(String);

impl Key {
    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

/// A project on Neon.
#[derive(Debug)]
pub(crate) struct Client {
    pub(super) http: Http,
    /// How long operations are waited for.
    pub(super) wait: Duration,
}

impl Client {
    /// Prepares for a project; nothing is sent yet.
    ///
    /// # Errors
    /// The key or the project is not named, or the host is not one that a key may be sent to.
    pub(crate) fn new(options: &Options, environment: &Environment) -> Result<Self, Error> {
        let key = environment.get("NEON_API_KEY").ok_or(Error::NoKey)?;
        let named = options.project_id.clone().filter(|id| !id.is_empty());
        let project = named.or_else(|| environment.get("NEON_PROJECT_ID"));
        let project = project.ok_or(Error::NoProject)?;
        let mut base = host(&options.api_host)?;
        if let Ok(mut segments) = base.path_segments_mut() {
            segments.pop_if_empty().extend(["projects", &project]);
        }
        Ok(Self { http: Http::new(base, Key(key), options.wait)?, wait: options.wait })
    }

    /// Asks what is under way to end: it gets the answer to its request, removes what it has made, and fails as
    /// [`Error::Interrupted`]. What comes after it is not stopped.
    pub(crate) fn stop(&self) {
        self.http.stop.tell();
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

    #[test]
    fn a_key_is_not_shown() {
        assert_eq!(format!("{:?}", Key("canary".to_owned())), "Key(…)");
    }
}
