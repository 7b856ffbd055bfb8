//! `DELETE import/<id>`: the tables as they would be had the import never been.

use std::sync::{Arc, Mutex, PoisonError};

use db::{Access, Connection, Param};
use lambda_http::http::StatusCode;
use serde::Serialize;
use store::scope::WITHOUT_NESTED_LOOPS;
use store::{App, locks, search_index};
use tokio_postgres::types::Type;
use uuid::Uuid;
use web::{AfterResponse, Error, PathParams, Query, Request, Response, budget_of, json};

use crate::id_of;
use crate::job::{COLUMNS, Job, no_job};

/// Folds duplicates into bookmarks: after an import, and before one is taken out.
pub(crate) const FOLD: &str = include_str!("fold.sql");

/// Takes the folders of an import out.
const UNMAKE_FOLDERS: &str = include_str!("unmake_folders.sql");

#[derive(Serialize)]
struct Answer {
    message: String,
    import_job: Job,
    /// Bookmarks that only this import had brought.
    bookmarks_removed: i64,
    /// Bookmarks of the import that stay, because a person has edited them since.
    kept_edited: i64,
}

/// The result of an undoing.
struct TakenOut {
    import_job: Job,
    bookmarks_removed: i64,
    kept_edited: i64,
}

/// Removes an import's bookmarks but for those that a person has edited since, and counts both. An import may
/// bring edits from a file; they are older than its end.
const REMOVE: &str = "
    WITH own AS (
        SELECT b.id, b.edited <> '{}' AND b.updated_at > coalesce(j.completed_at, '-infinity') AS is_edited
        FROM import_jobs AS j JOIN bookmarks AS b ON b.import_job_id = j.id
        WHERE j.id = $1 AND b.organization_id = current_organization()
    ), removed AS (
        DELETE FROM bookmarks AS b USING own
        WHERE b.organization_id = current_organization() AND b.id = own.id AND own.is_edited IS NOT TRUE
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM removed), (SELECT count(*) FROM own WHERE is_edited)";

/// Takes an import out: its bookmarks, what it had merged into others, its job.
pub(crate) async fn undo(app: Arc<App>, request: Request, params: PathParams) -> Result<Response, Error> {
    let id = id_of(&params, "id")?;
    Query::read(&request, &[])?;
    let (claims, budget) = (app.claims(&request), budget_of(&request));
    // The undone job, while its commit is unconfirmed.
    let uncertain = &Mutex::new(None);
    let take_out = |connection| take_out(connection, id, uncertain);
    let taken_out = match app.write_idempotent(claims.clone(), &budget, take_out).await? {
        Some(taken_out) => taken_out,
        None if budget.cost().retries > 0 => {
            let detail =
                "There is no import job of this id any more: the connection was lost while it was taken out.";
            return Err(Error::not_found(detail));
        }
        None => return Err(no_job()),
    };
    search_index::catch_up_after_response(&app, claims, &AfterResponse::from_request(&request));
    let TakenOut { import_job, bookmarks_removed, kept_edited } = taken_out;
    let mut message = format!("Removed {} and its {bookmarks_removed} bookmarks", import_job.filename());
    if kept_edited > 0 {
        message += &format!("; {kept_edited} that were edited since stay");
    }
    json(StatusCode::OK, &Answer { message, import_job, bookmarks_removed, kept_edited })
}

/// Takes an import out, in one round trip; returns none where there is no such job. Where the connection is
/// lost, a second attempt either does it, or finds no job any more: the first one was committed then, and
/// `uncertain` tells what it did, as far as its answers came.
///
/// An import that is still running is waited for. Locks are taken as an import takes them, the project's
/// after the content's, so that the two never wait for each other.
async fn take_out(
    mut connection: Connection,
    id: Uuid,
    uncertain: &Mutex<Option<TakenOut>>,
) -> Result<Option<TakenOut>, Error> {
    let this: [Param<'_>; 1] = [(&id, Type::UUID)];
    let remove_job = format!("DELETE FROM import_jobs WHERE id = $1 RETURNING {COLUMNS}");
    let taken_out: [Param<'_>; 2] = [(&id, Type::UUID), (&true, Type::BOOL)];

    let lock_content = format!(
        "SELECT pg_advisory_xact_lock({}) FROM import_jobs WHERE id = $1 AND content_sha256 IS NOT NULL",
        locks::import_key("project_id", "content_sha256")
    );
    let lock_bookmarks = format!(
        "SELECT pg_advisory_xact_lock({}) FROM import_jobs WHERE id = $1",
        locks::bookmarks_key("project_id")
    );

    connection.transaction_begins();
    let shared = &connection;
    let (begun, content, project, prepared, folded, removed, unmade, job, committed) = tokio::join!(
        biased;
        shared.begin(Access::ReadWrite),
        shared.query(&lock_content, &this),
        shared.query(&lock_bookmarks, &this),
        shared.command(WITHOUT_NESTED_LOOPS),
        shared.query(FOLD, &taken_out),
        shared.query_one(REMOVE, &this),
        shared.query(UNMAKE_FOLDERS, &this),
        shared.query_opt(&remove_job, &this),
        shared.commit(),
    );
    begun?;
    content?;
    project?;
    prepared?;
    folded?;
    let removed = removed?;
    let (bookmarks_removed, kept_edited) = (removed.try_get(0)?, removed.try_get(1)?);
    unmade?;
    let before = uncertain.lock().unwrap_or_else(PoisonError::into_inner).take();
    let taken_out = match job? {
        Some(row) => Some(TakenOut { import_job: Job::from_row(&row)?, bookmarks_removed, kept_edited }),
        None => before,
    };
    if let Err(error) = committed {
        *uncertain.lock().unwrap_or_else(PoisonError::into_inner) = taken_out;
        return Err(error.into());
    }
    connection.transaction_ended();
    Ok(taken_out)
}
