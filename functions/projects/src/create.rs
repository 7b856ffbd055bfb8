//! `POST projects/`: a new project.

use std::sync::Arc;

use lambda_http::http::header::LOCATION;
use lambda_http::http::{HeaderValue, StatusCode};
use store::App;
use store::scope::OWN;
use time::OffsetDateTime;
use tokio_postgres::types::Type;
use web::{Error, PathParams, Query, Request, Response, budget_of};

use crate::body::NewProject;
use crate::show::{columns, response};

pub(crate) async fn create(app: Arc<App>, request: Request, _: PathParams) -> Result<Response, Error> {
    Query::read(&request, &[])?;
    let NewProject { name, description } = &NewProject::read(request.body())?;
    let budget = &budget_of(&request);
    // By its name and the moment of its making, a second attempt finds what the first one committed.
    let created_at = &microseconds(OffsetDateTime::now_utc());
    let sql = &format!(
        "WITH there AS (
             SELECT * FROM projects WHERE {OWN} AND $4 AND created_at = $3 AND name = $1
         ), made AS (
             INSERT INTO projects (organization_id, name, description, created_at, updated_at)
             SELECT current_organization(), $1, $2, $3, $3 WHERE NOT EXISTS (SELECT FROM there)
             RETURNING *
         )
         SELECT {} FROM (SELECT * FROM made UNION ALL SELECT * FROM there) AS p LIMIT 1",
        columns()
    );
    let make = |connection: db::Connection| async move {
        let is_repeated = budget.cost().retries > 0;
        let params = [
            (name as _, Type::TEXT),
            (description as _, Type::TEXT),
            (created_at as _, Type::TIMESTAMPTZ),
            (&is_repeated as _, Type::BOOL),
        ];
        Ok(connection.query_one(sql, &params).await?)
    };
    let row = app.write_idempotent(app.claims(&request), budget, make).await?;
    let id: i32 = row.try_get(0)?;
    let mut response = response(StatusCode::CREATED, &row)?;
    let location = HeaderValue::try_from(format!("./{id}")).map_err(Error::internal)?;
    response.headers_mut().insert(LOCATION, location);
    Ok(response)
}

/// The resolution of Postgres, so that what is stored equals what was sent.
pub(crate) fn microseconds(moment: OffsetDateTime) -> OffsetDateTime {
    let whole = moment.nanosecond() / 1_000 * 1_000;
    moment.replace_nanosecond(whole).unwrap_or(moment)
}
