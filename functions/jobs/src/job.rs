//! An extraction job as clients see it.

use db::{Row, Timestamptz};
use serde::Serialize;
use uuid::Uuid;

/// The kinds of tokens that a job may be to extract, as the column's CHECK has them.
pub(crate) const EXTRACTION_TYPES: [&str; 4] = ["color", "spacing", "typography", "all"];

/// The states of a job, as the column's CHECK has them.
pub(crate) const STATUSES: [&str; 4] = ["pending", "processing", "completed", "failed"];

/// The largest `result_data` in characters that an answer holds, whoever wrote it. A character takes four
/// bytes at most on its way to Lambda, control characters aside.
const RESULT_CHARACTERS: usize = 1024 * 1024;

/// The same in a list.
const LISTED_RESULT_CHARACTERS: usize = 4_096;

/// The condition that a job's last lease is over. No worker can finish it, so it has failed, although only
/// the next claim writes that down: nothing else runs by itself.
pub(crate) const SPENT: &str =
    "status IN ('pending', 'processing') AND attempts >= max_attempts AND available_at <= now()";

/// The error of such a job.
pub(crate) const SPENT_ERROR: &str = "concat_ws(E'\n', left(error_message, 3800), format(
    'No worker finished the job in %s attempts; the last one, %s, let its lease end.',
    attempts, coalesce(worker, 'without a name')))";

/// A job.
#[derive(Debug, Serialize)]
pub(crate) struct Job {
    pub(crate) id: i32,
    pub(crate) project_id: i32,
    source_url: String,
    pub(crate) extraction_type: String,
    pub(crate) status: String,
    /// In percent.
    progress: i16,
    /// How often the job was claimed since it was submitted or retried.
    attempts: i16,
    max_attempts: i16,
    /// When a pending job may be claimed, or the lease of one that is processed ends; null once it is over.
    available_at: Option<Timestamptz>,
    /// The name of the worker that claimed the job last.
    worker: Option<String>,
    /// A decimal number; null where the worker did not say.
    cost_usd: Option<String>,
    /// The document that the worker sent, as text; what the old store's workers wrote is here too.
    result_data: Option<String>,
    error_message: Option<String>,
    created_at: Timestamptz,
    updated_at: Timestamptz,
    started_at: Option<Timestamptz>,
    completed_at: Option<Timestamptz>,
    /// The names of the fields that are longer than shown; left out where there is none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    shortened: Vec<String>,
}

/// A job with the lease that its worker has.
#[derive(Debug, Serialize)]
pub(crate) struct LeasedJob {
    #[serde(flatten)]
    pub(crate) job: Job,
    pub(crate) lease_token: Option<Uuid>,
    attempt: i16,
    lease_expires_at: Option<Timestamptz>,
}

/// The columns of `j`, a row of the table, that [`Job::from_row`] reads.
pub(crate) fn columns() -> String {
    columns_with(RESULT_CHARACTERS)
}

/// The same for a list, in which a result is shortened.
pub(crate) fn listed_columns() -> String {
    columns_with(LISTED_RESULT_CHARACTERS)
}

fn columns_with(characters: usize) -> String {
    format!(
        "j.id, j.project_id, j.source_url, j.extraction_type,
         CASE WHEN {SPENT} THEN 'failed' ELSE j.status END, j.progress, j.attempts, j.max_attempts,
         CASE WHEN j.status IN ('pending', 'processing') AND NOT ({SPENT}) THEN j.available_at END, j.worker,
         j.cost_usd::text, left(j.result_data, {characters}),
         CASE WHEN {SPENT} THEN {SPENT_ERROR} ELSE left(j.error_message, 4096) END, j.created_at,
         j.updated_at, j.started_at, CASE WHEN {SPENT} THEN j.available_at ELSE j.completed_at END,
         array_remove(ARRAY[CASE WHEN length(j.result_data) > {characters} THEN 'result_data' END,
                            CASE WHEN length(j.error_message) > 4096 THEN 'error_message' END], NULL),
         j.lease_token"
    )
}

/// How many columns these are.
pub(crate) const WIDTH: usize = 19;

impl Job {
    /// From a row that begins with [`columns`].
    pub(crate) fn from_row(row: &Row) -> Result<Self, db::Error> {
        Ok(Self {
            id: row.try_get(0)?,
            project_id: row.try_get(1)?,
            source_url: row.try_get(2)?,
            extraction_type: row.try_get(3)?,
            status: row.try_get(4)?,
            progress: row.try_get(5)?,
            attempts: row.try_get(6)?,
            max_attempts: row.try_get(7)?,
            available_at: row.try_get(8)?,
            worker: row.try_get(9)?,
            cost_usd: row.try_get(10)?,
            result_data: row.try_get(11)?,
            error_message: row.try_get(12)?,
            created_at: row.try_get(13)?,
            updated_at: row.try_get(14)?,
            started_at: row.try_get(15)?,
            completed_at: row.try_get(16)?,
            shortened: row.try_get(17)?,
        })
    }
}

impl LeasedJob {
    /// From a row that begins with [`columns`].
    pub(crate) fn from_row(row: &Row) -> Result<Self, db::Error> {
        let job = Job::from_row(row)?;
        Ok(Self {
            lease_token: row.try_get(18)?,
            attempt: job.attempts,
            lease_expires_at: job.available_at,
            job,
        })
    }
}
