//! The sections of a file's text in a layout: which part leads where, and which of the tool's comments are
//! directives of ours.

use super::{Layout, flyway};
use crate::file_name::Kind;
use crate::migrations::Problem;

/// A file's text, or one of its sections.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// The direction of the section.
    pub(crate) kind: Kind,
    /// Its text, on the lines where the file has it.
    pub(crate) sql: String,
    /// True if the tool runs it outside a transaction.
    pub(crate) no_transaction: bool,
}

/// The parts of a file of a kind.
///
/// # Errors
/// A section is missing or stands in the wrong place, or the tool would put something into the text.
pub(crate) fn parts(layout: Layout, kind: Kind, sql: String) -> Result<Vec<Part>, Problem> {
    let single = |sql, no_transaction| Ok(vec![Part { kind, sql, no_transaction }]);
    if kind == Kind::Rows {
        return single(sql, false);
    }
    match layout {
        Layout::Goose => goose(&sql),
        Layout::Dbmate => dbmate(&sql),
        Layout::Sqlx => {
            let no_transaction = sql.starts_with("-- no-transaction");
            single(sql, no_transaction)
        }
        Layout::Flyway => match flyway::placeholder(&sql) {
            Some((line, text)) => Err(Problem::Placeholder { line, text: text.to_owned() }),
            None => single(sql, false),
        },
        _ => single(sql, false),
    }
}

/// The words of goose's or dbmate's comment after its mark, in lower case.
fn annotation(line: &str, mark: &str) -> Option<String> {
    let comment = line.trim().strip_prefix("--")?.trim_start();
    // If the mark ends in a letter or colon, nothing else of the tools begins so.
    let rest = comment.get(..mark.len()).filter(|start| start.eq_ignore_ascii_case(mark))?;
    Some(comment[rest.len()..].trim().to_lowercase())
}

pub(super) fn is_goose(sql: &str) -> bool {
    sql.lines().any(|line| annotation(line, "+goose").is_some_and(|words| words == "up"))
}

pub(super) fn is_dbmate(sql: &str) -> bool {
    sql.lines().any(|line| annotation(line, "migrate:up").is_some())
}

fn goose(sql: &str) -> Result<Vec<Part>, Problem> {
    let (mut up, mut down, mut no_transaction) = (None, None, false);
    for (line, text) in (1..).zip(sql.lines()) {
        match annotation(text, "+goose").as_deref() {
            Some("up") => up = up.or(Some(line)),
            Some("down") => down = down.or(Some(line)),
            Some("no transaction") => no_transaction = true,
            Some("envsub on") => {
                return Err(Problem::Placeholder { line, text: "-- +goose ENVSUB ON".to_owned() });
            }
            _ => {}
        }
    }
    sections(sql, ("-- +goose Up", up), ("-- +goose Down", down), (no_transaction, no_transaction))
}

fn dbmate(sql: &str) -> Result<Vec<Part>, Problem> {
    let (mut up, mut down) = (None, None);
    let mut outside = (false, false);
    for (line, text) in (1..).zip(sql.lines()) {
        if let (Some(options), None) = (annotation(text, "migrate:up"), up) {
            up = Some(line);
            outside.0 = options.split_whitespace().any(|option| option == "transaction:false");
        }
        if let (Some(options), None) = (annotation(text, "migrate:down"), down) {
            down = Some(line);
            outside.1 = options.split_whitespace().any(|option| option == "transaction:false");
        }
    }
    sections(sql, ("-- migrate:up", up), ("-- migrate:down", down), outside)
}

/// Cuts at the line where the down begins; the up has all before it.
fn sections(
    sql: &str,
    up: (&'static str, Option<usize>),
    down: (&'static str, Option<usize>),
    (up_outside, down_outside): (bool, bool),
) -> Result<Vec<Part>, Problem> {
    let up_line = up.1.ok_or(Problem::Section { marker: up.0 })?;
    let Some(line) = down.1 else {
        return Ok(vec![Part { kind: Kind::Up, sql: sql.to_owned(), no_transaction: up_outside }]);
    };
    if line < up_line {
        return Err(Problem::SectionOrder { line, marker: down.0 });
    }
    let at: usize = sql.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let (before, after) = sql.split_at(at);
    // The lines of the up are kept empty, so that messages name the file's lines.
    let down = "\n".repeat(line - 1) + after;
    Ok(vec![
        Part { kind: Kind::Up, sql: before.to_owned(), no_transaction: up_outside },
        Part { kind: Kind::Down, sql: down, no_transaction: down_outside },
    ])
}
