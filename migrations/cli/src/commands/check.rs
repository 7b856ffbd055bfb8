//! `branchline check`.

mod schema;

use std::path::PathBuf;

use anyhow::Result;
use files::{Applied, CHECKSUMS, Migrations, State, overview};
use model::drift;
use serde::Serialize;
use serde_json::json;
use tokio_postgres::Client;

use super::Context;
use super::interrupted::Interrupted;
use crate::options::{Place, Unmodeled};
use crate::output::Exit;
use engine::failure::chain;
use engine::introspection;
use engine::report::Direction;
use engine::scratch;
use text::wrap;

/// Tell whether files and database agree and nothing is pending
#[derive(clap::Args)]
#[command(
    after_help = "The migrations that are applied run in a scratch database, and its catalog is compared \
                  with the database's own: a column that was added by hand, an index that is missing, row \
                  security that was switched off. Owners, what default privileges give, and objects of other \
                  schemas may differ. Exit status: 0 they agree, 1 they do not, 3 they do and migrations are \
                  pending or broken off, or somebody changed the schema by hand. With --schema: 0 the \
                  wanted schema is the one that the migrations make, 3 it is another."
)]
pub(crate) struct Args {
    /// Write CHECKSUMS, beside the migrations, from what they are now; no database is asked
    #[arg(long)]
    write: bool,
    /// Compare the wanted schema with what the migrations make, instead; no database is asked [default file:
    /// schema.sql beside the folder of migrations]
    #[arg(
        long,
        value_name = "FILE|FOLDER",
        num_args = 0..=1,
        conflicts_with_all = ["write", "no_catalog"]
    )]
    schema: Option<Option<PathBuf>>,
    /// Compare files and history only, not the catalog with what the migrations make; no scratch database is
    /// made
    #[arg(long)]
    no_catalog: bool,
    #[command(flatten)]
    unmodeled: Unmodeled,
    #[command(flatten)]
    place: Place,
}

#[derive(Serialize)]
struct Check {
    pending: Vec<String>,
    problems: Vec<Disagreement>,
    #[serde(rename = "broken_off")]
    interrupted: Option<Interrupted>,
    /// Changes made by hand; null if they were not asked for, or could not be found out.
    drift: Option<Drifted>,
    /// Why the catalog was not compared, where it was asked.
    not_compared_because: Option<String>,
}

#[derive(Serialize)]
struct Drifted {
    /// Differences from what the applied migrations make.
    differences: Vec<String>,
    /// Objects that no migration makes, of other applications.
    others: Vec<String>,
    /// Columns that stand further back than the migrations put them.
    reordered: Vec<String>,
    /// Facts that no catalog holds.
    not_compared: [&'static str; 4],
    /// Objects of the database of which nothing is known.
    unmodeled: Vec<String>,
}

#[derive(Serialize)]
struct Disagreement {
    migration: String,
    state: &'static str,
    meaning: String,
}

pub(crate) async fn run(args: &Args, context: &Context<'_>) -> Result<Exit> {
    if let Some(path) = &args.schema {
        return schema::run(path.as_deref(), &args.place, context).await;
    }
    let dir = &context.global.dir;
    if args.write {
        context.directory().write_checksums()?;
        let path = dir.join(CHECKSUMS).display().to_string();
        context.output.result(&json!({ "written": path }), &path);
        return Ok(Exit::Done);
    }
    let migrations = context.migrations()?;
    let records = context.read_state().await?;
    let interrupted = records.interrupted.map(|progress| Interrupted::new(&progress, &migrations));
    let mut check = Check {
        pending: Vec::new(),
        problems: Vec::new(),
        interrupted,
        drift: None,
        not_compared_because: None,
    };
    for entry in overview(&migrations, &records.history) {
        match meaning(entry.state) {
            None if entry.state == State::Pending => check.pending.push(entry.label()),
            None => {}
            Some(meaning) => {
                let state = entry.state.as_str();
                let meaning = meaning.to_owned();
                check.problems.push(Disagreement { migration: entry.label(), state, meaning });
            }
        }
    }
    if let Some(Err(error)) = context.directory().checksums()?.map(|text| migrations.check_checksums(&text)) {
        let (migration, meaning) = (CHECKSUMS.to_owned(), error.to_string());
        check.problems.push(Disagreement { migration, state: "stale", meaning });
    }
    let is_known = check.problems.is_empty() && check.interrupted.is_none() && !records.history.is_empty();
    if is_known && !args.no_catalog {
        match args.drift(&migrations, &records.history, &records.session, context).await {
            Ok(drift) => check.drift = Some(drift),
            // Without a scratch database the rest of the result is still useful.
            Err(error) => check.not_compared_because = Some(chain(&error)),
        }
    }
    context.output.result(&check, &text(&check));
    let is_as_made = check.drift.as_ref().is_none_or(|drift| {
        let is_modeled = drift.unmodeled.is_empty() || !args.unmodeled.deny_unmodeled;
        drift.differences.is_empty() && is_modeled
    });
    let is_done = check.pending.is_empty() && check.interrupted.is_none() && is_as_made;
    Ok(match (check.problems.is_empty(), is_done) {
        (false, _) => Exit::Failed,
        (true, false) => Exit::Attention,
        (true, true) => Exit::Done,
    })
}

impl Args {
    /// Compares the database's catalog with the one that the migrations make that are applied in it.
    async fn drift(
        &self,
        migrations: &Migrations,
        history: &[Applied],
        session: &Client,
        context: &Context<'_>,
    ) -> Result<Drifted> {
        let is_applied = |version| history.iter().any(|row| row.version == version);
        let applied = migrations.iter().filter(|migration| is_applied(migration.version));
        let server = context.scratch_server(&self.place, migrations).await?;
        let expected = scratch::within(&server, async |scratch| {
            let observe = |_| {};
            let prepared = scratch.prepare(context.settings()).await?;
            for migration in applied {
                prepared.runner(&observe).run(migration, Direction::Up).await?;
            }
            introspection::read(&prepared.session).await
        });
        let database = introspection::read(session).await?;
        let found = drift(&expected.await?, &database);
        Ok(Drifted {
            differences: found.differences.iter().map(ToString::to_string).collect(),
            others: found.others.iter().map(ToString::to_string).collect(),
            reordered: found.reordered,
            not_compared: introspection::NOT_COMPARED,
            unmodeled: database.unmodeled().map(str::to_owned).collect(),
        })
    }
}

fn meaning(state: State) -> Option<&'static str> {
    match state {
        State::Applied | State::Pending => None,
        State::Changed => Some("the file is not what was applied; put it back, and write a new migration"),
        State::Missing => Some("applied, and its file is not in the directory"),
        State::Behind => {
            Some("not applied, and a later one is; give it a number after the last (branchline renumber)")
        }
    }
}

fn text(check: &Check) -> String {
    let problems =
        check.problems.iter().map(|p| wrap(&format!("{}: {}: {}", p.state, p.migration, p.meaning)));
    let pending = check.pending.iter().map(|migration| format!("pending: {migration}"));
    let interrupted = check.interrupted.iter().map(|interrupted| wrap(&interrupted.to_string()));
    let mut lines: Vec<String> = problems.chain(interrupted).chain(pending).collect();
    if lines.is_empty() {
        lines.push("The database has every migration, as the files have them.".to_owned());
    }
    if let Some(drift) = &check.drift {
        lines.extend(drift_lines(drift));
    }
    if let Some(reason) = &check.not_compared_because {
        lines.push(wrap(&format!("The catalog was not compared: {reason}")));
    }
    lines.join("\n")
}

/// Objects of others that a message names.
const SHOWN: usize = 5;

fn drift_lines(drift: &Drifted) -> Vec<String> {
    let Drifted { differences, others, reordered, not_compared, unmodeled } = drift;
    let mut lines = Vec::new();
    if differences.is_empty() {
        lines.push("The schema is the one that the applied migrations make.".to_owned());
    } else {
        lines.push("The schema is not the one that the applied migrations make; it has:".to_owned());
        lines.extend(
            differences.iter().flat_map(|difference| difference.lines()).map(|line| format!("  {line}")),
        );
        let advice =
            "Take back what was changed by hand, or write a migration that makes the same and stamp it.";
        lines.push(wrap(advice));
    }
    lines.extend(
        reordered
            .iter()
            .map(|column| wrap(&format!("Note: {column} stands further back than the migrations put it."))),
    );
    if !others.is_empty() {
        let names: Vec<&str> = others.iter().take(SHOWN).map(String::as_str).collect();
        let more = others.len().saturating_sub(SHOWN);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        lines.push(wrap(&format!("Note: no migration makes {}{more}.", names.join(", "))));
    }
    lines.push(wrap(&format!("Not compared: {}.", not_compared.join(", "))));
    lines.extend(Unmodeled::warning(unmodeled.iter().map(String::as_str)).map(|warning| wrap(&warning)));
    lines
}
