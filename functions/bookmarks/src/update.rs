//! `PATCH bookmarks/<id>`: other fields of a bookmark.

use std::fmt::Write as _;
use std::sync::Arc;

use db::{Connection, Param, Row};
use lambda_http::http::StatusCode;
use store::scope::OWN;
use store::{App, search_index};
use tokio_postgres::types::Type;
use uuid::Uuid;
use web::{AfterResponse, Error, PathParams, Query, Request, Response, budget_of, if_match};

use crate::body::{Address, Fields, edited};
use crate::bookmark::{ETAG, NOW, response};
use crate::flight::{self, Statement};
use crate::show::statement;
use crate::{NO_BOOKMARK, id_of, stale};

/// What came of a change.
enum Outcome {
    Changed(Row),
    NotFound,
    Stale,
    /// Another bookmark of the project has the address.
    Taken,
}

pub(crate) async fn update(app: Arc<App>, request: Request, params: PathParams) -> Result<Response, Error> {
    let id = id_of(&params)?;
    Query::read(&request, &[])?;
    let fields = &Fields::changes(request.body())?;
    let seen = &if_match(&request);
    let (claims, budget) = (app.claims(&request), budget_of(&request));
    let change = |connection: Connection| {
        // A second attempt finds a new version where the first one was committed, and writes the same.
        let is_repeated = budget.cost().retries > 0;
        async move { Ok(change(connection, id, fields, seen, is_repeated).await?) }
    };
    match app.write_idempotent(claims.clone(), &budget, change).await? {
        Outcome::Changed(row) => {
            search_index::catch_up_after_response(&app, claims, &AfterResponse::from_request(&request));
            response(StatusCode::OK, &row)
        }
        Outcome::NotFound => Err(Error::not_found(NO_BOOKMARK)),
        Outcome::Stale => Err(stale()),
        Outcome::Taken => Err(Error::conflict("Another bookmark of the project has this address.")),
    }
}

async fn change(
    connection: Connection,
    id: Uuid,
    fields: &Fields,
    seen: &Option<Vec<String>>,
    is_repeated: bool,
) -> Result<Outcome, db::Error> {
    let no_address = Address { url: String::new(), key: Uuid::nil(), domain: None };
    let has_address = fields.address.is_some();
    let Address { url, key, domain } = fields.address.as_ref().unwrap_or(&no_address);
    let assignments = fields.assignments("b.project_id", 8);
    let mut edited = edited(&assignments);
    let mut sets = String::new();
    for assignment in &assignments {
        let _ = write!(sets, "{} = {}, ", assignment.column, assignment.value);
    }
    let (mut taken, mut renamed) = ("false", String::new());
    if has_address {
        edited.push("url");
        sets += "url = $4, url_key = $5, domain = $6, ";
        taken = "EXISTS (
            SELECT FROM bookmarks AS o
            WHERE o.organization_id = b.organization_id AND o.project_id IS NOT DISTINCT FROM b.project_id
              AND o.url_key = $5 AND o.id <> b.id)";
        // Its duplicates stay its own.
        renamed = format!(
            ", renamed AS (
                 UPDATE import_entries AS e SET url_key = $5
                 FROM found AS f, import_jobs AS j
                 WHERE f.is_seen AND NOT f.is_taken
                   AND e.{OWN} AND e.url_key = f.url_key AND e.outcome = 'merged'
                   AND j.id = e.import_job_id AND j.project_id IS NOT DISTINCT FROM f.project_id
             )"
        );
    }
    let lock = flight::lock(&format!("SELECT project_id FROM bookmarks WHERE {OWN} AND id = $1"));
    let write = format!(
        "WITH found AS MATERIALIZED (
             SELECT b.id, b.project_id, b.url_key, $3 OR $2::text[] IS NULL OR {ETAG} = ANY ($2) AS is_seen,
                    {taken} AS is_taken
             FROM bookmarks AS b WHERE b.{OWN} AND b.id = $1
             FOR UPDATE
         ), changed AS (
             UPDATE bookmarks AS b
             SET {sets} edited = ARRAY(SELECT DISTINCT unnest(b.edited || $7)), updated_at = {NOW}
             FROM found WHERE b.{OWN} AND b.id = found.id AND is_seen AND NOT is_taken
         ){renamed}
         SELECT is_seen, is_taken FROM found"
    );
    let read = statement();
    let mut params: Vec<Param<'_>> = vec![
        (&id, Type::UUID),
        (seen, Type::TEXT_ARRAY),
        (&is_repeated, Type::BOOL),
        (url, Type::TEXT),
        (key, Type::UUID),
        (domain, Type::VARCHAR),
        (&edited, Type::TEXT_ARRAY),
    ];
    params.extend(assignments.iter().map(|assignment| assignment.param.clone()));
    let mut statements: Vec<Statement<'_>> = vec![(&write, &params), (&read, &params[..1])];
    if has_address {
        statements.insert(0, (&lock, &params[..1]));
    }
    let mut rows = flight::transaction(connection, &statements).await?;
    let (read, written) = (rows.pop().unwrap_or_default(), rows.pop().unwrap_or_default());
    let (Some(written), Some(read)) = (written.first(), read.into_iter().next()) else {
        return Ok(Outcome::NotFound);
    };
    Ok(match (written.try_get(0)?, written.try_get(1)?) {
        (false, _) => Outcome::Stale,
        (true, true) => Outcome::Taken,
        (true, false) => Outcome::Changed(read),
    })
}
