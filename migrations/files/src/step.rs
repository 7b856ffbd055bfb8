//! A file outside a transaction, cut into what is done or not done as a whole.

use sha2::{Digest, Sha256};

use crate::migrations::Script;
use crate::statement::Statement;

/// Statements of a `no-transaction` file that are recorded together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step<'a> {
    /// The statements; one, but for a transaction that the file itself begins and ends.
    pub statements: Vec<Statement<'a>>,
    /// How they are run and recorded.
    pub kind: StepKind,
    /// Number of the file's statements that are done after it.
    pub end: usize,
    /// [`Script::digest`] of the statements before it.
    pub digest_before: String,
    /// [`Script::digest`] of the statements to its end.
    pub digest: String,
}

/// The ways to record a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// It sets up the session (`SET`, `RESET`), so that it runs again in every run.
    Session,
    /// It can run in a transaction together with its record, unless the server says otherwise.
    Alone,
    /// It commits by itself, so that its record comes after it: a concurrent index build, or a block of code
    /// with `COMMIT` in it.
    Committing,
    /// A transaction of the file's own.
    Transaction,
}

impl Script {
    /// The file's steps in order.
    #[must_use]
    pub fn steps(&self) -> Vec<Step<'_>> {
        let mut steps: Vec<Step<'_>> = Vec::new();
        let mut digest = StatementDigest::default();
        let mut is_open = false;
        for (end, statement) in (1..).zip(self.statements()) {
            let digest_before = digest.text();
            digest.add(&statement);
            match steps.last_mut() {
                Some(step) if is_open => {
                    step.statements.push(statement);
                    (step.end, step.digest) = (end, digest.text());
                }
                _ => {
                    let (kind, digest) = (kind(&statement), digest.text());
                    steps.push(Step { statements: vec![statement], kind, end, digest_before, digest });
                }
            }
            if statement.controls_transaction() {
                is_open = begins(&statement);
            }
        }
        steps
    }

    /// A digest of the first statements, by which a rerun knows that they are the ones that ran: SHA-256, in
    /// hexadecimal. Comments and space between statements do not count.
    #[must_use]
    pub fn digest(&self, statements: usize) -> String {
        let mut digest = StatementDigest::default();
        self.statements().take(statements).for_each(|statement| digest.add(&statement));
        digest.text()
    }
}

/// The digest of the statements so far. It grows with each, so that a file of many is read once.
#[derive(Default)]
struct StatementDigest(Sha256);

impl StatementDigest {
    fn add(&mut self, statement: &Statement<'_>) {
        for part in [Some(statement.text), statement.data.map(|data| data.text)].into_iter().flatten() {
            crate::work::visit(part.len());
            self.0.update(part);
            // A semicolon alone could stand in a statement's text.
            self.0.update([0]);
        }
    }

    fn text(&self) -> String {
        format!("{:x}", self.0.clone().finalize())
    }
}

fn kind(statement: &Statement<'_>) -> StepKind {
    let first = statement.words(1).pop().unwrap_or_default();
    match first.as_str() {
        "SET" | "RESET" => StepKind::Session,
        "CALL" => StepKind::Committing,
        "DO" if mentions_an_end(statement.text) => StepKind::Committing,
        _ if begins(statement) => StepKind::Transaction,
        _ if statement.is_concurrent() => StepKind::Committing,
        _ => StepKind::Alone,
    }
}

/// Returns whether a block of code may end transactions. Where it only mentions the words, its record comes
/// later than it could.
fn mentions_an_end(code: &str) -> bool {
    let code = code.to_ascii_uppercase();
    code.contains("COMMIT") || code.contains("ROLLBACK")
}

fn begins(statement: &Statement<'_>) -> bool {
    matches!(statement.words(1).first().map(String::as_str), Some("BEGIN" | "START"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Migrations;

    fn script(sql: &str) -> Script {
        let files = [("V1__a.sql".to_owned(), sql.as_bytes().to_vec())];
        Migrations::from_files(files).unwrap().get(1).unwrap().up.clone()
    }

    fn kinds(sql: &str) -> Vec<(StepKind, usize)> {
        script(sql).steps().iter().map(|step| (step.kind, step.end)).collect()
    }

    #[test]
    fn statements_are_steps_of_the_kind_that_their_record_needs() {
        use StepKind::{Alone, Committing, Session};
        assert_eq!(
            kinds("SET a = 1; CREATE TABLE a (); CREATE INDEX CONCURRENTLY i ON a (b); VACUUM a; RESET a"),
            [(Session, 1), (Alone, 2), (Committing, 3), (Alone, 4), (Session, 5)]
        );
        assert_eq!(kinds("DO $$ BEGIN COMMIT; END $$; CALL p()"), [(Committing, 1), (Committing, 2)]);
        assert_eq!(kinds("DO $$ BEGIN PERFORM 1; END $$"), [(Alone, 1)]);
    }

    #[test]
    fn a_transaction_of_the_files_own_is_one_step() {
        use StepKind::{Alone, Transaction};
        assert_eq!(
            kinds("SELECT 1; BEGIN; SET LOCAL a = 1; SELECT 2; SAVEPOINT s; ROLLBACK TO s; COMMIT; SELECT 3"),
            [(Alone, 1), (Transaction, 7), (Alone, 8)]
        );
    }

    #[test]
    fn a_digest_is_of_the_statements_that_ran_and_of_no_others() {
        let before = script("SELECT 1; SELECT 2; SELCT 3");
        let after = script("-- corrected\nSELECT 1;\nSELECT 2;\nSELECT 3");
        assert_eq!(before.digest(2), after.digest(2));
        assert_ne!(before.digest(3), after.digest(3));
        assert_ne!(before.digest(1), before.digest(2));
    }

    #[test]
    fn a_step_knows_the_digests_before_and_behind_it() {
        let script = script("SELECT 1; BEGIN; SELECT 2; COMMIT; COPY a FROM stdin;\n1\n\\.\n");
        for (step, before) in script.steps().iter().zip([0, 1, 4]) {
            assert_eq!(
                (&step.digest_before, &step.digest),
                (&script.digest(before), &script.digest(step.end))
            );
        }
    }

    #[test]
    fn the_rows_of_a_copy_count_as_well() {
        let with = |rows: &str| script(&format!("COPY a FROM stdin;\n{rows}\\.\n")).digest(1);
        assert_ne!(with("1\n"), with("2\n"));
    }

    #[test]
    fn each_statement_is_digested_once() {
        let script = script(&"INSERT INTO a VALUES (1);\n".repeat(4_000));
        let work = crate::work::count(|| assert_eq!(script.steps().len(), 4_000));
        assert!(work <= 5 * script.sql.len(), "{work} bytes were looked at in {}", script.sql.len());
    }
}
