//! The rules that squawk does not have.

use std::collections::BTreeSet;

use super::rule::Match;
use files::Script;
use files::{Statement, Token};

#[cfg(test)]
mod tests;

/// A statement's words in upper case; names in quotes are none. None of a statement that begins with another
/// word.
fn words_of(statement: &Statement<'_>, first: &[&str]) -> Option<Vec<String>> {
    let begins = statement.words(1).first().is_some_and(|word| first.contains(&word.as_str()));
    begins.then(|| statement.words(usize::MAX))
}

/// Returns whether these words stand there in this order, side by side.
fn has(words: &[String], sequence: &[&str]) -> bool {
    words
        .windows(sequence.len())
        .any(|window| window.iter().zip(sequence).all(|(word, wanted)| word == wanted))
}

fn begins(words: &[String], sequence: &[&str]) -> bool {
    words.len() >= sequence.len() && words.iter().zip(sequence).all(|(word, wanted)| word == wanted)
}

/// The tables that the file itself makes, which nobody uses yet: the last parts of their names.
pub(super) fn made_here(script: &Script) -> BTreeSet<String> {
    script
        .statements()
        .filter(|statement| {
            let words = statement.words(4);
            words.first().is_some_and(|word| word == "CREATE") && words.contains(&"TABLE".to_owned())
        })
        .filter_map(|statement| statement.name_behind("TABLE"))
        .collect()
}

/// The tables on which the file makes policies, the last parts of their names.
pub(super) fn given_policies(script: &Script) -> BTreeSet<String> {
    let makes = |statement: &Statement<'_>| statement.words(2) == ["CREATE", "POLICY"];
    script.statements().filter(makes).filter_map(|statement| statement.name_behind("ON")).collect()
}

/// `ALTER TYPE … RENAME VALUE`.
pub(super) fn rename_enum_value(script: &Script) -> Vec<Match> {
    let is_one = |statement: &Statement<'_>| {
        words_of(statement, &["ALTER"])
            .is_some_and(|words| begins(&words, &["ALTER", "TYPE"]) && has(&words, &["RENAME", "VALUE"]))
    };
    script.statements().filter(is_one).map(|statement| Match::whole(&statement)).collect()
}

/// CONCURRENTLY in a migration that runs in a transaction.
pub(super) fn concurrently_in_transaction(script: &Script) -> Vec<Match> {
    in_transaction(script, |what| what.ends_with(" CONCURRENTLY"))
}

/// Other statements that the server refuses in a transaction, in a migration that runs in one.
pub(super) fn needs_no_transaction(script: &Script) -> Vec<Match> {
    in_transaction(script, |what| !what.ends_with(" CONCURRENTLY"))
}

fn in_transaction(script: &Script, is_one: impl Fn(&str) -> bool) -> Vec<Match> {
    if script.directives.no_transaction {
        return Vec::new();
    }
    let needs = |statement: &Statement<'_>| statement.needs_no_transaction().is_some_and(&is_one);
    script.statements().filter(needs).map(|statement| Match::whole(&statement)).collect()
}

/// Commands of psql's.
pub(super) fn psql_command(script: &Script) -> Vec<Match> {
    let found = script.psql_commands().filter(|command| !command.is_guard);
    found.map(|command| Match(command.start..command.end)).collect()
}

/// VACUUM FULL and CLUSTER.
pub(super) fn vacuum_full(script: &Script) -> Vec<Match> {
    let is_one = |statement: &Statement<'_>| {
        words_of(statement, &["VACUUM", "CLUSTER"])
            .is_some_and(|words| words[0] == "CLUSTER" || words.contains(&"FULL".to_owned()))
    };
    script.statements().filter(is_one).map(|statement| Match::whole(&statement)).collect()
}

/// A column of type json: the word behind a name, and before nothing or what may stand behind a type.
pub(super) fn prefer_jsonb(script: &Script) -> Vec<Match> {
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
                found.push(Match(statement.start + range.start..statement.start + range.end));
            }
        }
    }
    found
}

/// A constraint that is validated in the transaction that added it NOT VALID.
pub(super) fn validate_with_constraint(script: &Script) -> Vec<Match> {
    if script.directives.no_transaction {
        return Vec::new();
    }
    let mut added = BTreeSet::new();
    let mut found = Vec::new();
    for statement in script.statements() {
        let words = words_of(&statement, &["ALTER"]).filter(|words| begins(words, &["ALTER", "TABLE"]));
        let Some(words) = words else { continue };
        let is_not_valid = has(&words, &["NOT", "VALID"]);
        let mut validates = false;
        for window in words.windows(3) {
            match [window[0].as_str(), window[1].as_str()] {
                ["ADD", "CONSTRAINT"] if is_not_valid => {
                    added.insert(window[2].clone());
                }
                ["VALIDATE", "CONSTRAINT"] => validates |= added.contains(&window[2]),
                _ => {}
            }
        }
        if validates {
            found.push(Match::whole(&statement));
        }
    }
    found
}

/// Slow work behind a statement that locks a table that others use out, in its transaction.
pub(super) fn work_under_exclusive_lock(script: &Script) -> Vec<Match> {
    if script.directives.no_transaction {
        return Vec::new();
    }
    let made = made_here(script);
    let mut is_locked = false;
    let mut found = Vec::new();
    for statement in script.statements() {
        if is_locked && is_slow(&statement, &made) {
            found.push(Match::whole(&statement));
        }
        is_locked |= locks_out(&statement).is_some_and(|table| !made.contains(&table));
    }
    found
}

/// The table on which a statement takes ACCESS EXCLUSIVE; empty where it has a name that is not read here.
fn locks_out(statement: &Statement<'_>) -> Option<String> {
    let words = words_of(statement, &["ALTER", "TRUNCATE", "LOCK", "DROP", "CREATE"])?;
    let name = |keyword: &str| Some(statement.name_behind(keyword).unwrap_or_default());
    match [words.first()?.as_str(), words.get(1).map_or("", String::as_str)] {
        // VALIDATE alone takes a lock beside which others read and write.
        ["ALTER", "TABLE"] if !has(&words, &["VALIDATE", "CONSTRAINT"]) => name("TABLE"),
        ["TRUNCATE", "TABLE"] => name("TABLE"),
        ["TRUNCATE", _] => name("TRUNCATE"),
        ["LOCK", second] if has(&words, &["ACCESS", "EXCLUSIVE"]) || !words.contains(&"MODE".to_owned()) => {
            name(if second == "TABLE" { "TABLE" } else { "LOCK" })
        }
        ["DROP", "TRIGGER" | "POLICY" | "RULE"] | ["ALTER" | "CREATE", "POLICY"] => name("ON"),
        _ => None,
    }
}

/// Returns whether a statement may take as long as a table is large.
fn is_slow(statement: &Statement<'_>, made: &BTreeSet<String>) -> bool {
    const SLOW: [&str; 14] = [
        "UPDATE", "DELETE", "MERGE", "DO", "CALL", "COPY", "REFRESH", "INSERT", "WITH", "SELECT", "CREATE",
        "ALTER", "ANALYZE", "EXPLAIN",
    ];
    let Some(words) = words_of(statement, &SLOW) else { return false };
    let is = |word: &str| words.contains(&word.to_owned());
    // A table that was made here is small, or was filled by a statement that is found itself.
    let reads = || is("FROM") && statement.name_behind("FROM").is_none_or(|table| !made.contains(&table));
    match words[0].as_str() {
        "INSERT" | "WITH" => is("SELECT"),
        // A sequence that goes on from where another one stands reads a row, or the end of an index.
        "SELECT" => !words.iter().take(3).any(|word| word == "SETVAL") && reads(),
        "EXPLAIN" => is("ANALYZE"),
        "CREATE" if is("INDEX") => !is("CONCURRENTLY"),
        "CREATE" => {
            let is_filled = has(&words, &["AS", "SELECT"]) || has(&words, &["AS", "WITH"]);
            is_filled && words.iter().take(4).any(|word| word == "TABLE" || word == "MATERIALIZED") && reads()
        }
        "ALTER" => has(&words, &["VALIDATE", "CONSTRAINT"]),
        _ => true,
    }
}

/// Every row of a table that others use, changed by one statement.
pub(super) fn backfill_in_one_statement(script: &Script) -> Vec<Match> {
    let made = made_here(script);
    let mut found = Vec::new();
    for statement in script.statements() {
        let Some(words) = words_of(&statement, &["UPDATE", "DELETE"]) else { continue };
        let keyword = if words[0] == "UPDATE" { "UPDATE" } else { "FROM" };
        let Some(table) = statement.name_behind(keyword) else { continue };
        // A limit, or a range of keys, is a batch.
        let is_batch = words.contains(&"LIMIT".to_owned()) || words.contains(&"BETWEEN".to_owned());
        if !is_batch && !made.contains(&table) {
            found.push(Match::whole(&statement));
        }
    }
    found
}

fn is_any(word: &str, wanted: &[&str]) -> bool {
    wanted.iter().any(|wanted| word.eq_ignore_ascii_case(wanted))
}
