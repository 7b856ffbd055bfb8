//! Rehearsing migrations on a copy of production: they are applied and measured while others use the tables,
//! tested, taken back and applied again.

mod command;
mod copy;
mod findings;
pub mod fingerprint;
pub mod losses;
pub mod measure;
mod next_ids;
pub mod permit;
mod probe;
pub mod render;
pub mod report;
mod round_trip;
pub mod sandbox;
pub mod schema;
mod tables;
mod verdict;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use files::{Applied, Migration, Migrations, UpgradeTarget, verify};
use model::{Catalog, ObjectId};
use pg::{Connector, Url};
use time::OffsetDateTime;
use tokio_postgres::Client;

use crate::measure::{AllSaid, Profiled, Profiler};
pub use copy::DatabaseCopy;
use engine::Settings;
use engine::database::Database;
use engine::failure::Failure;
use engine::introspection;
use engine::migrate::{MigrationRun, Target as Goal, open_and_read_history};
use engine::report::Event;
use engine::run::progress::Progress;
use engine::scratch::refuse_effects;
use engine::values;
use probe::Probes;
use report::{
    About, CommandRun, FORMAT, Finding, Level, Limits, PlaceKind, Probed, Rehearsed, Report, RoundTrip,
    Source, Target, Verdict,
};
use sandbox::Location;
use tables::Columns;

/// A rehearsal to run, and its limits.
pub struct Rehearsal<'a> {
    /// All migrations of the folder.
    pub migrations: &'a Migrations,
    /// Settings that limit how long statements may wait and run.
    pub settings: Settings,
    /// Limits that fail the rehearsal.
    pub limits: Limits,
    /// Fingerprint of the database that is rehearsed for; see [`fingerprint::database`].
    pub database: String,
    /// The kind of place in which the rehearsal runs.
    pub place: PlaceKind,
    /// The file that holds the wanted schema; none where there is no such file.
    pub schema_file: Option<PathBuf>,
    /// The test command's words; none for no command.
    pub command: &'a [String],
    /// Time limit of the command.
    pub timeout: Duration,
    /// For whoever watches.
    pub observe: &'a dyn Fn(Event),
}

/// The pending migrations, applied.
struct Ups {
    measured: Vec<Rehearsed>,
    /// The catalog before the first and after each.
    catalogs: Vec<Catalog>,
    failure: Option<Failure>,
    said: AllSaid,
}

/// A database with what is pending there.
struct Opened<'m> {
    connector: Connector,
    session: Client,
    pending: Vec<&'m Migration>,
    before: Catalog,
    source: Source,
}

impl Rehearsal<'_> {
    /// The report of a production where nothing is pending, which needs no copy of it; none where something
    /// is. Nothing is changed.
    ///
    /// # Errors
    /// Production cannot be read, or files and history do not agree.
    pub async fn without_migrations(&self, production: &Url) -> Result<Option<Report>> {
        let opened = self.open(production).await?;
        if !opened.pending.is_empty() {
            return Ok(None);
        }
        let mut report = self.report(opened.source);
        report.target.catalog = Some(report.source.catalog.clone());
        report.findings.extend(schema::compare(self.schema_file.as_deref(), &opened.before)?);
        report.unmodeled = opened.before.unmodeled().map(str::to_owned).collect();
        report.findings.extend(findings::from_unmodeled(&report.unmodeled, &self.limits));
        if !self.command.is_empty() {
            let message = "nothing is pending, so that there is nothing to test: the command was not run";
            report.findings.push(Finding::new(Level::Note, About::Command, None, None, message.to_owned()));
        }
        Ok(Some(finished(report)))
    }

    async fn open(&self, url: &Url) -> Result<Opened<'_>> {
        let connector = Connector::new(url)?;
        let (session, database, history) = open_and_read_history(&connector).await?;
        let status = verify(self.migrations, &history)?;
        let pending = files::upgrade(&status, UpgradeTarget::Head)?;
        if let Some(table) = &database.table
            && Progress::read(&session, &table.name).await?.is_some()
        {
            bail!(
                "a migration was broken off on this database; let branchline upgrade finish it, then \
                 rehearse the others"
            );
        }
        if let Some(table) = &database.table {
            table.check_fit(pending.iter().copied())?;
        }
        if self.settings.protects_cluster {
            refuse_effects(pending.iter().copied(), "the copy is on it")?;
        }
        let before = introspection::read(&session).await?;
        let head = status.current().map(|migration| migration.label().to_owned());
        let source = self.source(head, &history, &before);
        Ok(Opened { connector, session, pending, before, source })
    }

    fn source(&self, head: Option<String>, history: &[Applied], before: &Catalog) -> Source {
        Source {
            database: self.database.clone(),
            head,
            relations: BTreeSet::new(),
            history: fingerprint::history(history),
            catalog: before.fingerprint(),
        }
    }

    /// A report before anything is done.
    fn report(&self, source: Source) -> Report {
        Report {
            format: FORMAT,
            rehearsed_at: OffsetDateTime::now_utc(),
            verdict: Verdict::Failed,
            place: self.place,
            target: Target { head: source.head.clone(), catalog: None },
            source,
            limits: self.limits.clone(),
            migrations: Vec::new(),
            probes: Vec::new(),
            command: None,
            round_trip: RoundTrip::default(),
            losses: Vec::new(),
            unmodeled: Vec::new(),
            findings: Vec::new(),
        }
    }

    /// Rehearses in a sandbox.
    ///
    /// # Errors
    /// The sandbox cannot be used, or files and history do not agree. A migration that fails is a finding.
    pub async fn run(&self, sandbox: &Location) -> Result<Report> {
        let Opened { connector, session, pending, before, source } = self.open(&sandbox.url).await?;
        let touched = tables::touched(&before, &pending);
        let known = relations(&before);
        let rows_before = tables::digest(&session, &touched).await?;
        let taken_before = next_ids::taken(&session).await?;
        let held = losses::held(&session, &before, &touched).await?;

        let mut findings = findings::from_lint(&pending, &self.limits);
        let (ups, probes) = self.apply(&connector, &session, &pending, before, &touched).await?;
        findings.extend(findings::from_measurements(&ups.measured, &probes, &known, &self.limits));
        findings.extend(findings::from_messages(ups.said));
        let mut report = self.report(source);
        report.source.relations = measured_of(&known, &ups.measured, &probes);
        (report.migrations, report.probes) = (ups.measured, probes);
        if let Some(failure) = &ups.failure {
            findings.push(failure_finding(failure));
        } else {
            report.losses = held.losses(&session, &pending).await?;
            let rows_after = tables::digest(&session, &touched).await?;
            findings.extend(findings::from_lost_rows(&rows_before, &rows_after, &self.limits));
            findings.extend(next_ids::findings(&taken_before, &next_ids::taken(&session).await?, "ups"));
            report.command = command::run(self.command, &sandbox.url, self.timeout).await?;
            findings.extend(report.command.iter().filter(|run| !run.is_success).map(command_finding));
            // While the command ran, an idle session may have been ended: Neon suspends a compute after five
            // minutes.
            let (session, ..) = open_and_read_history(&connector).await?;
            // The command's own writes are not the migrations' doing.
            let rows_now = match report.command {
                Some(_) => tables::digest(&session, &touched).await?,
                None => rows_after.clone(),
            };
            let way = self.check_round_trip(sandbox, &session, &pending, &ups.catalogs, &touched).await?;
            let untouched = |table: &str| rows_after.get(table) == rows_now.get(table);
            findings.extend(way.findings);
            findings
                .extend(way.taken.iter().flat_map(|taken| next_ids::findings(&taken_before, taken, "downs")));
            findings.extend(findings::from_changed_rows(
                &rows_before,
                way.rows.as_ref(),
                untouched,
                &self.limits,
            ));
            report.round_trip = way.result;
            let last = pending.last().map(|migration| migration.label().to_owned());
            report.target.head = last.or(report.target.head);
            if let Some(catalog) = ups.catalogs.last() {
                report.target.catalog = Some(catalog.fingerprint());
                findings.extend(schema::compare(self.schema_file.as_deref(), catalog)?);
                report.unmodeled = catalog.unmodeled().map(str::to_owned).collect();
                findings.extend(findings::from_unmodeled(&report.unmodeled, &self.limits));
            }
        }
        report.findings = findings;
        Ok(finished(report))
    }

    /// Applies and measures the pending migrations, with probing sessions on the tables that they touch.
    async fn apply(
        &self,
        connector: &Connector,
        session: &Client,
        pending: &[&Migration],
        before: Catalog,
        touched: &Columns,
    ) -> Result<(Ups, Vec<Probed>)> {
        let mut ups =
            Ups { measured: Vec::new(), catalogs: vec![before], failure: None, said: AllSaid::default() };
        if pending.is_empty() {
            ups.catalogs = vec![introspection::read_with_dependencies(session).await?];
            return Ok((ups, Vec::new()));
        }
        let origin = Instant::now();
        let mut profiler = Profiler::open(connector, origin).await?.reading_catalogs();
        let tables: Vec<String> = touched.keys().cloned().collect();
        let probes = Probes::open(connector, &tables, origin).await?;
        // Notices become findings, so they are not printed while the migrations run.
        let observe = |event| {
            if !matches!(event, Event::Notices { .. }) {
                (self.observe)(event);
            }
        };
        let target = Goal::Up(UpgradeTarget::Head);
        let run = MigrationRun { target, settings: &self.settings, observe: &observe };
        let unchecked = async |_: &Client, _: &Database, _: &[Applied]| Ok(());
        let work = async {
            let outcome = run.run_observed(connector, self.migrations, unchecked, &mut profiler).await;
            for (migration, Profiled { profile, catalog }) in pending.iter().zip(profiler.take()?) {
                let after = catalog.unwrap_or_default();
                let catalog = after.fingerprint();
                ups.measured.push(Rehearsed { checksum: migration.checksum(), catalog, measured: profile });
                ups.catalogs.push(after);
            }
            if let Err(error) = outcome {
                ups.failure = Some(error.downcast::<Failure>()?);
            }
            Ok(())
        };
        let (outcome, probed): (Result<()>, _) = probes.around(work).await;
        ups.said = profiler.take_said();
        outcome?;
        if let Some(last) = ups.catalogs.last_mut()
            && ups.failure.is_none()
        {
            // As the schema file is written from it.
            *last = introspection::read_with_dependencies(session).await?;
        }
        Ok((ups, probed))
    }
}

/// A report with its verdict, what weighs most first.
fn finished(mut report: Report) -> Report {
    report.findings.sort_by_key(|finding| std::cmp::Reverse(finding.level));
    report.verdict = verdict::judge(&report);
    report.rehearsed_at = OffsetDateTime::now_utc();
    report
}

/// Those of the relations that something was measured of.
fn measured_of(known: &BTreeSet<String>, migrations: &[Rehearsed], probes: &[Probed]) -> BTreeSet<String> {
    let statements = || migrations.iter().flat_map(|migration| &migration.measured.statements);
    let locked = statements().flat_map(|statement| statement.locks.iter().map(|lock| &lock.relation));
    let rewritten = statements().flat_map(|statement| &statement.rewrites);
    let read = statements().flat_map(|statement| statement.scans.iter().map(|scan| &scan.table));
    let probed = probes.iter().map(|probed| &probed.table);
    let named = locked.chain(rewritten).chain(read).chain(probed);
    named.filter(|name| known.contains(*name)).cloned().collect()
}

/// The relations that somebody may be using.
fn relations(catalog: &Catalog) -> BTreeSet<String> {
    let relation = |(object, _): (&ObjectId, _)| match object {
        ObjectId::Table(name)
        | ObjectId::Index(name)
        | ObjectId::View(name)
        | ObjectId::MaterializedView(name) => Some(name.to_string()),
        _ => None,
    };
    catalog.iter().filter_map(relation).collect()
}

fn failure_finding(failure: &Failure) -> Finding {
    // The first line names file and place, which the finding does as well; what a copy keeps matters to
    // nobody.
    let words = |message: &str| format!("could not be applied: {message}");
    Finding {
        shown: values::are_shown().then(|| words(&failure.source.to_string())),
        ..Finding::new(
            Level::Failure,
            About::Migration,
            Some(failure.file.clone()),
            failure.line,
            words(&failure.message),
        )
    }
}

fn command_finding(run: &CommandRun) -> Finding {
    let message = format!("{} {}", run.command.join(" "), run.outcome);
    Finding::new(Level::Failure, About::Command, None, None, message)
}
