//! Sending a file's statements, and the rows that it brings for `COPY … FROM stdin`.

use bytes::Bytes;
use files::{Message, Script, Statement};
use futures_util::{SinkExt, TryStreamExt};
use tokio_postgres::{Client, SimpleQueryMessage};

use crate::database::execute;
use crate::failure::position;

/// Bytes of rows in one message of the protocol.
const CHUNK: usize = 64 << 10;

/// A file that failed: the statement, if it is known, with the position in it of the server's error, in
/// bytes.
pub struct SendError<'s> {
    /// The statement, and where in it the server saw the error, in bytes; none where no statement is at
    /// fault.
    pub at: Option<(Statement<'s>, usize)>,
    /// The server's refusal.
    pub error: pg::Error,
}

/// Runs one statement, with its rows.
///
/// # Errors
/// The server's refusal, in full.
pub async fn run_statement(session: &Client, statement: Statement<'_>) -> Result<(), pg::Error> {
    let Some(data) = statement.data else { return execute(session, statement.text).await };
    let sink = session.copy_in::<_, Bytes>(statement.text).await?;
    let mut sink = std::pin::pin!(sink);
    for chunk in data.text.as_bytes().chunks(CHUNK) {
        sink.send(Bytes::copy_from_slice(chunk)).await?;
    }
    sink.finish().await?;
    Ok(())
}

/// Runs a file's statements. A file without rows is sent as one message, as refinery does. The server answers
/// statement by statement, so that the answers before an error tell which statement it was.
///
/// # Errors
/// The server's refusal, in full.
pub async fn run_script<'s>(session: &Client, script: &'s Script) -> Result<(), SendError<'s>> {
    let mut done = 0;
    for message in script.messages() {
        match message {
            Message::Copy(statement) => {
                let failed = |error| SendError { at: Some((statement, 0)), error };
                run_statement(session, statement).await.map_err(failed)?;
                done += 1;
            }
            Message::Sql { text, start } => {
                let outcome = send(session, text, &mut done).await;
                outcome.map_err(|error| SendError {
                    at: place(script.statements(), position(&error, text).map(|offset| start + offset), done),
                    error: error.into(),
                })?;
            }
        }
    }
    Ok(())
}

/// Runs statements that follow each other in a file, as one message where they are several.
///
/// # Errors
/// The server's refusal, in full.
pub async fn run_group<'s>(
    session: &Client,
    script: &'s Script,
    group: &[Statement<'s>],
) -> Result<(), SendError<'s>> {
    let (Some(first), Some(last)) = (group.first(), group.last()) else { return Ok(()) };
    if group.len() == 1 {
        let outcome = run_statement(session, *first).await;
        return outcome.map_err(|error| {
            let offset = match &error {
                pg::Error::Session(error) => position(error, first.text).unwrap_or(0),
                _ => 0,
            };
            SendError { at: Some((*first, offset)), error }
        });
    }
    let text = &script.sql[first.start..last.start + last.text.len()];
    let mut done = 0;
    let outcome = send(session, text, &mut done).await;
    outcome.map_err(|error| {
        let offset = position(&error, text).map(|offset| first.start + offset);
        SendError { at: place(group.iter().copied(), offset, done), error: error.into() }
    })
}

/// The statement that failed, with the place in it. A syntax error anywhere is reported before the first
/// statement runs, with its place in the file; of others it is known how many statements were done.
fn place<'s>(
    mut statements: impl Iterator<Item = Statement<'s>>,
    offset: Option<usize>,
    done: usize,
) -> Option<(Statement<'s>, usize)> {
    match offset {
        Some(offset) => statements
            .take_while(|statement| statement.start <= offset)
            .last()
            .map(|statement| (statement, offset - statement.start)),
        None => statements.nth(done).map(|statement| (statement, 0)),
    }
}

async fn send(session: &Client, text: &str, done: &mut usize) -> Result<(), tokio_postgres::Error> {
    let answers = session.simple_query_raw(text).await?;
    let mut answers = std::pin::pin!(answers);
    while let Some(answer) = answers.try_next().await? {
        if matches!(answer, SimpleQueryMessage::CommandComplete(_)) {
            *done += 1;
        }
    }
    Ok(())
}
