//! `POST bookmarks/`: a new bookmark, or changes to the one that has this address.

use std::fmt::Write as _;
use std::sync::Arc;

use db::{Connection, Param};
use lambda_http::http::header::LOCATION;
use lambda_http::http::{HeaderValue, StatusCode};
use store::scope::{self, OWN};
use store::{App, search_index};
use tokio_postgres::types::Type;
use uuid::Uuid;
use web::{AfterResponse, Error, PathParams, Query, Request, Response, budget_of};

use crate::body::{Address, Fields, edited};
use crate::bookmark::{Bookmark, NOW, response};
use crate::flight;

pub(crate) async fn create(app: Arc<App>, request: Request, _: PathParams) -> Result<Response, Error> {
    Query::read(&request, &[])?;
    let fields = &Fields::read(request.body())?;
    // By it a second attempt knows what the first one has made.
    let id = &Uuid::now_v7();
    let (claims, budget) = (app.claims(&request), budget_of(&request));
    let create = |connection: Connection| async move { Ok(store_fields(connection, fields, id).await?) };
    let row = app.write_idempotent(claims.clone(), &budget, create).await?;
    let no_project = || Error::not_found("There is no project of this id.");
    let row = row.ok_or_else(no_project)?;
    search_index::catch_up_after_response(&app, claims, &AfterResponse::from_request(&request));
    let made: Uuid = row.try_get(0)?;
    let status = if made == *id { StatusCode::CREATED } else { StatusCode::OK };
    let mut response = response(status, &row)?;
    let location = HeaderValue::try_from(format!("./{made}")).map_err(Error::internal)?;
    response.headers_mut().insert(LOCATION, location);
    Ok(response)
}

/// Makes the bookmark under this id, or changes the one that is there; returns its row. None where there is
/// no such project.
async fn store_fields(
    connection: Connection,
    fields: &Fields,
    id: &Uuid,
) -> Result<Option<db::Row>, db::Error> {
    let Some(Address { url, key, domain }) = &fields.address else { return Ok(None) };
    let assignments = fields.assignments("$1::integer", 7);
    let edited = edited(&assignments);
    let (mut columns, mut values, mut sets) = (String::new(), String::new(), String::new());
    for assignment in &assignments {
        let (column, value) = (assignment.column, &assignment.value);
        let _ = write!(columns, ", {column}");
        let _ = write!(values, ", {value}");
        let _ = write!(sets, "{column} = {value}, ");
    }
    if fields.title.is_none() {
        columns += ", title";
        values += ", ''";
    }
    if fields.add_date.is_none() {
        columns += ", add_date";
        values += ", now()";
    }
    let change = match assignments.is_empty() {
        true => String::new(),
        false => format!(
            ", changed AS (
                 UPDATE bookmarks AS b
                 SET {sets} edited = ARRAY(SELECT DISTINCT unnest(b.edited || $6)), updated_at = {NOW}
                 FROM there WHERE b.{OWN} AND b.id = there.id
             )"
        ),
    };
    let lock = flight::lock("SELECT $1::integer AS project_id");
    let scope = scope::contains("$1");
    let write = format!(
        "WITH there AS MATERIALIZED (
             SELECT id FROM bookmarks WHERE {scope} AND url_key = $2 FOR UPDATE
         ){change}
         INSERT INTO bookmarks (organization_id, id, project_id, url, url_key, domain, edited{columns})
         SELECT current_organization(), $3, $1, $4, $2, $5, $6{values}
         WHERE NOT EXISTS (SELECT FROM there)
           AND ($1 IS NULL OR EXISTS (SELECT FROM projects WHERE {OWN} AND id = $1))"
    );
    let read = format!("SELECT {} FROM bookmarks AS b WHERE {scope} AND b.url_key = $2", Bookmark::whole());
    let mut params: Vec<Param<'_>> = vec![
        (&fields.project_id, Type::INT4),
        (key, Type::UUID),
        (id, Type::UUID),
        (url, Type::TEXT),
        (domain, Type::VARCHAR),
        (&edited, Type::TEXT_ARRAY),
    ];
    params.extend(assignments.iter().map(|assignment| assignment.param.clone()));
    let statements = [(&*lock, &params[..1]), (&*write, &params[..]), (&*read, &params[..2])];
    let rows = flight::transaction(connection, &statements).await?;
    Ok(rows.into_iter().next_back().and_then(|rows| rows.into_iter().next()))
}
