//! A proof for people.

use crate::commands::steps::Count;
use crate::options::Unmodeled;
use engine::verify::{Irreversible, Proof, RowProof};
use text::counted;

/// Names that a line lists before it counts the others.
const NAMED: usize = 8;

/// The refusals, then what is not proved, then what it came to.
pub(super) fn text(proof: &Proof, scope: &str) -> String {
    let mut lines: Vec<String> = proof.refusals.iter().flat_map(|refusal| refusal.lines()).collect();
    for Irreversible { migration, reason } in &proof.irreversible {
        lines.push(format!("{migration} is irreversible: {reason}"));
    }
    for migration in &proof.without_down {
        lines.push(format!("{migration} has no down, and does not say that it is irreversible"));
    }
    lines.extend(proof.notes.iter().map(|note| format!("Note: {note}.")));
    lines.extend(about_rows(&proof.rows));
    if let (Some(first), Some(last)) = (proof.up_only.first(), proof.up_only.last()) {
        let which = if proof.up_only.len() == 1 { first.clone() } else { format!("{first} to {last}") };
        let count = Count(proof.up_only.len());
        lines.push(format!("Up only, as {scope} says, and with no proof: {which} ({count})."));
    }
    lines.push(verdict(proof));
    lines.push(format!("Not compared: {}.", proof.not_compared.join(", ")));
    lines.extend(Unmodeled::warning(proof.unmodeled.iter().map(String::as_str)));
    lines.join("\n")
}

fn verdict(proof: &Proof) -> String {
    if !proof.is_complete() {
        let files: Vec<&str> = proof.refusals.iter().map(|refusal| refusal.file.as_str()).collect();
        let refused = match files.len() {
            0 => String::new(),
            count => format!("{} refused: {}.\n", Count(count), listed(&files)),
        };
        return format!("{refused}Not proved.");
    }
    format!(
        "Proved: {} up, down and up again, with sample rows in {}; at the end the catalog has {}.",
        Count(proof.proved.len()),
        counted(proof.rows.tables, "table"),
        counted(proof.objects, "object")
    )
}

fn listed(names: &[&str]) -> String {
    let shown = names.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    match names.len().checked_sub(NAMED) {
        Some(more) if more > 0 => format!("{shown} and {more} more"),
        _ => shown,
    }
}

fn about_rows(rows: &RowProof) -> Vec<String> {
    let mut lines = Vec::new();
    for (file, names) in &rows.unsaid {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        lines.push(format!("Note: {file} takes {} with it, and does not say so (loses).", listed(&names)));
    }
    for (table, reason) in &rows.unfilled {
        lines.push(format!(
            "Note: {table} took no sample row, so that nothing is proved of its rows: {reason}."
        ));
    }
    if !rows.blank.is_empty() {
        let blank: Vec<&str> = rows.blank.iter().map(String::as_str).collect();
        lines.push(format!(
            "Note: there was no sample value for {}, so that nothing is proved of what stands there.",
            listed(&blank)
        ));
    }
    if !(rows.unfilled.is_empty() && rows.blank.is_empty()) {
        lines.push(
            "Rows for them can be written beside a migration, as V<number>__<name>.rows.sql.".to_owned(),
        );
    }
    lines
}
