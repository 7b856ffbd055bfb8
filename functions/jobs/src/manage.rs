//! One job for people: `GET` and `DELETE jobs/<id>`, `POST jobs/<id>/retry`.

use std::sync::Arc;

use db::Connection;
use lambda_http::Body;
use lambda_http::http::StatusCode;
use store::App;
use store::scope::OWN;
use tokio_postgres::types::Type;
use web::{AfterResponse, Error, PathParams, Query, Request, Response, budget_of, json};

use crate::job::{Job, SPENT, WIDTH, columns};
use crate::{NO_JOB, webhook};

pub(crate) async fn show(app: Arc<App>, request: Request, params: PathParams) -> Result<Response, Error> {
    let id: i32 = params.value("id", NO_JOB)?;
    Query::read(&request, &[])?;
    let sql = &format!("SELECT {} FROM extraction_jobs AS j WHERE j.{OWN} AND j.id = $1", columns());
    let find =
        |connection: Connection| async move { Ok(connection.query_opt(sql, &[(&id, Type::INT4)]).await?) };
    let row = app.read(app.claims(&request), &budget_of(&request), find).await?;
    json(StatusCode::OK, &Job::from_row(&row.ok_or_else(|| Error::not_found(NO_JOB))?)?)
}

/// Deletes a job in whatever state; a worker that has it then finds none. Tokens that it brought stay.
pub(crate) async fn delete(app: Arc<App>, request: Request, params: PathParams) -> Result<Response, Error> {
    let id: i32 = params.value("id", NO_JOB)?;
    Query::read(&request, &[])?;
    let sql = &format!("DELETE FROM extraction_jobs WHERE {OWN} AND id = $1 RETURNING id");
    let delete =
        |connection: Connection| async move { Ok(connection.query_opt(sql, &[(&id, Type::INT4)]).await?) };
    let budget = budget_of(&request);
    let deleted = app.write_idempotent(app.claims(&request), &budget, delete).await?;
    // A first attempt whose answer was lost may have deleted it.
    if deleted.is_none() && budget.cost().retries == 0 {
        return Err(Error::not_found(NO_JOB));
    }
    let mut response = Response::new(Body::Empty);
    *response.status_mut() = StatusCode::NO_CONTENT;
    Ok(response)
}

/// Makes a failed job pending, with all its attempts before it.
pub(crate) async fn retry(app: Arc<App>, request: Request, params: PathParams) -> Result<Response, Error> {
    let id: i32 = params.value("id", NO_JOB)?;
    Query::read(&request, &[])?;
    let sql = &format!(
        "WITH changed AS (
             UPDATE extraction_jobs
             SET status = 'pending', attempts = 0, available_at = now(), lease_token = NULL, progress = 0,
                 completed_at = NULL, updated_at = now()
             WHERE {OWN} AND id = $1 AND (status = 'failed' OR {SPENT})
             RETURNING *
         ), there AS (
             SELECT *, true AS is_changed FROM changed
             UNION ALL
             SELECT *, false FROM extraction_jobs WHERE {OWN} AND id = $1 AND NOT EXISTS (SELECT FROM changed)
         )
         SELECT {}, j.is_changed FROM there AS j",
        columns()
    );
    let retry =
        |connection: Connection| async move { Ok(connection.query_opt(sql, &[(&id, Type::INT4)]).await?) };
    let budget = budget_of(&request);
    let row = app.write_idempotent(app.claims(&request), &budget, retry).await?;
    let row = row.ok_or_else(|| Error::not_found(NO_JOB))?;
    let job = Job::from_row(&row)?;
    // A first attempt whose answer was lost may have changed it.
    if !row.try_get::<_, bool>(WIDTH)? && budget.cost().retries == 0 {
        return Err(Error::conflict(format!("The job is {}: only a failed one can be retried.", job.status)));
    }
    webhook::after_response(&app, &AfterResponse::from_request(&request), &job);
    json(StatusCode::OK, &job)
}
