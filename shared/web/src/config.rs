//! The part of a function's configuration that serving it needs.

use auth::AuthConfig;

use crate::{AccessToken, ConfigError, Prices, Settings};

/// The place where the process runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Platform {
    /// In AWS Lambda, which freezes the process between requests.
    Lambda,
    /// On a developer's machine, `cargo lambda watch` included.
    Local,
}

impl Platform {
    /// Finds the platform. `cargo lambda watch` sets most of Lambda's variables, but not the one that counts.
    #[must_use]
    pub fn from_settings(settings: &Settings<'_>) -> Self {
        match settings.text("AWS_LAMBDA_INITIALIZATION_TYPE") {
            Some(_) => Self::Lambda,
            None => Self::Local,
        }
    }
}

/// Settings for serving a function. See README for each variable.
#[derive(Clone, Debug)]
pub struct Config {
    /// `ACCESS_TOKEN`: what a caller sends whom AWS did not verify.
    pub access_token: Option<AccessToken>,
    /// `AUTH_…` and `NEON_AUTH_BASE_URL`: whose JWTs are accepted.
    pub auth: Option<AuthConfig>,
    /// `AWS_LAMBDA_FUNCTION_NAME`, on Lambda.
    pub function_name: Option<String>,
    /// `AWS_LAMBDA_FUNCTION_MEMORY_SIZE`, in MiB.
    pub memory_mib: u32,
    /// `LAMBDA_GB_SECOND_USD` and `LAMBDA_REQUEST_USD`: what an estimated cost is made of.
    pub prices: Prices,
    /// The place where the process runs.
    pub platform: Platform,
    /// Settings that have no effect here.
    pub warnings: Vec<ConfigError>,
}

/// Lambda's smallest memory in MiB, assumed where nothing says more.
const MEMORY_MIB: u32 = 128;

impl Config {
    /// Reads the configuration.
    ///
    /// # Errors
    /// The first variable that is wrong.
    pub fn read(settings: &Settings<'_>) -> Result<Self, ConfigError> {
        let platform = Platform::from_settings(settings);
        Ok(Self {
            access_token: access_token(settings)?,
            auth: auth(settings)?,
            function_name: settings.text("AWS_LAMBDA_FUNCTION_NAME").filter(|_| platform == Platform::Lambda),
            memory_mib: settings.number("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", MEMORY_MIB)?,
            prices: prices(settings)?,
            platform,
            warnings: Vec::new(),
        })
    }

    /// Returns whether there are tokens by which a caller can say who they are.
    #[must_use]
    pub fn asks_for_token(&self) -> bool {
        self.access_token.is_some() || self.auth.is_some()
    }
}

fn auth(settings: &Settings<'_>) -> Result<Option<AuthConfig>, ConfigError> {
    AuthConfig::from_lookup(|name| settings.raw(name))
        .map_err(|wrong| ConfigError::new(wrong.variable, wrong.problem))
}

fn access_token(settings: &Settings<'_>) -> Result<Option<AccessToken>, ConfigError> {
    // Empty, it is a secret that was lost on its way, and no wish to do without.
    let token = settings.raw("ACCESS_TOKEN").as_deref().map(AccessToken::parse).transpose();
    token.map_err(|problem| ConfigError::new("ACCESS_TOKEN", problem))
}

fn prices(settings: &Settings<'_>) -> Result<Prices, ConfigError> {
    let default = Prices::default();
    let price = |variable, default| match settings.number(variable, default)? {
        dollars if (0.0..1.0).contains(&dollars) => Ok(dollars),
        _ => Err(ConfigError::new(variable, "must be from 0 to 1 dollar")),
    };
    Ok(Prices {
        gb_second_usd: price("LAMBDA_GB_SECOND_USD", default.gb_second_usd)?,
        request_usd: price("LAMBDA_REQUEST_USD", default.request_usd)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let lookup =
            |name: &str| variables.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned());
        Config::read(&Settings::new(&lookup))
    }

    #[test]
    fn cargo_lambda_watch_is_not_taken_for_lambda() {
        let watch = [("AWS_LAMBDA_FUNCTION_NAME", "import"), ("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9000")];
        assert_eq!(config(&watch).unwrap().platform, Platform::Local);
    }

    #[test]
    fn a_configuration_shows_no_secret() {
        let config = config(&[("ACCESS_TOKEN", "canary-of-the-token")]).unwrap();
        assert!(config.access_token.is_some());
        assert!(!format!("{config:?}").contains("canary"), "{config:?}");
    }

    #[test]
    fn an_empty_token_is_refused_and_an_absent_one_is_none() {
        assert!(config(&[]).unwrap().access_token.is_none());
        assert_eq!(config(&[("ACCESS_TOKEN", " ")]).unwrap_err().variable, "ACCESS_TOKEN");
    }
}
