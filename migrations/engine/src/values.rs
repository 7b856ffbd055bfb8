//! Row values in what a server says, which are left out unless `--show-values` asks for them: logs and
//! comments on pull requests are read by more people than the tables are.
//!
//! Values stand in a `DETAIL` of classes 22 and 23, in the messages of class 22 (data exceptions, as of a
//! cast), in messages about a name that no statement contains (a value cast to a name), in a `CONTEXT`, and
//! where `RAISE` puts them. Source: the manual's appendix on error codes, and `ereport` calls of Postgres 17.

mod raised;

use std::sync::atomic::{AtomicBool, Ordering};

use tokio_postgres::error::DbError;

use crate::cluster::REFUSED;

/// True if messages show row values. It is one for the process, since an error's `Display` takes no argument.
static SHOWN: AtomicBool = AtomicBool::new(false);

/// Stands for a value.
const HIDDEN: &str = "…";

/// Characters that open or close a quotation in a server's message, in the languages that Postgres is
/// translated to.
const QUOTES: [char; 11] = ['"', '\'', '«', '»', '„', '“', '”', '‹', '›', '「', '」'];

/// Lets messages show row values.
pub fn show(is_shown: bool) {
    SHOWN.store(is_shown, Ordering::Relaxed);
}

/// Returns whether messages show row values.
pub fn are_shown() -> bool {
    SHOWN.load(Ordering::Relaxed)
}

/// An error in one line without row values. `sql` is what was sent, where it is known: what is written there
/// is no value.
pub fn without(error: &pg::Error, sql: Option<&str>) -> String {
    match error {
        pg::Error::Session(driver) => match driver.as_db_error() {
            Some(db) => format!("{} (SQLSTATE {})", message(db, sql), db.code().code()),
            None => error.to_string(),
        },
        // Nothing has run yet.
        _ => error.to_string(),
    }
}

/// The same, with them where they are asked for.
pub fn as_asked(error: &pg::Error, sql: Option<&str>) -> String {
    if are_shown() { error.to_string() } else { without(error, sql) }
}

/// A server's message without row values.
pub fn message(db: &DbError, sql: Option<&str>) -> String {
    if is_raised(db) {
        return raised::message(db.message(), sql.unwrap_or_default());
    }
    match db.code().code().get(..2) {
        Some("22") => masked(db.message(), |_| false),
        // The parser says where a wrong name stands. A name without a place was made at run time.
        Some("3D" | "3F" | "42") if db.position().is_none() => {
            let own = [db.schema(), db.table(), db.column(), db.datatype(), db.constraint()];
            masked(db.message(), |word| {
                sql.is_none_or(|sql| sql.contains(word)) || own.into_iter().flatten().any(|name| name == word)
            })
        }
        _ => db.message().to_owned(),
    }
}

/// `DETAIL`, `HINT` and `CONTEXT` with their names, as far as they may be shown.
pub fn further(db: &DbError) -> Vec<(&'static str, String)> {
    let all = [("detail", db.detail()), ("hint", db.hint()), ("where", db.where_())];
    let each = all.into_iter().filter_map(|(name, text)| Some((name, text?.to_owned())));
    if are_shown() {
        return each.collect();
    }
    let has_values = is_raised(db) || matches!(db.code().code().get(..2), Some("21" | "22" | "23"));
    each.filter_map(|(name, text)| match name {
        // Of a call stack only the functions: the statements among them may be made of values.
        "where" => {
            let calls: Vec<&str> =
                text.lines().filter(|line| line.starts_with("PL/pgSQL function ")).collect();
            (!calls.is_empty()).then(|| (name, calls.join("\n")))
        }
        _ => (!has_values).then_some((name, text)),
    })
    .collect()
}

/// Returns whether there is a `DETAIL` that may not be shown.
pub fn hides_detail(db: &DbError) -> bool {
    db.detail().is_some() && further(db).iter().all(|(name, _)| *name != "detail")
}

/// Returns whether a migration's `RAISE` or `ASSERT` wrote the message: the server names its own function.
pub fn is_raised(db: &DbError) -> bool {
    matches!(db.routine(), Some("exec_stmt_raise" | "exec_stmt_assert")) && db.code().code() != REFUSED
}

/// A message with what it quotes left out, from the first quotation mark to the last, since a value may hold
/// some; unless each quoted part may be shown. Bytes that it writes as `0x…` go as well.
fn masked(message: &str, may_be_shown: impl Fn(&str) -> bool) -> String {
    let mut text = message.to_owned();
    if let Some(first) = message.find(QUOTES) {
        let opening = message[first..].chars().next().map_or(1, char::len_utf8);
        let last = message.rfind(QUOTES).filter(|last| *last > first);
        let parts = message.split(QUOTES).skip(1).step_by(2);
        if !parts.clone().all(&may_be_shown) || parts.count() == 0 {
            let tail = last.map_or("", |last| &message[last..]);
            text = format!("{}{HIDDEN}{tail}", &message[..first + opening]);
        }
    }
    if !text.contains("0x") {
        return text;
    }
    text.split(' ')
        .map(|word| if word.starts_with("0x") { HIDDEN } else { word })
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hidden(message: &str) -> String {
        masked(message, |_| false)
    }

    #[test]
    fn what_a_cast_quotes_is_left_out_in_any_language() {
        assert_eq!(
            hidden("invalid input syntax for type integer: \"secret\""),
            "invalid input syntax for type integer: \"…\""
        );
        assert_eq!(
            hidden("value \"99\" is out of range for type integer"),
            "value \"…\" is out of range for type integer"
        );
        assert_eq!(hidden("ungültige Syntax: »geheim«"), "ungültige Syntax: »…«");
        assert_eq!(hidden("division by zero"), "division by zero");
    }

    #[test]
    fn a_value_with_quotation_marks_or_none_at_its_end_is_left_out_whole() {
        assert_eq!(hidden("invalid: \"a\"b\", \"c\""), "invalid: \"…\"");
        assert_eq!(hidden("invalid: \"secret"), "invalid: \"…");
        assert_eq!(
            hidden("invalid byte sequence for encoding \"UTF8\": 0xff 0xfe"),
            "invalid byte sequence for encoding \"…\": … …"
        );
    }

    #[test]
    fn a_name_is_shown_where_the_statement_has_it() {
        let shown =
            |sql: &'static str| masked("relation \"b\" does not exist", move |word| sql.contains(word));
        assert_eq!(shown("DROP TABLE b"), "relation \"b\" does not exist");
        assert_eq!(shown("SELECT x::regclass"), "relation \"…\" does not exist");
    }
}
