//! `branchline new NAME`.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use files::Migrations;
use serde_json::json;

use super::Context;
use super::autogenerate::{PlanArgs, files::next_version, write};
use crate::output::Exit;

const UP: &str = include_str!("new/up.sql");
const DOWN: &str = include_str!("new/down.sql");

/// Write a new migration and its down, in a folder that is made if need be
#[derive(clap::Args)]
#[command(after_help = "With --from, the SQL is planned from the difference between the schema that the \
                  migrations make and the wanted one, in as many files as it needs, and proved on scratch \
                  databases before a file is written. A renamed object is told in the wanted file, on the \
                  line before it: -- branchline: renamed_from <old name>. Exit status: 0 written or nothing \
                  to do, 1 not proved, 3 renames are ambiguous.")]
pub(crate) struct Args {
    /// A short description of the change: "add tags to bookmarks" becomes V0018__add_tags_to_bookmarks.sql
    #[arg(value_name = "NAME", required = true)]
    name: Vec<String>,
    /// Write up and down from the wanted schema, a file or folder of SQL; - for standard input
    #[arg(long, value_name = "FILE|FOLDER")]
    from: Option<PathBuf>,
    #[command(flatten)]
    plan: PlanArgs,
}

pub(crate) async fn run(args: &Args, context: &Context<'_>) -> Result<Exit> {
    let message = args.name.join(" ");
    match &args.from {
        Some(from) => write::run(&message, Some(from), &args.plan, context).await,
        None => write_empty(&message, context),
    }
}

/// Writes a pair to fill in by hand.
pub(super) fn write_empty(message: &str, context: &Context<'_>) -> Result<Exit> {
    let name = slug(message);
    if name.is_empty() {
        bail!("the name has no letter or digit that could stand in a file's name");
    }
    let dir = &context.global.dir;
    let is_first = !dir.exists();
    fs::create_dir_all(dir).with_context(|| format!("the folder {} cannot be made", dir.display()))?;
    let migrations = context.migrations()?;
    own_layout(&migrations)?;
    let (version, width) = next_version(&migrations).context("the last number is the last there is")?;
    let up = dir.join(format!("V{version:0width$}__{name}.sql"));
    let down = up.with_extension("down.sql");
    create(&up, UP)?;
    create(&down, DOWN)?;
    // A folder that was begun without them goes on without.
    let directory = context.directory();
    if is_first { directory.write_checksums() } else { directory.update_checksums() }?;
    let files = [up.display().to_string(), down.display().to_string()];
    context.output.result(&json!({ "up": files[0], "down": files[1] }), &files.join("\n"));
    Ok(Exit::Done)
}

/// Refuses a folder of another tool, whose files are named otherwise.
pub(super) fn own_layout(migrations: &Migrations) -> Result<()> {
    let layout = migrations.layout();
    if !layout.is_own() {
        bail!(
            "the folder is {}'s, and branchline new writes V<number>__<name>.sql alone; write the files by \
             hand or with the tool, as {}",
            layout.name(),
            layout.form()
        );
    }
    Ok(())
}

/// Writes a file that is not there yet.
pub(super) fn create(path: &Path, text: &str) -> Result<()> {
    let mut file = File::create_new(path).with_context(|| format!("{} cannot be made", path.display()))?;
    file.write_all(text.as_bytes()).with_context(|| format!("{} cannot be written", path.display()))
}

/// Words as a file's name has them: lower case, one underscore between.
pub(super) fn slug(words: &str) -> String {
    let words = words.to_lowercase();
    words.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join("_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_a_files_name() {
        assert_eq!(slug("Add tags, to bookmarks!"), "add_tags_to_bookmarks");
        assert_eq!(slug("add_tags"), "add_tags");
        assert_eq!(slug("--- "), "");
    }
}
