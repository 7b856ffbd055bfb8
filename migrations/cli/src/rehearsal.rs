//! Rehearsing migrations on a copy of production: they are applied and measured while others use the tables, tested,
//! taken back and applied again.

mod command;
pub(crate) mod findings;
pub(crate) mod fingerprint;
pub(crate) mod permit;
mod probe;
pub(crate) mod report;
pub(crate) mod schema;
pub(crate) mod show;
pub(crate) mod stage;
mod tables;
mod way_back;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use pg::Connector;
use schema_core::{Catalog, Migration, Migrations, UpgradeTarget, verify};
use time::OffsetDateTime;
use tokio_postgres::Client;

use crate::failure::Failure;
use crate::introspection;
use crate::measure::Meter;
use crate::migrate::look;
use crate::report::{Direction, Event, Step};
use crate::run::Settings;
use crate::run::progress::Progress;
use probe::Probes;
use report::{
    About, CommandRun, FORMAT, Finding, Level, Limits, PlaceKind, Probed, Rehearsed, Report, Source, Target,
    Verdict, WayBack,
};
use stage::Stage;
use tables::Columns;

/// What to rehearse, and what is asked of it.
pub(crate) struct Rehearsal<'a> {
    pub(crate) migrations: &'a Migrations,
    pub(crate) settings: Settings,
    pub(crate) limits: Limits,
    /// Which database is rehearsed for; see [`fingerprint::database`].
    pub(crate) database: String,
    pub(crate) place: PlaceKind,
    /// The file that holds the wanted schema; none where there is no such file.
    pub(crate) schema_file: Option<PathBuf>,
    /// The test command's words; none for no command.
    pub(crate) command: &'a [String],
    /// How long the command may take.
    pub(crate) timeout: Duration,
    /// For whoever watches.
    pub(crate) observe: &'a dyn Fn(Event),
}

/// The pending migrations, applied.
struct Ups {
    measured: Vec<Rehearsed>,
    /// The catalog before the first and after each.
    catalogs: Vec<Catalog>,
    failure: Option<Failure>,
}

impl Rehearsal<'_> {
    /// Rehearses on a stage.
    ///
    /// # Errors
    /// The stage cannot be used, or files and history do not agree. A migration that fails is a finding.
    pub(crate) async fn run(&self, stage: &Stage) -> Result<Report> {
        let connector = Connector::new(&stage.url)?;
        let (session, database, history) = look(&connector).await?;
        let status = verify(self.migrations, &history)?;
        let pending = schema_core::upgrade(&status, UpgradeTarget::Head)?;
        if let Some(table) = &database.table
            && Progress::read(&session, &table.name).await?.is_some()
        {
            bail!(
                "a migration was broken off on this database; let branchline upgrade finish it, then rehearse the others"
            );
        }
        if let Some(table) = &database.table {
            table.check_fit(pending.iter().copied())?;
        }
        let before = introspection::read(&session).await?;
        let source = Source {
            database: self.database.clone(),
            head: status.current().map(|migration| migration.label().to_owned()),
            history: fingerprint::history(&history),
            catalog: fingerprint::catalog(&before),
        };
        let touched = tables::touched(&before, &pending);
        let known = relations(&before);
        let rows_before = tables::digest(&session, &touched).await?;

        let mut findings = findings::of_lint(&pending, &self.limits);
        let (ups, probes) = self.apply(&connector, &session, &pending, before, &touched).await?;
        findings.extend(findings::of_measurements(&ups.measured, &probes, &known, &self.limits));
        let mut report = Report {
            format: FORMAT,
            rehearsed_at: OffsetDateTime::now_utc(),
            verdict: Verdict::Failed,
            place: self.place,
            target: Target { head: source.head.clone(), catalog: None },
            source,
            limits: self.limits.clone(),
            migrations: ups.measured,
            probes,
            command: None,
            way_back: WayBack::default(),
            findings: Vec::new(),
        };
        if let Some(failure) = &ups.failure {
            findings.push(of_failure(failure));
        } else {
            let rows_after = tables::digest(&session, &touched).await?;
            findings.extend(findings::of_lost_rows(&rows_before, &rows_after, &self.limits));
            report.command = command::run(self.command, &stage.url, self.timeout).await?;
            findings.extend(report.command.iter().filter(|run| !run.is_success).map(of_command));
            // While the command ran, an idle session may have been ended: Neon suspends a compute after five minutes.
            let (session, ..) = look(&connector).await?;
            // What the command wrote is no migration's doing.
            let rows_now = match report.command {
                Some(_) => tables::digest(&session, &touched).await?,
                None => rows_after.clone(),
            };
            let way = self.way_back(stage, &session, &pending, &ups.catalogs, &touched).await?;
            let untouched = |table: &str| rows_after.get(table) == rows_now.get(table);
            findings.extend(way.findings);
            findings.extend(findings::of_changed_rows(
                &rows_before,
                way.rows.as_ref(),
                untouched,
                &self.limits,
            ));
            report.way_back = way.told;
            let last = pending.last().map(|migration| migration.label().to_owned());
            report.target.head = last.or(report.target.head);
            if let Some(catalog) = ups.catalogs.last() {
                report.target.catalog = Some(fingerprint::catalog(catalog));
                findings.extend(schema::compare(self.schema_file.as_deref(), catalog)?);
            }
        }
        report.findings = findings;
        report.findings.sort_by_key(|finding| std::cmp::Reverse(finding.level));
        if report.level() != Some(Level::Failure) {
            report.verdict = Verdict::Passed;
        }
        report.rehearsed_at = OffsetDateTime::now_utc();
        Ok(report)
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
        let mut ups = Ups { measured: Vec::new(), catalogs: vec![before], failure: None };
        if pending.is_empty() {
            ups.catalogs = vec![introspection::read_with_dependencies(session).await?];
            return Ok((ups, Vec::new()));
        }
        let origin = Instant::now();
        let versions = self.migrations.version_type();
        let meter = Meter::open(connector.url(), &self.settings, versions, origin).await?;
        let tables: Vec<String> = touched.keys().cloned().collect();
        let probes = Probes::open(connector, &tables, origin).await?;
        let work = async {
            for migration in pending {
                match meter.apply(migration).await {
                    Ok(measured) => {
                        (self.observe)(Event::Done(Step {
                            version: migration.version,
                            migration: migration.label().to_owned(),
                            direction: Direction::Up,
                            duration: measured.duration,
                            notices: Vec::new(),
                            notices_left_out: 0,
                        }));
                        let after = introspection::read(session).await?;
                        let catalog = fingerprint::catalog(&after);
                        ups.measured.push(Rehearsed { checksum: migration.checksum(), catalog, measured });
                        ups.catalogs.push(after);
                    }
                    Err(error) => {
                        ups.failure = Some(error.downcast::<Failure>()?);
                        break;
                    }
                }
            }
            Ok(())
        };
        let (outcome, probed): (Result<()>, _) = probes.around(work).await;
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

/// The relations that somebody may be using.
fn relations(catalog: &Catalog) -> BTreeSet<String> {
    let is_relation = |kind: &str| matches!(kind, "table" | "index" | "view" | "materialized view");
    catalog
        .iter()
        .filter(|(object, _)| is_relation(&object.kind))
        .map(|(object, _)| object.name.clone())
        .collect()
}

fn of_failure(failure: &Failure) -> Finding {
    Finding {
        level: Level::Failure,
        about: About::Migration,
        file: Some(failure.file.clone()),
        line: failure.line,
        // The first line names file and place, which the finding does as well; what a copy keeps matters to nobody.
        message: format!("could not be applied: {}", failure.source),
    }
}

fn of_command(run: &CommandRun) -> Finding {
    let message = format!("{} {}", run.command.join(" "), run.outcome);
    Finding { level: Level::Failure, about: About::Command, file: None, line: None, message }
}
