//! `POST jobs/`: a job for a worker. Sent again with the same `Idempotency-Key`, it is the same job.

use std::sync::Arc;

use db::{Connection, Row};
use lambda_http::http::header::LOCATION;
use lambda_http::http::{HeaderValue, StatusCode};
use store::App;
use store::scope::OWN;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::Type;
use uuid::Uuid;
use web::{AfterResponse, Error, PathParams, Query, Request, Response, budget_of, json};

use crate::body::NewJob;
use crate::job::{Job, WIDTH, columns};
use crate::webhook;

/// Bytes of an `Idempotency-Key`.
const MAX_KEY: usize = 255;

/// The outcome of a submission.
enum Outcome {
    Created(Box<Job>),
    Found(Box<Job>),
    /// The key was used for a job that is to do something else.
    KeyIsTaken,
    NoProject,
}

pub(crate) async fn submit(app: Arc<App>, request: Request, _: PathParams) -> Result<Response, Error> {
    Query::read(&request, &[])?;
    let wanted = &NewJob::read(request.body())?;
    let given = idempotency_key(&request)?;
    // With a key of ours, a second attempt finds what the first one committed.
    let key = &given.clone().unwrap_or_else(|| Uuid::now_v7().to_string());
    let submit = |connection: Connection| async move { insert(&connection, wanted, key).await };
    let (status, job) = match app.write_idempotent(app.claims(&request), &budget_of(&request), submit).await?
    {
        Outcome::Created(job) => (StatusCode::CREATED, job),
        // Nobody else knows a key of ours.
        Outcome::Found(job) if given.is_none() => (StatusCode::CREATED, job),
        Outcome::Found(job) => (StatusCode::OK, job),
        Outcome::KeyIsTaken => {
            return Err(Error::conflict("This Idempotency-Key was used for another job: use a new one."));
        }
        Outcome::NoProject => return Err(Error::not_found("There is no project of this id.")),
    };
    if status == StatusCode::CREATED {
        webhook::after_response(&app, &AfterResponse::from_request(&request), &job);
    }
    let mut response = json(status, &job)?;
    let location = HeaderValue::try_from(format!("./{}", job.id)).map_err(Error::internal)?;
    response.headers_mut().insert(LOCATION, location);
    Ok(response)
}

/// A text of visible characters, possibly in quotation marks (the draft of the header has them).
fn idempotency_key(request: &Request) -> Result<Option<String>, Error> {
    let Some(value) = request.headers().get("idempotency-key") else { return Ok(None) };
    let key = value.to_str().map(|text| text.trim().trim_matches('"')).unwrap_or_default();
    match key.is_empty() || key.len() > MAX_KEY {
        true => {
            Err(Error::bad_request("The header Idempotency-Key must have from 1 to 255 visible characters."))
        }
        false => Ok(Some(key.to_owned())),
    }
}

async fn insert(connection: &Connection, wanted: &NewJob, key: &str) -> Result<Outcome, Error> {
    let sql = format!(
        "WITH project AS (
             SELECT FROM projects WHERE {OWN} AND id = $1
         ), made AS (
             INSERT INTO extraction_jobs
                 (organization_id, project_id, source_url, extraction_type, max_attempts, idempotency_key)
             SELECT current_organization(), $1, $2, $3, $4, $5 FROM project
             ON CONFLICT (organization_id, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING
             RETURNING *
         ), there AS (
             SELECT *, true AS is_new FROM made
             UNION ALL SELECT *, false FROM extraction_jobs WHERE {OWN} AND idempotency_key = $5
         )
         SELECT {}, j.is_new,
                (j.project_id, j.source_url, j.extraction_type, j.max_attempts) = ($1, $2, $3, $4),
                EXISTS (SELECT FROM project)
         FROM (SELECT) AS one LEFT JOIN there AS j ON true",
        columns()
    );
    let params = [
        (&wanted.project_id as _, Type::INT4),
        (&wanted.source_url as _, Type::TEXT),
        (&wanted.extraction_type as _, Type::TEXT),
        (&wanted.max_attempts as _, Type::INT2),
        (&key as _, Type::TEXT),
    ];
    // A request with the same key may commit while this one runs, which then neither inserts nor sees it: the
    // second time it does.
    for _ in 0..2 {
        let row = match connection.query_one(&sql, &params).await {
            Ok(row) => row,
            // The project was deleted meanwhile.
            Err(error) if error.code() == Some(&SqlState::FOREIGN_KEY_VIOLATION) => {
                return Ok(Outcome::NoProject);
            }
            Err(error) => return Err(error.into()),
        };
        if let Some(outcome) = outcome(&row)? {
            return Ok(outcome);
        }
    }
    Err(Error::conflict("Another request with this Idempotency-Key is under way: send it again."))
}

/// None where the job of the key is not visible yet.
fn outcome(row: &Row) -> Result<Option<Outcome>, Error> {
    let (is_new, is_same, has_project) =
        (row.try_get(WIDTH)?, row.try_get(WIDTH + 1)?, row.try_get(WIDTH + 2)?);
    Ok(match (is_new, is_same, has_project) {
        (Some(true), _, _) => Some(Outcome::Created(Box::new(Job::from_row(row)?))),
        (Some(false), Some(true), _) => Some(Outcome::Found(Box::new(Job::from_row(row)?))),
        (Some(false), _, _) => Some(Outcome::KeyIsTaken),
        (None, _, false) => Some(Outcome::NoProject),
        (None, _, true) => None,
    })
}

#[cfg(test)]
mod tests {
    use lambda_http::Body;

    use super::*;

    #[test]
    fn a_key_is_a_text_of_visible_characters() {
        let key = |value: &str| {
            let mut request = Request::new(Body::Empty);
            request.headers_mut().insert("idempotency-key", value.parse().unwrap());
            idempotency_key(&request).map_err(|error| error.status().as_u16())
        };
        assert_eq!(key("\"a b\"").unwrap().as_deref(), Some("a b"));
        assert_eq!(key(&"x".repeat(255)).unwrap().map(|key| key.len()), Some(255));
        for value in ["", "\"\"", &"x".repeat(256), "é"] {
            assert_eq!(key(value), Err(400), "{value}");
        }
        assert_eq!(idempotency_key(&Request::new(Body::Empty)).unwrap(), None);
    }
}
