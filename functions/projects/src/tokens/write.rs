//! `PUT projects/<id>/tokens`: a document in place of all tokens.

use std::sync::Arc;

use db::{Access, Connection, Param, Row};
use futures_util::future::join_all;
use lambda_http::http::StatusCode;
use serde::Serialize;
use store::scope::OWN;
use store::{App, PROJECT_ETAG, token_rows};
use time::OffsetDateTime;
use tokens::{Diagnostic, Rows, Tokens};
use tokio_postgres::types::{Json, Type};
use web::{Error, PathParams, Query, Request, Response, budget_of, if_match, json, with_etag};

use super::body::body;
use crate::create::microseconds;
use crate::{NO_PROJECT, id_of, stale};

/// The answer to a document that is stored.
#[derive(Serialize)]
struct Stored<'a> {
    /// Those included that groups receive by `$extends`.
    tokens: usize,
    /// Possible mistakes that are no faults.
    warnings: &'a [Diagnostic],
}

pub(crate) async fn replace(app: Arc<App>, request: Request, params: PathParams) -> Result<Response, Error> {
    let id = id_of(&params)?;
    Query::read(&request, &["format"])?.text("format").map_or(Ok(()), only_dtcg)?;
    let document = body(&request, &["application/design-tokens+json", "application/json"])?;
    let tokens = Tokens::parse(document).map_err(super::invalid)?;
    let etag = store(&app, &request, id, if_match(&request), &tokens.rows()).await?.ok_or_else(stale)?;
    let stored = Stored { tokens: tokens.tokens().len(), warnings: tokens.warnings() };
    with_etag(json(StatusCode::OK, &stored)?, &etag)
}

fn only_dtcg(format: &str) -> Result<(), Error> {
    if format == "dtcg" { Ok(()) } else { Err(Error::bad_request("Only format=dtcg can be written.")) }
}

/// Makes rows the project's tokens, and returns its new entity tag; none where it is not one of the versions
/// `seen`.
///
/// # Errors
/// 404.
pub(super) async fn store(
    app: &App,
    request: &Request,
    id: i32,
    seen: Option<Vec<String>>,
    rows: &Rows,
) -> Result<Option<String>, Error> {
    let (seen, budget) = (&seen, &budget_of(request));
    // By this moment a second attempt knows the version that the first one has committed.
    let moment = &microseconds(OffsetDateTime::now_utc());
    let write = |connection: Connection| async move {
        let is_repeated = budget.cost().retries > 0;
        Ok(write(connection, id, seen, is_repeated, moment, rows).await?)
    };
    let row = app.write_idempotent(app.claims(request), budget, write).await?;
    let row = row.ok_or_else(|| Error::not_found(NO_PROJECT))?;
    Ok(row.try_get(0)?)
}

/// One round trip. The project is locked first, as whoever writes its tokens does; the statements after that
/// do something where its version is of this transaction. Rows that are there already stay, with the job that
/// has written them.
async fn write(
    mut connection: Connection,
    id: i32,
    seen: &Option<Vec<String>>,
    is_repeated: bool,
    moment: &OffsetDateTime,
    rows: &Rows,
) -> Result<Option<Row>, db::Error> {
    let lock = format!(
        "WITH found AS (
             SELECT p.id,
                    $2::text[] IS NULL OR {PROJECT_ETAG} = ANY ($2) OR ($3 AND p.updated_at = $4) AS is_seen
             FROM projects AS p WHERE p.{OWN} AND p.id = $1
             FOR UPDATE
         ), changed AS (
             UPDATE projects AS p SET updated_at = greatest($4, p.updated_at + interval '1 microsecond')
             FROM found WHERE p.{OWN} AND p.id = found.id AND is_seen
             RETURNING p.*
         )
         SELECT {PROJECT_ETAG} FROM found LEFT JOIN changed AS p ON true"
    );
    let lock_params: [Param<'_>; 4] = [
        (&id, Type::INT4),
        (seen, Type::TEXT_ARRAY),
        (&is_repeated, Type::BOOL),
        (moment, Type::TIMESTAMPTZ),
    ];
    let written = format!(
        "(SELECT p.id FROM projects AS p
          WHERE p.{OWN} AND p.id = $1 AND p.xmin = pg_current_xact_id()::xid) AS written"
    );
    let statements = token_rows::replacements("$2", "written.id", "NULL::integer", &written);
    let tables = rows_of_tables(rows);
    let params: Vec<[Param<'_>; 2]> =
        tables.iter().map(|rows| [(&id as _, Type::INT4), (rows as _, Type::JSON)]).collect();
    connection.transaction_begins();
    let shared = &connection;
    let (begun, locked, done, committed) = tokio::join!(
        biased;
        shared.begin(Access::ReadWrite),
        shared.query_opt(&lock, &lock_params),
        join_all(statements.iter().map(|(table, statement)| shared.query(statement, &params[*table]))),
        shared.commit(),
    );
    begun?;
    let locked = locked?;
    for done in done {
        done?;
    }
    committed?;
    connection.transaction_ended();
    Ok(locked)
}

/// The rows of each table by themselves, in the order of the tables, so that each statement is sent its own.
fn rows_of_tables(rows: &Rows) -> [Json<Rows>; 4] {
    let rows = rows.clone();
    [
        Json(Rows { color_tokens: rows.color_tokens, ..Rows::default() }),
        Json(Rows { spacing_tokens: rows.spacing_tokens, ..Rows::default() }),
        Json(Rows { typography_tokens: rows.typography_tokens, ..Rows::default() }),
        Json(Rows { other_tokens: rows.other_tokens, ..Rows::default() }),
    ]
}
