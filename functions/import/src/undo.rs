//! `DELETE import/<id>`: the tables as they would be had the import never been.

use std::sync::Arc;

use app::http::{Query, json};
use app::{App, Budget, Error, Param, Request, Response};
use lambda_http::http::StatusCode;
use serde::Serialize;
use tokio_postgres::types::Type;
use uuid::Uuid;

use crate::job::{COLUMNS, Job, no_job};

/// Folds duplicates into bookmarks: after an import, and before one is taken out.
pub(crate) const FOLD: &str = include_str!("fold.sql");

/// Goes before [`FOLD`], for the rest of the transaction. Its tables have just grown and have no statistics yet, for which
/// the planner takes nested loops over what it thinks are a few rows; where only a loop will do, it still takes one.
pub(crate) const BEFORE_FOLD: &str = "SET LOCAL enable_nestloop = off; SET LOCAL jit = off";

#[derive(Serialize)]
struct Answer {
    message: String,
    import_job: Job,
    /// Bookmarks that only this import had brought.
    bookmarks_removed: i64,
}

/// Takes an import out, in one flight: its bookmarks, what it had merged into others, its job.
///
/// An import that is still running is waited for. Locks are taken as an import takes them, the project's after the
/// content's, so that the two never wait for each other.
pub(crate) async fn undo(app: &Arc<App>, request: &Request, id: Uuid) -> Result<Response, Error> {
    Query::read(request, &[])?;
    let mut connection = app.database().connection(&Budget::of(request)).await?;
    let this: [Param<'_>; 1] = [(&id, Type::UUID)];
    let remove_job = format!("DELETE FROM import_jobs WHERE id = $1 RETURNING {COLUMNS}");
    let taken_out: [Param<'_>; 2] = [(&id, Type::UUID), (&true, Type::BOOL)];

    connection.transaction_begins();
    let shared = &connection;
    let (begun, content, project, prepared, folded, removed, job, committed) = tokio::join!(
        biased;
        shared.command("BEGIN"),
        shared.query(
            "SELECT pg_advisory_xact_lock(hashtextextended(
                 'import ' || coalesce(project_id, 0) || ' ' || encode(content_sha256, 'hex'), 0))
             FROM import_jobs WHERE id = $1 AND content_sha256 IS NOT NULL",
            &this,
        ),
        shared.query(
            "SELECT pg_advisory_xact_lock(hashtextextended(
                 'bookmarks of ' || coalesce(project_id::text, 'no project'), 0))
             FROM import_jobs WHERE id = $1",
            &this,
        ),
        shared.command(BEFORE_FOLD),
        shared.query(FOLD, &taken_out),
        shared.query_one(
            "WITH removed AS (DELETE FROM bookmarks WHERE import_job_id = $1 RETURNING 1) SELECT count(*) FROM removed",
            &this,
        ),
        shared.query_opt(&remove_job, &this),
        shared.command("COMMIT"),
    );
    begun?;
    content?;
    project?;
    prepared?;
    folded?;
    let bookmarks_removed: i64 = removed?.try_get(0)?;
    let job = job?;
    committed?;
    connection.transaction_ended();
    let import_job = Job::from_row(&job.ok_or_else(no_job)?)?;
    let message = format!("Removed {} and its {bookmarks_removed} bookmarks", import_job.filename());
    json(StatusCode::OK, &Answer { message, import_job, bookmarks_removed })
}
