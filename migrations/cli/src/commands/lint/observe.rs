//! `lint --observe`: what each statement did on a scratch database, and how much that weighs in the real one.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use anyhow::{Context as _, Result};
use files::{Migration, Migrations};
use lint::{LintFinding, Severity, allows, lint_rule};
use pg::Connector;

use super::Context;
use engine::connect::connect;
use engine::database::rows;
use engine::report::Direction;
use engine::scratch;
use rehearsal::measure::{Lock, MigrationProfile, Profiler, StatementProfile};

/// A table smaller than this is rewritten or read in no time that anybody notices.
const LARGE: u64 = 10 << 20;

/// Observations of running the migrations.
pub(crate) struct Observed {
    pub(crate) measured: Vec<MigrationProfile>,
    pub(crate) findings: Vec<LintFinding>,
    /// Bytes of the real database's tables; none where no database is named.
    sizes: Option<BTreeMap<String, u64>>,
}

/// Foreign keys whose columns no index begins with, as table, columns and constraint.
const UNINDEXED: &str = "
    SELECT c.conrelid::regclass::text, c.conname::text
    FROM pg_constraint c
    WHERE c.contype = 'f' AND NOT EXISTS (
        SELECT FROM pg_index i
        WHERE i.indrelid = c.conrelid AND i.indisvalid AND i.indpred IS NULL
          AND (i.indkey::int2[])[0:cardinality(c.conkey) - 1] @> c.conkey)";

/// The real tables with their sizes.
const SIZES: &str = "
    SELECT n.nspname || '.' || c.relname, pg_table_size(c.oid)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'm')";

/// Runs all migrations on a scratch database, and watches those that are judged.
pub(super) async fn run(
    migrations: &Migrations,
    judged: &[&Migration],
    server: &scratch::Server,
    context: &Context<'_>,
) -> Result<Observed> {
    let sizes = sizes(context).await?;
    scratch::within(server, async |scratch| {
        let mut profiler = Profiler::open(&Connector::new(&scratch.url)?, Instant::now()).await?;
        let prepared = scratch.prepare(context.settings()).await?;
        let observe = |_| {};
        let runner = prepared.runner(&observe);
        let session = scratch.session().await?;
        let (mut measured, mut findings) = (Vec::new(), Vec::new());
        let mut unindexed = BTreeSet::new();
        // Foreign keys without an index, with the migration that made them.
        let mut keys = Vec::new();
        for migration in migrations.iter() {
            let applied = runner.run_observed(migration, Direction::Up, &mut profiler).await;
            let profiled = profiler.take()?.pop();
            applied.context("observing on a scratch database")?;
            let one = profiled.context("nothing was measured")?.profile;
            let now: BTreeSet<(String, String)> = rows(&session, UNINDEXED)
                .await?
                .iter()
                .map(|row| {
                    (row.get(0).unwrap_or_default().to_owned(), row.get(1).unwrap_or_default().to_owned())
                })
                .collect();
            if judged.iter().any(|judged| judged.version == migration.version) {
                findings.extend(statement_findings(migration, &one, sizes.as_ref()));
                keys.extend(now.difference(&unindexed).map(|key| (migration, key.clone())));
                measured.push(one);
            }
            unindexed = now;
        }
        // A migration after it may have brought the index: concurrently, and so in a file of its own.
        let missing = keys.iter().filter(|(_, key)| unindexed.contains(key));
        findings.extend(missing.filter_map(|(migration, key)| key_finding(migration, key)));
        Ok(Observed { measured, findings, sizes })
    })
    .await
}

async fn sizes(context: &Context<'_>) -> Result<Option<BTreeMap<String, u64>>> {
    if !context.names_database()? {
        return Ok(None);
    }
    let session = connect(&Connector::new(&context.url()?)?).await?;
    let size = |row: &tokio_postgres::SimpleQueryRow| {
        (
            row.get(0).unwrap_or_default().to_owned(),
            row.get(1).and_then(|size| size.parse().ok()).unwrap_or(0),
        )
    };
    Ok(Some(rows(&session, SIZES).await?.iter().map(size).collect()))
}

/// Returns the severity of what happens to a table: nothing for one that is there and small.
fn weigh(table: &str, sizes: Option<&BTreeMap<String, u64>>) -> Option<Severity> {
    match sizes.map(|sizes| sizes.get(table)) {
        None => Some(Severity::Warning),
        Some(Some(size)) if *size >= LARGE => Some(Severity::Error),
        Some(_) => None,
    }
}

fn statement_findings(
    migration: &Migration,
    measured: &MigrationProfile,
    sizes: Option<&BTreeMap<String, u64>>,
) -> Vec<LintFinding> {
    let mut findings = Vec::new();
    for statement in &measured.statements {
        for table in &statement.rewrites {
            let message = format!("{table} is rewritten as a whole{}", describe_size(table, sizes));
            findings.extend(finding(
                "observed-rewrite",
                migration,
                statement.line,
                weigh(table, sizes),
                message,
            ));
        }
        for scan in &statement.scans {
            let blocks = |lock: &&Lock| lock.relation == scan.table && lock.mode.stops_writers();
            if let Some(lock) = measured.locks().find(blocks) {
                let message = format!(
                    "{} is read under {}{}",
                    scan.table,
                    lock.mode,
                    describe_size(&scan.table, sizes)
                );
                let severity = weigh(&scan.table, sizes);
                findings.extend(finding(
                    "observed-scan-under-lock",
                    migration,
                    statement.line,
                    severity,
                    message,
                ));
            }
        }
    }
    findings
}

fn key_finding(migration: &Migration, (table, constraint): &(String, String)) -> Option<LintFinding> {
    let message = format!("the foreign key {constraint} of {table} has no index");
    let line = migration.up.statements().next().map_or(1, |statement| statement.line);
    finding("foreign-key-without-index", migration, line, Some(Severity::Warning), message)
}

fn describe_size(table: &str, sizes: Option<&BTreeMap<String, u64>>) -> String {
    match sizes.and_then(|sizes| sizes.get(table)) {
        Some(size) => format!(" ({} MB in the database)", size >> 20),
        None => String::new(),
    }
}

fn finding(
    rule: &str,
    migration: &Migration,
    line: usize,
    severity: Option<Severity>,
    message: String,
) -> Option<LintFinding> {
    let rule = lint_rule(rule).filter(|rule| !allows(&migration.up, rule.name))?;
    let length = migration.up.sql.lines().nth(line.saturating_sub(1)).map_or(1, |line| line.chars().count());
    Some(LintFinding {
        severity: severity?,
        ..LintFinding::at(rule, &migration.up, line, 1, length, message)
    })
}

impl Observed {
    /// The effects of each statement, a paragraph each.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for measured in &self.measured {
            text.push_str(&format!("{} on a scratch database:\n", measured.migration));
            for statement in &measured.statements {
                let sql = statement.sql.lines().next().unwrap_or_default();
                text.push_str(&format!(
                    "  line {}: {}\n",
                    statement.line,
                    sql.chars().take(60).collect::<String>()
                ));
                for did in self.deeds(statement) {
                    text.push_str(&format!("    {did}\n"));
                }
            }
            text.push('\n');
        }
        text
    }

    fn deeds(&self, statement: &StatementProfile) -> Vec<String> {
        let size = |table: &str| describe_size(table, self.sizes.as_ref());
        let locks = statement.locks.iter().map(|lock| format!("locks {} ({})", lock.relation, lock.mode));
        let rewrites = statement.rewrites.iter().map(|table| format!("rewrites {table}{}", size(table)));
        let scans = statement
            .scans
            .iter()
            .map(|scan| format!("reads {} from end to end{}", scan.table, size(&scan.table)));
        let builds = statement.indexes.iter().map(|index| format!("builds {index}"));
        locks.chain(rewrites).chain(scans).chain(builds).collect()
    }
}
