//! The report on a terminal, within 80 columns.

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

use super::{Bytes, level, lock_in_words, place};
use crate::output::Took;
use crate::rehearsal::report::{Level, Report, Verdict, Who};

/// The whole report.
pub(crate) fn text(report: &Report) -> String {
    let mut parts = Vec::new();
    if !report.migrations.is_empty() {
        parts.push(table(report));
        parts.extend(locks(report));
    }
    parts.extend(findings(report));
    if let Some(run) = &report.command {
        parts.push(format!("{} {} after {}.", run.command.join(" "), run.outcome, Took(run.duration)));
    }
    let proved = &report.way_back.proved;
    if !proved.is_empty() {
        parts.push(format!("Taken back and applied again: {}.", proved.join(", ")));
    }
    parts.push(verdict(report));
    parts.join("\n\n")
}

fn table(report: &Report) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(80);
    table.set_header(["migration", "took", "readers waited", "writers waited", "WAL", "size"]);
    for migration in &report.migrations {
        table.add_row([
            migration.measured.migration.clone(),
            Took(migration.measured.duration).to_string(),
            migration.longest_wait(&report.probes, Who::Reader),
            migration.longest_wait(&report.probes, Who::Writer),
            Bytes(migration.wal_bytes()).to_string(),
            Bytes(migration.measured.size_change).to_string(),
        ]);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    lines(&table)
}

/// The locks that stand in somebody's way, under each statement that takes one.
fn locks(report: &Report) -> Option<String> {
    let mut told = Vec::new();
    for migration in &report.migrations {
        for statement in &migration.measured.statements {
            let blocking: Vec<_> = statement.locks.iter().filter(|lock| lock.mode.stops_writers()).collect();
            if blocking.is_empty() {
                continue;
            }
            let first = statement.sql.lines().next().unwrap_or_default();
            told.push(format!("{}:{}  {}", migration.measured.file, statement.line, first));
            told.extend(blocking.iter().map(|lock| format!("    {}", lock_in_words(lock))));
        }
    }
    (!told.is_empty())
        .then(|| format!("Locks that stop writers, or readers too (ACCESS EXCLUSIVE):\n{}", told.join("\n")))
}

fn findings(report: &Report) -> Vec<String> {
    let each = report.findings.iter().map(|finding| {
        crate::output::wrap(&format!("{}: {}{}", level(finding.level), place(finding), finding.message))
    });
    let all = each.collect::<Vec<_>>().join("\n");
    if all.is_empty() { Vec::new() } else { vec![all] }
}

fn verdict(report: &Report) -> String {
    let count = report.migrations.len();
    let migrations = match count {
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

fn lines(table: &Table) -> String {
    table.lines().map(|line| line.trim().to_owned()).collect::<Vec<_>>().join("\n")
}
