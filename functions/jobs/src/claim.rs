//! `POST jobs/claim`: leases jobs to a worker.

use std::sync::Arc;

use auth::Scope;
use db::Connection;
use lambda_http::http::header::RETRY_AFTER;
use lambda_http::http::{HeaderValue, StatusCode};
use serde::Serialize;
use store::App;
use store::scope::OWN;
use tokio_postgres::types::Type;
use uuid::Uuid;
use web::{Error, PathParams, Query, Request, Response, budget_of, json};

use crate::body::Claim;
use crate::job::{LeasedJob, SPENT, SPENT_ERROR, columns};
use crate::remembered::remember_lease;

/// The beginning of the statement that leases jobs. The rest of it selects from `claimed`.
#[must_use]
pub fn claim_statement() -> String {
    include_str!("claim.sql").replace("{spent}", SPENT).replace("{spent_error}", SPENT_ERROR)
}

#[derive(Serialize)]
struct Claimed {
    jobs: Vec<LeasedJob>,
}

pub(crate) async fn claim(app: Arc<App>, request: Request, _: PathParams) -> Result<Response, Error> {
    Query::read(&request, &[])?;
    let wanted = &Claim::read(request.body())?;
    // By these a second attempt finds what the first one committed.
    let tokens = &std::iter::repeat_with(Uuid::now_v7).take(wanted.max).collect::<Vec<_>>();
    let budget = &budget_of(&request);
    let claim = |connection: Connection| async move {
        if budget.cost().retries > 0 {
            let found = claimed_before(&connection, tokens).await?;
            if !found.is_empty() {
                return Ok(found);
            }
        }
        lease(&connection, wanted, tokens).await
    };
    let jobs = app.write_idempotent(app.claims_with(&request, Scope::Worker), budget, claim).await?;
    for leased in &jobs {
        if let Some(lease_token) = leased.lease_token {
            remember_lease(lease_token, leased.job.project_id);
        }
    }
    let is_empty = jobs.is_empty();
    let mut response = json(StatusCode::OK, &Claimed { jobs })?;
    if is_empty {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(RETRY_AFTER_SECONDS));
    }
    Ok(response)
}

/// When a worker that nothing wakes should ask again at the earliest: each time that it asks keeps the
/// database from sleeping.
const RETRY_AFTER_SECONDS: u16 = 60;

async fn lease(connection: &Connection, wanted: &Claim, tokens: &[Uuid]) -> Result<Vec<LeasedJob>, Error> {
    let max = i64::try_from(wanted.max).unwrap_or(i64::MAX);
    let seconds = f64::from(wanted.lease_seconds);
    let sql = format!("{} SELECT {} FROM claimed AS j ORDER BY number", claim_statement(), columns());
    let params = [
        (&wanted.types as _, Type::TEXT_ARRAY),
        (&max as _, Type::INT8),
        (&seconds as _, Type::FLOAT8),
        (&wanted.worker as _, Type::TEXT),
        (&tokens as _, Type::UUID_ARRAY),
    ];
    let rows = connection.query(&sql, &params).await?;
    Ok(rows.iter().map(LeasedJob::from_row).collect::<Result<_, _>>()?)
}

/// Returns the jobs that an earlier attempt with these tokens leased, whose answer was lost.
async fn claimed_before(connection: &Connection, tokens: &[Uuid]) -> Result<Vec<LeasedJob>, Error> {
    let sql = format!(
        "SELECT {} FROM extraction_jobs AS j
         WHERE j.{OWN} AND j.status IN ('pending', 'processing') AND j.available_at > now()
           AND j.lease_token = ANY ($1)
         ORDER BY j.lease_token",
        columns()
    );
    let rows = connection.query(&sql, &[(&tokens as _, Type::UUID_ARRAY)]).await?;
    Ok(rows.iter().map(LeasedJob::from_row).collect::<Result<_, _>>()?)
}
