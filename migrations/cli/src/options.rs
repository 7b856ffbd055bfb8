//! The options that commands share, and how their values are written.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, anyhow, bail};
use clap::ValueEnum;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use files::Layout;

use crate::environment::Environment;

/// Options of every command.
#[derive(clap::Args)]
pub(crate) struct Global {
    /// The database [default: DIRECT_DATABASE_URL, else DATABASE_URL without Neon's pooler, from the
    /// environment or from .env in this folder]. Every user of this machine can read it in the list of
    /// processes, its password included: a variable or .env keeps it to yourself
    #[arg(long, global = true, value_name = "URL", help_heading = "Global options")]
    pub(crate) database_url: Option<String>,
    /// The folder of the migration files
    #[arg(
        long,
        global = true,
        value_name = "FOLDER",
        default_value = "migrations/sql",
        help_heading = "Global options"
    )]
    pub(crate) dir: PathBuf,
    /// Whose form the files have [default: as they look]
    #[arg(
        long,
        global = true,
        value_name = "TOOL",
        value_parser = PossibleValuesParser::new(Layout::ALL.map(Layout::name)).map(layout),
        help_heading = "Global options"
    )]
    pub(crate) layout: Option<Layout>,
    /// Text for people, or one JSON document for machines
    #[arg(long, global = true, default_value = "text", help_heading = "Global options")]
    pub(crate) format: Format,
    /// Longest time that a statement waits for a lock before the migration is rolled back and tried again; 0
    /// for ever
    #[arg(
        long,
        global = true,
        value_name = "TIME",
        default_value = "3s",
        value_parser = duration,
        help_heading = "Global options"
    )]
    pub(crate) lock_timeout: Duration,
    /// Longest time that a statement may run; 0 for ever
    #[arg(
        long,
        global = true,
        value_name = "TIME",
        default_value = "0",
        value_parser = duration,
        help_heading = "Global options"
    )]
    pub(crate) statement_timeout: Duration,
    /// Show row values in a server's messages, which are left out since logs have many readers; reports never
    /// hold them
    #[arg(long, global = true, help_heading = "Global options")]
    pub(crate) show_values: bool,
}

/// Whom the output is for.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    // Without help texts of their own, so that --help stays short.
    Text,
    Json,
}

/// The server on which scratch databases are made.
#[derive(clap::Args)]
pub(crate) struct Place {
    /// The server on which to make the scratch database [default: a temporary one of this run, where Postgres
    /// is installed here; else the database's own]
    #[arg(long, value_name = "URL")]
    pub(crate) scratch_url: Option<String>,
}

/// Option to pass over objects that the catalog does not model.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Unmodeled {
    /// Fail where there are objects of a kind that the catalog does not model: no change of them is seen
    #[arg(long)]
    pub(crate) deny_unmodeled: bool,
}

impl Unmodeled {
    /// Returns the note about objects that are not modeled, if there are any.
    pub(crate) fn warning<'a>(objects: impl IntoIterator<Item = &'a str>) -> Option<String> {
        let names: Vec<&str> = objects.into_iter().collect();
        (!names.is_empty()).then(|| format!("Not modeled, and so not compared: {}.", names.join(", ")))
    }

    /// Refuses them, if that is asked.
    ///
    /// # Errors
    /// Their names.
    pub(crate) fn check<'a>(self, objects: impl IntoIterator<Item = &'a str>) -> Result<()> {
        match Self::warning(objects) {
            Some(warning) if self.deny_unmodeled => {
                bail!("{} (--deny-unmodeled)", warning.trim_end_matches('.'))
            }
            _ => Ok(()),
        }
    }
}

/// The project on Neon.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct NeonOptions {
    /// The project [default: NEON_PROJECT_ID; the key is NEON_API_KEY]
    #[arg(long, global = true, value_name = "ID", help_heading = "Neon")]
    project_id: Option<String>,
    /// Base URL of the API; http on this machine only
    #[arg(
        long,
        global = true,
        value_name = "URL",
        default_value = neon::HOST,
        hide_default_value = true,
        help_heading = "Neon"
    )]
    api_host: String,
    /// Longest time to wait for Neon to do something, and for a project that is locked while it does
    /// something else
    #[arg(
        long,
        global = true,
        value_name = "TIME",
        default_value = "5min",
        value_parser = duration,
        help_heading = "Neon"
    )]
    wait: Duration,
}

impl NeonOptions {
    /// A client of the project's API; nothing is sent yet.
    ///
    /// # Errors
    /// The key or the project is not named, or the host is not one that a key may be sent to.
    pub(crate) fn client(&self, environment: &Environment) -> Result<neon::Client> {
        let key = environment.get("NEON_API_KEY").ok_or_else(|| {
            anyhow!(
                "no API key: set NEON_API_KEY, in the environment or in .env in this folder (Neon's console \
                 makes one under Account settings, API keys)"
            )
        })?;
        let named = self.project_id.clone().filter(|id| !id.is_empty());
        let project = named.or_else(|| environment.get("NEON_PROJECT_ID")).ok_or_else(|| {
            anyhow!(
                "no Neon project is named: set NEON_PROJECT_ID or give --project-id (Neon's console shows it \
                 under Settings)"
            )
        })?;
        let client = neon::Client::at(&self.api_host, key, &project).map_err(|error| match error {
            neon::Error::Host { problem } => anyhow!("--api-host cannot be used: {problem}"),
            error => error.into(),
        });
        Ok(client?.waiting(self.wait))
    }
}

/// The layout of a name that the parser has accepted.
fn layout(name: String) -> Layout {
    Layout::ALL.into_iter().find(|layout| layout.name() == name).unwrap_or(Layout::Branchline)
}

/// `3s`, `500ms`, `2min`, `1h`, `0`.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let unit_at = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at(unit_at);
    let amount: u64 = digits.parse().map_err(|_| DURATION_HELP.to_owned())?;
    let millis = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" | "min" => 60_000,
        "h" => 3_600_000,
        "" if amount == 0 => 0,
        _ => return Err(DURATION_HELP.to_owned()),
    };
    match amount.checked_mul(millis) {
        // Postgres holds a timeout as int4 milliseconds.
        Some(millis) if i32::try_from(millis).is_ok() => Ok(Duration::from_millis(millis)),
        _ => Err("at most 596h, which is what Postgres can count".to_owned()),
    }
}

const DURATION_HELP: &str = "write a whole number with ms, s, min or h, as in 500ms or 3s; 0 for no limit";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_written_as_in_postgres() {
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("3s"), Ok(Duration::from_secs(3)));
        assert_eq!(duration("2min"), Ok(Duration::from_secs(120)));
        assert_eq!(duration("0"), Ok(Duration::ZERO));
        for text in ["", "3", "s", "-1s", "1.5s", "3 s", "597h"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
