//! `GET import/` and `GET import/<id>`: the jobs.

use std::sync::Arc;

use db::{Connection, Param};
use lambda_http::http::StatusCode;
use serde::Serialize;
use serde_json::value::RawValue;
use store::App;
use store::scope::{IN_INDEX_ORDER, OWN};
use tokio_postgres::types::Type;
use uuid::Uuid;
use web::{Error, PageRequest, PathParams, Query, Request, Response, budget_of, json};

use crate::id_of;
use crate::job::{COLUMNS, Job, is_stale, no_job};

#[derive(Serialize)]
struct Jobs {
    import_jobs: Vec<Box<RawValue>>,
    next_cursor: Option<String>,
}

/// The jobs, newest first. The place of a page is the id of the last job before it.
pub(crate) async fn jobs(app: &Arc<App>, request: &Request) -> Result<Response, Error> {
    let query = Query::read(request, &["limit", "cursor"])?;
    let wanted = &PageRequest::<Uuid>::read(&query)?;
    let before = wanted.after.unwrap_or(Uuid::max());
    let sql = format!(
        "SELECT {COLUMNS}, {} FROM import_jobs WHERE {OWN} AND id < $1 ORDER BY id DESC LIMIT $2",
        is_stale()
    );
    let sql = sql.as_str();
    let find = |connection: Connection| async move {
        let params: [Param<'_>; 2] = [(&before, Type::UUID), (&wanted.rows(), Type::INT8)];
        Ok(connection.query_with_settings(IN_INDEX_ORDER, sql, &params).await?)
    };
    let rows = app.read(app.claims(request), &budget_of(request), find).await?;
    let jobs = rows.iter().map(Job::from_row_as_found).collect::<Result<Vec<_>, _>>()?;
    let (import_jobs, next_cursor) = wanted.cut(&jobs, |job| job.id)?;
    json(StatusCode::OK, &Jobs { import_jobs, next_cursor })
}

/// One job, by its id or by the `Idempotency-Key` that its sender gave it.
pub(crate) async fn job(app: Arc<App>, request: Request, params: PathParams) -> Result<Response, Error> {
    let id = id_of(&params, "id")?;
    Query::read(&request, &[])?;
    let sql = format!(
        "SELECT {COLUMNS}, {} FROM import_jobs
         WHERE {OWN} AND (id = $1 OR idempotency_key = $1) ORDER BY id DESC LIMIT 1",
        is_stale()
    );
    let sql = sql.as_str();
    let find =
        |connection: Connection| async move { Ok(connection.query_opt(sql, &[(&id, Type::UUID)]).await?) };
    let row = app.read(app.claims(&request), &budget_of(&request), find).await?.ok_or_else(no_job)?;
    json(StatusCode::OK, &Job::from_row_as_found(&row)?)
}
