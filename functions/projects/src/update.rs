//! `PATCH projects/<id>`: another name or description.

use std::sync::Arc;

use lambda_http::http::StatusCode;
use store::scope::OWN;
use store::{App, PROJECT_ETAG, Project};
use tokio_postgres::types::Type;
use web::{Error, PathParams, Query, Request, Response, budget_of, if_match};

use crate::body::Changes;
use crate::show::{columns, response};
use crate::{NO_PROJECT, id_of, stale};

pub(crate) async fn update(app: Arc<App>, request: Request, params: PathParams) -> Result<Response, Error> {
    let id = id_of(&params)?;
    Query::read(&request, &[])?;
    let changes = &Changes::read(request.body())?;
    let seen = &if_match(&request);
    let budget = &budget_of(&request);
    // A second attempt finds a new version where the first one was committed, and then what it was to write.
    // The time of a change is always later than that of the version before, though clocks are set back.
    let sql = &format!(
        "WITH found AS (
             SELECT p.id, $5::text[] IS NULL OR {PROJECT_ETAG} = ANY ($5)
                     OR ($6 AND p.name = coalesce($2, p.name)
                         AND (NOT $3 OR p.description IS NOT DISTINCT FROM $4)) AS is_seen
             FROM projects AS p WHERE p.{OWN} AND p.id = $1
             FOR UPDATE
         ), changed AS (
             UPDATE projects AS p
             SET name = coalesce($2, p.name),
                 description = CASE WHEN $3 THEN $4 ELSE p.description END,
                 updated_at = greatest(clock_timestamp(), p.updated_at + interval '1 microsecond')
             FROM found WHERE p.{OWN} AND p.id = found.id AND is_seen
             RETURNING p.*
         )
         SELECT {}, is_seen FROM found LEFT JOIN changed AS p ON true",
        columns()
    );
    let change = |connection: db::Connection| async move {
        let is_repeated = budget.cost().retries > 0;
        let description = changes.description.as_ref().and_then(Option::as_deref);
        let params = [
            (&id as _, Type::INT4),
            (&changes.name as _, Type::TEXT),
            (&changes.description.is_some() as _, Type::BOOL),
            (&description as _, Type::TEXT),
            (seen as _, Type::TEXT_ARRAY),
            (&is_repeated as _, Type::BOOL),
        ];
        Ok(connection.query_opt(sql, &params).await?)
    };
    let row = app.write_idempotent(app.claims(&request), budget, change).await?;
    let row = row.ok_or_else(|| Error::not_found(NO_PROJECT))?;
    if row.try_get(Project::WIDTH + 1)? { response(StatusCode::OK, &row) } else { Err(stale()) }
}
