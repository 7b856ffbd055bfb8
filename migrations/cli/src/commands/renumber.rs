//! `branchline renumber`.

use std::fs;
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use files::{FileName, Rename};
use serde::Serialize;

use super::Context;
use crate::output::Exit;

/// Give migrations new numbers, where two have one or one came in late
#[derive(clap::Args)]
#[command(
    after_help = "What stays is what the branch after --merged has; without it, what is not named; without \
                  names, what the database has applied. From the first number on that two have, or that \
                  comes before one that stays, the others follow in their order, and CHECKSUMS is rewritten."
)]
pub(crate) struct Args {
    /// The migrations that move, as V0018__tags or tags
    #[arg(value_name = "MIGRATION")]
    names: Vec<String>,
    /// The branch or commit whose migrations stay, as main
    #[arg(long, value_name = "REVISION", conflicts_with = "names")]
    merged: Option<String>,
}

#[derive(Serialize)]
struct Renumbered {
    renamed: Vec<Renamed>,
}

#[derive(Serialize)]
struct Renamed {
    from: String,
    to: String,
}

pub(crate) async fn run(args: &Args, context: &Context<'_>) -> Result<Exit> {
    let dir = &context.global.dir;
    let (layout, files) = context.directory().names()?;
    if !layout.is_own() {
        bail!(
            "the folder is {}'s, and branchline renumber gives numbers to V<number>__<name>.sql alone; \
             rename the files by hand, as {}",
            layout.name(),
            layout.form()
        );
    }
    let files = files.iter().map(String::as_str);
    let renames = if let Some(revision) = &args.merged {
        let merged = merged(context, revision)?;
        files::renumber(files, |version, name| merged.contains(&(version, name.to_owned())))?
    } else if args.names.is_empty() {
        let (_, history) = context.read_history().await?;
        let is_applied = |version, name: &str| {
            history.iter().any(|row| (row.version, row.name.as_str()) == (version, name))
        };
        files::renumber(files, is_applied)?
    } else {
        files::renumber(files, |version, name| {
            !args.names.iter().any(|given| given == name || is_label(given, version, name))
        })?
    };
    for Rename { from, to } in &renames {
        let (from, to) = (dir.join(from), dir.join(to));
        if to.exists() {
            bail!("{} is there already", to.display());
        }
        fs::rename(&from, &to).with_context(|| format!("{} cannot be renamed", from.display()))?;
    }
    context.directory().update_checksums()?;
    let renumbered =
        Renumbered { renamed: renames.into_iter().map(|Rename { from, to }| Renamed { from, to }).collect() };
    context.output.result(&renumbered, &text(&renumbered));
    Ok(Exit::Done)
}

fn is_label(given: &str, version: i64, name: &str) -> bool {
    let file = format!("{}.sql", given.trim_end_matches(".sql"));
    FileName::parse(&file)
        .ok()
        .flatten()
        .is_some_and(|given| (given.version, given.name.as_str()) == (version, name))
}

/// The migrations of a revision, asked of git.
fn merged(context: &Context<'_>, revision: &str) -> Result<Vec<(i64, String)>> {
    let git = Command::new("git")
        .arg("-C")
        .arg(&context.global.dir)
        .args(["ls-tree", "-r", "-z", "--name-only", "--end-of-options", revision, "."])
        .output()
        .context("git cannot be run")?;
    if !git.status.success() {
        bail!("git does not know {revision}: {}", String::from_utf8_lossy(&git.stderr).trim());
    }
    let listing = String::from_utf8_lossy(&git.stdout);
    let files = listing.split('\0').map(|file| file.rsplit('/').next().unwrap_or(file));
    let names = files.filter_map(|file| FileName::parse(file).ok().flatten());
    Ok(names.map(|name| (name.version, name.name)).collect())
}

fn text(renumbered: &Renumbered) -> String {
    if renumbered.renamed.is_empty() {
        return "Nothing to do: every number is there once, and none came in late.".to_owned();
    }
    let lines = renumbered.renamed.iter().map(|Renamed { from, to }| format!("{from} -> {to}"));
    lines.collect::<Vec<_>>().join("\n")
}
