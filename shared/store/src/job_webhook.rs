//! Where the function `jobs` says that there is a job: `JOB_WEBHOOK`.

use std::fmt;

use http::Uri;
use http_client::address;
use web::{ConfigError, Settings};

/// An address that hears of jobs, and what its messages are signed with.
#[derive(Clone)]
pub struct JobWebhook {
    /// `JOB_WEBHOOK`: https, or http on loopback.
    pub url: Uri,
    /// `JOB_WEBHOOK_SECRET`, the key of HMAC-SHA256.
    pub secret: String,
}

/// A shorter secret can be guessed; `openssl rand -hex 16` writes 32 characters.
const MIN_LENGTH: usize = 16;

impl JobWebhook {
    /// Reads the two variables; none where there is no address.
    ///
    /// # Errors
    /// The variable that is wrong.
    pub(crate) fn read(settings: &Settings<'_>) -> Result<Option<Self>, ConfigError> {
        let Some(text) = settings.text("JOB_WEBHOOK") else { return Ok(None) };
        let url = address(&text).map_err(|problem| ConfigError::new("JOB_WEBHOOK", problem))?;
        let secret = settings.text("JOB_WEBHOOK_SECRET").filter(|secret| secret.len() >= MIN_LENGTH);
        let secret = secret.ok_or_else(|| {
            let problem = "must have 16 characters or more, where JOB_WEBHOOK is set";
            ConfigError::new("JOB_WEBHOOK_SECRET", problem)
        })?;
        Ok(Some(Self { url, secret }))
    }
}

impl fmt::Debug for JobWebhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JobWebhook").field("host", &self.url.host()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str, secret: &str) -> Result<Option<JobWebhook>, ConfigError> {
        let lookup = |name: &str| match name {
            "JOB_WEBHOOK" => Some(url.to_owned()),
            "JOB_WEBHOOK_SECRET" => Some(secret.to_owned()),
            _ => None,
        };
        JobWebhook::read(&Settings::new(&lookup))
    }

    #[test]
    fn a_webhook_is_https_or_on_this_machine_and_has_a_secret() {
        let secret = "canary-0123456789";
        assert!(read("", "").unwrap().is_none());
        for url in [
            "https://worker.example/wake?x=1",
            "http://localhost:1/",
            "http://127.0.0.1:8080",
            "http://[::1]:1/",
        ] {
            assert!(read(url, secret).unwrap().is_some(), "{url}");
            assert_eq!(read(url, "short").unwrap_err().variable, "JOB_WEBHOOK_SECRET");
        }
        for url in [
            "x",
            "/x",
            "http://worker.example/",
            "ftp://x/",
            "https://u:p@x/",
            "http://localhost.evil.example/",
        ] {
            assert_eq!(read(url, secret).unwrap_err().variable, "JOB_WEBHOOK", "{url}");
        }
        let shown = format!("{:?}", read("https://x/?token=canary", secret).unwrap());
        assert!(!shown.contains("canary"), "{shown}");
    }
}
