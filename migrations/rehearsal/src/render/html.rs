//! The report as one page that needs nothing else: a timeline of each migration's locks and of who waited for
//! them. Each text of a migration or a database goes through [`isolated`], so that one from right to left
//! turns nothing beside it.

use std::fmt::Write;
use std::time::Duration;

use super::{level, place};
use crate::measure::{Lock, LockMode, MigrationProfile, StatementProfile};
use crate::report::{Level, Probed, Report, Verdict, Wait, Who};
use text::{BinaryBytes, Grouped, HumanDuration, counted, visible};

const STYLE: &str = include_str!("style.css");

/// The whole page.
pub fn html(report: &Report) -> String {
    let mut page = String::new();
    let title = match (report.verdict, report.level()) {
        (Verdict::Failed, _) => "The rehearsal failed",
        (Verdict::Passed, Some(Level::Warning)) => "The rehearsal passed, with warnings",
        (Verdict::Passed, _) => "The rehearsal passed",
    };
    let verdict = if report.verdict == Verdict::Failed { "failed" } else { "passed" };
    // Writing to a String does not fail, here and below.
    let _ = write!(
        page,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light \
         dark\">\n<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n<h1 \
         class=\"{verdict}\">{title}</h1>\n<p>{}</p>\n",
        summary(report)
    );
    findings(&mut page, report);
    if !report.migrations.is_empty() {
        page.push_str(LEGEND);
    }
    for migration in &report.migrations {
        section(&mut page, &migration.measured, &report.probes);
    }
    rest(&mut page, report);
    page.push_str("</main>\n</body>\n</html>\n");
    page
}

const LEGEND: &str = "<p class=\"legend\"><span class=\"key all\"></span> stops reading and writing <span \
    class=\"key writers\"></span> stops writing <span class=\"key weak\"></span> stops neither <span \
    class=\"key wait\"></span> a session that waited <span class=\"key run\"></span> the statement \
    runs</p>\n";

fn summary(report: &Report) -> String {
    let from = isolated(report.source.head.as_deref().unwrap_or("an empty schema"));
    let to = isolated(report.target.head.as_deref().unwrap_or("an empty schema"));
    let migrations = counted(report.migrations.len(), "migration");
    let when = report.rehearsed_at.date();
    let time = report.rehearsed_at.time();
    format!("{migrations}, from {from} to {to}, on {when} at {:02}:{:02} UTC.", time.hour(), time.minute())
}

fn findings(page: &mut String, report: &Report) {
    if report.findings.is_empty() {
        return;
    }
    page.push_str("<h2>Findings</h2>\n<ul class=\"findings\">\n");
    for finding in &report.findings {
        let level = level(finding.level);
        let (place, message) = (isolated(&place(finding)), isolated(&finding.message));
        let _ = writeln!(
            page,
            "<li class=\"{level}\"><strong>{level}</strong> <span>{place}{message}</span></li>"
        );
    }
    page.push_str("</ul>\n");
}

/// One migration: its timeline, and its statements in figures.
fn section(page: &mut String, measured: &MigrationProfile, probes: &[Probed]) {
    let scale = Scale { from: measured.started, span: measured.duration.max(Duration::from_micros(1)) };
    let _ = write!(
        page,
        "<section>\n<h2>{}</h2>\n<p>Took {}, {}. Size of all tables and indexes: {}{}.</p>\n\
         <figure>\n<figcaption>Timeline, from 0 to {}</figcaption>\n<div class=\"timeline\">\n",
        isolated(&measured.migration),
        HumanDuration(measured.duration),
        if measured.in_transaction {
            "in one transaction"
        } else {
            "statement by statement, outside a transaction"
        },
        if measured.size_change > 0 { "+" } else { "" },
        BinaryBytes(measured.size_change),
        HumanDuration(measured.duration),
    );
    for statement in &measured.statements {
        let first = statement.sql.lines().next().unwrap_or_default();
        scale.row(page, &format!("{}: ", statement.line), first, &[Bar::run(statement)]);
        for lock in statement.locks.iter().filter(|lock| is_worth_showing(lock)) {
            scale.row(page, "\u{a0}\u{a0}", &lock.relation, &[Bar::lock(lock)]);
        }
    }
    for probed in probes {
        let until = measured.started + measured.duration;
        let touches = |wait: &&Wait| wait.started < until && wait.started + wait.waited > measured.started;
        // One text is enough, where the waits are many and short.
        let longest = probed.longest_within(measured.started, until);
        let waits = probed.waits.iter().filter(touches);
        let bars: Vec<Bar> = waits.map(|wait| Bar::wait(wait, longest == Some(*wait))).collect();
        if !bars.is_empty() {
            let who = if probed.who == Who::Reader { "a reader of " } else { "a writer of " };
            scale.row(page, who, &probed.table, &bars);
        }
    }
    page.push_str("</div>\n</figure>\n");
    table(page, measured);
    page.push_str("</section>\n");
}

/// Reading and writing rows lock tables, too, and nobody waits for that.
fn is_worth_showing(lock: &Lock) -> bool {
    lock.mode >= LockMode::ShareUpdateExclusive
}

/// From moments to places on the timeline.
struct Scale {
    from: Duration,
    span: Duration,
}

struct Bar {
    class: &'static str,
    from: Duration,
    lasts: Duration,
    text: String,
}

impl Bar {
    fn run(statement: &StatementProfile) -> Self {
        let text = HumanDuration(statement.duration).to_string();
        Self { class: "run", from: statement.started, lasts: statement.duration, text }
    }

    fn lock(lock: &Lock) -> Self {
        let class = match lock.mode {
            mode if mode.stops_readers() => "all",
            mode if mode.stops_writers() => "writers",
            _ => "weak",
        };
        let text = format!("{} {}", lock.mode, HumanDuration(lock.held));
        Self { class, from: lock.taken, lasts: lock.held, text }
    }

    fn wait(wait: &Wait, has_text: bool) -> Self {
        let text = if has_text { format!("waited {}", HumanDuration(wait.waited)) } else { String::new() };
        Self { class: "wait", from: wait.started, lasts: wait.waited, text }
    }
}

impl Scale {
    fn percent(&self, moment: Duration) -> f64 {
        let since = moment.saturating_sub(self.from).as_secs_f64();
        (since / self.span.as_secs_f64() * 100.0).clamp(0.0, 100.0)
    }

    /// A row of words of ours and a text of a migration or a database.
    fn row(&self, page: &mut String, words: &str, text: &str, bars: &[Bar]) {
        let _ = write!(
            page,
            "<div class=\"row\"><div class=\"label\" title=\"{words}\u{2068}{}\u{2069}\">{words}{}</div>\
             <div class=\"track\">",
            escape(text),
            isolated(text)
        );
        for bar in bars {
            let left = self.percent(bar.from);
            let width = self.percent(bar.from + bar.lasts) - left;
            // A text that would leave the page on the right ends where its bar begins.
            let side = if left > 60.0 { " flip" } else { "" };
            let text = if bar.text.is_empty() {
                String::new()
            } else {
                format!("<span>{}</span>", escape(&bar.text))
            };
            let class = bar.class;
            let _ = write!(
                page,
                "<span class=\"bar {class}{side}\" style=\"left:{left:.2}%;width:{width:.2}%\">{text}</span>"
            );
        }
        page.push_str("</div></div>\n");
    }
}

fn table(page: &mut String, measured: &MigrationProfile) {
    page.push_str(
        "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Statements in \
         figures\">\n<table>\n<thead><tr><th scope=\"col\">line</th><th scope=\"col\">statement</th><th \
         scope=\"col\">took</th><th scope=\"col\">waited</th><th scope=\"col\">rewrote</th><th \
         scope=\"col\">read</th><th scope=\"col\">built</th><th \
         scope=\"col\">WAL</th></tr></thead>\n<tbody>\n",
    );
    for statement in &measured.statements {
        let scans = statement.scans.iter().map(|scan| format!("{}, {} rows", scan.table, Grouped(scan.rows)));
        let _ = writeln!(
            page,
            "<tr><td>{}</td><td><pre>{}</pre></td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            statement.line,
            isolated(&statement.sql),
            HumanDuration(statement.duration),
            HumanDuration(statement.waited),
            isolated(&statement.rewrites.join(", ")),
            isolated(&scans.collect::<Vec<_>>().join("; ")),
            isolated(&statement.indexes.join(", ")),
            BinaryBytes(i64::try_from(statement.wal_bytes).unwrap_or(i64::MAX)),
        );
    }
    page.push_str("</tbody>\n</table>\n</div>\n");
}

fn rest(page: &mut String, report: &Report) {
    if let Some(run) = &report.command {
        let (command, outcome) = (isolated(&run.command.join(" ")), isolated(&run.outcome));
        let _ = writeln!(
            page,
            "<h2>Tests</h2>\n<p>{command} {outcome} after {}.</p>",
            HumanDuration(run.duration)
        );
    }
    if !report.round_trip.proved.is_empty() {
        let proved: Vec<String> = report.round_trip.proved.iter().map(|label| isolated(label)).collect();
        let _ = writeln!(
            page,
            "<h2>The way back</h2>\n<p>Taken back and applied again: {}.</p>",
            proved.join(", ")
        );
    }
}

/// A text of a migration or a database as an element of its own direction.
fn isolated(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("<bdi>{}</bdi>", escape(text)) }
}

fn escape(text: &str) -> String {
    let text = visible(text);
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_has_its_place_and_none_lies_outside() {
        let scale = Scale { from: Duration::from_millis(100), span: Duration::from_millis(200) };
        let places = [0, 100, 150, 300, 900].map(|at| scale.percent(Duration::from_millis(at)));
        assert_eq!(places, [0.0, 0.0, 25.0, 100.0, 100.0]);
    }

    #[test]
    fn text_of_a_migration_is_text_on_the_page() {
        assert_eq!(escape("<script>&\""), "&lt;script&gt;&amp;&quot;");
        assert_eq!(isolated("a\u{202e}<b>"), "<bdi>a\\u{202e}&lt;b&gt;</bdi>");
    }
}
