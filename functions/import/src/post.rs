//! `POST import/`: the file's entries become rows in one transaction.
//!
//! 1. The file is hashed: content and project are the key under which it is imported once. Its format is
//!    recognised.
//! 2. One flight commits the job, opens the transaction, takes the locks and asks what is there.
//! 3. Where the project already holds bookmarks, a first reading collects the addresses and asks which are
//!    known.
//! 4. The file is read and copied into a temporary table at the same time.
//! 5. What did not simply become a row (merged, skipped, failed and warned entries, folders, separators) is
//!    copied for `import_entries`; past a few megabytes on a second reading, so that memory does not grow
//!    with it.
//! 6. One flight ends the copy, inserts the rows, merges, completes the job and commits.

pub(crate) mod address;
mod copy;
mod entries;
mod file;
mod folders;
mod ids;
mod incoming;
mod library;
mod pipeline;
mod positions;
mod progress;
mod reading;
mod repeats;
mod rows;
mod sample;

use std::sync::Arc;
use std::time::Instant;

use db::{Claims, Connection, RetryReason};
use lambda_http::http::header::LOCATION;
use lambda_http::http::{HeaderValue, StatusCode};
use serde::Serialize;
use store::{App, Bookmark, search_index};
use uuid::Uuid;
use web::{AfterResponse, Error, PathParams, Query, Request, Response, budget_of, json};

use crate::body::{Digested, Upload};
use crate::job::Job;
use file::BookmarkFile;
use progress::Progress;

/// The parameters of an import, besides its content.
pub(crate) struct ImportRequest {
    pub(crate) job_id: Uuid,
    pub(crate) filename: String,
    pub(crate) claims: Claims,
    pub(crate) project_id: Option<i32>,
    /// A name for the job that its sender chose, to find it by while it runs.
    pub(crate) idempotency_key: Option<Uuid>,
    pub(crate) digested: Digested,
    pub(crate) begun: Instant,
    pub(crate) memory_mib: u32,
    pub(crate) prices: web::Prices,
}

/// The shape that the old importer's clients know.
#[derive(Serialize)]
struct Answer {
    message: String,
    import_job: Job,
    bookmarks_count: i32,
    bookmarks_sample: Vec<Bookmark>,
}

/// The result of a request.
enum Outcome {
    Imported(Job, Vec<Bookmark>),
    Repeated(Job, Vec<Bookmark>),
}

pub(crate) async fn post(app: Arc<App>, request: Request, _: PathParams) -> Result<Response, Error> {
    let begun = Instant::now();
    let query = Query::read(&request, &["filename", "project_id"])?;
    let project_id = query.value::<i32>("project_id", "a project's number")?;
    let (claims, budget) = (app.claims(&request), budget_of(&request));
    let after = AfterResponse::from_request(&request);
    let named = query.text("filename").map(str::to_owned);
    let idempotency_key = idempotency_key(&request)?;
    let upload = Upload::take(request)?;
    let (digested, refusal) = match upload.digest(app.config().import_max_bytes).await {
        Ok(digested) => (digested, None),
        Err(error) if error.status() == StatusCode::UNPROCESSABLE_ENTITY => {
            (upload.undigested(), Some(error))
        }
        Err(error) => return Err(error),
    };
    let name = named.or_else(|| upload.filename.clone()).unwrap_or_default();
    let request = ImportRequest {
        job_id: Uuid::now_v7(),
        filename: file_name(&name),
        claims,
        project_id,
        idempotency_key,
        digested,
        begun,
        prices: app.config().web.prices,
        memory_mib: app.config().web.memory_mib,
    };

    let (app, request, upload) = (&app, &request, &upload);
    let recognised = match refusal {
        Some(refusal) => Err(refusal),
        None => BookmarkFile::recognise(upload).await,
    };
    let file = match recognised {
        Ok(file) => file,
        Err(refusal) if refusal.status() == StatusCode::UNPROCESSABLE_ENTITY => {
            let problem = refusal.detail();
            let store =
                |connection| async move { pipeline::insert_failed(&connection, request, problem).await };
            app.write_idempotent(request.claims.clone(), &budget, store).await?;
            return Err(refusal);
        }
        Err(error) => return Err(error),
    };
    let file = &file;
    // The content is the key: the second attempt finds what the first one committed, or what it left behind.
    // On the heap, since what it holds between two waits would fill a small stack.
    let import = |connection| {
        let is_second_attempt = budget.cost().retries > 0;
        Box::pin(import(app, connection, request, file, is_second_attempt))
    };
    let (status, answer) = match app.write_idempotent(request.claims.clone(), &budget, import).await? {
        Outcome::Imported(job, sample) => {
            search_index::catch_up_after_response(app, request.claims.clone(), &after);
            let message =
                format!("Successfully imported {} bookmarks from {}", job.imported_count, job.filename());
            (StatusCode::CREATED, answer(message, job, sample))
        }
        Outcome::Repeated(job, sample) => {
            (StatusCode::OK, answer(format!("{} was already imported", job.filename()), job, sample))
        }
    };
    // Relative, since a function URL and the emulator serve the function at different roots.
    let location = HeaderValue::try_from(format!("./{}", answer.import_job.id)).map_err(Error::internal)?;
    let mut response = json(status, &answer)?;
    response.headers_mut().insert(LOCATION, location);
    Ok(response)
}

fn answer(message: String, job: Job, sample: Vec<Bookmark>) -> Answer {
    Answer { message, bookmarks_count: job.imported_count, import_job: job, bookmarks_sample: sample }
}

async fn import(
    app: &Arc<App>,
    mut connection: Connection,
    request: &ImportRequest,
    file: &BookmarkFile<'_>,
    is_second_attempt: bool,
) -> Result<Outcome, Error> {
    let connection = &mut connection;
    let opened = match pipeline::open(connection, request).await {
        Ok(opened) => opened,
        Err(error) => {
            if !is_lost_connection(&error) {
                pipeline::roll_back(connection).await;
            }
            return Err(error);
        }
    };
    let (job_id, copies) = match opened.claim {
        pipeline::Claim::Completed(job) => {
            let sample = sample::read_and_roll_back(connection, &job).await?;
            // The first attempt was committed, and its answer lost. Without one, another sender of the same
            // content has finished the job that this request began.
            let is_ours = is_second_attempt && job.id == request.job_id;
            return Ok(if is_ours {
                Outcome::Imported(*job, sample)
            } else {
                Outcome::Repeated(*job, sample)
            });
        }
        pipeline::Claim::Ours(job_id, copies) => (job_id, copies),
    };
    let progress = Progress::begin(app, request.claims.clone(), job_id, request.digested.size_bytes);
    let mut state =
        copy::ImportState::new(job_id, opened.organization_id, request.project_id, file.sent_bytes());
    match copy_all(connection, request, file, &mut state, opened.scope_is_empty, copies, &progress).await {
        Ok((job, sample)) => Ok(Outcome::Imported(job, sample)),
        Err(error) => {
            if RetryReason::from_error(&error) == Some(RetryReason::Conflict) && !is_second_attempt {
                // It is retried, under the same job.
                pipeline::roll_back(connection).await;
            } else if !is_lost_connection(&error) {
                pipeline::fail(connection, job_id, &error).await;
            }
            Err(error)
        }
    }
}

async fn copy_all(
    connection: &mut Connection,
    request: &ImportRequest,
    file: &BookmarkFile<'_>,
    state: &mut copy::ImportState,
    scope_is_empty: bool,
    copies: pipeline::Copies,
    progress: &Progress,
) -> Result<(Job, Vec<Bookmark>), Error> {
    let sink = if scope_is_empty {
        pipeline::begin(connection, copy::BOOKMARKS, copies.bookmarks).await?
    } else {
        let keys = copy::keys(file).await?;
        let (known, sink) = tokio::join!(
            biased;
            pipeline::known_keys(connection, request.project_id, &keys),
            pipeline::begin(connection, copy::BOOKMARKS, copies.bookmarks)
        );
        state.known = known?;
        sink?
    };
    let mut sink = copy::bookmarks(file, state, sink, progress).await?;
    if state.entries.any() {
        let (bookmarks, entries) = tokio::join!(
            biased;
            pipeline::finish(sink),
            pipeline::begin(connection, entries::ENTRIES, copies.entries)
        );
        bookmarks?;
        sink = entries::copy(file, state, entries?, progress).await?;
    } else {
        drop(copies.entries);
    }
    pipeline::complete(connection, request, state, sink).await
}

/// Returns whether nothing more can be sent over the connection.
fn is_lost_connection(error: &Error) -> bool {
    RetryReason::from_error(error).is_some_and(RetryReason::is_lost_connection)
}

fn idempotency_key(request: &Request) -> Result<Option<Uuid>, Error> {
    let Some(value) = request.headers().get("idempotency-key") else { return Ok(None) };
    let key = value.to_str().ok().and_then(|text| text.trim().trim_matches('"').parse().ok());
    key.map(Some).ok_or_else(|| Error::bad_request("The header Idempotency-Key must be a uuid."))
}

/// The last part of a path, without control characters, cut to what the column holds.
fn file_name(name: &str) -> String {
    let base = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = base.chars().filter(|c| !c.is_control()).take(255).collect();
    let plain = plain.trim();
    if plain.is_empty() { "bookmarks.html".to_owned() } else { plain.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_keeps_nothing_but_a_name() {
        assert_eq!(file_name("../../etc/passwd"), "passwd");
        assert_eq!(file_name("C:\\fakepath\\my bookmarks.html"), "my bookmarks.html");
        assert_eq!(file_name("a\u{0}\n\u{1b}[31mb.html"), "a[31mb.html");
        assert_eq!(file_name("書籤.html"), "書籤.html");
        assert_eq!(file_name("x/"), "bookmarks.html");
        assert_eq!(file_name(&"é".repeat(300)).chars().count(), 255);
    }
}
