//! The report as a comment on a pull request.

use super::{level, lock_in_words, place};
use crate::report::{Level, Report, Verdict, Who};
use text::{BinaryBytes, Grouped, HumanDuration, visible};

/// By this line a pipeline finds the comment that it wrote before.
const MARK: &str = "<!-- branchline rehearsal -->";

/// GitHub takes no comment of more than 65,536 characters: findings and statements get as much each, and what
/// is left out is counted.
const BOUND: usize = 25_000;
const MIGRATIONS: usize = 50;

/// The whole report, in GitHub's Markdown.
pub fn markdown(report: &Report) -> String {
    let mut parts = vec![format!("{MARK}\n### {}", headline(report))];
    let findings: Vec<String> = report
        .findings
        .iter()
        .map(|finding| {
            let message = escape(&finding.message).replace('\n', "<br>");
            format!("- **{}**: {}{message}", level(finding.level), escape(&place(finding)))
        })
        .collect();
    parts.extend(
        (!findings.is_empty()).then(|| bounded(findings, |left| format!("- … and {left} more findings"))),
    );
    if !report.migrations.is_empty() {
        parts.push(migrations(report));
        parts.push(statements(report));
    }
    if let Some(run) = &report.command {
        let command = run.command.join(" ");
        let outcome = escape(&run.outcome);
        parts.push(format!(
            "<code>{}</code> {outcome} after {}.",
            escape(&command),
            HumanDuration(run.duration)
        ));
    }
    if !report.round_trip.proved.is_empty() {
        let code = |label: &String| format!("<code>{}</code>", escape(label));
        let proved = report.round_trip.proved.iter().map(code).collect::<Vec<_>>();
        parts.push(format!("Taken back and applied again: {}.", proved.join(", ")));
    }
    parts.join("\n\n") + "\n"
}

/// The lines up to the bound, then a line that counts those left out.
fn bounded(lines: Vec<String>, more: impl Fn(usize) -> String) -> String {
    let count = lines.len();
    let mut length = 0;
    let mut shown: Vec<String> = lines
        .into_iter()
        .take_while(|line| {
            length += line.len() + 1;
            length <= BOUND
        })
        .collect();
    if shown.len() < count {
        shown.push(more(count - shown.len()));
    }
    shown.join("\n")
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
        "| migration | took | longest lock that stops writers | readers waited | writers waited | WAL \
         | growth |"
            .to_owned(),
        "|---|--:|---|--:|--:|--:|--:|".to_owned(),
    ];
    let mut rows = Vec::new();
    for migration in &report.migrations {
        rows.push(format!(
            "| {} | {} | {} | {} | {} | {} | {} |",
            escape(&migration.measured.migration),
            HumanDuration(migration.measured.duration),
            escape(&migration.longest_lock()),
            migration.longest_wait(&report.probes, Who::Reader),
            migration.longest_wait(&report.probes, Who::Writer),
            BinaryBytes(migration.wal_bytes()),
            BinaryBytes(migration.measured.size_change),
        ));
    }
    // Beside the other two, since a history has some hundreds.
    let left = rows.split_off(rows.len().min(MIGRATIONS)).len();
    if left > 0 {
        rows.push(format!("| … and {left} more | | | | | | |"));
    }
    lines.extend(rows);
    lines.join("\n")
}

fn statements(report: &Report) -> String {
    let mut lines = Vec::new();
    for measured in report.migrations.iter().map(|migration| &migration.measured) {
        for statement in &measured.statements {
            let blocking = statement.locks.iter().filter(|lock| lock.mode.stops_writers());
            let scans =
                statement.scans.iter().map(|scan| format!("{} ({} rows)", scan.table, Grouped(scan.rows)));
            lines.push(format!(
                "| {}:{} {} | {} | {} | {} | {} | {} |",
                escape(&measured.file),
                statement.line,
                escape(statement.sql.lines().next().unwrap_or_default()),
                HumanDuration(statement.duration),
                escape(&blocking.map(lock_in_words).collect::<Vec<_>>().join("; ")),
                escape(&statement.rewrites.join(", ")),
                escape(&scans.collect::<Vec<_>>().join(", ")),
                escape(&statement.indexes.join(", ")),
            ));
        }
    }
    format!(
        "<details><summary>Statement by statement</summary>\n\n| statement | took | locks that stop writers \
         | rewrote | read | built |\n|---|--:|---|---|---|---|\n{}\n\n</details>",
        bounded(lines, |left| format!("| … and {left} more | | | | | |"))
    )
}

/// Text that stays what it is, in a table's cell too: it begins no markup, links nowhere, and calls nobody.
/// GitHub looks for mentions, issues and addresses in the text that a reader sees, where an escape is gone:
/// only a sign between their parts keeps them apart, which takes no place.
fn escape(text: &str) -> String {
    let text = visible(text);
    let mut escaped = String::with_capacity(text.len());
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        let after = text[at + c.len_utf8()..].chars().next();
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '~' | '!' | '$' => {
                escaped.push('\\');
                escaped.push(c);
            }
            c => escaped.push(c),
        }
        if is_parted(before, c, after) {
            escaped.push_str(APART);
        }
        before = c;
    }
    escaped
}

/// A space of no width.
const APART: &str = "&#8203;";

/// Returns whether the text after a character could make it a mention (`@team`), an issue (`#1`, `GH-1`) or
/// an address (`https://`, `www.`).
fn is_parted(before: char, c: char, after: Option<char>) -> bool {
    let is_before_a_word = after.is_some_and(char::is_alphanumeric);
    match c {
        '@' | '#' => true,
        ':' => after == Some('/') || before.is_alphanumeric() && is_before_a_word,
        '-' => matches!(before, 'h' | 'H') && after.is_some_and(|c| c.is_ascii_digit()),
        'w' | 'W' => after == Some('.'),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_a_migration_cannot_end_a_cell_or_begin_markup() {
        assert_eq!(escape("a|b <img> `x` *y*"), "a\\|b &lt;img&gt; \\`x\\` \\*y\\*");
        assert_eq!(escape("![x](y) $z$"), "\\!\\[x\\](y) \\$z\\$");
    }

    #[test]
    fn what_is_past_the_bound_is_counted() {
        let lines = |count: usize| vec!["x".repeat(999); count];
        assert_eq!(bounded(lines(25), |left| format!("{left} more")).len(), 25_000 - 1);
        let text = bounded(lines(40), |left| format!("{left} more"));
        assert!(text.ends_with("x\n15 more") && text.len() < BOUND + 20);
    }

    #[test]
    fn text_of_a_migration_calls_nobody_and_links_nowhere() {
        for text in
            ["@team", "#123", "o/r#1", "GH-12", "https://evil.example", "www.evil.example", "a@b.example"]
        {
            assert!(!escape(text).contains(text), "{text}");
            assert_eq!(escape(text).replace(APART, ""), text);
        }
        assert_eq!(escape("mailto:a"), "mailto:&#8203;a");
        assert_eq!(escape("V2, line 3: b-1"), "V2, line 3: b-1");
    }
}
