//! Finds what is wrong with a migration before it runs: statements that would block others, break something,
//! or be regretted.
//!
//! Most rules are squawk's (<https://squawkhq.com>), which reads the syntax; some are ours, for what it does
//! not look at. Each rule is one row of `rules` and one page of `pages`, which `--explain` shows.

mod cluster;
mod custom;
mod facts;
mod finding;
mod foreign_keys;

mod rule;
mod rules;
mod source;
mod tree;

use std::collections::BTreeSet;
use std::ops::Range;
use std::panic::resume_unwind;
use std::thread;

use squawk_linter::Linter;

pub use cluster::{CLUSTER_EFFECT, ClusterEffect, Prerequisites, cluster_effects, cluster_effects_of_text};
pub use finding::LintFinding;
pub use foreign_keys::{TableAndKeys, without_foreign_keys};
pub use rule::{LintRule, Severity};
pub use rules::{lint_rule, lint_rules};

use facts::Facts;
use files::{Migration, Script};
use rule::Check;
use source::Source;
use tree::{Learn, TreeMatches};

/// Bytes of stack for the parser. They are address space, and become memory where a tree is deep.
const STACK: usize = 256 << 20;

/// The rules that a down breaks by its nature, since it takes back what its up has made.
const UNDOING: [&str; 6] = [
    "ban-drop-",
    "ban-set-",
    "renaming-",
    "ban-alter-identity",
    "ban-alter-generated-",
    "ban-disable-trigger",
];

/// The rules that hold for a table that nobody uses yet, too: they are about how things are written.
const OF_STYLE: [&str; 6] = [
    "prefer-",
    "ban-char-field",
    "ban-truncate-cascade",
    "ban-duplicate-column-assignments",
    "identifier-too-long",
    "require-enum-value-ordering",
];

/// Lints both files of each migration: what they break, and `allow` directives that excuse nothing. What the
/// files of `before` do is known to the rules, and not judged.
#[must_use]
pub fn lint_migrations<'m>(
    before: impl IntoIterator<Item = &'m Migration>,
    judged: impl IntoIterator<Item = &'m Migration>,
) -> Vec<LintFinding> {
    let (before, judged): (Vec<_>, Vec<_>) = (before.into_iter().collect(), judged.into_iter().collect());
    on_a_large_stack(|| lint_here(&before, &judged))
}

fn lint_here(before: &[&Migration], judged: &[&Migration]) -> Vec<LintFinding> {
    let mut facts = Facts::default();
    for migration in before {
        Source::new(&migration.up).parse.tree().stmts().for_each(|statement| facts.see(&statement));
    }
    judged.iter().flat_map(|migration| both(migration, &mut facts)).collect()
}

/// Runs some work on a thread that has room for as deep a tree as [`Source`] lets through: the parser, and
/// the dropping of a tree, go down a level for each of its nodes.
fn on_a_large_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| {
        let builder = thread::Builder::new().name("lint".to_owned()).stack_size(STACK);
        match builder.spawn_scoped(scope, work) {
            Ok(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
            // A machine that has no room for a thread has none for anything else either.
            Err(error) => resume_unwind(Box::new(error.to_string())),
        }
    })
}

/// Lints both files of a migration by themselves.
#[must_use]
pub fn lint_migration(migration: &Migration) -> Vec<LintFinding> {
    lint_migrations([], [migration])
}

fn both(migration: &Migration, facts: &mut Facts) -> Vec<LintFinding> {
    let mut of = |script: &Script, learn| {
        let every = every(script, facts, learn);
        let mut findings = unused_among(script, &every);
        findings.extend(every.into_iter().filter(|finding| !allows(script, finding.rule)));
        findings.sort_by_key(|finding| (finding.line, finding.column));
        findings
    };
    let is_undoing = |finding: &LintFinding| UNDOING.iter().any(|rule| finding.rule.starts_with(rule));
    let mut findings = of(&migration.up, Learn::Yes);
    let down = migration.down.iter().flat_map(|down| of(down, Learn::No));
    findings.extend(down.filter(|finding| !is_undoing(finding)));
    findings
}

/// Lints one file by itself. What its `allow` directives excuse is left out.
#[must_use]
pub fn lint(script: &Script) -> Vec<LintFinding> {
    let every = on_a_large_stack(|| every(script, &mut Facts::default(), Learn::Yes));
    every.into_iter().filter(|finding| !allows(script, finding.rule)).collect()
}

/// Returns whether a file is excused from a rule.
#[must_use]
pub fn allows(script: &Script, rule: &str) -> bool {
    script.directives.allows.iter().any(|allow| allow.rule == rule)
}

/// The `allow` directives of a file that excuse nothing or name no rule. What only running the file can tell
/// is not held against one.
#[must_use]
pub fn unused_allows(script: &Script) -> Vec<LintFinding> {
    let every = on_a_large_stack(|| every(script, &mut Facts::default(), Learn::Yes));
    unused_among(script, &every)
}

fn unused_among(script: &Script, found: &[LintFinding]) -> Vec<LintFinding> {
    let found: BTreeSet<&str> = found.iter().map(|finding| finding.rule).collect();
    let mut findings = Vec::new();
    for allow in &script.directives.allows {
        let (name, message) = match lint_rule(&allow.rule) {
            None => ("unknown-rule", format!("there is no rule {}", allow.rule)),
            Some(rule) if matches!(rule.check, Check::Observed) => continue,
            Some(_) if found.contains(allow.rule.as_str()) => continue,
            Some(_) => ("unused-allow", format!("nothing in this file breaks {}", allow.rule)),
        };
        if let Some(rule) = lint_rule(name) {
            let line = script.line_text(allow.line);
            findings.push(LintFinding::at(rule, script, allow.line, 1, line.chars().count(), message));
        }
    }
    findings
}

/// Everything that the rules find, in the order of the file.
fn every(script: &Script, facts: &mut Facts, learn: Learn) -> Vec<LintFinding> {
    let source = Source::new(script);
    let made = custom::made_here(script);
    let matches = tree::look(&source.parse, |table| made.contains(&table.to_lowercase()), facts, learn);
    let mut findings = squawks(script, &source, &made, &matches);
    findings.extend(matches.found.into_iter().filter_map(|found| {
        let rule = lint_rule(found.rule)?;
        let message = found.message.unwrap_or_else(|| rule.title()).to_owned();
        let finding = LintFinding::over(rule, script, found.range, message);
        Some(LintFinding { severity: found.severity.unwrap_or(finding.severity), ..finding })
    }));
    findings.extend(source.syntax_errors(script));
    for rule in lint_rules() {
        if let Check::Custom(check) = rule.check {
            findings.extend(check(script).into_iter().map(|found| LintFinding::new(found, rule, script)));
        }
    }
    findings.sort_by_key(|finding| (finding.line, finding.column));
    findings
}

/// Squawk's findings, by the rules for its default version of Postgres.
fn squawks(
    script: &Script,
    source: &Source,
    made: &BTreeSet<String>,
    matches: &TreeMatches,
) -> Vec<LintFinding> {
    let theirs = |rule: &LintRule| match rule.check {
        Check::Squawk(theirs) => Some(theirs),
        _ => None,
    };
    let mut linter = Linter::from(lint_rules().iter().filter_map(theirs));
    linter.settings.assume_in_transaction = !script.directives.no_transaction;
    let (new, replaced) = (changes_of_new_tables(script, made), replaced_policies(script));
    let is_in = |ranges: &[Range<usize>], at: usize| {
        let next = ranges.partition_point(|range| range.start <= at);
        next.checked_sub(1).and_then(|before| ranges.get(before)).is_some_and(|range| range.contains(&at))
    };
    let mut findings = Vec::new();
    for violation in linter.lint(&source.parse, &source.text) {
        let Some(rule) = lint_rules().iter().find(|rule| theirs(rule) == Some(violation.code)) else {
            continue;
        };
        let range = usize::from(violation.text_range.start())..usize::from(violation.text_range.end());
        let is_checked = rule.name == "adding-not-nullable-field" && is_in(&matches.checked, range.start);
        let is_of_style = OF_STYLE.iter().any(|style| rule.name.starts_with(style));
        let is_replaced = rule.name == "ban-drop-policy" && is_in(&replaced, range.start);
        if !is_checked && !is_replaced && (is_of_style || !is_in(&new, range.start)) {
            findings.push(LintFinding::over(rule, script, range, rule.title().to_owned()));
        }
    }
    findings
}

/// Returns the ranges of statements that change a table which the file itself creates.
fn changes_of_new_tables(script: &Script, made: &BTreeSet<String>) -> Vec<Range<usize>> {
    let is_new = |statement: &files::Statement<'_>| {
        let words = statement.words(3);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let keyword = match words[..] {
            ["ALTER" | "DROP", "TABLE", ..] => "TABLE",
            ["CREATE", "INDEX", ..] | ["CREATE", "UNIQUE", "INDEX"] | ["DROP", "TRIGGER" | "POLICY", ..] => {
                "ON"
            }
            _ => return false,
        };
        statement.name_behind(keyword).is_some_and(|table| made.contains(&table))
    };
    let new = script.statements().filter(is_new);
    new.map(|statement| statement.start..statement.start + statement.text.len()).collect()
}

/// Returns the ranges of statements that drop policies of tables which get others in the same file.
fn replaced_policies(script: &Script) -> Vec<Range<usize>> {
    let given = custom::given_policies(script);
    let is_replaced = |statement: &files::Statement<'_>| {
        statement.words(2) == ["DROP", "POLICY"]
            && statement.name_behind("ON").is_some_and(|table| given.contains(&table))
    };
    let replaced = script.statements().filter(is_replaced);
    replaced.map(|statement| statement.start..statement.start + statement.text.len()).collect()
}
