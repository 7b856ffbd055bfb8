//! The statements of an import, gathered into as few flights as the protocol allows. Futures that are joined
//! are sent together and in order; the server answers them in one round trip.

use std::pin::pin;

use bytes::Bytes;
use db::{Access, Connection, Param};
use futures_util::TryStreamExt;
use store::scope::{self, OWN, WITHOUT_NESTED_LOOPS};
use store::{Bookmark, locks};
use tokio::join;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::Type;
use tokio_postgres::{CopyInSink, Statement};
use uuid::Uuid;
use web::Error;

use super::ImportRequest;
use super::copy::{BOOKMARKS, ImportState, Keys, Sink};
use super::entries::ENTRIES;
use super::incoming::Incoming;
use super::{library, sample};
use crate::job::{COLUMNS, Job};
use crate::undo::FOLD;

/// The importer of a content into a project.
pub(crate) enum Claim {
    /// This request, under a new job or one that a dead process left behind. The transaction is open.
    Ours(Uuid, Copies),
    /// An earlier request, which is done. The transaction is open and has nothing in it.
    Completed(Box<Job>),
}

/// The findings of the first flight.
pub(crate) struct Opened {
    pub(crate) claim: Claim,
    /// True if the project, or the scope without a project, holds no bookmark yet.
    pub(crate) scope_is_empty: bool,
    /// The organization that the import is for.
    pub(crate) organization_id: Uuid,
}

/// The prepared COPYs. Dropping one closes its name on the server, and that must be sent before the
/// transaction ends: a pooler may lend the connection to others then, who use the same names.
pub(crate) struct Copies {
    pub(crate) bookmarks: Statement,
    pub(crate) entries: Statement,
}

/// Commits the job, then opens the transaction and takes two locks that end with it: one on the content,
/// which tells a running import from a dead one and makes a second sender of the same file wait for the
/// first, and, unless the content is already imported, one on the project, whose duplicates could otherwise
/// be counted wrong.
pub(crate) async fn open(connection: &mut Connection, request: &ImportRequest) -> Result<Opened, Error> {
    let created = request.params();
    let project: [Param<'_>; 1] = [(&request.project_id, Type::INT4)];
    let content: [Param<'_>; 2] =
        [(&request.project_id, Type::INT4), (&request.digested.sha256, Type::BYTEA)];
    let insert = format!(
        "{INSERT} VALUES ($1, $2, $3, $4, $5, $6, 'importing', clock_timestamp()) ON CONFLICT DO NOTHING"
    );
    let bookmarks_key = locks::bookmarks_key("$1");
    let claim = format!(
        "SELECT {COLUMNS}, CASE WHEN status = 'importing' THEN pg_advisory_xact_lock({bookmarks_key})::text \
         END
         FROM import_jobs
         WHERE {OWN} AND project_id IS NOT DISTINCT FROM $1 AND content_sha256 = $2 AND status <> 'failed'"
    );
    let lock = format!("SELECT pg_advisory_xact_lock({})", locks::import_key("$1::int", "$2::bytea"));
    let scope = format!(
        "SELECT EXISTS (SELECT FROM bookmarks WHERE {}), current_organization()",
        scope::contains("$1")
    );
    let (copy_bookmarks, copy_entries) = (BOOKMARKS.copy(), ENTRIES.copy());
    connection.transaction_begins();
    let connection = &*connection;
    let (inserted, named, begun, locked, found, scope, bookmarks, entries) = join!(
        biased;
        connection.query_committed(&insert, &created),
        name_dead_job(connection, request),
        connection.begin(Access::ReadWrite),
        connection.query(&lock, &content),
        connection.query_opt(&claim, &content),
        connection.query_one(&scope, &project),
        connection.prepare(&copy_bookmarks),
        connection.prepare(&copy_entries),
    );
    inserted.map_err(|error| no_project(error, request))?;
    named?;
    begun?;
    locked?;
    let job = match found? {
        Some(row) => Job::from_row(&row)?,
        None => return Err(why_no_job(connection, request).await),
    };
    let copies = Copies { bookmarks: bookmarks?, entries: entries? };
    let claim =
        if job.is_completed() { Claim::Completed(Box::new(job)) } else { Claim::Ours(job.id, copies) };
    let scope = scope?;
    let scope_is_empty = !scope.try_get::<_, bool>(0)?;
    Ok(Opened { claim, scope_is_empty, organization_id: scope.try_get(1)? })
}

/// Gives the content's job this request's key, where the process that had it is gone: whoever sends the file
/// again looks for it under the key that they sent now.
async fn name_dead_job(connection: &Connection, request: &ImportRequest) -> Result<(), db::Error> {
    if request.idempotency_key.is_none() {
        return Ok(());
    }
    let key = locks::import_key("$1::int", "$2::bytea");
    let update = format!(
        "UPDATE import_jobs SET idempotency_key = $3
         WHERE {OWN} AND project_id IS NOT DISTINCT FROM $1 AND content_sha256 = $2 AND status = 'importing'
           AND idempotency_key IS DISTINCT FROM $3
           AND NOT EXISTS (
               SELECT FROM import_jobs WHERE {OWN} AND idempotency_key = $3 AND status <> 'failed')
           AND pg_try_advisory_xact_lock({key})"
    );
    let params: [Param<'_>; 3] = [
        (&request.project_id, Type::INT4),
        (&request.digested.sha256, Type::BYTEA),
        (&request.idempotency_key, Type::UUID),
    ];
    connection.query_committed(&update, &params).await.map(drop)
}

/// Why there is no job for the content, though one was to be inserted.
async fn why_no_job(connection: &Connection, request: &ImportRequest) -> Error {
    let held = format!("SELECT FROM import_jobs WHERE {OWN} AND idempotency_key = $1 AND status <> 'failed'");
    match connection.query_opt(&held, &[(&request.idempotency_key, Type::UUID)]).await {
        Ok(Some(_)) => Error::conflict(
            "The Idempotency-Key belongs to the import of another file or project. Send this one with a key \
             of its own.",
        ),
        // Between the insert and the lock another request ended this content's job.
        Ok(None) => Error::conflict("Another request changed this import meanwhile. Send the file again."),
        Err(error) => error.into(),
    }
}

const INSERT: &str = "INSERT INTO import_jobs (id, filename, file_size_bytes, content_sha256, project_id, \
                      idempotency_key, status, started_at)";

impl ImportRequest {
    /// Returns the first parameters of [`INSERT`].
    fn params(&self) -> [Param<'_>; 6] {
        [
            (&self.job_id, Type::UUID),
            (&self.filename, Type::VARCHAR),
            (&self.digested.size_bytes, Type::INT4),
            (&self.digested.sha256, Type::BYTEA),
            (&self.project_id, Type::INT4),
            (&self.idempotency_key, Type::UUID),
        ]
    }
}

/// Stores that a file was refused, and why; once, however often it is tried.
pub(crate) async fn insert_failed(
    connection: &Connection,
    request: &ImportRequest,
    problem: &str,
) -> Result<(), Error> {
    let insert = format!(
        "{}, completed_at, error_message)
         VALUES ($1, $2, $3, $4, $5, $6, 'failed', clock_timestamp(), clock_timestamp(), $7)
         ON CONFLICT (id) DO NOTHING",
        INSERT.trim_end_matches(')')
    );
    let [id, filename, size, content, project, key] = request.params();
    let params: [Param<'_>; 7] = [id, filename, size, content, project, key, (&problem, Type::TEXT)];
    connection.query(&insert, &params).await.map_err(|error| no_project(error, request))?;
    Ok(())
}

/// `foreign_key_violation` can only mean the project.
fn no_project(error: db::Error, request: &ImportRequest) -> Error {
    match (error.code().map(SqlState::code), request.project_id) {
        (Some("23503"), Some(id)) => Error::not_found(format!("There is no project {id}.")),
        _ => error.into(),
    }
}

/// Returns the keys that the project already holds.
pub(crate) async fn known_keys(
    connection: &Connection,
    project_id: Option<i32>,
    keys: &[Uuid],
) -> Result<Keys, Error> {
    let params: [Param<'_>; 2] = [(&project_id, Type::INT4), (&keys, Type::UUID_ARRAY)];
    let sql = format!("SELECT url_key FROM bookmarks WHERE {} AND url_key = ANY ($2)", scope::contains("$1"));
    let rows = connection.query_raw(&sql, params).await?;
    // One by one, since a row in memory takes ten times what is wanted of it.
    let mut rows = pin!(rows.into_stream());
    let mut known = Keys::default();
    while let Some(row) = rows.try_next().await? {
        known.insert(row.try_get(0)?);
    }
    Ok(known)
}

/// Makes the temporary table, and begins the copy into it. The statement is closed right behind it.
pub(crate) async fn begin(
    connection: &Connection,
    incoming: Incoming,
    copy: Statement,
) -> Result<Sink, Error> {
    let create = incoming.create();
    let (created, sink) = join!(biased; connection.command(&create), connection.copy_in(&copy));
    created?;
    let sink: CopyInSink<Bytes> = sink?;
    Ok(Box::pin(sink))
}

/// Ends a copy.
pub(crate) async fn finish(mut sink: Sink) -> Result<u64, Error> {
    Ok(sink.as_mut().finish().await.map_err(db::Error::from)?)
}

/// The folders that an import brings, as rows; one that is there already keeps its name and its parent.
const MAKE_FOLDERS: &str = include_str!("make_folders.sql");

/// Ends the last copy, inserts what was copied, merges, makes the folders, completes the job and commits.
pub(crate) async fn complete(
    connection: &mut Connection,
    request: &ImportRequest,
    state: &ImportState,
    sink: Sink,
) -> Result<(Job, Vec<Bookmark>), Error> {
    let update = format!(
        "UPDATE import_jobs
         SET status = 'completed', progress = 100, total_bookmarks = $2, imported_count = $3, merged_count = \
             $4,
             skipped_count = $5, failed_count = $6, warning_count = $7, duration_ms = $8,
             total_cost_usd = round($9::float8::numeric, 10), completed_at = clock_timestamp()
         WHERE id = $1
         RETURNING {COLUMNS}"
    );
    let counts = state.counts;
    let duration = request.begun.elapsed();
    let duration_ms = i32::try_from(duration.as_millis()).unwrap_or(i32::MAX);
    let cost_usd = request.prices.cost_usd(duration, request.memory_mib);
    let params: [Param<'_>; 9] = [
        (&state.job_id, Type::UUID),
        (&counts.total, Type::INT4),
        (&counts.imported, Type::INT4),
        (&counts.merged, Type::INT4),
        (&counts.skipped, Type::INT4),
        (&counts.failed, Type::INT4),
        (&counts.warnings, Type::INT4),
        (&duration_ms, Type::INT4),
        (&cost_usd, Type::FLOAT8),
    ];
    let shared = &*connection;
    let insert = async |incoming: Incoming| shared.query(&incoming.insert(), &[]).await.map(drop);
    let insert_bookmarks = async {
        match state.has_numbers {
            true => shared.query(&library::insert_with_numbers(), &[]).await.map(drop),
            false => insert(BOOKMARKS).await,
        }
    };
    let insert_entries = async {
        if state.entries.any() {
            insert(ENTRIES).await?;
        }
        Ok::<_, db::Error>(())
    };
    let merge = async {
        if state.has_merges() {
            let import: [Param<'_>; 2] = [(&state.job_id, Type::UUID), (&false, Type::BOOL)];
            let (prepared, folded) =
                join!(biased; shared.command(WITHOUT_NESTED_LOOPS), shared.query(FOLD, &import));
            prepared?;
            folded?;
        }
        Ok::<_, db::Error>(())
    };
    let make_folders = async {
        if state.has_folders {
            shared.query(MAKE_FOLDERS, &[(&state.job_id, Type::UUID)]).await?;
        }
        Ok::<_, db::Error>(())
    };
    let (copied, inserted, entries, merged, made, sample, updated, committed) = join!(
        biased;
        finish(sink),
        insert_bookmarks,
        insert_entries,
        merge,
        make_folders,
        sample::read(shared, &state.sample),
        shared.query_one(&update, &params),
        shared.commit(),
    );
    copied?;
    inserted?;
    entries?;
    merged?;
    made?;
    let sample = sample?;
    let job = Job::from_row(&updated?)?;
    committed?;
    connection.transaction_ended();
    Ok((job, sample))
}

/// Rolls back, so that the connection can be used again. Where that fails, dropping it does the same.
pub(crate) async fn roll_back(connection: &mut Connection) {
    if connection.command("ROLLBACK").await.is_ok() {
        connection.transaction_ended();
    }
}

/// Rolls back and writes why the import failed. Where even that fails, the job is found stale.
pub(crate) async fn fail(connection: &mut Connection, job_id: Uuid, error: &Error) {
    let shared = &*connection;
    let message = error.detail();
    let params: [Param<'_>; 2] = [(&job_id, Type::UUID), (&message, Type::TEXT)];
    let (rolled_back, noted) = join!(
        biased;
        shared.command("ROLLBACK"),
        shared.query_committed(
            "UPDATE import_jobs SET status = 'failed', error_message = $2, completed_at = clock_timestamp()
             WHERE id = $1 AND status = 'importing'",
            &params,
        ),
    );
    match rolled_back.and(noted) {
        Ok(_) => connection.transaction_ended(),
        Err(error) => {
            tracing::warn!(%job_id, %error, "a failed import could not be marked; it will be found stale");
        }
    }
}
