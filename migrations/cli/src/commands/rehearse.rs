//! `branchline rehearse [-- COMMAND…]`.

mod branch;
mod lease;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use files::Migrations;
use pg::Url;

use super::Context;
use super::branch::name;
use crate::environment::Environment;
use crate::options::{NeonOptions, Unmodeled, duration};
use crate::output::Exit;
use branch::{BranchOrigin, NeonBranch};
use engine::Settings;
use engine::connect::session_url;
use engine::report::Event;
use neon::{Branch, Client};
use rehearsal::DatabaseCopy;
use rehearsal::report::{Deny, Level, Limits, PlaceKind, Report, Verdict};
use rehearsal::sandbox::{self, Sandbox};
use rehearsal::{Rehearsal, fingerprint, render};
use text::quoted;

/// Try what is pending on a copy of production, and measure it
#[derive(clap::Args)]
#[command(after_help = HELP)]
pub(crate) struct Args {
    /// Rehearse on a copy of the database on its own server, to which nobody may be connected meanwhile; so
    /// does --database-url
    #[arg(long)]
    local: bool,
    /// The branch that is production [default: the project's default branch]
    #[arg(long, value_name = "BRANCH", value_parser = name)]
    branch: Option<String>,
    /// Leave the branch or the copy, and tell its name, instead of removing it
    #[arg(long)]
    keep: bool,
    /// Fail where a lock, or a wait for one, holds others up for longer
    #[arg(long, value_name = "TIME", value_parser = duration)]
    max_lock: Option<Duration>,
    /// Fail where this happens at all; may be given several times
    #[arg(
        long,
        value_name = "WHAT",
        value_parser = PossibleValuesParser::new(Deny::ALL.map(Deny::as_str))
            .try_map(|word| word.parse::<Deny>())
    )]
    deny: Vec<Deny>,
    #[command(flatten)]
    unmodeled: Unmodeled,
    /// The file that the schema at the end must agree with [default: schema.sql beside the folder of
    /// migrations]
    #[arg(long, value_name = "FILE")]
    schema: Option<PathBuf>,
    /// Time limit of the test command
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
    #[command(flatten)]
    neon: NeonOptions,
    /// A command to test what was migrated, which DATABASE_URL and DIRECT_DATABASE_URL name
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<String>,
}

const HELP: &str = "\
On a branch of production, made for it, each pending migration runs statement by statement, while two \
sessions for each table that the files name keep reading and writing it. The report says what each statement \
locked and for how long, who waited, what was rewritten, read and built. Then the command runs, and the \
migrations are taken back and applied again. The branch is deleted, whatever happens; what a killed run \
leaves behind, the next one deletes, or Neon does when it expires. Where nothing is pending no branch is \
made, and the command does not run.

    branchline rehearse --max-lock 500ms --deny rewrite -- make test

Exit status: 0 passed, 1 failed, 3 passed with warnings.";

/// Besides the test command, what a rehearsal may take before its branch expires.
const LIFETIME: Duration = Duration::from_secs(2 * 60 * 60);

pub(crate) async fn run(args: &Args, context: &Context<'_>) -> Result<Exit> {
    if args.local || context.global.database_url.is_some() {
        let url = context.url()?;
        let database = fingerprint::database(&url);
        return args.rehearse(context, PlaceKind::Copy, database, DatabaseCopy::new(&url, args.keep)).await;
    }
    let client = args.neon.client(&Environment::read()?).context(
        "a rehearsal takes place on a branch of a Neon project, or with --local on a copy on the database's \
         own server",
    )?;
    let production = Production::find(&client, args.branch.as_deref(), context).await?;
    let database = fingerprint::database(&production.url);
    if let Some(exit) = args.without_migrations(context, &production.url, &database).await? {
        return Ok(exit);
    }
    let origin = BranchOrigin {
        client: &client,
        parent: &production.branch,
        database: Some(production.url.dbname()),
        role: Some(production.url.user()),
        lifetime: LIFETIME + args.timeout,
    };
    let sandbox = NeonBranch::new(origin, args.keep);
    args.rehearse(context, PlaceKind::Branch, database, sandbox).await
}

/// The branch that is production, and its database.
pub(super) struct Production {
    pub(super) branch: Branch,
    pub(super) url: Url,
}

impl Production {
    /// The branch of that name, or the project's default one; and the database that is configured, or else
    /// the only one of the branch.
    ///
    /// # Errors
    /// The API's; or the URL that is configured is wrong, or of another branch.
    pub(super) async fn find(client: &Client, branch: Option<&str>, context: &Context<'_>) -> Result<Self> {
        let branch = match branch {
            Some(name) => client.branch(name).await?,
            None => client.default_branch().await?,
        };
        let configured = if Environment::read()?.names_database() { Some(context.url()?) } else { None };
        let (database, role) = configured.as_ref().map(|url| (url.dbname(), url.user())).unzip();
        let uri = client.connection_uri(&branch, database, role, false).await;
        let uri = uri.map_err(|error| {
            error.hinting("name the one to migrate by its URL, in DIRECT_DATABASE_URL or DATABASE_URL")
        })?;
        let url = Url::parse(&uri).context("Neon's connection URI")?;
        match &configured {
            // The branch that is measured, or kept by a snapshot, must be the one that is migrated.
            Some(configured) if fingerprint::database(configured) != fingerprint::database(&url) => bail!(
                "the database that is configured is not of the branch {}, which is production here; --branch \
                 names another one, and the project is that of NEON_PROJECT_ID or --project-id",
                quoted(&branch.name)
            ),
            _ => Ok(Self { branch, url: configured.unwrap_or(url) }),
        }
    }
}

impl Args {
    fn rehearsal<'a>(
        &'a self,
        context: &'a Context<'_>,
        migrations: &'a Migrations,
        place: PlaceKind,
        database: &str,
        observe: &'a dyn Fn(Event),
    ) -> Rehearsal<'a> {
        let unmodeled = self.unmodeled.deny_unmodeled.then_some(Deny::Unmodeled);
        Rehearsal {
            migrations,
            settings: Settings { protects_cluster: place == PlaceKind::Copy, ..context.settings() },
            limits: Limits {
                max_lock: self.max_lock,
                deny: self.deny.iter().copied().chain(unmodeled).collect(),
            },
            database: database.to_owned(),
            place,
            schema_file: self.schema.clone().or_else(|| beside(&context.global.dir)),
            command: &self.command,
            timeout: self.timeout,
            observe,
        }
    }

    /// The end of a rehearsal of a production where nothing is pending, for which no branch is made. None
    /// where something is pending, or production cannot be asked: the rehearsal finds out.
    async fn without_migrations(
        &self,
        context: &Context<'_>,
        production: &Url,
        database: &str,
    ) -> Result<Option<Exit>> {
        let migrations = context.migrations()?;
        let rehearsal = self.rehearsal(context, &migrations, PlaceKind::Branch, database, &|_| {});
        let Ok(url) = session_url(production) else { return Ok(None) };
        match rehearsal.without_migrations(&url).await {
            Ok(Some(report)) => self.end(context, &report).map(Some),
            Ok(None) | Err(_) => Ok(None),
        }
    }

    async fn rehearse(
        &self,
        context: &Context<'_>,
        place: PlaceKind,
        database: String,
        sandbox: impl Sandbox,
    ) -> Result<Exit> {
        let migrations = context.migrations()?;
        let observe = |event| context.output.event(&event);
        let rehearsal = self.rehearsal(context, &migrations, place, &database, &observe);
        let warn = |left: &anyhow::Error| context.output.note(&format_args!("warning: {left:#}"));
        // The report is printed before the copy is removed, so that it is not lost if the removal fails.
        sandbox::within(sandbox, self.keep, warn, async |location| {
            let report = rehearsal.run(location).await?;
            let exit = self.end(context, &report);
            if self.keep {
                context.output.note(&format_args!("{} was kept.", location.name));
            }
            exit
        })
        .await
    }

    /// Writes and prints a report.
    fn end(&self, context: &Context<'_>, report: &Report) -> Result<Exit> {
        let written = self.write(report);
        context.output.document(report, &render::terminal(report));
        written?;
        Ok(match (report.verdict, report.level()) {
            (Verdict::Failed, _) => Exit::Failed,
            (Verdict::Passed, Some(Level::Warning)) => Exit::Attention,
            (Verdict::Passed, _) => Exit::Done,
        })
    }

    fn write(&self, report: &Report) -> Result<()> {
        let json = || serde_json::to_string_pretty(report).map(|json| json + "\n");
        write(self.report_json.as_deref(), || Ok(json()?))?;
        write(self.report_markdown.as_deref(), || Ok(render::markdown(report)))?;
        write(self.report_html.as_deref(), || Ok(render::html(report)))
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
