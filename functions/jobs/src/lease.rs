//! A worker with a lease: `POST jobs/<id>/heartbeat` and `fail`.

use std::sync::Arc;

use auth::Scope;
use db::{Connection, Param, Row};
use lambda_http::http::StatusCode;
use store::App;
use store::scope::OWN;
use tokio_postgres::types::Type;
use web::{Error, PathParams, Query, Request, Response, budget_of, json};

use crate::NO_JOB;
use crate::body::{Failure, Heartbeat};
use crate::job::{Job, LeasedJob, WIDTH, columns};

/// The condition that the lease `$2` of the job `$1` is the current one, and not over.
pub(crate) const LEASED: &str = "status = 'processing' AND lease_token = $2 AND available_at > now()";

/// The lease is another's, or over.
pub(crate) fn lost() -> Error {
    Error::conflict(
        "This lease of the job is over, or another worker has the job: work under it does not count.",
    )
}

/// Tells that the worker is still at it, and how far: the lease lasts from now on.
pub(crate) async fn heartbeat(
    app: Arc<App>,
    request: Request,
    params: PathParams,
) -> Result<Response, Error> {
    let id: i32 = params.value("id", NO_JOB)?;
    Query::read(&request, &[])?;
    let heartbeat = Heartbeat::read(request.body())?;
    let seconds = f64::from(heartbeat.lease_seconds);
    let set = "available_at = now() + make_interval(secs => $3), progress = coalesce($4, progress)";
    let params: [Param<'_>; 4] = [
        (&id, Type::INT4),
        (&heartbeat.lease_token, Type::UUID),
        (&seconds, Type::FLOAT8),
        (&heartbeat.progress, Type::INT2),
    ];
    let row = report(&app, &request, set, "false", &params).await?;
    json(StatusCode::OK, &LeasedJob::from_row(&row)?)
}

/// Ends an attempt without success. The job is due again after a pause that doubles with each attempt, up to
/// 15 minutes, a fifth more or less so that jobs which failed together do not come together again.
pub(crate) async fn fail(app: Arc<App>, request: Request, params: PathParams) -> Result<Response, Error> {
    let id: i32 = params.value("id", NO_JOB)?;
    Query::read(&request, &[])?;
    let failure = Failure::read(request.body())?;
    let set = "status = CASE WHEN $4 AND attempts < max_attempts THEN 'pending' ELSE 'failed' END,
        available_at = now() + make_interval(secs => least(5 * 2 ^ attempts, 900) * (0.8 + 0.4 * random())),
        completed_at = CASE WHEN $4 AND attempts < max_attempts THEN NULL ELSE now() END,
        error_message = $3";
    let params: [Param<'_>; 4] = [
        (&id, Type::INT4),
        (&failure.lease_token, Type::UUID),
        (&failure.error, Type::TEXT),
        (&failure.retryable, Type::BOOL),
    ];
    let is_reported = "lease_token = $2 AND status IN ('pending', 'failed')";
    let row = report(&app, &request, set, is_reported, &params).await?;
    json(StatusCode::OK, &Job::from_row(&row)?)
}

/// Changes the job of a lease, and returns it. Where the same report has come before (`is_reported`), the job
/// is returned as it is: the answer to the first one may have been lost.
async fn report(
    app: &App,
    request: &Request,
    set: &str,
    is_reported: &str,
    params: &[Param<'_>],
) -> Result<Row, Error> {
    let sql = &format!(
        "WITH changed AS (
             UPDATE extraction_jobs SET {set}, updated_at = now() WHERE {OWN} AND id = $1 AND {LEASED}
             RETURNING *
         ), there AS (
             SELECT *, true AS is_own FROM changed
             UNION ALL
             SELECT *, coalesce({is_reported}, false) FROM extraction_jobs
             WHERE {OWN} AND id = $1 AND NOT EXISTS (SELECT FROM changed)
         )
         SELECT {}, j.is_own FROM there AS j",
        columns()
    );
    let report = |connection: Connection| async move { Ok(connection.query_opt(sql, params).await?) };
    let claims = app.claims_with(request, Scope::Worker);
    let row = app.write_idempotent(claims, &budget_of(request), report).await?;
    let row = row.ok_or_else(|| Error::not_found(NO_JOB))?;
    if row.try_get(WIDTH)? { Ok(row) } else { Err(lost()) }
}
