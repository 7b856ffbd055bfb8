//! `branchline check`.

use anyhow::Result;
use schema_core::{CHECKSUMS, State, overview};
use serde::Serialize;
use serde_json::json;

use super::Context;
use super::broken_off::BrokenOff;
use super::history::word;
use crate::directory;
use crate::output::{Exit, wrap};

/// Tell whether files and database agree and nothing is pending
#[derive(clap::Args)]
#[command(
    after_help = "Exit status: 0 they agree, 1 they do not, 3 they do and migrations are pending or broken off."
)]
pub(crate) struct Args {
    /// Write CHECKSUMS, beside the migrations, from what they are now; no database is asked
    #[arg(long)]
    write: bool,
}

#[derive(Serialize)]
struct Check {
    pending: Vec<String>,
    problems: Vec<Disagreement>,
    broken_off: Option<BrokenOff>,
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
    let records = context.look_closely().await?;
    let broken_off = records.broken_off.map(|progress| BrokenOff::of(&progress, &migrations));
    let mut check = Check { pending: Vec::new(), problems: Vec::new(), broken_off };
    for entry in overview(&migrations, &records.history) {
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
    Ok(match (check.problems.is_empty(), check.pending.is_empty() && check.broken_off.is_none()) {
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
    let broken_off = check.broken_off.iter().map(|broken_off| wrap(&broken_off.to_string()));
    let mut lines: Vec<String> = problems.chain(broken_off).chain(pending).collect();
    if lines.is_empty() {
        lines.push("The database has every migration, as the files have them.".to_owned());
    }
    lines.join("\n")
}
