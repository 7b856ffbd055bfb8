//! The texts of generated migration files.

use engine::autogenerate::{Generated, GeneratedFile, PlannedFile};
use files::Migrations;
use lint::{CLUSTER_EFFECT, cluster_effects_of_text};

/// Digits of a number in a folder that has none yet.
const WIDTH: usize = 4;

/// Columns of a comment in a file.
const COLUMNS: usize = 100;

/// Why data may be lost.
pub(in super::super) const GIVEN_UP: &str = "given up with --allow-loss";

/// A pair of files to write.
pub(in super::super) struct Pair {
    pub(in super::super) up: String,
    pub(in super::super) up_text: String,
    pub(in super::super) down: String,
    pub(in super::super) down_text: String,
}

/// An excuse from a lint rule that a generated file needs.
pub(in super::super) struct Excuse {
    /// The file's name.
    pub(in super::super) file: String,
    pub(in super::super) rule: &'static str,
    pub(in super::super) reason: String,
}

/// The number of the next migration, and how many digits numbers have.
pub(in super::super) fn next_version(migrations: &Migrations) -> Option<(i64, usize)> {
    match migrations.head() {
        Some(head) => {
            let width = head.label().find("__").map_or(WIDTH, |end| end.saturating_sub(1));
            Some((head.version.checked_add(1)?, width))
        }
        None => Some((1, WIDTH)),
    }
}

/// The pairs of a plan. Their names are `name`, `name_2` and so on.
pub(in super::super) fn pairs(
    generated: &Generated,
    (first, width): (i64, usize),
    (name, message, source): (&str, &str, &str),
    excuses: &[Excuse],
) -> Vec<Pair> {
    let count = generated.files.len();
    let pair = |(at, file): (usize, &GeneratedFile)| {
        let version = first + i64::try_from(at).unwrap_or_default();
        let suffix = if at == 0 { String::new() } else { format!("_{}", at + 1) };
        let up = format!("V{version:0width$}__{name}{suffix}.sql");
        let down = format!("V{version:0width$}__{name}{suffix}.down.sql");
        let part = if count > 1 { format!(" ({} of {count})", at + 1) } else { String::new() };
        let up_head =
            format!("{}{part}. Written by branchline from {source}, and proved.", sentence(message));
        let down_head = format!("Takes back {up}.");
        let undo = file.down.clone().unwrap_or(PlannedFile::of(true, Vec::new()));
        let why_lost = file.up.why_lost.unwrap_or(GIVEN_UP);
        let up_text = text(&up_head, &file.up, why_lost, excuses_of(excuses, &up));
        let down_text = text(&down_head, &undo, "the up made it", excuses_of(excuses, &down));
        Pair { up, up_text, down, down_text }
    };
    generated.files.iter().enumerate().map(|(at, file)| pair((at, file))).collect()
}

fn excuses_of<'e>(excuses: &'e [Excuse], file: &'e str) -> impl Iterator<Item = &'e Excuse> {
    excuses.iter().filter(move |excuse| excuse.file == file)
}

fn sentence(message: &str) -> String {
    let message = message.split_whitespace().collect::<Vec<_>>().join(" ");
    message.trim_end_matches('.').to_owned()
}

fn text<'e>(
    head: &str,
    file: &PlannedFile,
    why_lost: &str,
    excuses: impl Iterator<Item = &'e Excuse>,
) -> String {
    let mut text = comment(head);
    text.push_str("--\n");
    for change in &file.changes {
        text.push_str(&comment(&change.summary));
    }
    let mut directives = Vec::new();
    if !file.in_transaction {
        directives.push("-- branchline: no-transaction\n".to_owned());
    }
    for loss in file.losses() {
        let loss = if loss.contains('.') { loss.to_owned() } else { format!("{loss}.*") };
        match files::name_pieces(&loss) {
            Some((_, "")) if !loss.contains(['\n', '\r']) => {
                directives.push(format!("-- branchline: loses {loss}: {why_lost}\n"))
            }
            // What is neither a table nor a column, a role; a name that does not fit in a line.
            _ => text.push_str(&comment(&format!("Loses {loss}: {why_lost}."))),
        }
    }
    let effects = cluster_effects_of_text("", &file.text());
    if effects.iter().any(|effect| effect.what.to_uppercase().contains("ROLE")) {
        let reason = "the wanted schema says these roles";
        directives.push(format!("-- branchline: allow {CLUSTER_EFFECT}: {reason}\n"));
    }
    for Excuse { rule, reason, .. } in excuses {
        directives.push(format!("-- branchline: allow {rule}: {reason}\n"));
    }
    let mut seen = std::collections::BTreeSet::new();
    directives.retain(|directive| seen.insert(directive.clone()));
    if !directives.is_empty() {
        text.push_str("--\n");
        directives.iter().for_each(|directive| text.push_str(directive));
    }
    text.push('\n');
    text.push_str(&file.text());
    text
}

/// Lines of a comment. A change's words never begin one that is read as a directive.
fn comment(text: &str) -> String {
    let text = text.replace("branchline:", "branchline");
    let lines = text.lines().flat_map(|line| {
        let wrapped = text::wrap_to(line, COLUMNS);
        wrapped.lines().map(str::to_owned).collect::<Vec<_>>()
    });
    lines.map(|line| format!("-- {line}").trim_end().to_owned() + "\n").collect()
}
