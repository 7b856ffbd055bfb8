//! The server's parser for statements that ours does not know.

use anyhow::{Context, Result};
use files::{Migration, Script, Statement};
use lint::LintFinding;
use tokio_postgres::Client;

/// The rule whose findings are asked about.
const RULE: &str = "syntax-error";

/// Statements that the server is asked about; of more, our parser's word stands.
const MOST: usize = 100;

/// syntax_error
const SYNTAX_ERROR: &str = "42601";

/// Leaves out the findings about statements that the server's parser takes. Each is prepared and never run:
/// parsing needs no table, and what else the server says of it is not about its syntax.
///
/// # Errors
/// The session is lost.
pub(super) async fn confirmed(
    session: &Client,
    judged: &[&Migration],
    findings: Vec<LintFinding>,
) -> Result<Vec<LintFinding>> {
    let scripts =
        || judged.iter().flat_map(|migration| [Some(&migration.up), migration.down.as_ref()]).flatten();
    let mut asked = 0;
    let mut kept = Vec::new();
    for finding in findings {
        let script = scripts().find(|script| script.file == finding.file).filter(|_| finding.rule == RULE);
        let statement = script.and_then(|script| statement_at(script, finding.line));
        if let Some(statement) = statement.filter(|_| asked < MOST) {
            asked += 1;
            if takes(session, statement).await.context("asking the server about a statement's syntax")? {
                continue;
            }
        }
        kept.push(finding);
    }
    Ok(kept)
}

/// The last statement that begins on a line or before it.
fn statement_at(script: &Script, line: usize) -> Option<Statement<'_>> {
    script.statements().take_while(|statement| statement.line <= line).last()
}

async fn takes(session: &Client, statement: Statement<'_>) -> Result<bool, pg::Error> {
    match session.prepare(statement.text).await {
        Ok(_) => Ok(true),
        Err(error) => match error.code() {
            Some(code) => Ok(code.code() != SYNTAX_ERROR),
            None => Err(error.into()),
        },
    }
}
