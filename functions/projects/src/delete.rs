//! `DELETE projects/<id>`: an empty project, or with `?cascade=true` one with all that it holds.

use std::sync::Arc;

use db::{Access, Connection, Param, Row};
use futures_util::future::join_all;
use lambda_http::Body;
use lambda_http::http::StatusCode;
use store::scope::OWN;
use store::{App, PROJECT_ETAG, locks, search_index};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::Type;
use web::{AfterResponse, Error, PathParams, Query, Request, Response, budget_of, if_match};

use crate::{NO_PROJECT, id_of, stale};

/// The tables that refer to projects, in an order in which nothing is deleted that something else refers to.
/// Rejected entries of imports go with their jobs.
const HELD: [&str; 9] = [
    "bookmarks",
    "trashed_bookmarks",
    "folders",
    "import_jobs",
    "color_tokens",
    "spacing_tokens",
    "typography_tokens",
    "other_tokens",
    "extraction_jobs",
];

/// The outcome of deleting a project.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Deleted,
    NotFound,
    Stale,
    /// It holds something.
    Occupied,
}

pub(crate) async fn delete(app: Arc<App>, request: Request, params: PathParams) -> Result<Response, Error> {
    let id = id_of(&params)?;
    let query = Query::read(&request, &["cascade"])?;
    let cascades = query.value("cascade", "true or false")?.unwrap_or(false);
    let seen = &if_match(&request);
    let (claims, budget) = (app.claims(&request), budget_of(&request));
    let delete = |connection: Connection| async move {
        let deleted = match cascades {
            false => delete_empty(&connection, id, seen).await,
            true => delete_all(connection, id, seen).await,
        };
        match deleted {
            // With a cascade, what refers to the project is another program's.
            Err(error) if error.code() == Some(&SqlState::FOREIGN_KEY_VIOLATION) => Ok(Outcome::Occupied),
            deleted => Ok(deleted?),
        }
    };
    match app.write_idempotent(claims.clone(), &budget, delete).await? {
        Outcome::Deleted => {
            if cascades {
                search_index::catch_up_after_response(&app, claims, &AfterResponse::from_request(&request));
            }
        }
        // A first attempt whose answer was lost may have deleted it.
        Outcome::NotFound if budget.cost().retries > 0 => {}
        Outcome::NotFound => return Err(Error::not_found(NO_PROJECT)),
        Outcome::Stale => return Err(stale()),
        Outcome::Occupied => {
            let detail = "The project holds bookmarks, folders, imports, jobs or tokens: delete these first, \
                          or all of it by ?cascade=true.";
            return Err(Error::conflict(detail));
        }
    }
    let mut response = Response::new(Body::Empty);
    *response.status_mut() = StatusCode::NO_CONTENT;
    Ok(response)
}

/// Deletes a project that holds nothing. Where it holds something, a foreign key refuses that.
async fn delete_empty(
    connection: &Connection,
    id: i32,
    seen: &Option<Vec<String>>,
) -> Result<Outcome, db::Error> {
    let sql = format!(
        "WITH found AS (
             SELECT p.id, {} AS is_seen FROM projects AS p WHERE p.{OWN} AND p.id = $1 FOR UPDATE
         ), deleted AS (
             DELETE FROM projects AS p USING found WHERE p.{OWN} AND p.id = found.id AND is_seen
         )
         SELECT is_seen FROM found",
        is_seen()
    );
    outcome(connection.query_opt(&sql, &[(&id, Type::INT4), (seen, Type::TEXT_ARRAY)]).await?)
}

/// Deletes a project with all that it holds, in one round trip.
///
/// What an import has locked is waited for, in the order in which an import locks it: the project's
/// bookmarks, then the project. From then on nothing can be added to it. Each statement looks for the version
/// that the sender has seen, so that all of them do something or none does.
async fn delete_all(
    mut connection: Connection,
    id: i32,
    seen: &Option<Vec<String>>,
) -> Result<Outcome, db::Error> {
    let params: [Param<'_>; 2] = [(&id, Type::INT4), (seen, Type::TEXT_ARRAY)];
    let lock_bookmarks = format!("SELECT pg_advisory_xact_lock({})", locks::bookmarks_key("$1::integer"));
    let lock_project =
        format!("SELECT {} FROM projects AS p WHERE p.{OWN} AND p.id = $1 FOR UPDATE", is_seen());
    let of_project = format!("p.{OWN} AND p.id = $1 AND {}", is_seen());
    let mut removals: Vec<String> = HELD
        .iter()
        .map(|table| {
            format!(
                "DELETE FROM {table} AS held USING projects AS p
                 WHERE {of_project} AND held.organization_id = p.organization_id AND held.project_id = p.id"
            )
        })
        .collect();
    removals.push(format!("DELETE FROM projects AS p WHERE {of_project}"));
    connection.transaction_begins();
    let shared = &connection;
    let (begun, bookmarks, project, removed, committed) = tokio::join!(
        biased;
        shared.begin(Access::ReadWrite),
        shared.query(&lock_bookmarks, &params[..1]),
        shared.query_opt(&lock_project, &params),
        join_all(removals.iter().map(|removal| shared.query(removal, &params))),
        shared.commit(),
    );
    begun?;
    bookmarks?;
    let outcome = outcome(project?)?;
    for removed in removed {
        removed?;
    }
    committed?;
    connection.transaction_ended();
    Ok(outcome)
}

/// Returns the condition that `projects p` is the version that the sender has seen.
fn is_seen() -> String {
    format!("($2::text[] IS NULL OR {PROJECT_ETAG} = ANY ($2))")
}

fn outcome(found: Option<Row>) -> Result<Outcome, db::Error> {
    Ok(match found.map(|row| row.try_get(0)).transpose()? {
        None => Outcome::NotFound,
        Some(false) => Outcome::Stale,
        Some(true) => Outcome::Deleted,
    })
}
