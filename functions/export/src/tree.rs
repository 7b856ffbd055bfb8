//! From the database's rows to the body's chunks, in one flight and with a row at a time in memory.

use std::pin::pin;

use bytes::Bytes;
use db::{Access, Connection, Param};
use futures_util::TryStreamExt;
use store::scope::{self, WITHOUT_NESTED_LOOPS};
use tokio_postgres::types::Type;
use web::{Chunks, Error};

use crate::encode::{Encoder, EntryOrder};
use crate::entry::Entry;
use crate::format::Format;
use crate::paths::{self, Paths};

/// With `{scope}` in the place of the condition that a row is in the scope.
const TREE: &str = include_str!("tree.sql");

/// Around [`TREE`], for a format that has a list for each kind: so none of them waits in memory.
const TREE_BY_KIND_BEGINS: &str = "SELECT * FROM (";
const TREE_BY_KIND_ENDS: &str = ") AS tree
    ORDER BY array_position(ARRAY['bookmark', 'folder', 'separator', 'duplicate'], kind), position";

const PROJECT_EXISTS: &str = "SELECT $1 IS NULL OR EXISTS (SELECT FROM projects WHERE id = $1)";

/// Large enough that the cost of a chunk does not count.
const CHUNK: usize = 64 * 1024;

/// Returns whether there is such a scope.
pub(crate) async fn exists(connection: &Connection, project_id: Option<i32>) -> Result<bool, Error> {
    Ok(connection.query_one(PROJECT_EXISTS, &[(&project_id, Type::INT4)]).await?.try_get(0)?)
}

/// 404.
pub(crate) fn no_project(project_id: Option<i32>) -> Error {
    Error::not_found(format!("There is no project {}.", project_id.unwrap_or_default()))
}

/// Sends what the scope holds. The driver takes rows from the network only as fast as chunks are taken from
/// here.
pub(crate) async fn send(
    mut connection: Connection,
    project_id: Option<i32>,
    format: Format,
    encoder: Box<dyn Encoder>,
    chunks: Chunks,
) -> Result<(), Error> {
    // Left before its end, it is closed with the rows that are still to come.
    connection.transaction_begins();
    let shared = &connection;
    let command = async |sql| shared.command(sql).await.map_err(Error::from);
    let commit = async || shared.commit().await.map_err(Error::from);
    let begin = async || shared.begin(Access::ReadOnly).await.map_err(Error::from);
    let ((), (), exists, ()) = tokio::try_join!(
        biased;
        begin(),
        command(WITHOUT_NESTED_LOOPS),
        send_rows(shared, project_id, format, encoder, chunks),
        commit(),
    )?;
    connection.transaction_ended();
    if exists { Ok(()) } else { Err(no_project(project_id)) }
}

/// Returns whether there is such a scope; where there is none, nothing was sent.
async fn send_rows(
    connection: &Connection,
    project_id: Option<i32>,
    format: Format,
    mut encoder: Box<dyn Encoder>,
    chunks: Chunks,
) -> Result<bool, Error> {
    // CSV has a row for each bookmark.
    let with_duplicates = format != Format::Csv;
    let tree = TREE.replace("{scope}", &scope::contains("$1"));
    let sql = match format.order() {
        EntryOrder::OfFile => tree,
        EntryOrder::ByKind => format!("{TREE_BY_KIND_BEGINS}{tree}{TREE_BY_KIND_ENDS}"),
    };
    let params: [Param<'_>; 2] = [(&project_id, Type::INT4), (&with_duplicates, Type::BOOL)];
    let names = async {
        // A bookmarks file nests its folders, and shows no paths.
        if format == Format::Html { Ok(Paths::default()) } else { paths::query(connection, project_id).await }
    };
    let (exists, names, rows) = tokio::join!(
        biased;
        exists(connection, project_id),
        names,
        connection.query_raw(&sql, params),
    );
    if !exists? {
        return Ok(false);
    }
    let names = names?;
    let mut rows = pin!(rows?.into_stream());
    while let Some(row) = rows.try_next().await? {
        encoder.put(&Entry::from_row(&row)?, &names)?;
        if encoder.len() >= CHUNK {
            chunks.send(Bytes::from(encoder.take()?)).await;
        }
    }
    encoder.end()?;
    chunks.send(Bytes::from(encoder.take()?)).await;
    Ok(true)
}
