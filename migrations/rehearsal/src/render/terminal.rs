//! The report on a terminal, within 80 columns.

use std::time::Duration;

use comfy_table::{CellAlignment, Table, presets};

use super::{level, lock_in_words, place};
use crate::measure::Lock;
use crate::report::{About, Finding, Level, Report, Verdict, Who};
use text::{BinaryBytes, COLUMNS, HumanDuration, visible};

/// A shorter lock is in the other forms of the report only.
const NOTICED: Duration = Duration::from_millis(100);

/// Notes that a terminal shows; the other forms of the report have all of them.
const NOTES: usize = 40;

/// The whole report: measurements, failures and warnings, the verdict, and the notes below it.
pub fn terminal(report: &Report) -> String {
    let (notes, weighty): (Vec<_>, Vec<_>) =
        report.findings.iter().partition(|finding| finding.level == Level::Note);
    let mut parts = Vec::new();
    if !report.migrations.is_empty() {
        parts.push(table(report));
        parts.push(locks(report));
    }
    parts.extend(findings(&weighty));
    if let Some(run) = &report.command {
        parts.push(format!(
            "{} {} after {}.",
            run.command.join(" "),
            run.outcome,
            HumanDuration(run.duration)
        ));
    }
    match &report.round_trip.proved[..] {
        [] => {}
        [one] => parts.push(format!("Taken back and applied again: {one}.")),
        [first, .., last] => parts.push(format!("Taken back and applied again: {first} to {last}.")),
    }
    parts.push(verdict(report));
    parts.extend(findings(&notes[..notes.len().min(NOTES)]));
    if notes.len() > NOTES {
        parts.push(format!("… and {} more notes; --report-html shows all of them.", notes.len() - NOTES));
    }
    visible(&parts.join("\n\n")).into_owned()
}

/// One line for each migration. The name comes last, because only it may be cut.
fn table(report: &Report) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["took", "readers", "writers", "WAL", "growth", "migration"]);
    for migration in &report.migrations {
        table.add_row([
            HumanDuration(migration.measured.duration).to_string(),
            migration.longest_wait(&report.probes, Who::Reader),
            migration.longest_wait(&report.probes, Who::Writer),
            BinaryBytes(migration.wal_bytes()).to_string(),
            BinaryBytes(migration.measured.size_change).to_string(),
            migration.measured.migration.clone(),
        ]);
    }
    for column in table.column_iter_mut().take(5) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let lines: Vec<String> = table.to_string().lines().map(|line| cut(line.trim_end())).collect();
    let legend = "readers, writers: longest wait; WAL: log written; growth: tables and indexes";
    format!("{}\n{legend}", lines.join("\n"))
}

/// The statements that stopped others long enough to be noticed, each with its locks.
fn locks(report: &Report) -> String {
    let mut lines = Vec::new();
    for measured in report.migrations.iter().map(|migration| &migration.measured) {
        for statement in &measured.statements {
            let is_long = |lock: &&Lock| lock.mode.stops_writers() && lock.held >= NOTICED;
            let long: Vec<_> = statement.locks.iter().filter(is_long).collect();
            if !long.is_empty() {
                let first = statement.sql.lines().next().unwrap_or_default();
                lines.push(cut(&format!("{}:{}  {first}", measured.file, statement.line)));
                lines.extend(long.iter().map(|lock| format!("    {}", lock_in_words(lock))));
            }
        }
    }
    match lines[..] {
        [] => format!("No lock that stops others was held for {} or longer.", HumanDuration(NOTICED)),
        _ => {
            format!("Locks that stopped writers (ACCESS EXCLUSIVE stops readers, too):\n{}", lines.join("\n"))
        }
    }
}

/// A line as a terminal shows it.
fn cut(line: &str) -> String {
    let line = visible(line);
    match line.char_indices().nth(COLUMNS) {
        Some(_) => line.chars().take(COLUMNS - 1).chain(['…']).collect(),
        None => line.into_owned(),
    }
}

fn findings(findings: &[&Finding]) -> Option<String> {
    let each = findings.iter().map(|finding| {
        let line = format!("{}: {}{}", level(finding.level), place(finding), finding.words());
        text::wrap(&visible(&line))
    });
    (!findings.is_empty()).then(|| each.collect::<Vec<_>>().join("\n"))
}

fn verdict(report: &Report) -> String {
    let count = report.migrations.len();
    let migrations = match count {
        0 if report.findings.iter().any(|finding| finding.about == About::Migration) => {
            "The first migration could not be applied".to_owned()
        }
        0 => "Nothing is pending".to_owned(),
        1 => "1 migration was rehearsed".to_owned(),
        count => format!("{count} migrations were rehearsed"),
    };
    match (report.verdict, report.level()) {
        (Verdict::Failed, _) => format!("{migrations}. Failed: do not deploy this."),
        (Verdict::Passed, Some(Level::Warning)) => format!("{migrations}. Passed, with warnings to look at."),
        (Verdict::Passed, _) => format!("{migrations}. Passed."),
    }
}
