//! `branchline snapshot create|list|restore|delete`.

use std::time::Duration;

use anyhow::Result;
use clap::Subcommand;
use serde_json::json;
use time::OffsetDateTime;
use time::macros::format_description;

use super::Context;
use crate::args::duration;
use crate::environment::Environment;
use crate::neon::{Client, NewSnapshot, Options, Snapshot, SnapshotRestore};
use crate::output::Exit;
use crate::table::PlainTable;

/// Take, list, restore and delete snapshots of a Neon project
#[derive(clap::Args)]
#[command(
    after_help = "A snapshot is the backup before a migration: branchline deploy --snapshot takes one by itself."
)]
pub(crate) struct Args {
    #[command(flatten)]
    neon: Options,
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Take a snapshot of a branch as it is now
    Create {
        /// Its name [default: the branch's name and the time]
        name: Option<String>,
        /// The branch [default: the project's default branch]
        #[arg(long, value_name = "BRANCH")]
        branch: Option<String>,
        /// Let Neon delete it after this time
        #[arg(long, value_name = "TIME", value_parser = duration)]
        expires: Option<Duration>,
    },
    /// List the snapshots
    List,
    /// Make a branch of a snapshot
    Restore {
        /// The snapshot, by name or id
        name: String,
        /// The new branch's name [default: one that Neon gives]
        #[arg(long = "as", value_name = "BRANCH")]
        branch: Option<String>,
        /// The branch whose place it takes at once, endpoints and all
        #[arg(long, value_name = "BRANCH")]
        replacing: Option<String>,
    },
    /// Delete a snapshot
    Delete {
        /// The snapshot, by name or id
        name: String,
    },
}

pub(super) async fn run(args: &Args, context: &Context<'_>) -> Result<Exit> {
    let neon = Client::new(&args.neon, &Environment::read()?)?;
    let output = context.output;
    match &args.action {
        Action::Create { name, branch, expires } => {
            let branch = match branch {
                Some(branch) => neon.branch(branch).await?,
                None => neon.default_branch().await?,
            };
            let now = OffsetDateTime::now_utc();
            let name = match name {
                Some(name) => name.clone(),
                None => {
                    let time =
                        now.format(format_description!("[year][month][day]T[hour][minute][second]Z"))?;
                    format!("{}_{time}", branch.name)
                }
            };
            let new =
                NewSnapshot { branch: &branch, name: &name, expires_at: expires.map(|time| now + time) };
            let snapshot = neon.create_snapshot(&new).await?;
            let text = format!("{} is a snapshot of {} ({}).", snapshot.name, branch.name, snapshot.id);
            output.result(&json!({ "snapshot": snapshot }), &text);
        }
        Action::List => {
            let snapshots = neon.snapshots().await?;
            output.result(&json!({ "snapshots": snapshots }), &table(&snapshots));
        }
        Action::Restore { name, branch, replacing } => {
            let snapshot = neon.snapshot(name).await?;
            let replacing = match replacing {
                Some(branch) => Some(neon.branch(branch).await?),
                None => None,
            };
            let to = SnapshotRestore { name: branch.as_deref(), replacing: replacing.as_ref() };
            let branch = neon.restore_snapshot(&snapshot, &to).await?;
            let text = format!("{} holds what {} held.", branch.name, snapshot.name);
            output.result(&json!({ "branch": branch }), &text);
        }
        Action::Delete { name } => {
            let snapshot = neon.snapshot(name).await?;
            neon.delete_snapshot(&snapshot).await?;
            output.result(&json!({ "deleted": snapshot }), &format_args!("{} is deleted.", snapshot.name));
        }
    }
    Ok(Exit::Done)
}

fn table(snapshots: &[Snapshot]) -> String {
    if snapshots.is_empty() {
        return "There are no snapshots.".to_owned();
    }
    let minutes = |time: &str| time.get(..16).unwrap_or(time).replace('T', " ");
    let mut table = PlainTable::new(&["snapshot", "id", "taken (UTC)", "until"]);
    for snapshot in snapshots {
        table.row([
            snapshot.name.clone(),
            snapshot.id.clone(),
            minutes(&snapshot.created_at),
            snapshot.expires_at.as_deref().map(minutes).unwrap_or_default(),
        ]);
    }
    table.to_string()
}
