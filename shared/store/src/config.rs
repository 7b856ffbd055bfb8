//! The configuration of a function, read once from its environment.

use std::time::Duration;

use pg::Url;
use web::{ConfigError, Platform, Settings};

use crate::JobWebhook;

/// The settings of a function. See README for each variable.
#[derive(Clone, Debug)]
pub struct Config {
    /// Settings for serving.
    pub web: web::Config,
    /// `DATABASE_URL`, `DATABASE_POOL_SIZE`, `DATABASE_MAX_OVERFLOW`, `DATABASE_LOGIN_PIPELINING`, and
    /// `DATABASE_ECHO`, which is ignored on Lambda.
    pub database: db::Config,
    /// `IMPORT_MAX_BYTES`: the largest body of an import in bytes, after decoding and inflating.
    pub import_max_bytes: u64,
    /// `JOB_WEBHOOK` and `JOB_WEBHOOK_SECRET`: who hears of new extraction jobs.
    pub job_webhook: Option<JobWebhook>,
}

/// The pool of the old stacks: SQLAlchemy's `pool_size` and `max_overflow`.
const POOL_SIZE: usize = 5;
const MAX_OVERFLOW: usize = 10;

const IMPORT_MAX_BYTES: u64 = 512 * 1024 * 1024;

/// `file_size_bytes` is a Postgres integer.
const IMPORT_MAX_BYTES_LIMIT: u64 = i32::MAX as u64;

/// Longest time that sent data may stay unacknowledged: a COPY into a dead connection ends then. It is long
/// enough for TCP to send a lost packet again several times.
const TCP_USER_TIMEOUT: Duration = Duration::from_secs(10);

impl Config {
    /// Reads the configuration through `lookup`, which returns a variable's value.
    ///
    /// # Errors
    /// The first variable that is missing or wrong.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let settings = Settings::new(&lookup);
        let mut web = web::Config::read(&settings)?;
        let wants_echo = settings.flag("DATABASE_ECHO", false)?;
        if wants_echo && web.platform == Platform::Lambda {
            web.warnings.push(ConfigError::new("DATABASE_ECHO", "is for development and ignored on Lambda"));
        }
        let database = db::Config {
            url: url(&settings)?,
            max_connections: max_connections(&settings, web.platform)?,
            echo: wants_echo && web.platform == Platform::Local,
            pipelines_login: settings.flag("DATABASE_LOGIN_PIPELINING", true)?,
        };
        let import_max_bytes = settings.number("IMPORT_MAX_BYTES", IMPORT_MAX_BYTES)?;
        if import_max_bytes == 0 || import_max_bytes > IMPORT_MAX_BYTES_LIMIT {
            return Err(ConfigError::new("IMPORT_MAX_BYTES", "must be from 1 to 2147483647"));
        }
        let job_webhook = JobWebhook::read(&settings)?;
        Ok(Self { web, database, import_max_bytes, job_webhook })
    }
}

fn url(settings: &Settings<'_>) -> Result<Url, ConfigError> {
    let url = settings.text("DATABASE_URL").ok_or_else(|| {
        ConfigError::new("DATABASE_URL", "is not set: write postgresql://user:password@host/database")
    })?;
    let url = Url::parse(&url).map_err(|error| ConfigError::new("DATABASE_URL", error.to_string()))?;
    Ok(url.with_default_application_name("branchline").with_default_tcp_user_timeout(TCP_USER_TIMEOUT))
}

fn max_connections(settings: &Settings<'_>, platform: Platform) -> Result<usize, ConfigError> {
    let pool_size = settings.number("DATABASE_POOL_SIZE", POOL_SIZE)?;
    let max_overflow = settings.number("DATABASE_MAX_OVERFLOW", MAX_OVERFLOW)?;
    let concurrency = settings.number("AWS_LAMBDA_MAX_CONCURRENCY", 0)?;
    let max_connections = match (concurrency, platform) {
        // An environment serves this many requests at once, so more connections would only cost the server.
        (1.., _) => concurrency,
        (0, Platform::Lambda) => 1,
        (0, Platform::Local) => pool_size.saturating_add(max_overflow),
    };
    if max_connections == 0 {
        let problem = "and DATABASE_MAX_OVERFLOW are both 0: one must be more";
        return Err(ConfigError::new("DATABASE_POOL_SIZE", problem));
    }
    Ok(max_connections)
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
        assert_eq!(config(&[]).unwrap().database.max_connections, 15);
        assert_eq!(
            config(&[("DATABASE_POOL_SIZE", "2"), ("DATABASE_MAX_OVERFLOW", "1")])
                .unwrap()
                .database
                .max_connections,
            3
        );
        let on_lambda = ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand");
        assert_eq!(config(&[on_lambda]).unwrap().database.max_connections, 1);
        assert_eq!(
            config(&[on_lambda, ("AWS_LAMBDA_MAX_CONCURRENCY", "8")]).unwrap().database.max_connections,
            8
        );
    }

    #[test]
    fn statements_are_echoed_in_development_only() {
        assert!(config(&[("DATABASE_ECHO", "True")]).unwrap().database.echo);
        let on_lambda = ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand");
        let on_lambda = config(&[("DATABASE_ECHO", "true"), on_lambda]).unwrap();
        assert!(!on_lambda.database.echo);
        assert_eq!(on_lambda.web.warnings[0].variable, "DATABASE_ECHO");
    }

    #[test]
    fn a_login_is_pipelined_unless_that_is_switched_off() {
        let pipelines =
            |variables: &[(&str, &str)]| config(variables).map(|config| config.database.pipelines_login);
        assert_eq!(pipelines(&[]), Ok(true));
        assert_eq!(pipelines(&[("DATABASE_LOGIN_PIPELINING", "off")]), Ok(false));
        assert!(pipelines(&[("DATABASE_LOGIN_PIPELINING", "maybe")]).is_err());
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
}
