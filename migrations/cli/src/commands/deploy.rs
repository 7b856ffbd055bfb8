//! `branchline deploy REPORT`.

mod snapshot;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use files::{Applied, Migrations, UpgradeTarget};
use pg::{Connector, Url};
use serde::Serialize;
use time::OffsetDateTime;
use tokio_postgres::Client as Session;

use super::Context;
use super::branch::name;
use super::rehearse;
use super::steps::summary;
use crate::environment::Environment;
use crate::options::{NeonOptions, Unmodeled, duration};
use crate::output::Exit;
use engine::database::Database;
use engine::migrate::{MigrationRun, Target, open_and_read_history};
use engine::run::progress::Progress;
use engine::{introspection, report};
use rehearsal::permit::{self, Production};
use rehearsal::report::Report;
use rehearsal::{fingerprint, losses, schema};
use text::{HumanDuration, wrap};

/// Apply what a rehearsal passed
#[derive(clap::Args)]
#[command(after_help = HELP)]
pub(crate) struct Args {
    /// The JSON report of the rehearsal, as branchline rehearse --report-json wrote it
    #[arg(value_name = "REPORT")]
    report: PathBuf,
    /// The oldest rehearsal that is accepted
    #[arg(long, value_name = "TIME", default_value = "24h", value_parser = duration)]
    max_age: Duration,
    /// Take a snapshot of the production branch first, to which branchline snapshot restore leads back
    #[arg(long)]
    snapshot: bool,
    /// When Neon deletes that snapshot by itself; 0 for never
    #[arg(long, value_name = "TIME", default_value = "168h", value_parser = duration)]
    snapshot_expires: Duration,
    /// The branch that is production [default: the project's default branch]
    #[arg(long, value_name = "BRANCH", value_parser = name)]
    branch: Option<String>,
    #[command(flatten)]
    unmodeled: Unmodeled,
    #[command(flatten)]
    neon: NeonOptions,
}

const HELP: &str = "\
The report is the permit. Nothing is applied unless the rehearsal passed, is not too old, was for this \
database, with these files, and production is still as the rehearsal found it: the same history, the same \
catalog, and no values in what the migrations drop that the rehearsal did not see. This is asked before a \
snapshot and again once no other runner is at work. The permit guards against mistakes, not against people \
who can write the report: its verdict is made again of its findings, measurements and limits. A deploy that \
stopped between two migrations may be run again with the same report; where a migration outside a \
transaction was broken off, branchline upgrade finishes it first.

Where the rehearsal had a --max-lock, a migration may wait for its locks for what the rehearsed locks leave \
of it, since others queue behind one that waits; then it is rolled back and tried again.

With --snapshot nothing is applied before the snapshot is finished. Where the plan allows no more of them, \
the oldest of an earlier deploy makes room.

Exit status: 0 deployed, or there was nothing to do; 1 refused or failed.";

/// The result of a deploy.
#[derive(Serialize)]
struct Deployed {
    #[serde(flatten)]
    upgrade: report::Report,
    /// Longest time for which a statement waited for a lock; zero is for ever.
    lock_timeout_ms: u128,
    /// The snapshot that was taken before.
    snapshot: Option<String>,
    /// Objects of the database of which nothing is known, so that nothing of them was compared.
    unmodeled: Vec<String>,
}

pub(crate) async fn run(args: &Args, context: &Context<'_>) -> Result<Exit> {
    let rehearsal = read(&args.report)?;
    let migrations = context.migrations()?;
    let url = context.url()?;
    let connector = Connector::new(&url)?;
    let permit = Permit { args, rehearsal: &rehearsal, migrations: &migrations, url: &url };
    let is_pending = permit.check_first(&connector).await?;
    let snapshot = if args.snapshot && is_pending { Some(args.take_snapshot(context).await?) } else { None };
    let settings = permit::settings(&rehearsal, context.settings());
    let observe = |event| context.output.event(&event);
    let run =
        MigrationRun { target: Target::Up(UpgradeTarget::Head), settings: &settings, observe: &observe };
    // While the lock was waited for, another runner may have changed what the permit is for.
    let check = async |session: &Session, database: &Database, history: &[Applied]| {
        permit.check(session, database, history).await
    };
    let upgrade = run.run_if(&connector, &migrations, check).await?;
    let (session, ..) = open_and_read_history(&connector).await?;
    let after = introspection::read_with_dependencies(&session).await?;
    if Some(after.fingerprint()) != rehearsal.target.catalog {
        let file = rehearse::beside(&context.global.dir);
        let difference = schema::compare(file.as_deref(), &after)?;
        let difference =
            difference.map_or_else(String::new, |finding| format!("; schema.sql {}", finding.message));
        bail!(
            "the migrations are applied, and the schema is not the one that the rehearsal ended \
             with{difference}"
        );
    }
    let waited = HumanDuration(settings.lock_timeout);
    let mut text = format!(
        "{} The schema is the one that was rehearsed. A statement waited at most {waited} for its locks.",
        summary(&upgrade)
    );
    if let Some(warning) = Unmodeled::warning(after.unmodeled()) {
        text += &format!("\n{warning}");
    }
    let unmodeled = after.unmodeled().map(str::to_owned).collect();
    let lock_timeout_ms = settings.lock_timeout.as_millis();
    let deployed = Deployed { upgrade, lock_timeout_ms, snapshot, unmodeled };
    context.output.result(&deployed, &wrap(&text));
    Ok(Exit::Done)
}

/// The report beside what it is to permit.
struct Permit<'a> {
    args: &'a Args,
    rehearsal: &'a Report,
    migrations: &'a Migrations,
    url: &'a Url,
}

impl Permit<'_> {
    /// Refuses before anything is done. Tells whether migrations are pending.
    async fn check_first(&self, connector: &Connector) -> Result<bool> {
        let (session, database, history) = open_and_read_history(connector).await?;
        self.check(&session, &database, &history).await?;
        let is_applied = |version| history.iter().any(|row| row.version == version);
        Ok(self.migrations.iter().any(|migration| !is_applied(migration.version)))
    }

    /// Refuses where the report is no permit for the database as it is now.
    async fn check(&self, session: &Session, database: &Database, history: &[Applied]) -> Result<()> {
        if let Some(table) = &database.table
            && let Some(progress) = Progress::read(session, &table.name).await?
        {
            bail!(
                "a migration was broken off on this database; let {} finish it, then rehearse and deploy \
                 what is left",
                progress.command()
            );
        }
        let Self { args, rehearsal, migrations, url } = self;
        let is_no_permit = || format!("{} is no permit for this deploy", args.report.display());
        let catalog = introspection::read(session).await?;
        args.unmodeled.check(catalog.unmodeled()).context("nothing was applied")?;
        let catalog = catalog.fingerprint();
        let production = Production { database: fingerprint::database(url), history, catalog };
        permit::check(rehearsal, migrations, &production, OffsetDateTime::now_utc(), args.max_age)
            .with_context(is_no_permit)?;
        losses::check(session, &rehearsal.losses).await.with_context(is_no_permit)
    }
}

impl Args {
    /// Takes a snapshot of production and gives its name.
    async fn take_snapshot(&self, context: &Context<'_>) -> Result<String> {
        let client = self.neon.client(&Environment::read()?).context("--snapshot is for a Neon project")?;
        let branch = rehearse::Production::find(&client, self.branch.as_deref(), context).await?.branch;
        let taken = snapshot::take(&client, &branch, self.snapshot_expires, context).await;
        taken.context("nothing was applied, since the snapshot failed")
    }
}

fn read(path: &Path) -> Result<Report> {
    let text = fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    serde_json::from_str(&text).with_context(|| {
        format!("{} is not a report that branchline rehearse --report-json wrote", path.display())
    })
}
