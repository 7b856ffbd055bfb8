//! Many findings, counted by rule and by file.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use lint::{LintFinding, Severity};

use super::render;
use crate::output::{ERROR, WARNING};

/// So many findings are shown whole.
pub(super) const WHOLE: usize = 20;

/// Rules that are listed; there are hardly more that one history breaks.
const RULES: usize = 18;

/// Files that are listed.
const FILES: usize = 12;

/// Columns that a name may take.
const NAME: usize = 58;

/// Number of findings by severity.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Counts {
    errors: usize,
    warnings: usize,
}

impl Counts {
    fn add(&mut self, finding: &LintFinding) {
        match finding.severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
        }
    }
}

/// The rules and the files with most errors first, and a sum, in at most 40 lines.
pub(super) fn text(findings: &[LintFinding], migrations: usize) -> String {
    let mut rules: BTreeMap<(Severity, &str), Counts> = BTreeMap::new();
    let mut files: BTreeMap<&str, Counts> = BTreeMap::new();
    for finding in findings {
        rules.entry((finding.severity, finding.rule)).or_default().add(finding);
        files.entry(&finding.file).or_default().add(finding);
    }
    let mut text = String::from("By rule\n");
    let rules = worst_first(rules);
    for ((severity, rule), counts) in rules.iter().take(RULES) {
        let style = if *severity == Severity::Error { ERROR } else { WARNING };
        let count = counts.errors + counts.warnings;
        // Writing to a String does not fail.
        let _ = writeln!(text, "{count:>6} {style}{:<8}{style:#} {rule}", plural(count, severity.as_str()));
    }
    rest(&mut text, rules.len(), RULES, "rules");
    text.push_str("\nBy file\n  errors warnings\n");
    let files = worst_first(files);
    for (file, Counts { errors, warnings }) in files.iter().take(FILES) {
        let _ = writeln!(text, "{errors:>8} {warnings:>8}  {}", shortened(file));
    }
    rest(&mut text, files.len(), FILES, "files");
    let _ = write!(
        text,
        "\n{}\n--verbose shows each with its line, branchline lint --explain RULE says more.",
        render::sum(findings, migrations)
    );
    text
}

fn worst_first<K>(counted: BTreeMap<K, Counts>) -> Vec<(K, Counts)> {
    let mut counted: Vec<_> = counted.into_iter().collect();
    counted.sort_by(|(_, a), (_, b)| b.cmp(a));
    counted
}

fn rest(text: &mut String, there: usize, shown: usize, what: &str) {
    if there > shown {
        let _ = writeln!(text, "       and {} more {what}", there - shown);
    }
}

/// A name's end, where it is too long.
fn shortened(name: &str) -> String {
    match name.chars().count().checked_sub(NAME) {
        None | Some(0) => name.to_owned(),
        Some(more) => format!("…{}", name.chars().skip(more + 1).collect::<String>()),
    }
}

fn plural(count: usize, word: &str) -> String {
    if count == 1 { word.to_owned() } else { format!("{word}s") }
}
