//! `branchline check`.

use anyhow::Result;
use schema_core::{CHECKSUMS, State, overview};
use serde::Serialize;
use serde_json::json;

use super::Context;
use super::history::word;
use crate::directory;
use crate::output::Exit;

/// Tell whether files and database agree and nothing is pending
#[derive(clap::Args)]
#[command(after_help = "Exit status: 0 they agree, 1 they do not, 3 they do and migrations are pending.")]
pub(crate) struct Args {
    /// Write CHECKSUMS, beside the migrations, from what they are now; no database is asked
    #[arg(long)]
    write: bool,
}

#[derive(Serialize)]
struct Check {
    pending: Vec<String>,
    problems: Vec<Disagreement>,
}

#[derive(Serialize)]
struct Disagreement {
    migration: String,
    state: &'static str,
    meaning: String,
}

pub(super) async fn run(args: &Args, context: &Context<'_>) -> Result<Exit> {
    let dir = &context.global.dir;
    if args.write {
        directory::write_checksums(dir)?;
        let path = dir.join(CHECKSUMS).display().to_string();
        context.output.result(&json!({ "written": path }), &path);
        return Ok(Exit::Done);
    }
    let migrations = context.migrations()?;
    let (_, history) = context.look().await?;
    let mut check = Check { pending: Vec::new(), problems: Vec::new() };
    for entry in overview(&migrations, &history) {
        match meaning(entry.state) {
            None if entry.state == State::Pending => check.pending.push(entry.label()),
            None => {}
            Some(meaning) => {
                let state = word(entry.state);
                let meaning = meaning.to_owned();
                check.problems.push(Disagreement { migration: entry.label(), state, meaning });
            }
        }
    }
    if let Some(Err(error)) = directory::checksums(dir)?.map(|text| migrations.check_checksums(&text)) {
        let (migration, meaning) = (CHECKSUMS.to_owned(), error.to_string());
        check.problems.push(Disagreement { migration, state: "stale", meaning });
    }
    context.output.result(&check, &text(&check));
    Ok(match (check.problems.is_empty(), check.pending.is_empty()) {
        (false, _) => Exit::Failed,
        (true, false) => Exit::Pending,
        (true, true) => Exit::Done,
    })
}

fn meaning(state: State) -> Option<&'static str> {
    match state {
        State::Applied | State::Pending => None,
        State::Changed => Some("the file is not what was applied; put it back, and write a new migration"),
        State::Missing => Some("applied, and its file is not in the directory"),
        State::Behind => Some("not applied, and a later one is; give it a number after the last"),
    }
}

fn text(check: &Check) -> String {
    let problems = check.problems.iter().map(|p| format!("{}: {}: {}", p.state, p.migration, p.meaning));
    let pending = check.pending.iter().map(|migration| format!("pending: {migration}"));
    let mut lines: Vec<String> = problems.chain(pending).collect();
    if lines.is_empty() {
        lines.push("The database has every migration, as the files have them.".to_owned());
    }
    lines.join("\n")
}
