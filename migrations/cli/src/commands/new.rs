//! `branchline new NAME`.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use serde_json::json;

use super::Context;
use crate::output::Exit;

const UP: &str = include_str!("new/up.sql");
const DOWN: &str = include_str!("new/down.sql");

/// Digits of a number in a folder that has none yet.
const WIDTH: usize = 4;

/// Write a new migration and its down, in a folder that is made if need be
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A short description of the change: "add tags to bookmarks" becomes V0018__add_tags_to_bookmarks.sql
    #[arg(value_name = "NAME", required = true)]
    name: Vec<String>,
}

pub(crate) fn run(args: &Args, context: &Context<'_>) -> Result<Exit> {
    let name = slug(&args.name.join(" "));
    if name.is_empty() {
        bail!("the name has no letter or digit that could stand in a file's name");
    }
    let dir = &context.global.dir;
    let is_first = !dir.exists();
    fs::create_dir_all(dir).with_context(|| format!("the folder {} cannot be made", dir.display()))?;
    let migrations = context.migrations()?;
    let layout = migrations.layout();
    if !layout.is_own() {
        bail!(
            "the folder is {}'s, and branchline new writes V<number>__<name>.sql alone; write the files by \
             hand or with the tool, as {}",
            layout.name(),
            layout.form()
        );
    }
    let (version, width) = match migrations.head() {
        Some(head) => {
            let width = head.label().find("__").map_or(WIDTH, |end| end.saturating_sub(1));
            (head.version.checked_add(1).context("the last number is the last there is")?, width)
        }
        None => (1, WIDTH),
    };
    let up = dir.join(format!("V{version:0width$}__{name}.sql"));
    let down = up.with_extension("down.sql");
    write(&up, UP)?;
    write(&down, DOWN)?;
    // A folder that was begun without them goes on without.
    let directory = context.directory();
    if is_first { directory.write_checksums() } else { directory.update_checksums() }?;
    let files = [up.display().to_string(), down.display().to_string()];
    context.output.result(&json!({ "up": files[0], "down": files[1] }), &files.join("\n"));
    Ok(Exit::Done)
}

fn write(path: &Path, text: &str) -> Result<()> {
    let mut file = File::create_new(path).with_context(|| format!("{} cannot be made", path.display()))?;
    file.write_all(text.as_bytes()).with_context(|| format!("{} cannot be written", path.display()))
}

/// Words as a file's name has them: lower case, one underscore between.
fn slug(words: &str) -> String {
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
