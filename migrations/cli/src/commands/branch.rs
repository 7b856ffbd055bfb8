//! `branchline branch create|list|url|delete|reset|restore|diff`.

mod restore;
mod show;

use anyhow::{Context as _, Result};
use clap::Subcommand;
use serde_json::json;
use std::time::Duration;
use time::OffsetDateTime;

use super::Context;
use crate::args::duration;
use crate::environment::Environment;
use crate::neon::{Branch, Client, NewBranch, Options};
use crate::output::Exit;

/// Make, list and delete branches of a Neon project
#[derive(clap::Args)]
#[command(
    after_help = "A branch is a copy of its parent's data that costs what changes in it. The key is NEON_API_KEY, the \
                  project NEON_PROJECT_ID, from the environment or from .env in this folder."
)]
pub(crate) struct Args {
    #[command(flatten)]
    neon: Options,
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Make a branch with an endpoint, and wait until it is ready
    Create {
        /// Its name
        name: String,
        /// The branch to copy [default: the project's default branch]
        #[arg(long, value_name = "BRANCH")]
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
        name: String,
    },
    /// Bring a branch to the newest state of its parent
    Reset {
        /// The branch
        name: String,
    },
    /// Bring a branch to a moment of its past, or of another branch's
    Restore(restore::Args),
    /// Show how a branch's schema differs from its parent's
    Diff {
        /// The branch
        name: String,
        /// The branch to compare with [default: its parent]
        #[arg(long, value_name = "BRANCH")]
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

pub(super) async fn run(args: &Args, context: &Context<'_>) -> Result<Exit> {
    let neon = Client::new(&args.neon, &Environment::read()?)?;
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
            let branch = neon.create_branch(&new).await?;
            output.result(&json!({ "branch": branch }), &show::created(&branch));
        }
        Action::List => {
            let branches = neon.branches().await?;
            output.result(&json!({ "branches": branches }), &show::table(&branches));
        }
        Action::Url { name, pooled, database } => {
            let branch = neon.branch(name).await?;
            let DatabaseOptions { database, role } = database;
            let url = neon.connection_uri(&branch, database.as_deref(), role.as_deref(), *pooled).await?;
            output.result(&json!({ "url": url }), &url);
        }
        Action::Delete { name } => match neon.find_branch(name).await? {
            Some(branch) => {
                neon.delete_branch(&branch).await?;
                output.result(&json!({ "deleted": branch }), &format_args!("{} is deleted.", branch.name));
            }
            None => output.result(&json!({ "deleted": null }), &format_args!("There is no branch {name}.")),
        },
        Action::Reset { name } => {
            let branch = reset(&neon, name).await?;
            let text = format!("{} is as its parent is now.", branch.name);
            output.result(&json!({ "branch": branch }), &text);
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
                "" => format!("The schemas of {} and {} are equal.", branch.name, base.name),
                diff => diff.to_owned(),
            };
            output.result(&json!({ "diff": diff }), &text);
        }
    }
    Ok(Exit::Done)
}

async fn reset(neon: &Client, name: &str) -> Result<Branch> {
    let branch = neon.branch(name).await?;
    let parent = parent_of(&branch)?;
    let to = crate::neon::Restore { source: parent, at: None, preserve_as: None };
    Ok(neon.restore_branch(&branch, &to).await?)
}

/// The id of the branch that a branch was made from.
fn parent_of(branch: &Branch) -> Result<&str> {
    let parent = branch.parent_id.as_deref();
    parent.with_context(|| format!("{} has no parent: it is the project's first branch", branch.name))
}
