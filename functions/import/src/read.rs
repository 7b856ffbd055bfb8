//! `GET import/` and `GET import/<id>`: the jobs.

use std::sync::Arc;

use db::Connection;
use lambda_http::http::StatusCode;
use serde::Serialize;
use serde_json::value::RawValue;
use store::App;
use tokio_postgres::types::Type;
use uuid::Uuid;
use web::{Error, Query, Request, Response, budget_of, json, paginate};

use crate::job::{COLUMNS, IS_STALE, Job, no_job};

#[derive(Serialize)]
struct Jobs {
    import_jobs: Vec<Box<RawValue>>,
    next_cursor: Option<Uuid>,
}

const DEFAULT_LIMIT: usize = 100;
const MAX_LIMIT: usize = 1_000;

/// The parameter `limit`.
///
/// # Errors
/// 400 where it is not a number from 1 to 1000.
pub(crate) fn limit(query: &Query) -> Result<usize, Error> {
    let must = "a number from 1 to 1000";
    match query.value::<usize>("limit", must)? {
        None => Ok(DEFAULT_LIMIT),
        Some(limit) if (1..=MAX_LIMIT).contains(&limit) => Ok(limit),
        Some(_) => Err(Error::bad_request(format!("The parameter limit must be {must}."))),
    }
}

/// How many rows to ask for: one more than the limit tells whether there is a next page.
pub(crate) fn rows_of(limit: usize) -> i64 {
    i64::try_from(limit + 1).unwrap_or(i64::MAX)
}

/// The jobs, newest first.
pub(crate) async fn jobs(app: &Arc<App>, request: &Request) -> Result<Response, Error> {
    let query = Query::read(request, &["limit", "cursor"])?;
    let limit = limit(&query)?;
    let before: Option<Uuid> = query.value("cursor", "a next_cursor of an earlier page")?;
    let before = before.unwrap_or(Uuid::max());
    let sql =
        format!("SELECT {COLUMNS}, {IS_STALE} FROM import_jobs WHERE id < $1 ORDER BY id DESC LIMIT $2");
    let sql = sql.as_str();
    let find = |connection: Connection| async move {
        Ok(connection.query(sql, &[(&before, Type::UUID), (&rows_of(limit), Type::INT8)]).await?)
    };
    let rows = app.read(&budget_of(request), find).await?;
    let jobs = rows.iter().map(Job::from_row_as_found).collect::<Result<Vec<_>, _>>()?;
    let page = paginate(&jobs, limit)?;
    let next_cursor = page.last.map(|job| job.id);
    json(StatusCode::OK, &Jobs { import_jobs: page.rows, next_cursor })
}

/// One job, by its id or by the `Idempotency-Key` that its sender gave it.
pub(crate) async fn job(app: &Arc<App>, request: &Request, id: Uuid) -> Result<Response, Error> {
    Query::read(request, &[])?;
    let sql = format!(
        "SELECT {COLUMNS}, {IS_STALE} FROM import_jobs WHERE id = $1 OR idempotency_key = $1 ORDER BY id DESC LIMIT 1"
    );
    let sql = sql.as_str();
    let find =
        |connection: Connection| async move { Ok(connection.query_opt(sql, &[(&id, Type::UUID)]).await?) };
    let row = app.read(&budget_of(request), find).await?.ok_or_else(no_job)?;
    json(StatusCode::OK, &Job::from_row_as_found(&row)?)
}
