//! The report as a comment on a pull request.

use super::{Bytes, level, lock_in_words, place, visible};
use crate::output::Took;
use crate::rehearsal::report::{Level, Report, Verdict, Who};

/// By this line a pipeline finds the comment that it wrote before.
const MARK: &str = "<!-- branchline rehearsal -->";

/// The whole report, in GitHub's Markdown.
pub(crate) fn markdown(report: &Report) -> String {
    let mut parts = vec![format!("{MARK}\n### {}", headline(report))];
    let findings: Vec<String> = report
        .findings
        .iter()
        .map(|finding| {
            let message = escape(&finding.message).replace('\n', "<br>");
            format!("- **{}**: {}{message}", level(finding.level), escape(&place(finding)))
        })
        .collect();
    parts.extend((!findings.is_empty()).then(|| findings.join("\n")));
    if !report.migrations.is_empty() {
        parts.push(migrations(report));
        parts.push(statements(report));
    }
    if let Some(run) = &report.command {
        let command = run.command.join(" ");
        parts.push(format!("`{}` {} after {}.", visible(&command), run.outcome, Took(run.duration)));
    }
    if !report.way_back.proved.is_empty() {
        let proved =
            report.way_back.proved.iter().map(|label| format!("`{}`", visible(label))).collect::<Vec<_>>();
        parts.push(format!("Taken back and applied again: {}.", proved.join(", ")));
    }
    parts.join("\n\n") + "\n"
}

fn headline(report: &Report) -> &'static str {
    match (report.verdict, report.level(), report.migrations.is_empty()) {
        (Verdict::Failed, ..) => "❌ The rehearsal failed",
        (Verdict::Passed, Some(Level::Warning), _) => "⚠️ The rehearsal passed, with warnings",
        (Verdict::Passed, _, true) => "✅ No migration is pending",
        (Verdict::Passed, _, false) => "✅ The rehearsal passed",
    }
}

fn migrations(report: &Report) -> String {
    let mut lines = vec![
        "| migration | took | longest lock that stops writers | readers waited | writers waited | WAL | size |".to_owned(),
        "|---|--:|---|--:|--:|--:|--:|".to_owned(),
    ];
    for migration in &report.migrations {
        lines.push(format!(
            "| {} | {} | {} | {} | {} | {} | {} |",
            escape(&migration.measured.migration),
            Took(migration.measured.duration),
            escape(&migration.longest_lock()),
            migration.longest_wait(&report.probes, Who::Reader),
            migration.longest_wait(&report.probes, Who::Writer),
            Bytes(migration.wal_bytes()),
            Bytes(migration.measured.size_change),
        ));
    }
    lines.join("\n")
}

fn statements(report: &Report) -> String {
    let mut lines = vec![
        "<details><summary>Statement by statement</summary>\n".to_owned(),
        "| statement | took | locks that stop writers | wrote anew | read | built |".to_owned(),
        "|---|--:|---|---|---|---|".to_owned(),
    ];
    for measured in report.migrations.iter().map(|migration| &migration.measured) {
        for statement in &measured.statements {
            let blocking = statement.locks.iter().filter(|lock| lock.mode.stops_writers());
            let scans = statement.scans.iter().map(|scan| format!("{} ({} rows)", scan.table, scan.rows));
            lines.push(format!(
                "| {}:{} {} | {} | {} | {} | {} | {} |",
                escape(&measured.file),
                statement.line,
                escape(statement.sql.lines().next().unwrap_or_default()),
                Took(statement.duration),
                escape(&blocking.map(lock_in_words).collect::<Vec<_>>().join("; ")),
                escape(&statement.rewrites.join(", ")),
                escape(&scans.collect::<Vec<_>>().join(", ")),
                escape(&statement.indexes.join(", ")),
            ));
        }
    }
    lines.push("\n</details>".to_owned());
    lines.join("\n")
}

/// Text that stays what it is within a table's cell.
fn escape(text: &str) -> String {
    let text = visible(text);
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '~' => {
                escaped.push('\\');
                escaped.push(c);
            }
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_a_migration_cannot_end_a_cell_or_begin_markup() {
        assert_eq!(escape("a|b <img> `x` *y*"), "a\\|b &lt;img&gt; \\`x\\` \\*y\\*");
    }
}
