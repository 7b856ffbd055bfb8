//! `GET import/<id>/rejections` and below: what was not stored as it stood in the file. Entries that were
//! skipped or failed are nowhere else, so all of each can be had again: as JSON, or as a bookmarks file to
//! mend and import.

mod file;
mod rejection;

use std::sync::Arc;

use db::{Connection, Param};
use lambda_http::http::StatusCode;
use serde::Serialize;
use serde_json::value::RawValue;
use store::App;
use store::folder_paths::{self, SHOWN};
use store::scope::IN_INDEX_ORDER;
use tokio_postgres::types::Type;
use uuid::Uuid;
use web::{Error, PageRequest, PathParams, Query, Request, Response, budget_of, json};

use crate::id_of;
use crate::job::no_job;
use rejection::{Fields, Rejection};

#[derive(Serialize)]
struct Rejections {
    rejections: Vec<Box<RawValue>>,
    next_cursor: Option<String>,
}

/// A page of the entries of a job that were skipped, that failed, or that came with a warning, in the order
/// of the file; as a bookmarks file only those that are not stored.
pub(crate) async fn list(app: Arc<App>, request: Request, params: PathParams) -> Result<Response, Error> {
    let job_id = id_of(&params, "id")?;
    let query = Query::read(&request, &["limit", "cursor", "format"])?;
    // The place of a page is the id of the last entry before it.
    let wanted = PageRequest::<Uuid>::read(&query)?;
    match query.text("format") {
        None | Some("json") => page(&app, &request, job_id, &wanted).await,
        Some("html") => file::file(&app, &request, job_id, &wanted).await,
        Some(_) => Err(Error::bad_request("The parameter format must be json or html.")),
    }
}

async fn page(
    app: &Arc<App>,
    request: &Request,
    job_id: Uuid,
    wanted: &PageRequest<Uuid>,
) -> Result<Response, Error> {
    let after = wanted.after.unwrap_or(Uuid::nil());
    // The outer join returns one row of nulls for a job without such entries, and none where there is no job.
    let sql = format!(
        "WITH {SHOWN} AS (
             SELECT *, NULL::uuid[] AS further_folder_ids
             FROM import_entries
             WHERE import_job_id = $1 AND reason IS NOT NULL AND id > $2
             ORDER BY id
             LIMIT $3
         ), {}
         SELECT {}
         FROM import_jobs AS j LEFT JOIN {SHOWN} AS e ON true
         WHERE j.id = $1
         ORDER BY e.id",
        folder_paths::paths(),
        Fields::Shortened.columns(&folder_paths::of_shown("e.folder_id"))
    );
    let sql = sql.as_str();
    let find = |connection: Connection| async move {
        let params: [Param<'_>; 3] =
            [(&job_id, Type::UUID), (&after, Type::UUID), (&wanted.rows(), Type::INT8)];
        Ok(connection.query_with_settings(IN_INDEX_ORDER, sql, &params).await?)
    };
    let rows = app.read(app.claims(request), &budget_of(request), find).await?;
    if rows.is_empty() {
        return Err(no_job());
    }
    let found = rows.iter().filter_map(|row| Rejection::from_row(row).transpose());
    let found = found.collect::<Result<Vec<_>, _>>()?;
    let (rejections, next_cursor) = wanted.cut(&found, |rejection| rejection.id)?;
    json(StatusCode::OK, &Rejections { rejections, next_cursor })
}

/// One of them, whole.
pub(crate) async fn one(app: Arc<App>, request: Request, params: PathParams) -> Result<Response, Error> {
    let (job_id, id) = (id_of(&params, "id")?, id_of(&params, "entry")?);
    Query::read(&request, &[])?;
    // A row that no answer holds comes shortened.
    let sql = |fields: Fields| {
        format!(
            "SELECT {} FROM import_entries e WHERE import_job_id = $1 AND id = $2 AND reason IS NOT NULL",
            fields.columns(&folder_paths::of_one("e.folder_id"))
        )
    };
    let (whole, shortened) = (sql(Fields::Whole), sql(Fields::Shortened));
    let (whole, shortened) = (whole.as_str(), shortened.as_str());
    let find = |connection: Connection| async move {
        let params: [Param<'_>; 2] = [(&job_id, Type::UUID), (&id, Type::UUID)];
        let row = connection.query_opt(whole, &params).await?;
        let found = row.as_ref().map(Rejection::from_row).transpose()?.flatten();
        if found.as_ref().is_none_or(Rejection::fits_an_answer) {
            return Ok(found);
        }
        let row = connection.query_opt(shortened, &params).await?;
        Ok(row.as_ref().map(Rejection::from_row).transpose()?.flatten())
    };
    let found = app.read(app.claims(&request), &budget_of(&request), find).await?;
    json(StatusCode::OK, &found.ok_or_else(|| Error::not_found("There is no such entry in this import."))?)
}
