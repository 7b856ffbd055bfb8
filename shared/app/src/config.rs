//! The configuration of a function, read once from its environment.

use std::time::Duration;

use pg::{Url, UrlError};

use crate::AccessToken;
use crate::Prices;

/// Where the process runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Platform {
    /// In AWS Lambda, which freezes the process between requests.
    Lambda,
    /// On a developer's machine, `cargo lambda watch` included.
    Local,
}

/// What a function can be told. See README for each variable.
#[derive(Clone, Debug)]
pub struct Config {
    /// `DATABASE_URL`.
    pub database: Url,
    /// `ACCESS_TOKEN`: what a caller sends whom AWS did not verify.
    pub access_token: Option<AccessToken>,
    /// How many connections the pool may hold.
    pub max_connections: usize,
    /// `DATABASE_ECHO`: log statements, without parameters; never on Lambda.
    pub echo: bool,
    /// `AWS_LAMBDA_FUNCTION_NAME`, on Lambda.
    pub function_name: Option<String>,
    /// What was set and is not heeded here.
    pub warnings: Vec<ConfigError>,
    /// `IMPORT_MAX_BYTES`: the largest body of an import in bytes, after decoding and inflating.
    pub import_max_bytes: u64,
    /// `AWS_LAMBDA_FUNCTION_MEMORY_SIZE`, in MiB.
    pub memory_mib: u32,
    /// `LAMBDA_GB_SECOND_USD` and `LAMBDA_REQUEST_USD`: what an import's estimated cost is made of.
    pub prices: Prices,
    /// Where the process runs.
    pub platform: Platform,
}

/// Which variable is wrong, and how; without its value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{variable}: {problem}")]
pub struct ConfigError {
    /// The variable's name.
    pub variable: &'static str,
    /// What is wrong and what to do.
    pub problem: String,
}

/// The pool of the old stacks: SQLAlchemy's `pool_size` and `max_overflow`.
const POOL_SIZE: usize = 5;
const MAX_OVERFLOW: usize = 10;

const IMPORT_MAX_BYTES: u64 = 512 * 1024 * 1024;

/// `file_size_bytes` is a Postgres integer.
const IMPORT_MAX_BYTES_LIMIT: u64 = i32::MAX as u64;

/// How long what was sent may stay unacknowledged: a COPY into a connection that leads nowhere ends then. It is long
/// enough for TCP to send a lost packet again several times.
const TCP_USER_TIMEOUT: Duration = Duration::from_secs(10);

/// Lambda's smallest memory in MiB, assumed where nothing says more.
const MEMORY_MIB: u32 = 128;

impl Config {
    /// Reads the configuration through `lookup`, which gives a variable's value.
    ///
    /// # Errors
    /// The first variable that is missing or wrong.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        // Empty, it is a secret that was lost on its way, and no wish to do without.
        let access_token = lookup("ACCESS_TOKEN").as_deref().map(AccessToken::parse).transpose();
        let access_token = access_token.map_err(|problem| wrong("ACCESS_TOKEN", problem))?;
        let lookup = |name: &str| lookup(name).map(|v| v.trim().to_owned()).filter(|v| !v.is_empty());
        let url = lookup("DATABASE_URL").ok_or_else(|| {
            wrong("DATABASE_URL", "is not set: write postgresql://user:password@host/database")
        })?;
        let database = Url::parse(&url).map_err(|e: UrlError| wrong("DATABASE_URL", &e.to_string()))?;

        // `cargo lambda watch` sets most of Lambda's variables, but not this one.
        let platform = match lookup("AWS_LAMBDA_INITIALIZATION_TYPE") {
            Some(_) => Platform::Lambda,
            None => Platform::Local,
        };
        let pool_size = number(&lookup, "DATABASE_POOL_SIZE", POOL_SIZE)?;
        let max_overflow = number(&lookup, "DATABASE_MAX_OVERFLOW", MAX_OVERFLOW)?;
        let concurrency = number(&lookup, "AWS_LAMBDA_MAX_CONCURRENCY", 0)?;
        let max_connections = match (concurrency, platform) {
            // An environment serves this many requests at once, so more connections would only cost the server.
            (1.., _) => concurrency,
            (0, Platform::Lambda) => 1,
            (0, Platform::Local) => pool_size.saturating_add(max_overflow),
        };
        if max_connections == 0 {
            return Err(wrong(
                "DATABASE_POOL_SIZE",
                "and DATABASE_MAX_OVERFLOW are both 0: one must be more",
            ));
        }
        let import_max_bytes = number(&lookup, "IMPORT_MAX_BYTES", IMPORT_MAX_BYTES)?;
        if import_max_bytes == 0 || import_max_bytes > IMPORT_MAX_BYTES_LIMIT {
            return Err(wrong("IMPORT_MAX_BYTES", "must be from 1 to 2147483647"));
        }
        let wants_echo = flag(&lookup, "DATABASE_ECHO")?;
        let mut warnings = Vec::new();
        if wants_echo && platform == Platform::Lambda {
            warnings.push(wrong("DATABASE_ECHO", "is for development and ignored on Lambda"));
        }
        Ok(Self {
            database: database
                .with_default_application_name("branchline")
                .with_default_tcp_user_timeout(TCP_USER_TIMEOUT),
            access_token,
            max_connections,
            echo: wants_echo && platform == Platform::Local,
            function_name: lookup("AWS_LAMBDA_FUNCTION_NAME").filter(|_| platform == Platform::Lambda),
            warnings,
            import_max_bytes,
            memory_mib: number(&lookup, "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", MEMORY_MIB)?,
            prices: prices(&lookup)?,
            platform,
        })
    }
}

fn wrong(variable: &'static str, problem: &str) -> ConfigError {
    ConfigError { variable, problem: problem.to_owned() }
}

fn number<T: std::str::FromStr>(
    lookup: &impl Fn(&str) -> Option<String>,
    variable: &'static str,
    default: T,
) -> Result<T, ConfigError> {
    lookup(variable).map_or(Ok(default), |value| {
        value.parse().map_err(|_| wrong(variable, "is not a number in its range"))
    })
}

fn prices(lookup: &impl Fn(&str) -> Option<String>) -> Result<Prices, ConfigError> {
    let default = Prices::default();
    let price = |variable, default| match number(lookup, variable, default)? {
        dollars if (0.0..1.0).contains(&dollars) => Ok(dollars),
        _ => Err(wrong(variable, "must be from 0 to 1 dollar")),
    };
    Ok(Prices {
        gb_second_usd: price("LAMBDA_GB_SECOND_USD", default.gb_second_usd)?,
        request_usd: price("LAMBDA_REQUEST_USD", default.request_usd)?,
    })
}

fn flag(lookup: &impl Fn(&str) -> Option<String>, variable: &'static str) -> Result<bool, ConfigError> {
    match lookup(variable).map(|value| value.to_ascii_lowercase()).as_deref() {
        None | Some("false" | "0" | "no" | "off") => Ok(false),
        Some("true" | "1" | "yes" | "on") => Ok(true),
        Some(_) => Err(wrong(variable, "must be true or false")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let url = ("DATABASE_URL", "postgres://u:canary@db.example/d");
        Config::from_lookup(|name| {
            variables.iter().chain([&url]).find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned())
        })
    }

    #[test]
    fn the_pool_is_fifteen_locally_and_one_on_lambda() {
        assert_eq!(config(&[]).unwrap().max_connections, 15);
        assert_eq!(
            config(&[("DATABASE_POOL_SIZE", "2"), ("DATABASE_MAX_OVERFLOW", "1")]).unwrap().max_connections,
            3
        );
        let on_lambda = ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand");
        assert_eq!(config(&[on_lambda]).unwrap().max_connections, 1);
        assert_eq!(config(&[on_lambda, ("AWS_LAMBDA_MAX_CONCURRENCY", "8")]).unwrap().max_connections, 8);
    }

    #[test]
    fn cargo_lambda_watch_is_not_taken_for_lambda() {
        let watch = [("AWS_LAMBDA_FUNCTION_NAME", "import"), ("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9000")];
        assert_eq!(config(&watch).unwrap().platform, Platform::Local);
    }

    #[test]
    fn statements_are_echoed_in_development_only() {
        assert!(config(&[("DATABASE_ECHO", "True")]).unwrap().echo);
        let on_lambda = ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand");
        let on_lambda = config(&[("DATABASE_ECHO", "true"), on_lambda]).unwrap();
        assert!(!on_lambda.echo);
        assert_eq!(on_lambda.warnings[0].variable, "DATABASE_ECHO");
    }

    #[test]
    fn a_wrong_variable_is_named_without_its_value() {
        let refusal = |name: &'static str| config(&[(name, "canary")]).unwrap_err();
        for name in
            ["DATABASE_URL", "DATABASE_POOL_SIZE", "DATABASE_ECHO", "IMPORT_MAX_BYTES", "ACCESS_TOKEN"]
        {
            let error = refusal(name);
            assert_eq!(error.variable, name);
            assert!(!error.to_string().contains("canary"), "{error}");
        }
        assert_eq!(Config::from_lookup(|_| None).unwrap_err().variable, "DATABASE_URL");
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
