//! `branchline rehearse [-- COMMAND…]`.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result};

use super::Context;
use crate::args::duration;
use crate::output::Exit;
use crate::rehearsal::report::{Deny, Level, Limits, PlaceKind, Report, Verdict};
use crate::rehearsal::stage::{self, Origin};
use crate::rehearsal::{Rehearsal, fingerprint, show};

/// Try what is pending on a copy of production, and measure it
#[derive(clap::Args)]
#[command(after_help = HELP)]
pub(crate) struct Args {
    /// Rehearse on a copy of the database on its own server, which nobody else may be connected to
    #[arg(long)]
    local: bool,
    /// Leave the copy, with its name in the report, instead of removing it
    #[arg(long)]
    keep: bool,
    /// Fail where a lock, or a wait for one, holds others up for longer
    #[arg(long, value_name = "TIME", value_parser = duration)]
    max_lock: Option<Duration>,
    /// Fail where this happens at all; may be given several times
    #[arg(long, value_name = "WHAT")]
    deny: Vec<Deny>,
    /// The file that the schema at the end must agree with [default: schema.sql beside the folder of migrations]
    #[arg(long, value_name = "FILE")]
    schema: Option<PathBuf>,
    /// How long the test command may take
    #[arg(long, value_name = "TIME", default_value = "10min", value_parser = duration)]
    timeout: Duration,
    /// Write the report as JSON, which branchline deploy takes as its permit
    #[arg(long, value_name = "FILE")]
    report_json: Option<PathBuf>,
    /// Write the report as Markdown, for a pull request
    #[arg(long, value_name = "FILE")]
    report_markdown: Option<PathBuf>,
    /// Write the report as a page with a timeline of the locks
    #[arg(long, value_name = "FILE")]
    report_html: Option<PathBuf>,
    /// A command to test the migrated copy with, which DATABASE_URL and DIRECT_DATABASE_URL name
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<String>,
}

const HELP: &str = "\
Each pending migration runs statement by statement on the copy, while two sessions for each table that the files name keep \
reading and writing it. The report says what each statement locked and for how long, who waited, what was written anew, \
read and built. Then the command runs, and the migrations are taken back and applied again. The copy is removed, whatever \
happens; what a killed run leaves behind, the next one removes.

    branchline rehearse --local --max-lock 500ms --deny rewrite -- make test

Exit status: 0 passed, 1 failed, 3 passed with warnings.";

pub(super) async fn run(args: &Args, context: &Context<'_>) -> Result<Exit> {
    let migrations = context.migrations()?;
    let url = context.url()?;
    let rehearsal = Rehearsal {
        migrations: &migrations,
        settings: context.settings(),
        limits: Limits { max_lock: args.max_lock, deny: args.deny.clone() },
        database: fingerprint::database(&url),
        place: PlaceKind::Copy,
        schema_file: args.schema.clone().or_else(|| beside(&context.global.dir)),
        command: &args.command,
        timeout: if args.timeout.is_zero() { Duration::MAX } else { args.timeout },
        observe: &|event| context.output.event(&event),
    };
    let origin = Origin::Database(&url);
    let report = stage::within(&origin, args.keep, async |stage| {
        let report = rehearsal.run(stage).await?;
        if args.keep {
            context.output.note(&format_args!("The copy {} was kept.", stage.name));
        }
        Ok(report)
    })
    .await?;
    args.write(&report)?;
    context.output.result(&report, &show::text(&report));
    Ok(match (report.verdict, report.level()) {
        (Verdict::Failed, _) => Exit::Failed,
        (Verdict::Passed, Some(Level::Warning)) => Exit::Pending,
        (Verdict::Passed, _) => Exit::Done,
    })
}

impl Args {
    fn write(&self, report: &Report) -> Result<()> {
        let json = || serde_json::to_string_pretty(report).map(|json| json + "\n");
        write(self.report_json.as_deref(), || Ok(json()?))?;
        write(self.report_markdown.as_deref(), || Ok(show::markdown(report)))?;
        write(self.report_html.as_deref(), || Ok(show::html(report)))
    }
}

fn write(path: Option<&Path>, text: impl FnOnce() -> Result<String>) -> Result<()> {
    let Some(path) = path else { return Ok(()) };
    fs::write(path, text()?).with_context(|| format!("{} cannot be written", path.display()))
}

/// `schema.sql` beside the folder of migrations, where there is one.
pub(super) fn beside(dir: &Path) -> Option<PathBuf> {
    let file = dir.join("..").join("schema.sql");
    file.is_file().then_some(file)
}
