//! Refusals before anything runs: files that cannot run as they are written.
//!
//! Only files that are about to run are examined. A migration that is applied has run, one way or another.

use std::collections::BTreeSet;

use crate::migrations::Script;
use crate::statement::{Statement, Token};
use crate::table_name::identifier;

/// Why a file cannot run as it is written, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The history row must commit with the rest.
    #[error(
        "{file}, line {line}: the migration runs in a transaction together with its row of the history, so \
         that it cannot begin or end one; take the statement out, or say -- branchline: no-transaction"
    )]
    OwnTransaction {
        /// The file.
        file: String,
        /// The statement's line.
        line: usize,
    },
    /// The remains of a build that was cut short are found by the index's name.
    #[error(
        "{file}, line {line}: a concurrent build that is cut short leaves an unusable index behind, which is \
         found by its name; give the index one"
    )]
    NamelessIndex {
        /// The file.
        file: String,
        /// The statement's line.
        line: usize,
    },
    /// The server does not run it in a transaction.
    #[error(
        "{file}, line {line}: {what} does not run in a transaction, and a migration runs in one; write -- \
         branchline: no-transaction at the head of the file, which then should hold nothing else (branchline \
         lint --explain {rule})"
    )]
    NeedsNoTransaction {
        /// The file.
        file: String,
        /// The statement's line.
        line: usize,
        /// The kind of statement.
        what: String,
        /// The lint rule that says more.
        rule: &'static str,
    },
    /// Only psql knows it.
    #[error("{file}, line {line}: {name} is a command of psql's, and the server takes SQL only; {instead}")]
    Psql {
        /// The file.
        file: String,
        /// The command's line.
        line: usize,
        /// The command, with its backslash.
        name: String,
        /// The advice.
        instead: &'static str,
    },
    /// Nobody reads the rows.
    #[error(
        "{file}, line {line}: COPY … TO stdout sends rows that nobody reads here; take the statement out, or \
         run it in psql"
    )]
    CopyOut {
        /// The file.
        file: String,
        /// The statement's line.
        line: usize,
    },
    /// unsafe_new_enum_value_usage
    #[error(
        "{file}, line {line}: the value that line {added} adds to the enum {name} is used before it is \
         committed; put what uses it into the next migration"
    )]
    NewEnumValue {
        /// The file.
        file: String,
        /// The line of the use.
        line: usize,
        /// The line of the ALTER TYPE.
        added: usize,
        /// The enum.
        name: String,
    },
}

/// Looks at files in the order in which they run.
#[derive(Default)]
pub(crate) struct Checker {
    /// Procedures that end transactions, by name.
    committing: BTreeSet<String>,
}

impl Checker {
    /// Takes note of the procedures that a file makes.
    pub(crate) fn note(&mut self, script: &Script) {
        for (name, ends_transactions) in script.statements().filter_map(|statement| statement.procedure()) {
            if ends_transactions {
                self.committing.insert(name);
            } else {
                self.committing.remove(&name);
            }
        }
    }

    /// Refuses a file that cannot run as it is written, and takes note of its procedures.
    ///
    /// # Errors
    /// The first statement that stands in the way.
    pub(crate) fn check(&mut self, script: &Script) -> Result<(), Refusal> {
        check_commands(script)?;
        self.note(script);
        let file = || script.file.clone();
        for statement in script.statements() {
            let line = statement.line;
            if statement.copies_out() {
                return Err(Refusal::CopyOut { file: file(), line });
            }
            if script.directives.no_transaction {
                if statement.concurrent_build().is_some_and(|build| build.name.is_none()) {
                    return Err(Refusal::NamelessIndex { file: file(), line });
                }
                continue;
            }
            if statement.controls_transaction() {
                return Err(Refusal::OwnTransaction { file: file(), line });
            }
            let needs =
                statement.needs_no_transaction().map(str::to_owned).or_else(|| self.refused_call(&statement));
            if let Some(what) = needs {
                let is_concurrent = what.ends_with(" CONCURRENTLY");
                let rule = if is_concurrent { "concurrently-in-transaction" } else { "needs-no-transaction" };
                return Err(Refusal::NeedsNoTransaction { file: file(), line, what, rule });
            }
        }
        if script.directives.no_transaction { Ok(()) } else { check_enums(script) }
    }

    fn refused_call(&self, statement: &Statement<'_>) -> Option<String> {
        let name = statement.called().filter(|name| self.committing.contains(name))?;
        Some(format!("CALL of {name}, which commits,"))
    }
}

/// Refuses commands of psql's, but for the guards of a dump.
///
/// # Errors
/// The first one.
pub(crate) fn check_commands(script: &Script) -> Result<(), Refusal> {
    match script.psql_commands().find(|command| !command.is_guard) {
        Some(command) => Err(Refusal::Psql {
            file: script.file.clone(),
            line: command.line,
            name: command.name.to_owned(),
            instead: command.instead(),
        }),
        None => Ok(()),
    }
}

/// Refuses `'value'::type` of a value that the same transaction adds to an enum that was there before it.
fn check_enums(script: &Script) -> Result<(), Refusal> {
    let mut made: BTreeSet<String> = BTreeSet::new();
    // Value and type, with the line.
    let mut added: Vec<(String, String, usize)> = Vec::new();
    for statement in script.statements() {
        let words = statement.words(2);
        let is_type = words.get(1).is_some_and(|word| word == "TYPE");
        match words.first().map(String::as_str) {
            Some("CREATE") if is_type => made.extend(statement.name_behind("TYPE")),
            Some("ALTER") if is_type => {
                let Some(name) = statement.name_behind("TYPE").filter(|name| !made.contains(name)) else {
                    continue;
                };
                added.extend(added_value(&statement).map(|value| (value, name, statement.line)));
            }
            _ if added.is_empty() => {}
            _ => {
                if let Some((name, added)) = uses(&statement, &added) {
                    let (file, line) = (script.file.clone(), statement.line);
                    return Err(Refusal::NewEnumValue { file, line, added, name });
                }
            }
        }
    }
    Ok(())
}

/// The value of an `ALTER TYPE … ADD VALUE`, with its quotes.
fn added_value(statement: &Statement<'_>) -> Option<String> {
    let tokens = statement.tokens();
    let texts: Vec<&str> = tokens.iter().map(|(_, range)| &statement.text[range.clone()]).collect();
    let is_one = texts
        .windows(2)
        .any(|pair| pair[0].eq_ignore_ascii_case("ADD") && pair[1].eq_ignore_ascii_case("VALUE"));
    let value = texts.iter().find(|text| text.starts_with('\''))?;
    is_one.then(|| (*value).to_owned())
}

/// Returns whether a statement casts one of the added values to its type; the type, and the line that adds
/// the value.
fn uses(statement: &Statement<'_>, added: &[(String, String, usize)]) -> Option<(String, usize)> {
    let tokens = statement.tokens();
    let text = |i: usize| tokens.get(i).map_or("", |(_, range)| &statement.text[range.clone()]);
    for i in (0..tokens.len()).filter(|&i| tokens[i].0 == Token::Other && text(i).starts_with('\'')) {
        if text(i + 1) != ":" || text(i + 2) != ":" {
            continue;
        }
        let mut at = i + 3;
        while text(at + 1) == "." {
            at += 2;
        }
        let name = identifier(text(at));
        if let Some((.., line)) = added.iter().find(|(value, of, _)| *value == text(i) && *of == name) {
            return Some((name, *line));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Migrations;

    fn check(files: &[&str]) -> Result<(), Refusal> {
        let named =
            files.iter().enumerate().map(|(i, sql)| (format!("V{}__a.sql", i + 1), sql.as_bytes().to_vec()));
        let migrations = Migrations::from_files(named).unwrap();
        let mut checker = Checker::default();
        migrations.iter().try_for_each(|migration| checker.check(&migration.up))
    }

    fn said(files: &[&str]) -> String {
        check(files).unwrap_err().to_string()
    }

    #[test]
    fn a_statement_that_needs_no_transaction_is_refused_with_the_directive_and_the_rule() {
        let said = said(&["CREATE TABLE t (id int);\nCREATE INDEX CONCURRENTLY i ON t (id);\n"]);
        assert!(said.starts_with("V1__a.sql, line 2: CREATE INDEX CONCURRENTLY does not run"), "{said}");
        assert!(said.contains("-- branchline: no-transaction"), "{said}");
        assert!(said.contains("--explain concurrently-in-transaction"), "{said}");
        assert_eq!(check(&["-- branchline: no-transaction\nVACUUM t;\n"]), Ok(()));
    }

    #[test]
    fn a_command_of_psqls_is_refused_with_what_to_do() {
        let said = said(&["SELECT 1;\n\\i other.sql\n"]);
        assert_eq!(
            said,
            "V1__a.sql, line 2: \\i is a command of psql's, and the server takes SQL only; put the \
             statements of that file here, or into a migration of their own"
        );
        assert_eq!(check(&["\\restrict a\nSELECT 1;\n\\unrestrict a\n"]), Ok(()));
    }

    #[test]
    fn a_call_is_refused_where_a_file_before_it_made_the_procedure_one_that_commits() {
        let create = "CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$;";
        assert!(
            said(&[create, "CALL p();"]).contains("CALL of p, which commits, does not run in a transaction")
        );
        assert_eq!(check(&[create, "-- branchline: no-transaction\nCALL p();"]), Ok(()));
        assert_eq!(check(&[create, "DROP PROCEDURE p;", "CALL p();"]), Ok(()));
        assert_eq!(check(&["CALL p();"]), Ok(()));
    }

    #[test]
    fn a_new_enum_value_is_refused_where_its_own_transaction_casts_to_it() {
        let add = "ALTER TYPE app.mood ADD VALUE IF NOT EXISTS 'ok';\n";
        let refused = check(&[&format!("{add}SELECT 1;\nSELECT 'ok'::app.mood;\n")]);
        let expected =
            Refusal::NewEnumValue { file: "V1__a.sql".into(), line: 3, added: 1, name: "mood".into() };
        assert_eq!(refused, Err(expected));
        for sql in [
            "SELECT 'ok'::text;",
            "SELECT 'old'::app.mood;",
            // Another type.
            "SELECT 'ok'::app.\"Mood\";",
            "DO $$ BEGIN PERFORM 'ok'::app.mood; END $$;",
        ] {
            assert_eq!(check(&[&format!("{add}{sql}")]), Ok(()), "{sql}");
        }
        for same in ["\"mood\"", "Mood"] {
            assert!(check(&[&format!("{add}SELECT 'ok'::app.{same};")]).is_err(), "{same}");
        }
        assert_eq!(check(&[add, "SELECT 'ok'::app.mood;"]), Ok(()));
        assert_eq!(
            check(&[&format!("CREATE TYPE app.mood AS ENUM ();\n{add}SELECT 'ok'::app.mood;")]),
            Ok(())
        );
    }

    #[test]
    fn rows_that_nobody_reads_are_refused() {
        assert!(said(&["COPY (SELECT 1) TO STDOUT;"]).contains("nobody reads"));
        assert_eq!(check(&["COPY a FROM stdin;\n1\n\\.\n", "COPY a TO '/tmp/a';"]), Ok(()));
    }
}
