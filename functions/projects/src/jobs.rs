//! `GET projects/<id>/jobs`: the state of a project's extraction jobs, newest first, a page at a time. `jobs`
//! has all of a job.

use std::sync::Arc;

use db::{Connection, Row, Timestamptz};
use lambda_http::http::StatusCode;
use serde::Serialize;
use serde_json::value::RawValue;
use store::App;
use store::scope::{IN_INDEX_ORDER, OWN};
use tokio_postgres::types::Type;
use web::{Error, PageRequest, PathParams, Query, Request, Response, budget_of, json};

use crate::{NO_PROJECT, id_of};

#[derive(Serialize)]
struct Page {
    jobs: Vec<Box<RawValue>>,
    /// The next page's `cursor=`; null on the last page.
    next_cursor: Option<String>,
}

#[derive(Serialize)]
struct JobState {
    id: i32,
    source_url: String,
    extraction_type: String,
    status: String,
    /// In percent.
    progress: i16,
    attempts: i16,
    max_attempts: i16,
    worker: Option<String>,
    cost_usd: Option<String>,
    /// At most 4,096 characters of it.
    error_message: Option<String>,
    created_at: Timestamptz,
    updated_at: Timestamptz,
    completed_at: Option<Timestamptz>,
}

/// The columns that [`JobState::from_row`] reads.
const SELECT: &str =
    "j.id, j.source_url, j.extraction_type, j.status, j.progress, j.attempts, j.max_attempts,
    j.worker, j.cost_usd::text, left(j.error_message, 4096), j.created_at, j.updated_at, j.completed_at";

impl JobState {
    fn from_row(row: &Row) -> Result<Self, db::Error> {
        Ok(Self {
            id: row.try_get(0)?,
            source_url: row.try_get(1)?,
            extraction_type: row.try_get(2)?,
            status: row.try_get(3)?,
            progress: row.try_get(4)?,
            attempts: row.try_get(5)?,
            max_attempts: row.try_get(6)?,
            worker: row.try_get(7)?,
            cost_usd: row.try_get(8)?,
            error_message: row.try_get(9)?,
            created_at: row.try_get(10)?,
            updated_at: row.try_get(11)?,
            completed_at: row.try_get(12)?,
        })
    }
}

pub(crate) async fn list(app: Arc<App>, request: Request, params: PathParams) -> Result<Response, Error> {
    let id = id_of(&params)?;
    let query = Query::read(&request, &["limit", "cursor"])?;
    // The place of a page is the id of the last job before it.
    let wanted = &PageRequest::<i32>::read(&query)?;
    let (before, most) = (wanted.after.unwrap_or(i32::MAX), wanted.rows());
    let sql = &format!(
        "SELECT {SELECT} FROM projects AS p LEFT JOIN LATERAL (
             SELECT * FROM extraction_jobs
             WHERE organization_id = p.organization_id AND project_id = p.id AND id < $2
             ORDER BY id DESC LIMIT $3
         ) AS j ON true
         WHERE p.{OWN} AND p.id = $1 ORDER BY j.id DESC"
    );
    let find = |connection: Connection| async move {
        let params = [(&id as _, Type::INT4), (&before as _, Type::INT4), (&most as _, Type::INT8)];
        Ok(connection.query_with_settings(IN_INDEX_ORDER, sql, &params).await?)
    };
    let rows = app.read(app.claims(&request), &budget_of(&request), find).await?;
    let Some(first) = rows.first() else { return Err(Error::not_found(NO_PROJECT)) };
    // A project without such jobs is a row all the same.
    let id_of_first: Option<i32> = first.try_get(0)?;
    let found = rows
        .iter()
        .filter(|_| id_of_first.is_some())
        .map(JobState::from_row)
        .collect::<Result<Vec<_>, _>>()?;
    let (jobs, next_cursor) = wanted.cut(&found, |last| last.id)?;
    json(StatusCode::OK, &Page { jobs, next_cursor })
}
