//! Statements that a session keeps prepared: planning a wide query of the catalog takes longer than running
//! it.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use tokio_postgres::{Client, SimpleQueryRow};

use super::{Frame, begin};
use crate::database::{execute, one_row};

/// A statement that is prepared once a session.
pub(crate) struct Prepared {
    /// Its name there, with the types of its parameters.
    pub(crate) declaration: &'static str,
    /// Its text on servers of a major version.
    pub(crate) text: fn(u32) -> String,
}

impl Prepared {
    fn name(&self) -> &'static str {
        self.declaration.split(' ').next().unwrap_or_default()
    }
}

/// Begins a frame and runs the first statement in it, in one round trip where it is prepared already;
/// returns its row. All of the statements are prepared then, unless one of them was taken away by itself.
///
/// # Errors
/// The server's refusal.
pub(crate) async fn begin_and_run(
    session: &Client,
    frame: Frame,
    statements: &[Prepared],
) -> Result<Option<SimpleQueryRow>> {
    let begin = begin(frame);
    let first = statements.first().context("there is no statement")?;
    let run = format!("EXECUTE {}", first.name());
    match one_row(session, &format!("{begin}; {run}")).await {
        Ok(row) => Ok(row),
        Err(error) if is_unprepared(&error) => {
            execute(session, frame.undo()).await?;
            begin_with(session, &begin, statements).await?;
            Ok(one_row(session, &run).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// invalid_sql_statement_name
fn is_unprepared(error: &pg::Error) -> bool {
    matches!(error, pg::Error::Session(error) if error.code().is_some_and(|code| code.code() == "26000"))
}

/// Makes sure that statements are prepared, in a frame that `begin` begins. Whatever else runs in the
/// session may have taken them away.
///
/// # Errors
/// The server's refusal.
pub(crate) async fn begin_with(session: &Client, begin: &str, statements: &[Prepared]) -> Result<()> {
    let sql = format!(
        "{begin}; SELECT string_agg(name, ' '), current_setting('server_version_num')::int / 10000 \
         FROM pg_prepared_statements"
    );
    let row = one_row(session, &sql).await?.context("the server gave no answer")?;
    let there: BTreeSet<&str> = row.get(0).unwrap_or_default().split(' ').collect();
    let major = row.get(1).and_then(|major| major.parse().ok()).context("the server has no version")?;
    let missing = statements.iter().filter(|statement| !there.contains(statement.name()));
    let prepare =
        |statement: &Prepared| format!("PREPARE {} AS {}", statement.declaration, (statement.text)(major));
    let all: Vec<String> = missing.map(prepare).collect();
    if !all.is_empty() {
        execute(session, &all.join(";\n")).await?;
    }
    Ok(())
}
