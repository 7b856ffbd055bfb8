//! From measurements to findings.

use std::collections::BTreeSet;
use std::time::Duration;

use files::Migration;
use lint::{LintFinding, Severity, lint_migrations};

use super::report::{About, Deny, Finding, Level, Limits, Probed, Rehearsed, Who};
use super::tables::Digest;
use crate::measure::{AllSaid, Lock, MigrationProfile, Said, StatementProfile};
use text::{Grouped, HumanDuration};

/// Without a limit, a lock that is held this long is worth a warning.
const NOTEWORTHY: Duration = Duration::from_secs(1);

/// Findings about the measurements. `known` are the relations that were there before the first
/// migration, which somebody may be using.
pub(super) fn from_measurements(
    migrations: &[Rehearsed],
    probes: &[Probed],
    known: &BTreeSet<String>,
    limits: &Limits,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for Rehearsed { measured, .. } in migrations {
        let judge = Judge { measured, probes, known, limits };
        judge.locks(&mut findings);
        judge.statements(&mut findings);
    }
    findings.extend(probes.iter().filter_map(broken));
    findings
}

/// The finding about objects that the catalog does not model.
pub(super) fn from_unmodeled(unmodeled: &[String], limits: &Limits) -> Option<Finding> {
    let level = if limits.deny.contains(&Deny::Unmodeled) { Level::Failure } else { Level::Note };
    let message = format!("not modeled, and so not compared: {}", unmodeled.join(", "));
    (!unmodeled.is_empty()).then(|| Finding::new(level, About::Schema, None, None, message))
}

struct Judge<'a> {
    measured: &'a MigrationProfile,
    probes: &'a [Probed],
    known: &'a BTreeSet<String>,
    limits: &'a Limits,
}

impl Judge<'_> {
    fn finding(&self, level: Level, about: About, line: usize, message: String) -> Finding {
        Finding::new(level, about, Some(self.measured.file.clone()), Some(line), message)
    }

    fn denies(&self, what: Deny) -> bool {
        self.limits.deny.contains(&what)
    }

    /// Returns the level of a finding that others are blocked for so long.
    fn weigh(&self, held_up: Duration) -> Option<Level> {
        match self.limits.max_lock {
            Some(limit) if held_up > limit => Some(Level::Failure),
            None if held_up > NOTEWORTHY => Some(Level::Warning),
            _ => None,
        }
    }

    /// The longest lock of each relation, and waits that no lock on a relation explains.
    fn locks(&self, findings: &mut Vec<Finding>) {
        for table in self.known {
            let of_table = |statement: &StatementProfile| {
                let blocking = |lock: &&Lock| lock.relation == *table && lock.mode.stops_writers();
                statement.locks.iter().find(blocking).map(|lock| (statement.line, lock.clone()))
            };
            let longest =
                self.measured.statements.iter().filter_map(of_table).max_by_key(|(_, lock)| lock.held);
            let waits = self.waits(table);
            let waited = waits.iter().map(|(_, waited)| *waited).max().unwrap_or_default();
            match longest {
                Some((line, lock)) => {
                    let Some(level) = self.weigh(lock.held.max(waited)) else { continue };
                    let who = if lock.mode.stops_readers() { "reading and writing" } else { "writing" };
                    let message = format!(
                        "{} on {table} was held for {}, which stops {who}{}{}",
                        lock.mode,
                        HumanDuration(lock.held),
                        describe_waits(&waits),
                        self.describe_limit(),
                    );
                    findings.push(self.finding(level, About::Lock, line, message));
                }
                None => {
                    let Some(level) = self.weigh(waited) else { continue };
                    let line = self.measured.statements.first().map_or(1, |statement| statement.line);
                    let message = format!(
                        "rows of {table} were locked{}{}",
                        describe_waits(&waits),
                        self.describe_limit()
                    );
                    findings.push(self.finding(level, About::Lock, line, message));
                }
            }
        }
    }

    /// The longest wait of the readers and of the writers of a table while this migration ran.
    fn waits(&self, table: &str) -> Vec<(Who, Duration)> {
        let (from, until) = (self.measured.started, self.measured.started + self.measured.duration);
        let of_table = self.probes.iter().filter(|probed| probed.table == table);
        of_table.filter_map(|probed| Some((probed.who, probed.longest_within(from, until)?.waited))).collect()
    }

    fn describe_limit(&self) -> String {
        self.limits
            .max_lock
            .map_or_else(String::new, |limit| format!("; the limit is {}", HumanDuration(limit)))
    }

    fn statements(&self, findings: &mut Vec<Finding>) {
        for statement in &self.measured.statements {
            for table in statement.rewrites.iter().filter(|table| self.known.contains(*table)) {
                let level = if self.denies(Deny::Rewrite) { Level::Failure } else { Level::Note };
                let message =
                    format!("{table} was rewritten as a whole, in {}", HumanDuration(statement.duration));
                findings.push(self.finding(level, About::Rewrite, statement.line, message));
            }
            for scan in statement.scans.iter().filter(|scan| self.known.contains(&scan.table)) {
                let begun = statement.started + statement.duration;
                let is_stopped = |lock: &Lock| {
                    lock.relation == scan.table
                        && lock.mode.stops_writers()
                        && lock.taken < begun
                        && lock.released() > statement.started
                };
                if self.denies(Deny::Scan) && self.measured.locks().any(is_stopped) {
                    let message = format!(
                        "{} rows of {} were read while nobody could write",
                        Grouped(scan.rows),
                        scan.table
                    );
                    findings.push(self.finding(Level::Failure, About::Scan, statement.line, message));
                }
            }
        }
    }
}

fn describe_waits(waits: &[(Who, Duration)]) -> String {
    let each: Vec<String> = waits
        .iter()
        .map(|(who, waited)| {
            let who = if *who == Who::Reader { "a reader" } else { "a writer" };
            format!("{who} waited {}", HumanDuration(*waited))
        })
        .collect();
    if each.is_empty() { String::new() } else { format!(" ({})", each.join(", ")) }
}

/// The linter's findings about the files. They are notes: whatever the linter suspects is measured here.
pub(super) fn from_lint(pending: &[&Migration], limits: &Limits) -> Vec<Finding> {
    let finding = |found: LintFinding| {
        let level = match found.severity {
            Severity::Error if limits.deny.contains(&Deny::Lint) => Level::Failure,
            _ => Level::Note,
        };
        let message = format!("{} ({})", found.message, found.rule);
        Finding::new(level, About::Lint, Some(found.file), Some(found.line), message)
    };
    lint_migrations([], pending.iter().copied()).into_iter().map(finding).collect()
}

/// The notices of the server and the migrations while they ran, one finding each.
pub(super) fn from_messages(said: AllSaid) -> Vec<Finding> {
    let finding = |said: Said| {
        let words = |message: &str| format!("{}: {message}", said.severity);
        let (shown, message) = (said.shown.as_deref().map(words), words(&said.message));
        let (file, line) = (Some(said.file), Some(said.line));
        Finding { shown, ..Finding::new(Level::Note, About::Notice, file, line, message) }
    };
    let mut findings: Vec<Finding> = said.kept.into_iter().map(finding).collect();
    if said.more > 0 {
        let message = format!("the migrations said {} more things like these", said.more);
        findings.push(Finding::new(Level::Note, About::Notice, None, None, message));
    }
    findings
}

/// Rows that are fewer after the migrations than before.
pub(super) fn from_lost_rows(before: &Digest, after: &Digest, limits: &Limits) -> Vec<Finding> {
    let level = if limits.deny.contains(&Deny::Data) { Level::Failure } else { Level::Warning };
    let lost = before.iter().filter_map(|(table, before)| {
        let left = after.get(table)?.count;
        let message = format!(
            "{table} had {} rows and has {} after the migrations",
            Grouped(before.count),
            Grouped(left)
        );
        (left < before.count).then(|| data(level, message))
    });
    lost.collect()
}

/// Tables that the downs do not restore. `is_comparable` is false for those that somebody else wrote to.
pub(super) fn from_changed_rows(
    before: &Digest,
    back: Option<&Digest>,
    is_comparable: impl Fn(&str) -> bool,
    limits: &Limits,
) -> Vec<Finding> {
    let Some(back) = back else { return Vec::new() };
    let changed = before.iter().filter(|(table, _)| is_comparable(table)).filter_map(|(table, before)| {
        let after = back.get(table).filter(|after| !after.are_as(before))?;
        let (level, message) = if after.count == before.count {
            (Level::Note, format!("{table} has as many rows after the downs as before, but other values"))
        } else {
            let message = format!(
                "{table} had {} rows and has {} after the downs",
                Grouped(before.count),
                Grouped(after.count)
            );
            (Level::Warning, message)
        };
        Some(data(if limits.deny.contains(&Deny::Data) { Level::Failure } else { level }, message))
    });
    changed.collect()
}

fn data(level: Level, message: String) -> Finding {
    Finding::new(level, About::Data, None, None, message)
}

fn broken(probed: &Probed) -> Option<Finding> {
    let error = probed.broken.as_ref()?;
    let who = if probed.who == Who::Reader { "reads" } else { "writes" };
    let message = format!("a client that {who} {} fails from now on: {error}", probed.table);
    Some(Finding::new(Level::Warning, About::Client, None, None, message))
}

#[cfg(test)]
mod tests {
    use super::super::report::Wait;
    use super::*;
    use crate::measure::LockMode;
    use crate::measure::profile::{RelationKind, Scan};

    const MS: fn(u64) -> Duration = Duration::from_millis;

    fn migration(mode: LockMode, held: u64) -> Rehearsed {
        let lock = Lock {
            relation: "public.a".to_owned(),
            kind: RelationKind::Table,
            mode,
            taken: MS(100),
            held: MS(held),
        };
        let statement = StatementProfile {
            line: 3,
            sql: "ALTER TABLE a …".to_owned(),
            started: MS(100),
            duration: MS(held),
            waited: Duration::ZERO,
            locks: vec![lock],
            rewrites: vec!["public.a".to_owned()],
            scans: vec![Scan { table: "public.a".to_owned(), rows: 5 }],
            indexes: Vec::new(),
            wal_bytes: 0,
        };
        let measured = MigrationProfile {
            version: 2,
            migration: "V2__b".to_owned(),
            file: "V2__b.sql".to_owned(),
            in_transaction: true,
            started: MS(100),
            duration: MS(held),
            size_change: 0,
            statements: vec![statement],
        };
        Rehearsed { checksum: "1".to_owned(), catalog: String::new(), measured }
    }

    fn judged(
        mode: LockMode,
        held: u64,
        max_lock: Option<u64>,
        deny: &[Deny],
        waited: u64,
    ) -> Vec<(Level, String)> {
        let limits = Limits { max_lock: max_lock.map(MS), deny: deny.to_vec() };
        let probe = Probed {
            table: "public.a".to_owned(),
            who: Who::Writer,
            attempts: 9,
            waits: vec![Wait { started: MS(110), waited: MS(waited) }],
            broken: None,
        };
        let known = BTreeSet::from(["public.a".to_owned()]);
        let findings = from_measurements(&[migration(mode, held)], &[probe], &known, &limits);
        findings.into_iter().map(|finding| (finding.level, finding.message)).collect()
    }

    #[test]
    fn a_lock_past_the_limit_fails_and_says_who_waited() {
        let found = judged(LockMode::Share, 700, Some(500), &[], 690);
        assert_eq!(
            found[0],
            (
                Level::Failure,
                "SHARE on public.a was held for 700 ms, which stops writing (a writer waited 690 ms); the \
                 limit is 500 ms"
                    .to_owned()
            )
        );
        assert!(
            judged(LockMode::Share, 500, Some(500), &[], 100).iter().all(|(level, _)| *level == Level::Note)
        );
    }

    #[test]
    fn a_lock_that_stops_nobody_is_none_whatever_its_time() {
        let found = judged(LockMode::ShareUpdateExclusive, 9_000, Some(500), &[], 20);
        assert!(found.iter().all(|(level, _)| *level == Level::Note), "{found:?}");
    }

    #[test]
    fn a_wait_for_rows_counts_as_a_lock_does() {
        let found = judged(LockMode::RowExclusive, 9_000, Some(500), &[], 800);
        assert_eq!(found[0].0, Level::Failure);
        assert_eq!(found[0].1, "rows of public.a were locked (a writer waited 800 ms); the limit is 500 ms");
    }

    #[test]
    fn without_a_limit_a_second_is_worth_a_warning() {
        assert_eq!(judged(LockMode::AccessExclusive, 1_500, None, &[], 20)[0].0, Level::Warning);
        assert_eq!(judged(LockMode::AccessExclusive, 900, None, &[], 20)[0].0, Level::Note);
    }

    #[test]
    fn what_is_denied_fails_however_short_it_was() {
        let found = judged(LockMode::AccessExclusive, 1, None, &[Deny::Rewrite, Deny::Scan], 10);
        assert_eq!(found.iter().filter(|(level, _)| *level == Level::Failure).count(), 2);
        // Reading a table that others may write to holds nobody up.
        let found = judged(LockMode::RowExclusive, 1, None, &[Deny::Scan], 10);
        assert!(found.iter().all(|(level, _)| *level == Level::Note), "{found:?}");
    }
}
