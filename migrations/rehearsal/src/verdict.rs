//! Decides whether a report permits a deploy.

use crate::findings;
use crate::report::{Deny, Finding, Level, Report, Verdict};

/// The verdict that follows from findings, measurements and limits.
pub(crate) fn judge(report: &Report) -> Verdict {
    let limits = &report.limits;
    let measured =
        findings::from_measurements(&report.migrations, &report.probes, &report.source.relations, limits);
    let fails = |finding: &Finding| finding.level == Level::Failure;
    let has_failed = report.findings.iter().chain(&measured).any(fails)
        || report.command.as_ref().is_some_and(|run| !run.is_success)
        || (limits.deny.contains(&Deny::Irreversible) && !report.round_trip.without.is_empty())
        || report.target.catalog.is_none();
    if has_failed { Verdict::Failed } else { Verdict::Passed }
}
