//! The report of a plan: what changes, what it locks, what is lost, and which proof was made.

use std::fs;

use anyhow::{Context as _, Result};
use engine::autogenerate::{Ambiguous, Change, Generated};
use engine::verify::Proof;
use lint::LintFinding;
use rehearsal::measure::{Lock, MigrationProfile};
use serde_json::{Value, json};
use text::{counted, visible};

use super::PlanArgs;
use crate::output::{Exit, Output};

/// The longest part of a Markdown report, in characters: GitHub takes no comment of more than 65,536.
const BOUND: usize = 25_000;

/// What is known of a plan.
pub(in super::super) struct Facts<'a> {
    pub(in super::super) generated: &'a Generated,
    /// What each statement of the files locked on scratch; empty where that was not measured.
    pub(in super::super) measured: &'a [MigrationProfile],
    pub(in super::super) findings: &'a [LintFinding],
    pub(in super::super) proof: Option<&'a Proof>,
}

/// A line for each rename and each change.
pub(in super::super) fn summary(generated: &Generated) -> Vec<String> {
    generated.files.iter().flat_map(|file| &file.up.changes).map(line).collect()
}

fn line(change: &Change) -> String {
    let Change { summary, loses, .. } = change;
    match loses.is_empty() {
        true => summary.clone(),
        false => format!("{summary} (loses {})", loses.join(", ")),
    }
}

/// The strongest locks that stop others, a line each.
pub(in super::super) fn locks(measured: &[MigrationProfile]) -> Vec<String> {
    let mut lines = Vec::new();
    for migration in measured {
        for statement in &migration.statements {
            let held = |lock: &&Lock| lock.mode.stops_writers();
            let mut locked: Vec<String> = statement
                .locks
                .iter()
                .filter(held)
                .map(|lock| format!("{} {}", lock.mode, lock.relation))
                .collect();
            locked.dedup();
            let rewritten = statement.rewrites.iter().map(|table| format!("rewrites {table}"));
            let scanned = statement.scans.iter().map(|scan| format!("reads all rows of {}", scan.table));
            let all: Vec<String> = locked.into_iter().chain(rewritten).chain(scanned).collect();
            if !all.is_empty() {
                lines.push(format!("{}, line {}: {}", migration.file, statement.line, all.join(", ")));
            }
        }
    }
    lines
}

/// The whole report for people.
pub(in super::super) fn text(facts: &Facts<'_>) -> String {
    let mut lines = summary(facts.generated);
    lines.extend(facts.generated.notes.iter().map(|note| format!("note: {note}")));
    let locks = locks(facts.measured);
    if !locks.is_empty() {
        lines.push("Locks that others wait for:".to_owned());
        lines.extend(locks.into_iter().map(|line| format!("  {line}")));
    }
    lines.extend(rewritten(facts));
    for LintFinding { severity, file, line, message, .. } in facts.findings {
        lines.push(format!("{}: {file}, line {line}: {message}", severity.as_str()));
    }
    lines.extend(facts.proof.map(proof_line));
    lines.join("\n")
}

/// What to do about tables that a change of type writes anew.
fn rewritten(facts: &Facts<'_>) -> Option<String> {
    let changes = || facts.generated.files.iter().flat_map(|file| &file.up.changes);
    let statements = facts.measured.iter().flat_map(|migration| &migration.statements);
    let mut tables: Vec<&str> =
        statements.flat_map(|statement| statement.rewrites.iter().map(AsRef::as_ref)).collect();
    tables.dedup();
    let is_retyped = changes().any(|change| change.summary.starts_with("changes the type of "));
    (is_retyped && !tables.is_empty()).then(|| {
        format!(
            "note: {} is written anew as a whole, and nobody reads or writes it meanwhile; --expand writes a \
             change of type that blocks nobody",
            tables.join(", ")
        )
    })
}

fn proof_line(proof: &Proof) -> String {
    format!(
        "Proved: up, down and up again, with sample rows in {}; the ups make the wanted schema, and the \
         downs the one before.",
        counted(proof.rows.tables, "table")
    )
}

/// The report as a comment on a pull request.
fn markdown(facts: &Facts<'_>) -> String {
    let escaped = |text: &str| {
        let text = visible(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        text.replace('@', "@\u{200b}").replace('`', "&#96;").replace('\n', " ")
    };
    let list = |lines: Vec<String>| {
        let mut text = String::new();
        for (number, line) in lines.iter().enumerate() {
            if text.len() > BOUND {
                text.push_str(&format!("- … and {} more\n", lines.len() - number));
                break;
            }
            text.push_str(&format!("- <code>{}</code>\n", escaped(line)));
        }
        text
    };
    let mut parts = vec!["<!-- branchline autogenerate -->\n### The schema changes".to_owned()];
    let changes = summary(facts.generated);
    if changes.is_empty() {
        parts.push("Nothing differs.".to_owned());
        return parts.join("\n\n") + "\n";
    }
    parts.push(list(changes));
    let losses = facts.generated.files.iter().flat_map(|file| file.up.losses()).map(str::to_owned).collect();
    let sections = [
        ("**Data that is lost**", losses),
        ("**Locks that others wait for**", locks(facts.measured)),
        ("**Findings**", facts.findings.iter().map(|finding| finding.message.clone()).collect()),
    ];
    for (title, lines) in sections {
        let lines: Vec<String> = lines;
        if !lines.is_empty() {
            parts.push(format!("{title}\n\n{}", list(lines)));
        }
    }
    parts.push(match facts.proof {
        Some(proof) => escaped(&proof_line(proof)),
        None => "Tried on a scratch database: it leads to the wanted schema.".to_owned(),
    });
    parts.join("\n\n") + "\n"
}

impl PlanArgs {
    /// Writes the report that `--report-markdown` asks for.
    pub(in super::super) fn write_markdown(&self, facts: &Facts<'_>) -> Result<()> {
        let Some(path) = &self.report_markdown else { return Ok(()) };
        fs::write(path, markdown(facts)).with_context(|| format!("{} cannot be written", path.display()))
    }
}

/// Renames that nobody can tell apart: the candidates, for who is asked and is not there.
pub(in super::super) fn ambiguous(ambiguous: &Ambiguous, output: &Output) -> Exit {
    output.note(ambiguous);
    let candidates: Vec<Value> =
        ambiguous.groups.iter().flatten().map(|candidate| json!(candidate)).collect();
    output.result_for_machines(&json!({ "differs": true, "candidates": candidates }));
    Exit::Attention
}
