//! The command line's grammar. Each command's own arguments stand in its file.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Parser, Subcommand, ValueEnum};
use schema_core::Layout;

use crate::commands::{
    adopt, branch, check, completions, current, deploy, doctor, downgrade, history, lint, new, rehearse,
    renumber, schema, snapshot, stamp, upgrade, verify,
};

/// Brings a database's schema to where the migration files say, and back.
#[derive(Parser)]
#[command(
    version,
    max_term_width = 80,
    after_help = "Exit status: 0 done, 1 failed, 2 wrong usage, 3 there is something to do or to look at."
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command takes.
#[derive(clap::Args)]
pub(crate) struct Global {
    /// The database [default: DIRECT_DATABASE_URL, else DATABASE_URL without Neon's pooler, from the environment or from
    /// .env in this folder]. Every user of this machine can read it in the list of processes, its password included: a
    /// variable or .env keeps it to yourself
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
    /// How long a statement may wait for a lock before the migration is rolled back and tried again; 0 for ever
    #[arg(
        long,
        global = true,
        value_name = "TIME",
        default_value = "3s",
        value_parser = duration,
        help_heading = "Global options"
    )]
    pub(crate) lock_timeout: Duration,
    /// How long a statement may run; 0 for ever
    #[arg(
        long,
        global = true,
        value_name = "TIME",
        default_value = "0",
        value_parser = duration,
        help_heading = "Global options"
    )]
    pub(crate) statement_timeout: Duration,
    /// Show row values in a server's messages, which are left out since logs have many readers; reports never hold them
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

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Apply pending migrations
    Upgrade(upgrade::Args),
    /// Take applied migrations back
    Downgrade(downgrade::Args),
    /// Show where the database is
    Current(current::Args),
    /// List the migrations, applied and pending
    History(history::Args),
    /// Set the history without running anything
    Stamp(stamp::Args),
    /// Take over a database that another tool made
    Adopt(adopt::Args),
    /// Write a new migration and its down
    New(new::Args),
    /// Give migrations new numbers, where two have one or one came in late
    Renumber(renumber::Args),
    /// Tell whether files and database agree and nothing is pending
    Check(check::Args),
    /// Write the schema that the migrations make as one file
    Schema(schema::Args),
    /// Find what would block, break or be regretted, before it runs
    Lint(lint::Args),
    /// Prove every up and every down on a scratch database
    Verify(verify::Args),
    /// Try what is pending on a copy of production, and measure it
    Rehearse(rehearse::Args),
    /// Apply what a rehearsal passed
    Deploy(deploy::Args),
    /// Make, list and delete branches of a Neon project
    Branch(branch::Args),
    /// Take, list, restore and delete snapshots of a Neon project
    Snapshot(snapshot::Args),
    /// Check a connection step by step, and say what to do
    Doctor(doctor::Args),
    /// Print a script that completes commands and options in a shell
    Completions(completions::Args),
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
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_grammar_is_sound() {
        Cli::command().debug_assert();
    }

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

    #[test]
    fn a_step_back_is_no_option() {
        assert!(Cli::try_parse_from(["branchline", "downgrade", "-1"]).is_ok());
        assert!(Cli::try_parse_from(["branchline", "upgrade", "+1"]).is_ok());
        assert!(Cli::try_parse_from(["branchline", "downgrade"]).is_err());
    }
}
