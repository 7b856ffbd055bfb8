//! A URL written out again, password and all, for a program that is started with it.

use std::fmt::Write;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{ChannelBinding, Host, Negotiation, Roots, TlsMode, Url};

impl Url {
    /// The URL as text, **with the password**: for the environment of a child process, never for output. It
    /// is in libpq's grammar, demands no less of other clients than the URL did, and leaves
    /// `application_name` to the program that connects.
    #[must_use]
    pub fn reveal(&self) -> String {
        let mut url = format!("postgresql://{}", encode(&self.user));
        // Writing to a String does not fail.
        let _ = self.password.iter().try_for_each(|password| write!(url, ":{}", encode(password)));
        url.push('@');
        let mut parameters = Vec::new();
        match &self.host {
            Host::Name(name) if name.contains(':') => url += &format!("[{name}]"),
            Host::Name(name) => url += name,
            Host::Socket(folder) => parameters.push(("host", folder.display().to_string())),
        }
        let _ = write!(url, ":{}/{}", self.port, encode(&self.dbname));
        let mut add = |name, value: Option<String>| parameters.extend(value.map(|value| (name, value)));
        add("hostaddr", self.hostaddr.map(|address| address.to_string()));
        if matches!(self.host, Host::Name(_)) {
            let mode = match self.tls {
                TlsMode::Disable => "disable",
                TlsMode::Prefer => "prefer",
                TlsMode::Require if self.spelled.verify_full => "verify-full",
                TlsMode::Require => "require",
            };
            add("sslmode", Some(mode.to_owned()));
        }
        match &self.roots {
            Roots::File(path) => add("sslrootcert", Some(path.display().to_string())),
            Roots::System => add("sslrootcert", self.spelled.system_roots.then(|| "system".to_owned())),
        }
        add(
            "sslnegotiation",
            match self.negotiation {
                Negotiation::Automatic => None,
                Negotiation::Postgres => Some("postgres".to_owned()),
                Negotiation::Direct => Some("direct".to_owned()),
            },
        );
        add(
            "channel_binding",
            match self.channel_binding {
                ChannelBinding::Disable => Some("disable".to_owned()),
                ChannelBinding::Prefer => None,
                ChannelBinding::Require => Some("require".to_owned()),
            },
        );
        add("options", self.options.clone());
        add("connect_timeout", self.connect_timeout.map(|timeout| timeout.as_secs().to_string()));
        add("keepalives", (!self.keepalives).then(|| "0".to_owned()));
        add("keepalives_idle", self.keepalives_idle.map(|idle| idle.as_secs().to_string()));
        add("tcp_user_timeout", self.tcp_user_timeout.map(|timeout| timeout.as_millis().to_string()));
        for (i, (name, value)) in parameters.iter().enumerate() {
            let separator = if i == 0 { '?' } else { '&' };
            let _ = write!(url, "{separator}{name}={}", encode(value));
        }
        url
    }
}

fn encode(text: &str) -> impl std::fmt::Display + '_ {
    utf8_percent_encode(text, NON_ALPHANUMERIC)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_revealed_is_the_same_url() {
        for url in [
            "postgres://u@localhost/d",
            "postgres://u%40x:p%2F%3A%25%26@db.example:6543/d%20e?channel_binding=require&sslnegotiation=direct",
            "postgres://u:p@[::1]:5433/d?sslmode=disable&options=-c%20search_path%3Da&connect_timeout=9",
            "postgres://u:p@db.example/d?sslmode=verify-full&sslrootcert=system&sslnegotiation=postgres",
            "postgres://u:p@/d?host=/run/postgresql&keepalives=0&tcp_user_timeout=1500",
            "postgres://u:p@db.example/d?hostaddr=10.0.0.7&sslrootcert=/a%20b/ca.pem&keepalives_idle=7",
        ] {
            let url = Url::parse(url).unwrap();
            assert_eq!(Url::parse(&url.reveal()).unwrap(), url, "{url}");
        }
        let named = Url::parse("postgres://u@localhost/d?application_name=mine").unwrap();
        assert!(!named.reveal().contains("mine"));
        let strict =
            Url::parse("postgres://u@db.example/d?sslmode=verify-full&sslrootcert=/ca").unwrap().reveal();
        assert!(
            strict.contains("sslmode=verify%2Dfull&sslrootcert=%2Fca"),
            "other clients verify less: {strict}"
        );
    }
}
