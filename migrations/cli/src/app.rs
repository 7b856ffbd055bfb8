//! The command line's grammar, and which command is run. Each command's own arguments stand in its file.

use anyhow::Result;
use clap::{CommandFactory, Parser, Subcommand};

use crate::commands::{
    Context, adopt, branch, check, completions, current, deploy, diff, doctor, downgrade, history, lint, new,
    rehearse, renumber, revision, role, schema, snapshot, stamp, upgrade, verify,
};
use crate::options::Global;
use crate::output::{Exit, Output};

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
    /// Write a new migration, as Alembic's revision does
    Revision(revision::Args),
    /// Print what makes one schema the other, as SQL
    Diff(diff::Args),
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
    /// Make and list the roles that functions log in as
    Role(role::Args),
    /// Check a connection step by step, and say what to do
    Doctor(doctor::Args),
    /// Print a script that completes commands and options in a shell
    Completions(completions::Args),
}

/// Runs the command that was asked for.
///
/// # Errors
/// The reason why it cannot run.
pub(crate) async fn run(cli: Cli, output: &Output) -> Result<Exit> {
    let context = Context { global: &cli.global, output };
    match &cli.command {
        Command::Upgrade(args) => upgrade::run(args, &context).await,
        Command::Downgrade(args) => downgrade::run(args, &context).await,
        Command::Current(args) => current::run(args, &context).await,
        Command::History(args) => history::run(args, &context).await,
        Command::Stamp(args) => stamp::run(args, &context).await,
        Command::New(args) => new::run(args, &context).await,
        Command::Revision(args) => revision::run(args, &context).await,
        Command::Diff(args) => diff::run(args, &context).await,
        Command::Renumber(args) => renumber::run(args, &context).await,
        Command::Verify(args) => verify::run(args, &context).await,
        Command::Rehearse(args) => rehearse::run(args, &context).await,
        Command::Deploy(args) => deploy::run(args, &context).await,
        Command::Schema(args) => schema::run(args, &context).await,
        Command::Role(args) => role::run(args, &context).await,
        Command::Doctor(args) => doctor::run(args, &context).await,
        Command::Adopt(args) => adopt::run(args, &context).await,
        Command::Lint(args) => lint::run(args, &context).await,
        Command::Branch(args) => branch::run(args, &context).await,
        Command::Snapshot(args) => snapshot::run(args, &context).await,
        Command::Check(args) => check::run(args, &context).await,
        Command::Completions(args) => Ok(completions::run(args, Cli::command(), &context)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_step_back_is_no_option() {
        assert!(Cli::try_parse_from(["branchline", "downgrade", "-1"]).is_ok());
        assert!(Cli::try_parse_from(["branchline", "upgrade", "+1"]).is_ok());
        assert!(Cli::try_parse_from(["branchline", "downgrade"]).is_err());
    }
}
