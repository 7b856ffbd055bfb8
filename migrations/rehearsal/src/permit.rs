//! Checks that a rehearsal's report permits a deploy: production must be where the rehearsal found it, or
//! where an earlier deploy by the same report left it, and the files must be those that were rehearsed.
//!
//! It is an interlock and not a signature: it keeps mistakes from production, not somebody who writes a
//! report of his own.

use std::time::Duration;

use files::{Applied, Migration, Migrations};
use time::OffsetDateTime;

use super::fingerprint;
use super::report::{FORMAT, Report, Verdict};
use super::verdict;
use engine::Settings;
use text::HumanDuration;

/// However much of the limit the rehearsed locks take, a migration gets so long to wait for its own.
const SHORTEST_WAIT: Duration = Duration::from_millis(100);

/// The state of production now.
pub struct Production<'a> {
    /// See [`fingerprint::database`].
    pub database: String,
    /// The rows of its history table.
    pub history: &'a [Applied],
    /// See [`model::Catalog::fingerprint`].
    pub catalog: String,
}

/// Why a report is no permit.
#[expect(missing_docs, reason = "each variant's message says what it is")]
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error(
        "the report has format {0}, and this branchline reads {FORMAT}; rehearse with the version that \
         deploys"
    )]
    Format(u32),
    #[error("the rehearsal failed; put right what its report says and rehearse again")]
    Failed,
    #[error(
        "the rehearsal failed by the report's own findings, measurements and limits, whatever its verdict \
         says; put right what they say and rehearse again"
    )]
    Contradicted,
    #[error("the rehearsal was {age} ago, and --max-age is {limit}; rehearse again")]
    Old { age: String, limit: String },
    #[error("the report is from the future; is this machine's clock right?")]
    Future,
    #[error("the rehearsal was for another database than this one (host, port or name differ)")]
    OtherDatabase,
    #[error("{label} {change}; rehearse what is to be deployed")]
    Files { label: String, change: &'static str },
    #[error(
        "production has moved: its history is not the one that was rehearsed on (it was at {then} and is at \
         {now}); rehearse again"
    )]
    History { then: String, now: String },
    #[error(
        "production has moved: its schema was changed since the rehearsal, outside the migrations; rehearse \
         again, and see what changed with branchline schema"
    )]
    Catalog,
}

/// Returns how many of the rehearsed migrations production has already.
///
/// # Errors
/// Why the report is no permit.
pub fn check(
    report: &Report,
    migrations: &Migrations,
    production: &Production<'_>,
    now: OffsetDateTime,
    max_age: Duration,
) -> Result<usize, Refusal> {
    if report.format != FORMAT {
        return Err(Refusal::Format(report.format));
    }
    if report.verdict != Verdict::Passed {
        return Err(Refusal::Failed);
    }
    if verdict::judge(report) != Verdict::Passed {
        return Err(Refusal::Contradicted);
    }
    let age = Duration::try_from(now - report.rehearsed_at);
    match age {
        // Two machines' clocks differ by seconds, not by minutes.
        Err(_) if now + Duration::from_secs(60) < report.rehearsed_at => return Err(Refusal::Future),
        Ok(age) if age > max_age => {
            return Err(Refusal::Old {
                age: HumanDuration(age).to_string(),
                limit: HumanDuration(max_age).to_string(),
            });
        }
        _ => {}
    }
    if report.source.database != production.database {
        return Err(Refusal::OtherDatabase);
    }
    let is_rehearsed = |row: &&Applied| {
        report
            .migrations
            .iter()
            .any(|rehearsed| rehearsed.measured.version == row.version && rehearsed.checksum == row.checksum)
    };
    let (done, before): (Vec<&Applied>, Vec<&Applied>) = production.history.iter().partition(is_rehearsed);
    let before: Vec<Applied> = before.into_iter().cloned().collect();
    if fingerprint::history(&before) != report.source.history {
        let label = |row: &Applied| format!("V{}__{}", row.version, row.name);
        return Err(Refusal::History {
            then: report.source.head.clone().unwrap_or_else(|| "base".to_owned()),
            now: production.history.last().map_or_else(|| "base".to_owned(), label),
        });
    }
    check_files(report, migrations, production.history)?;
    let expected = match done.len().checked_sub(1).and_then(|last| report.migrations.get(last)) {
        Some(last) => &last.catalog,
        None => &report.source.catalog,
    };
    if *expected != production.catalog {
        return Err(Refusal::Catalog);
    }
    Ok(done.len())
}

/// The files that are not applied yet, or that the report speaks of, must be the report's, one by one.
fn check_files(report: &Report, migrations: &Migrations, history: &[Applied]) -> Result<(), Refusal> {
    let is_open = |migration: &&Migration| {
        let is_rehearsed = report.migrations.iter().any(|r| r.measured.version == migration.version);
        is_rehearsed || !history.iter().any(|row| row.version == migration.version)
    };
    let refuse = |label: &str, change| Err(Refusal::Files { label: label.to_owned(), change });
    for migration in migrations.iter().filter(is_open) {
        match report.migrations.iter().find(|r| r.measured.version == migration.version) {
            None => return refuse(migration.label(), "is pending and was not rehearsed"),
            Some(rehearsed) if rehearsed.checksum != migration.checksum() => {
                return refuse(migration.label(), "has changed since it was rehearsed");
            }
            Some(_) => {}
        }
    }
    match report.migrations.iter().find(|r| migrations.get(r.measured.version).is_none()) {
        Some(rehearsed) => refuse(&rehearsed.measured.migration, "was rehearsed, and its file is gone"),
        None => Ok(()),
    }
}

/// The settings for production: a migration may wait for its locks, during which others queue behind it, for
/// as long as the rehearsed locks leave of the limit.
pub fn settings(report: &Report, settings: Settings) -> Settings {
    let Some(limit) = report.limits.max_lock else { return settings };
    let locks = report.migrations.iter().filter_map(|rehearsed| rehearsed.measured.longest_blocking_lock());
    let held = locks.map(|lock| lock.held).max().unwrap_or_default();
    let left = limit.saturating_sub(held).max(SHORTEST_WAIT);
    let lock_timeout = if settings.lock_timeout.is_zero() { left } else { left.min(settings.lock_timeout) };
    Settings { lock_timeout, ..settings }
}
