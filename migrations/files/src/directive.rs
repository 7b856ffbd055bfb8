//! Directives: comments at the head of a migration file.

use crate::table_name::{self, TableName};

/// The word that begins a directive's comment.
const MARK: &str = "branchline:";

/// The directives of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directives {
    /// The file runs statement by statement, outside a transaction: `no-transaction`.
    pub no_transaction: bool,
    /// Why there is no way back: `irreversible: <reason>`.
    pub irreversible: Option<String>,
    /// Lint rules that the file is excused from: `allow <rule>: <reason>`.
    pub allows: Vec<Allow>,
    /// Values that the file cannot keep: `loses <table.column>: <reason>`.
    pub losses: Vec<Loss>,
    /// Tables of another tool that the file moves away, to make its own of that name: `moves <table>:
    /// <reason>`, with its schema where that is not public.
    pub moves: Vec<TableName>,
}

/// An excuse from a lint rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allow {
    /// The rule's name.
    pub rule: String,
    /// Why it does not apply.
    pub reason: String,
    /// The line of the directive, from 1.
    pub line: usize,
}

/// Data that a down cannot keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// The table.
    pub table: TableName,
    /// The column as the catalog holds it, without quotes; `*` for the whole table.
    pub column: String,
    /// Why that is bearable.
    pub reason: String,
}

impl Loss {
    /// Returns whether it is said of a column; of whole rows where there is none.
    #[must_use]
    pub fn is_of(&self, schema: &str, table: &str, column: Option<&str>) -> bool {
        self.table.is(schema, table) && (self.column == "*" || Some(&*self.column) == column)
    }
}

/// A directive that cannot be followed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DirectiveError {
    /// No directive of that name.
    #[error(
        "line {line}: there is no directive \"{word}\"; there are no-transaction, allow <rule>: <reason>, \
         irreversible: <reason>, loses <table.column>: <reason> and moves <table>: <reason>"
    )]
    Unknown {
        /// Line number, from 1.
        line: usize,
        /// The word that was read.
        word: String,
    },
    /// A known directive in the wrong form.
    #[error("line {line}: a directive of this kind is written \"-- branchline: {form}\"")]
    Form {
        /// Line number, from 1.
        line: usize,
        /// The directive's syntax.
        form: &'static str,
    },
    /// Below the head of the file, where it would be passed over.
    #[error("line {line}: a directive stands in the comments before the first statement, and only there")]
    Late {
        /// Line number, from 1.
        line: usize,
    },
}

impl Directives {
    /// Reads the directives at the head of a file: `-- branchline: …` lines among comments and blank lines.
    ///
    /// # Errors
    /// The first directive that is unknown, malformed, or below the head.
    pub fn parse(sql: &str) -> Result<Self, DirectiveError> {
        let mut directives = Self::default();
        let mut in_head = true;
        for (line, text) in (1..).zip(sql.lines()) {
            let comment = text.trim_start().strip_prefix("--");
            in_head &= comment.is_some() || text.trim().is_empty();
            let Some(directive) = comment.and_then(|c| c.trim_start().strip_prefix(MARK)) else { continue };
            if !in_head {
                return Err(DirectiveError::Late { line });
            }
            directives.add(directive.trim(), line)?;
        }
        Ok(directives)
    }

    fn add(&mut self, directive: &str, line: usize) -> Result<(), DirectiveError> {
        let word = directive.split([' ', ':']).next().unwrap_or_default();
        let rest = directive[word.len()..].trim_start();
        let form = |form| DirectiveError::Form { line, form };
        match word {
            "no-transaction" if rest.is_empty() => self.no_transaction = true,
            "no-transaction" => return Err(form("no-transaction")),
            "irreversible" => {
                let reason = rest.strip_prefix(':').map(str::trim).filter(|reason| !reason.is_empty());
                self.irreversible = Some(reason.ok_or(form("irreversible: <reason>"))?.to_owned());
            }
            "allow" => {
                let (rule, reason) = subject_and_reason(rest).ok_or(form("allow <rule>: <reason>"))?;
                self.allows.push(Allow { rule: rule.to_owned(), reason: reason.to_owned(), line });
            }
            "loses" => {
                let wrong = form("loses <table.column>: <reason>");
                let (mut names, reason) = names_and_reason(rest).ok_or(wrong.clone())?;
                let column = names.pop().ok_or(wrong.clone())?;
                let table = TableName::new(names).ok_or(wrong)?;
                self.losses.push(Loss { table, column, reason: reason.to_owned() });
            }
            "moves" => {
                let names = names_and_reason(rest).and_then(|(names, _)| TableName::new(names));
                self.moves.push(names.ok_or(form("moves <table>: <reason>"))?);
            }
            _ => return Err(DirectiveError::Unknown { line, word: word.to_owned() }),
        }
        Ok(())
    }
}

/// `<subject>: <reason>`, neither empty, the subject one word.
fn subject_and_reason(text: &str) -> Option<(&str, &str)> {
    let (subject, reason) = text.split_once(':')?;
    let (subject, reason) = (subject.trim(), reason.trim());
    let is_word = !subject.is_empty() && !subject.contains(char::is_whitespace);
    (is_word && !reason.is_empty()).then_some((subject, reason))
}

/// `<name>: <reason>`, the name in its pieces.
fn names_and_reason(text: &str) -> Option<(Vec<String>, &str)> {
    let (names, rest) = table_name::pieces(text)?;
    let reason = rest.trim_start().strip_prefix(':')?.trim();
    (!reason.is_empty()).then_some((names, reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_directives_are_read_from_among_the_comments_of_the_head() {
        let directives = Directives::parse(
            "-- What this does.\n\
             -- branchline: no-transaction\n\
             \n\
             -- branchline: allow ban-drop-column: nobody reads it: checked\n\
             -- branchline: irreversible: the rows are gone\n\
             -- branchline: loses app.users.email: it was a copy\n\
             -- branchline: loses \"Odd one\".\"a: b\": nobody reads it\n\
             -- branchline: moves \"Users\": they are another tool's\n\
             SELECT 1;\n",
        )
        .unwrap();
        assert!(directives.no_transaction);
        assert_eq!(directives.irreversible.as_deref(), Some("the rows are gone"));
        assert_eq!(
            directives.allows,
            [Allow { rule: "ban-drop-column".into(), reason: "nobody reads it: checked".into(), line: 4 }]
        );
        let table = |schema: Option<&str>, name: &str| TableName {
            schema: schema.map(str::to_owned),
            name: name.to_owned(),
        };
        let loss = |table, column: &str, reason: &str| Loss {
            table,
            column: column.to_owned(),
            reason: reason.to_owned(),
        };
        assert_eq!(
            directives.losses,
            [
                loss(table(Some("app"), "users"), "email", "it was a copy"),
                loss(table(None, "Odd one"), "a: b", "nobody reads it"),
            ]
        );
        assert_eq!(directives.moves, [table(None, "Users")]);
    }

    #[test]
    fn a_file_without_directives_has_the_defaults() {
        assert_eq!(Directives::parse("-- a comment\nSELECT 1;\n"), Ok(Directives::default()));
    }

    #[test]
    fn a_misspelt_directive_is_refused() {
        let error = Directives::parse("\n-- branchline: no-transactions\n").unwrap_err();
        assert_eq!(error, DirectiveError::Unknown { line: 2, word: "no-transactions".into() });
    }

    #[test]
    fn a_reason_is_asked_for() {
        for sql in [
            "-- branchline: irreversible",
            "-- branchline: allow rule",
            "-- branchline: loses t.c:",
            "-- branchline: loses t: x",
            "-- branchline: loses a.b.c.d: x",
            "-- branchline: loses t.\"c: x",
            "-- branchline: moves a b: x",
        ] {
            assert!(matches!(Directives::parse(sql), Err(DirectiveError::Form { line: 1, .. })), "{sql}");
        }
    }

    #[test]
    fn a_directive_below_the_first_statement_is_refused() {
        let error = Directives::parse("SELECT 1;\n-- branchline: no-transaction\n").unwrap_err();
        assert_eq!(error, DirectiveError::Late { line: 2 });
    }
}
