//! The rules that squawk does not have.

use std::collections::BTreeSet;
use std::ops::Range;

use super::finding::LintFinding;
use super::rules::LintRule;
use crate::migrations::Script;
use crate::statement::{Statement, Token};

#[cfg(test)]
mod tests;

/// What a rule found: bytes of the file.
pub(super) struct Found(Range<usize>);

impl Found {
    fn whole(statement: &Statement<'_>) -> Self {
        Self(statement.start..statement.start + statement.text.len())
    }

    pub(super) fn of(self, rule: &LintRule, script: &Script) -> LintFinding {
        LintFinding::over(rule, script, self.0, rule.title().to_owned())
    }
}

/// A statement's words in upper case; names in quotes are none.
fn words(statement: &Statement<'_>) -> Vec<String> {
    statement.words(usize::MAX)
}

/// Whether these words stand there in this order, side by side.
fn has(words: &[String], sequence: &[&str]) -> bool {
    words
        .windows(sequence.len())
        .any(|window| window.iter().zip(sequence).all(|(word, wanted)| word == wanted))
}

fn begins(words: &[String], sequence: &[&str]) -> bool {
    words.len() >= sequence.len() && words.iter().zip(sequence).all(|(word, wanted)| word == wanted)
}

/// The table that an ALTER TABLE or CREATE TABLE is about, as it is written.
fn table_of(statement: &Statement<'_>, kind: &str) -> Option<String> {
    let mut rest = statement.text.split_whitespace().skip_while(|word| !word.eq_ignore_ascii_case(kind));
    if !rest.next()?.eq_ignore_ascii_case(kind) || !rest.next()?.eq_ignore_ascii_case("TABLE") {
        // CREATE UNLOGGED TABLE and its kin.
        rest.by_ref().find(|word| word.eq_ignore_ascii_case("TABLE"))?;
    }
    let is_filler =
        |word: &&str| ["IF", "NOT", "EXISTS", "ONLY"].iter().any(|filler| word.eq_ignore_ascii_case(filler));
    let name = rest.find(|word| !is_filler(word))?;
    Some(name.trim_end_matches(['(', ';']).to_ascii_lowercase())
}

/// The tables that the file itself makes, which nobody uses yet.
fn made_here(script: &Script) -> BTreeSet<String> {
    script
        .statements()
        .filter(|statement| {
            statement.words(4).contains(&"TABLE".to_owned()) && begins(&statement.words(1), &["CREATE"])
        })
        .filter_map(|statement| table_of(&statement, "CREATE"))
        .collect()
}

/// `ALTER TYPE … RENAME VALUE`.
pub(super) fn rename_enum_value(script: &Script) -> Vec<Found> {
    let is_one = |statement: &Statement<'_>| {
        let words = words(statement);
        begins(&words, &["ALTER", "TYPE"]) && has(&words, &["RENAME", "VALUE"])
    };
    script.statements().filter(is_one).map(|statement| Found::whole(&statement)).collect()
}

/// CONCURRENTLY in a migration that runs in a transaction.
pub(super) fn concurrently_in_transaction(script: &Script) -> Vec<Found> {
    let is_one = |statement: &Statement<'_>| {
        let words = words(statement);
        let detaches = has(&words, &["DETACH", "PARTITION"]) && words.contains(&"CONCURRENTLY".to_owned());
        !script.directives.no_transaction && (statement.is_concurrent() || detaches)
    };
    script.statements().filter(is_one).map(|statement| Found::whole(&statement)).collect()
}

/// VACUUM FULL and CLUSTER.
pub(super) fn vacuum_full(script: &Script) -> Vec<Found> {
    let is_one = |statement: &Statement<'_>| {
        let words = words(statement);
        match words.first().map(String::as_str) {
            Some("VACUUM") => words.contains(&"FULL".to_owned()),
            first => first == Some("CLUSTER"),
        }
    };
    script.statements().filter(is_one).map(|statement| Found::whole(&statement)).collect()
}

/// A column of type json: the word behind a name, and before nothing or what may stand behind a type.
pub(super) fn prefer_jsonb(script: &Script) -> Vec<Found> {
    const BEHIND: [&str; 9] =
        ["NOT", "NULL", "DEFAULT", "CHECK", "UNIQUE", "CONSTRAINT", "GENERATED", "USING", "COMPRESSION"];
    let mut found = Vec::new();
    for statement in script.statements() {
        let words = statement.words(5);
        let is_table = match words.first().map(String::as_str) {
            Some("CREATE") => words.contains(&"TABLE".to_owned()),
            Some("ALTER") => words.get(1).is_some_and(|word| word == "TABLE"),
            _ => false,
        };
        if !is_table {
            continue;
        }
        let tokens = statement.tokens();
        let text = |place: usize| tokens.get(place).map(|(_, range)| &statement.text[range.clone()]);
        for (place, (token, range)) in tokens.iter().enumerate().skip(1) {
            let is_json =
                *token == Token::Word && text(place).is_some_and(|word| word.eq_ignore_ascii_case("json"));
            let follows_name = tokens[place - 1].0 == Token::Word
                || text(place - 1).is_some_and(|name| name.starts_with('"'));
            let next_fits = match tokens.get(place + 1) {
                Some((Token::Word, _)) => text(place + 1).is_some_and(|next| is_any(next, &BEHIND)),
                _ => true,
            };
            if is_json && follows_name && next_fits {
                found.push(Found(statement.start + range.start..statement.start + range.end));
            }
        }
    }
    found
}

/// A constraint that is validated in the transaction that added it NOT VALID.
pub(super) fn validate_with_constraint(script: &Script) -> Vec<Found> {
    if script.directives.no_transaction {
        return Vec::new();
    }
    let mut added = BTreeSet::new();
    let mut found = Vec::new();
    for statement in script.statements() {
        let words = words(&statement);
        if !begins(&words, &["ALTER", "TABLE"]) {
            continue;
        }
        for window in words.windows(3) {
            match [window[0].as_str(), window[1].as_str()] {
                ["ADD", "CONSTRAINT"] if has(&words, &["NOT", "VALID"]) => {
                    added.insert(window[2].clone());
                }
                ["VALIDATE", "CONSTRAINT"] if added.contains(&window[2]) => {
                    found.push(Found::whole(&statement))
                }
                _ => {}
            }
        }
    }
    found
}

/// Slow work behind an ALTER TABLE of a table that others use, in its transaction.
pub(super) fn work_under_exclusive_lock(script: &Script) -> Vec<Found> {
    if script.directives.no_transaction {
        return Vec::new();
    }
    let made = made_here(script);
    let mut is_locked = false;
    let mut found = Vec::new();
    for statement in script.statements() {
        let words = words(&statement);
        if is_locked && is_slow(&words) {
            found.push(Found::whole(&statement));
        }
        // VALIDATE alone takes a lock beside which others read and write.
        let locks = begins(&words, &["ALTER", "TABLE"]) && !has(&words, &["VALIDATE", "CONSTRAINT"]);
        is_locked |= locks && table_of(&statement, "ALTER").is_none_or(|table| !made.contains(&table));
    }
    found
}

fn is_slow(words: &[String]) -> bool {
    let is = |word: &str| words.contains(&word.to_owned());
    match words.first().map(String::as_str) {
        Some("UPDATE" | "DELETE" | "DO" | "CALL" | "COPY" | "REFRESH") => true,
        Some("INSERT" | "WITH") => is("SELECT"),
        Some("CREATE") => is("INDEX") && !is("CONCURRENTLY"),
        Some("ALTER") => has(words, &["VALIDATE", "CONSTRAINT"]),
        _ => false,
    }
}

/// Every row of a table that others use, changed by one statement.
pub(super) fn backfill_in_one_statement(script: &Script) -> Vec<Found> {
    let made = made_here(script);
    let mut found = Vec::new();
    for statement in script.statements() {
        let words = words(&statement);
        let table = match words.first().map(String::as_str) {
            Some("UPDATE") => {
                statement.text.split_whitespace().find(|word| !is_any(word, &["UPDATE", "ONLY"]))
            }
            Some("DELETE") => {
                statement.text.split_whitespace().find(|word| !is_any(word, &["DELETE", "FROM", "ONLY"]))
            }
            _ => None,
        };
        let Some(table) = table else { continue };
        // A limit, or a range of keys, is a batch.
        let is_batch = words.contains(&"LIMIT".to_owned()) || words.contains(&"BETWEEN".to_owned());
        if !is_batch && !made.contains(&table.to_ascii_lowercase()) {
            found.push(Found::whole(&statement));
        }
    }
    found
}

fn is_any(word: &str, wanted: &[&str]) -> bool {
    wanted.iter().any(|wanted| word.eq_ignore_ascii_case(wanted))
}
