//! `GET import/`, `GET import/<id>` and `GET import/<id>/rejections`.

use std::sync::Arc;

use app::http::{Query, json};
use app::{App, Budget, Connection, Error, Param, Request, Response};
use lambda_http::http::StatusCode;
use serde::Serialize;
use tokio_postgres::types::Type;
use uuid::Uuid;

use crate::job::{COLUMNS, IS_STALE, Job, no_job};

#[derive(Serialize)]
struct Jobs {
    import_jobs: Vec<Job>,
    next_cursor: Option<Uuid>,
}

#[derive(Serialize)]
struct Rejections {
    rejections: Vec<Rejection>,
    next_cursor: Option<i32>,
}

/// An entry that was not stored as it stood in the file.
#[derive(Serialize)]
struct Rejection {
    /// Which bookmark of the file it was, counted from 1.
    position: i32,
    /// The line it stood on, counted from 1.
    line: i32,
    /// `skipped`, `failed`, or `warning` for an entry that was stored or merged all the same.
    outcome: &'static str,
    reason: Option<String>,
    url: Option<String>,
    title: Option<String>,
}

const DEFAULT_LIMIT: i64 = 100;
const MAX_LIMIT: i64 = 1_000;

fn limit(query: &Query) -> Result<i64, Error> {
    let must = "a number from 1 to 1000";
    match query.value::<i64>("limit", must)? {
        None => Ok(DEFAULT_LIMIT),
        Some(limit) if (1..=MAX_LIMIT).contains(&limit) => Ok(limit),
        Some(_) => Err(Error::bad_request(format!("The parameter limit must be {must}."))),
    }
}

/// Cuts the row that was asked for only to see whether there is a next page.
fn cut<T>(rows: &mut Vec<T>, limit: i64) -> bool {
    let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_next = rows.len() > wanted;
    rows.truncate(wanted);
    has_next
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
        Ok(connection.query(sql, &[(&before, Type::UUID), (&(limit + 1), Type::INT8)]).await?)
    };
    let rows = app.database().read(&Budget::of(request), find).await?;
    let mut import_jobs = rows.iter().map(Job::from_row_as_found).collect::<Result<Vec<_>, _>>()?;
    let has_next = cut(&mut import_jobs, limit);
    let next_cursor = import_jobs.last().filter(|_| has_next).map(|job| job.id);
    json(StatusCode::OK, &Jobs { import_jobs, next_cursor })
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
    let row = app.database().read(&Budget::of(request), find).await?.ok_or_else(no_job)?;
    json(StatusCode::OK, &Job::from_row_as_found(&row)?)
}

/// The entries of a job that were skipped, that failed, or that came with a warning.
pub(crate) async fn rejections(app: &Arc<App>, request: &Request, id: Uuid) -> Result<Response, Error> {
    let query = Query::read(request, &["limit", "cursor"])?;
    let limit = limit(&query)?;
    let after = query.value::<i32>("cursor", "a next_cursor of an earlier page")?.unwrap_or(0);
    // The outer join gives one row of nulls for a job without such entries, and none where there is no job.
    let sql = "SELECT e.position, e.line, e.outcome, e.reason, e.url, e.title
               FROM import_jobs j
               LEFT JOIN import_entries e
                      ON e.import_job_id = j.id AND e.reason IS NOT NULL AND e.position > $2
               WHERE j.id = $1
               ORDER BY e.position
               LIMIT $3";
    let find = |connection: Connection| async move {
        let params: [Param<'_>; 3] = [(&id, Type::UUID), (&after, Type::INT4), (&(limit + 1), Type::INT8)];
        Ok(connection.query(sql, &params).await?)
    };
    let rows = app.database().read(&Budget::of(request), find).await?;
    if rows.is_empty() {
        return Err(no_job());
    }
    let mut rejections = Vec::with_capacity(rows.len());
    for row in &rows {
        let Some(position) = row.try_get(0)? else { break };
        rejections.push(Rejection {
            position,
            line: row.try_get(1)?,
            outcome: match row.try_get::<_, &str>(2)? {
                "skipped" => "skipped",
                "failed" => "failed",
                _ => "warning",
            },
            reason: row.try_get(3)?,
            url: row.try_get(4)?,
            title: row.try_get(5)?,
        });
    }
    let has_next = cut(&mut rejections, limit);
    let next_cursor = rejections.last().filter(|_| has_next).map(|last| last.position);
    json(StatusCode::OK, &Rejections { rejections, next_cursor })
}
