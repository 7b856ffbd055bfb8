//! Hints in a wanted file that an object had another name: `-- branchline: renamed_from old`.
//!
//! The comment stands on the line before the object or at the end of its line: before a `CREATE TABLE` (or
//! another object), or at a column inside of one.

use anyhow::{Result, bail};
use files::{Scanner, Statement, Token, split};

use super::WantedFile;

/// The words of a hint behind the comment's dashes.
const MARK: &str = "branchline:";
const WORD: &str = "renamed_from";

/// An object that had another name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenameHint {
    /// The object, by the name that it has now.
    pub object: RenamedObject,
    /// Its former name, as the hint has it.
    pub old: String,
    /// The file of the hint.
    pub file: String,
    /// Its line, from 1.
    pub line: usize,
}

/// An object that a hint stands at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RenamedObject {
    /// An object by its `CREATE` statement.
    Whole {
        /// The word behind CREATE: `TABLE`.
        kind: String,
        /// Its name as the file has it, perhaps with its schema.
        name: String,
    },
    /// A column, or an attribute of a composite type.
    Column {
        /// The table's name as the file has it.
        table: String,
        /// The column's.
        name: String,
    },
}

/// Finds the hints of wanted files.
///
/// # Errors
/// A hint names nothing, or stands at nothing.
pub fn rename_hints(files: &[WantedFile]) -> Result<Vec<RenameHint>> {
    let mut hints = Vec::new();
    for WantedFile { file, sql } in files.iter().filter(|file| file.sql.contains(WORD)) {
        // A file that cannot be cut does not load, which is reported.
        let Ok(statements) = split(sql) else { continue };
        let mut offset = 0;
        for (line, text) in (1..).zip(sql.split_inclusive('\n')) {
            let start = offset;
            offset += text.len();
            let Some((at, old)) = hint(text) else { continue };
            let Some(old) = old else {
                bail!("{file}, line {line}: a hint is written \"-- branchline: renamed_from <old name>\"")
            };
            let own = text.get(..at).unwrap_or_default();
            let Some(object) = object(&statements, sql, (start, start + at), own) else {
                bail!("{file}, line {line}: the hint stands at no CREATE statement and no column")
            };
            hints.push(RenameHint { object, old, file: file.clone(), line });
        }
    }
    Ok(hints)
}

/// The place of a hint's comment in a line, and the name that it has.
fn hint(line: &str) -> Option<(usize, Option<String>)> {
    line.match_indices("--").find_map(|(at, _)| {
        let comment = line.get(at + 2..)?.trim_start();
        let rest = comment.strip_prefix(MARK)?.trim_start().strip_prefix(WORD)?;
        let old = rest.trim().trim_end_matches([';', ',']).trim_start_matches(':').trim();
        Some((at, (!old.is_empty()).then(|| old.to_owned())))
    })
}

/// The object at a hint: that of its own line, else that of the next one.
fn object(
    statements: &[Statement<'_>],
    sql: &str,
    (line, at): (usize, usize),
    own: &str,
) -> Option<RenamedObject> {
    let around = statements.iter().find(|one| (one.start..one.start + one.text.len()).contains(&at));
    let Some(statement) = around else {
        // At the end of the statement's last line, or before a statement.
        let is_own = |one: &&Statement<'_>| !own.trim().is_empty() && one.start >= line && one.start < at;
        return whole(
            statements.iter().rfind(is_own).or_else(|| statements.iter().find(|one| one.start > at))?,
        );
    };
    let Some(RenamedObject::Whole { name: table, .. }) = whole(statement) else { return None };
    let is_head = statement.start >= line && !own.trim().is_empty();
    if is_head && !own.contains(',') && own.trim_end().ends_with('(') {
        return whole(statement);
    }
    let own_start = if is_head { at } else { line.max(statement.start) };
    let from = if own.trim().is_empty() || is_head { at } else { own_start };
    let rest = sql.get(from..statement.start + statement.text.len())?;
    let mut scanner = Scanner::new(rest);
    while let Ok(Some((token, range))) = scanner.next_token() {
        let text = rest.get(range)?;
        if token == Token::Word || text.starts_with('"') {
            return Some(RenamedObject::Column { table, name: text.to_owned() });
        }
    }
    None
}

/// The object that a statement makes.
fn whole(statement: &Statement<'_>) -> Option<RenamedObject> {
    const BETWEEN: [&str; 13] = [
        "OR",
        "REPLACE",
        "TEMP",
        "TEMPORARY",
        "UNLOGGED",
        "UNIQUE",
        "MATERIALIZED",
        "RECURSIVE",
        "CONCURRENTLY",
        "IF",
        "NOT",
        "EXISTS",
        "FOREIGN",
    ];
    let tokens = statement.tokens();
    let text = |at: usize| tokens.get(at).and_then(|(_, range)| statement.text.get(range.clone()));
    if !text(0)?.eq_ignore_ascii_case("CREATE") {
        return None;
    }
    let is_between =
        |at: usize| text(at).is_some_and(|word| BETWEEN.iter().any(|b| b.eq_ignore_ascii_case(word)));
    let mut at = 1;
    while is_between(at) {
        at += 1;
    }
    let kind = text(at)?.to_ascii_uppercase();
    at += 1;
    while is_between(at) {
        at += 1;
    }
    let mut name = text(at)?.to_owned();
    while text(at + 1) == Some(".") {
        name = format!("{name}.{}", text(at + 2)?);
        at += 2;
    }
    Some(RenamedObject::Whole { kind, name })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(sql: &str) -> Vec<(String, String)> {
        let files = [WantedFile { file: "w.sql".to_owned(), sql: sql.to_owned() }];
        let hints = rename_hints(&files).unwrap();
        let name = |object| match object {
            RenamedObject::Whole { kind, name } => format!("{kind} {name}"),
            RenamedObject::Column { table, name } => format!("{table}.{name}"),
        };
        hints.into_iter().map(|hint| (name(hint.object), hint.old)).collect()
    }

    #[test]
    fn a_hint_stands_before_a_table_or_at_a_column() {
        let sql = "CREATE TABLE a (id int);\n\
                   -- branchline: renamed_from posts\n\
                   CREATE TABLE IF NOT EXISTS app.\"Articles\" (\n    id int, -- the key\n    \
                   -- branchline: renamed_from body\n    content text,\n    \
                   words int -- branchline: renamed_from \"Count\"\n);\n\
                   CREATE UNIQUE INDEX i ON a (id); -- branchline: renamed_from j\n\
                   CREATE TABLE b ( -- branchline: renamed_from c\n x int);\n";
        let expected = [
            ("TABLE app.\"Articles\"", "posts"),
            ("app.\"Articles\".content", "body"),
            ("app.\"Articles\".words", "\"Count\""),
            ("INDEX i", "j"),
            ("TABLE b", "c"),
        ];
        assert_eq!(found(sql), expected.map(|(new, old)| (new.to_owned(), old.to_owned())));
    }

    #[test]
    fn a_hint_at_nothing_is_refused() {
        let files = [WantedFile {
            file: "w.sql".to_owned(),
            sql: "CREATE TABLE a (id int);\n-- branchline: renamed_from b\n".to_owned(),
        }];
        let error = rename_hints(&files).unwrap_err().to_string();
        assert_eq!(error, "w.sql, line 2: the hint stands at no CREATE statement and no column");
    }
}
