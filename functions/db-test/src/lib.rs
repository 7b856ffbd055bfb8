//! `GET db-test/`: is the database there, and how is it.

mod queries;

use std::sync::Arc;
use std::time::Instant;

use lambda_http::http::{Method, StatusCode};
use serde::Serialize;
use store::App;
use web::{
    Error, PathParams, Query, Request, RequestCost, Response, Routes, budget_of, json, milliseconds, segments,
};

/// The short form, which the old stack's clients know.
#[derive(Serialize)]
struct Answer {
    database: &'static str,
    provider: &'static str,
    projects_count: i64,
    message: &'static str,
    #[serde(flatten)]
    details: Option<Details>,
}

/// Fields that `?details=true` adds.
#[derive(Serialize)]
struct Details {
    /// As the server writes it, such as `17.11`.
    server_version: String,
    /// Of this function's connection: what a pooler has behind it is its own. Null without TLS.
    tls_version: Option<&'static str>,
    /// The newest migration applied; null where none was.
    schema_version: Option<i32>,
    /// True if the database keeps organizations apart for this function's login.
    row_security: bool,
    pool: PoolSizes,
    /// From the query's sending to its answer.
    latency_ms: f64,
    /// From the request's arrival to a connection in hand.
    acquire_ms: f64,
    /// Cost of this request.
    request: RequestCost,
}

#[derive(Serialize)]
struct PoolSizes {
    size: usize,
    idle: usize,
    max: usize,
}

/// The short form is for monitors, which have no token: it tells whether the database is there, and little
/// else.
#[must_use]
pub fn is_public(request: &Request) -> bool {
    let is_get = matches!(*request.method(), Method::GET | Method::HEAD);
    is_get && segments(request).is_empty() && asks_for_details(request).is_ok_and(|asks| !asks)
}

fn asks_for_details(request: &Request) -> Result<bool, Error> {
    let query = Query::read(request, &["details"])?;
    Ok(query.value::<bool>("details", "true or false")?.unwrap_or(false))
}

/// Answers a request.
///
/// # Errors
/// 400, 404, 405; 503 where the database cannot be reached.
pub async fn handle(app: Arc<App>, request: Request) -> Result<Response, Error> {
    Routes::new().get("/", check).answer(app, request).await
}

async fn check(app: Arc<App>, request: Request, _: PathParams) -> Result<Response, Error> {
    let with_details = asks_for_details(&request)?;

    let (database, budget) = (app.database(), &budget_of(&request));
    let claims = app.claims(&request);
    let (projects_count, details) = if with_details {
        let begun = Instant::now();
        let details = app.read(claims, budget, |connection| async move {
            let acquired = Instant::now();
            let found = queries::details(&connection).await?;
            let latency_ms = milliseconds(acquired.elapsed());
            let (size, idle, max) = database.pool_sizes();
            let details = Details {
                server_version: found.server_version,
                tls_version: connection.tls_version(),
                schema_version: found.schema_version,
                row_security: found.row_security,
                pool: PoolSizes { size, idle, max },
                latency_ms,
                acquire_ms: milliseconds(acquired - begun),
                request: budget.cost(),
            };
            Ok((found.projects_count, Some(details)))
        });
        details.await?
    } else {
        let count = |connection| async move { queries::projects_count(&connection).await };
        (app.read(claims, budget, count).await?, None)
    };
    let answer = Answer {
        database: "connected",
        provider: if database.url().is_neon() { "Neon" } else { "PostgreSQL" },
        projects_count,
        message: "Database connection successful! 🎉",
        details,
    };
    json(StatusCode::OK, &answer)
}
