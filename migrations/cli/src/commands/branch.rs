//! `branchline branch create|list|url|delete|reset|restore|diff`.

mod name;
mod render;
mod restore;

use anyhow::{Context as _, Result};
use clap::Subcommand;
use serde_json::json;
use std::time::Duration;
use time::OffsetDateTime;

use super::Context;
use crate::environment::Environment;
use crate::options::{NeonOptions, duration};
use crate::output::Exit;
use engine::interrupt::Signals;
pub(super) use name::{name, name_with_time};
use neon::{Branch, Client, Deleted, NewBranch};
use text::{quoted, wrap};

/// Make, list and delete branches of a Neon project
#[derive(clap::Args)]
#[command(after_help = "A branch is a copy of its parent's data that costs what changes in it. The key is \
                  NEON_API_KEY, the project NEON_PROJECT_ID, from the environment or from .env in this \
                  folder.")]
pub(crate) struct Args {
    #[command(flatten)]
    neon: NeonOptions,
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Make a branch with an endpoint, and wait until it is ready
    Create {
        /// Its name, of 1 to 256 characters
        #[arg(value_parser = name)]
        name: String,
        /// The branch to copy [default: the project's default branch]
        #[arg(long, value_name = "BRANCH", value_parser = name)]
        parent: Option<String>,
        /// Let Neon delete it after this time
        #[arg(long, value_name = "TIME", value_parser = duration)]
        expires: Option<Duration>,
        /// Copy the schema without the rows
        #[arg(long)]
        schema_only: bool,
    },
    /// List the branches, the newest first
    List,
    /// Print a branch's URL, with its password
    Url {
        /// The branch
        #[arg(value_parser = name)]
        name: String,
        /// The pooler's, for functions; without it the direct one, for migrations
        #[arg(long)]
        pooled: bool,
        #[command(flatten)]
        database: DatabaseOptions,
    },
    /// Delete a branch; one that is not there is no error
    Delete {
        /// The branch
        #[arg(value_parser = name)]
        name: String,
    },
    /// Bring a branch to the newest state of its parent
    Reset {
        /// The branch
        #[arg(value_parser = name)]
        name: String,
        /// Keep what it was under this name, with the branches that were made of it [default, where there are
        /// such branches: its name and the time]
        #[arg(long, value_name = "NAME", value_parser = name)]
        preserve_as: Option<String>,
    },
    /// Bring a branch to a moment of its past, or of another branch's
    Restore(restore::Args),
    /// Show how a branch's schema differs from its parent's
    Diff {
        /// The branch
        #[arg(value_parser = name)]
        name: String,
        /// The branch to compare with [default: its parent]
        #[arg(long, value_name = "BRANCH", value_parser = name)]
        base: Option<String>,
        /// The database [default: the branch's only one]
        #[arg(long, value_name = "NAME")]
        database: Option<String>,
    },
}

#[derive(clap::Args)]
struct DatabaseOptions {
    /// The database [default: the branch's only one]
    #[arg(long, value_name = "NAME")]
    database: Option<String>,
    /// The role [default: the database's owner]
    #[arg(long, value_name = "NAME")]
    role: Option<String>,
}

pub(crate) async fn run(args: &Args, context: &Context<'_>) -> Result<Exit> {
    let neon = args.neon.client(&Environment::read()?)?;
    let output = context.output;
    match &args.action {
        Action::Create { name, parent, expires, schema_only } => {
            let parent = match parent {
                Some(parent) => Some(neon.branch(parent).await?),
                None => None,
            };
            let new = NewBranch {
                name,
                parent: parent.as_ref(),
                expires_at: expires.map(|expires| OffsetDateTime::now_utc() + expires),
                schema_only: *schema_only,
            };
            let left = format!("branchline branch delete {} deletes it, should it be there", quoted(name));
            let branch =
                Signals::listen()?.or_undone(|| neon.stop(), &left, neon.create_branch(&new)).await?;
            output.result(&json!({ "branch": branch }), &render::created(&branch));
        }
        Action::List => {
            let branches = neon.branches().await?;
            output.result(&json!({ "branches": branches }), &render::table(&branches));
        }
        Action::Url { name, pooled, database } => {
            let branch = neon.branch(name).await?;
            let DatabaseOptions { database, role } = database;
            let url = neon.connection_uri(&branch, database.as_deref(), role.as_deref(), *pooled).await?;
            output.result(&json!({ "url": url }), &url);
        }
        Action::Delete { name } => match neon.find_branch(name).await? {
            Some(branch) => {
                neon.delete_branch(&branch, Deleted::Recoverable).await?;
                let text = format!("{} is deleted.", quoted(&branch.name));
                output.result(&json!({ "deleted": branch }), &text);
            }
            None => {
                let text = format!("There is no branch {}.", quoted(name));
                output.result(&json!({ "deleted": null }), &text);
            }
        },
        Action::Reset { name, preserve_as } => {
            let (branch, kept) = reset(&neon, name, preserve_as.as_deref()).await?;
            let mut text = format!("{} is as its parent is now.", quoted(&branch.name));
            if let Some(kept) = &kept {
                text.push_str(&format!(
                    " What it was is kept as {}, with the branches made of it.",
                    quoted(kept)
                ));
            }
            output.result(&json!({ "branch": branch, "preserved_as": kept }), &wrap(&text));
        }
        Action::Restore(restore) => restore::run(restore, &neon, output).await?,
        Action::Diff { name, base, database } => {
            let branch = neon.branch(name).await?;
            let base = match base {
                Some(base) => neon.branch(base).await?,
                None => neon.branch(parent_of(&branch)?).await?,
            };
            let diff = neon.compare_schema(&branch, &base, database.as_deref()).await?;
            let text = match diff.trim_end() {
                "" => {
                    format!("The schemas of {} and {} are equal.", quoted(&branch.name), quoted(&base.name))
                }
                diff => diff.to_owned(),
            };
            output.result(&json!({ "diff": diff }), &text);
        }
    }
    Ok(Exit::Done)
}

/// Resets a branch, and gives the name under which what it was is kept. Neon wants one where branches were
/// made of it, which it hangs there.
async fn reset(neon: &Client, name: &str, preserve_as: Option<&str>) -> Result<(Branch, Option<String>)> {
    let branch = neon.branch(name).await?;
    let parent = parent_of(&branch)?;
    let is_child = |other: &Branch| other.parent_id.as_ref() == Some(&branch.id);
    let kept = match preserve_as {
        Some(name) => Some(name.to_owned()),
        None if neon.branches().await?.iter().any(is_child) => {
            Some(name_with_time(&branch.name, "_before_", OffsetDateTime::now_utc()))
        }
        None => None,
    };
    let to = neon::Restore { source: parent, at: None, preserve_as: kept.as_deref() };
    let work = neon.restore_branch(&branch, &to);
    let branch = Signals::listen()?.or_undone(|| neon.stop(), &goes_on(&branch), work).await?;
    Ok((branch, kept))
}

/// The message when a restore is no longer waited for.
fn goes_on(branch: &Branch) -> String {
    let name = quoted(&branch.name);
    format!("Neon may go on with restoring the branch {name}; branchline branch list shows its state")
}

/// The id of the branch that a branch was made from.
fn parent_of(branch: &Branch) -> Result<&str> {
    let parent = branch.parent_id.as_deref();
    parent.with_context(|| {
        let why = match branch.init_source.as_deref() {
            Some("schema-only") => "it was made with --schema-only, which copies a schema and keeps no tie",
            _ if branch.default => "it is the project's first branch",
            _ => "it was not made of another branch",
        };
        format!("{} has no parent: {why}", quoted(&branch.name))
    })
}
