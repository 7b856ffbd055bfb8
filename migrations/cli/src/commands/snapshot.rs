//! `branchline snapshot create|list|restore|delete`.

use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::Subcommand;
use serde_json::json;
use time::OffsetDateTime;

use super::Context;
use super::branch::{name, name_with_time};
use crate::environment::Environment;
use crate::options::{NeonOptions, duration};
use crate::output::Exit;
use crate::table::PlainTable;
use engine::interrupt::Signals;
use neon::{NewSnapshot, Snapshot, SnapshotRestore};
use text::{quoted, wrap};

/// Take, list, restore and delete snapshots of a Neon project
#[derive(clap::Args)]
#[command(
    after_help = "A snapshot is the backup before a migration: branchline deploy --snapshot takes one by \
                  itself."
)]
pub(crate) struct Args {
    #[command(flatten)]
    neon: NeonOptions,
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Take a snapshot of a branch as it is now
    Create {
        /// Its name [default: the branch's name and the time]
        #[arg(value_parser = name)]
        name: Option<String>,
        /// The branch [default: the project's default branch]
        #[arg(long, value_name = "BRANCH", value_parser = name)]
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
        #[arg(value_parser = name)]
        name: String,
        /// The new branch's name [default: the snapshot's name and the time]
        #[arg(long = "as", value_name = "BRANCH", value_parser = name)]
        branch: Option<String>,
        /// The branch whose place it takes at once, endpoints and all
        #[arg(long, value_name = "BRANCH", value_parser = name)]
        replacing: Option<String>,
    },
    /// Delete a snapshot
    Delete {
        /// The snapshot, by name or id
        #[arg(value_parser = name)]
        name: String,
    },
}

pub(crate) async fn run(args: &Args, context: &Context<'_>) -> Result<Exit> {
    let neon = args.neon.client(&Environment::read()?)?;
    let output = context.output;
    match &args.action {
        Action::Create { name, branch, expires } => {
            let branch = match branch {
                Some(branch) => neon.branch(branch).await?,
                None => neon.default_branch().await?,
            };
            let now = OffsetDateTime::now_utc();
            let name = name.clone().unwrap_or_else(|| name_with_time(&branch.name, "_", now));
            let new =
                NewSnapshot { branch: &branch, name: &name, expires_at: expires.map(|time| now + time) };
            let left = format!("branchline snapshot delete {} deletes it, should it be there", quoted(&name));
            let snapshot =
                Signals::listen()?.or_undone(|| neon.stop(), &left, neon.create_snapshot(&new)).await?;
            let (taken, of) = (quoted(&snapshot.name), quoted(&branch.name));
            let text = format!("{taken} is a snapshot of {of} ({}).", snapshot.id);
            output.result(&json!({ "snapshot": snapshot }), &wrap(&text));
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
            let name = branch
                .clone()
                .unwrap_or_else(|| name_with_time(&snapshot.name, "_restored_", OffsetDateTime::now_utc()));
            let to = SnapshotRestore { name: &name, replacing: replacing.as_ref() };
            let left = format!("branchline branch delete {} deletes it, should it be there", quoted(&name));
            let work = neon.restore_snapshot(&snapshot, &to);
            let branch = Signals::listen()?.or_undone(|| neon.stop(), &left, work).await?;
            let text = format!("{} holds what {} held.", quoted(&branch.name), quoted(&snapshot.name));
            if replacing.is_none() {
                neon.ensure_endpoint(&branch).await.with_context(|| {
                    format!(
                        "{text} Nothing can connect to it, since it has no endpoint, and none can be made"
                    )
                })?;
            }
            output.result(&json!({ "branch": branch }), &wrap(&text));
        }
        Action::Delete { name } => {
            let snapshot = neon.snapshot(name).await?;
            neon.delete_snapshot(&snapshot).await?;
            let text = format!("{} is deleted.", quoted(&snapshot.name));
            output.result(&json!({ "deleted": snapshot }), &text);
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
