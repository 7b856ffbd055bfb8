//! An import job as clients see it.

use db::{Row, Timestamptz};
use serde::Serialize;
use serde_json::value::RawValue;
use store::locks;
use uuid::Uuid;
use web::Error;

/// The columns that [`Job::from_row`] reads, in its order.
pub(crate) const COLUMNS: &str =
    "id, filename, file_size_bytes, content_sha256, project_id, status, coalesce(progress, 0),
    total_bookmarks, imported_count, merged_count, skipped_count, failed_count, warning_count, duration_ms,
    total_cost_usd::text, left(error_message, 4096),
    CASE WHEN octet_length(error_details::text) <= 65536 THEN error_details::text END, created_at, \
        started_at, completed_at";

/// Returns whether a job was left by a process that died: it says that it is importing, and nobody holds its
/// lock, so its bookmarks were rolled back. The seconds of grace cover the moment between the job's commit
/// and its lock, which travel in one flight.
pub(crate) fn is_stale() -> String {
    let key = locks::import_key("project_id", "content_sha256");
    format!(
        "CASE WHEN status = 'importing' AND started_at < now() - interval '5 seconds'
         THEN pg_try_advisory_xact_lock_shared({key}) ELSE false END"
    )
}

const STALE: &str =
    "The import stopped before it was done, and nothing of it was stored. Send the file again.";

/// An import job.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Job {
    pub(crate) id: Uuid,
    filename: Option<String>,
    file_size_bytes: Option<i32>,
    /// In hexadecimal digits; null for a job of the old importer.
    content_sha256: Option<String>,
    project_id: Option<i32>,
    status: String,
    /// In percent.
    progress: i32,
    total_bookmarks: i32,
    pub(crate) imported_count: i32,
    merged_count: i32,
    skipped_count: i32,
    failed_count: i32,
    warning_count: i32,
    duration_ms: Option<i32>,
    /// A decimal number.
    total_cost_usd: String,
    error_message: Option<String>,
    /// Details that the old importer noted; null if they are longer than 64 kB.
    error_details: Option<Box<RawValue>>,
    created_at: Option<Timestamptz>,
    started_at: Option<Timestamptz>,
    completed_at: Option<Timestamptz>,
}

impl Job {
    pub(crate) fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.try_get(0)?,
            filename: row.try_get(1)?,
            file_size_bytes: row.try_get(2)?,
            content_sha256: row.try_get::<_, Option<&[u8]>>(3)?.map(hexadecimal),
            project_id: row.try_get(4)?,
            status: row.try_get(5)?,
            progress: row.try_get(6)?,
            total_bookmarks: row.try_get(7)?,
            imported_count: row.try_get(8)?,
            merged_count: row.try_get(9)?,
            skipped_count: row.try_get(10)?,
            failed_count: row.try_get(11)?,
            warning_count: row.try_get(12)?,
            duration_ms: row.try_get(13)?,
            total_cost_usd: row.try_get::<_, Option<String>>(14)?.unwrap_or_else(|| "0".to_owned()),
            error_message: row.try_get(15)?,
            error_details: row
                .try_get::<_, Option<String>>(16)?
                .map(RawValue::from_string)
                .transpose()
                .map_err(Error::internal)?,
            created_at: row.try_get(17)?,
            started_at: row.try_get(18)?,
            completed_at: row.try_get(19)?,
        })
    }

    /// Reads a row of [`COLUMNS`] followed by [`is_stale`]: a job that was left behind is shown as failed.
    pub(crate) fn from_row_as_found(row: &Row) -> Result<Self, Error> {
        let mut job = Self::from_row(row)?;
        if row.try_get(20)? {
            "failed".clone_into(&mut job.status);
            job.error_message = Some(STALE.to_owned());
        }
        Ok(job)
    }

    pub(crate) fn is_completed(&self) -> bool {
        self.status == "completed"
    }

    pub(crate) fn filename(&self) -> &str {
        self.filename.as_deref().unwrap_or("a file")
    }
}

/// 404.
pub(crate) fn no_job() -> Error {
    Error::not_found("There is no import job of this id.")
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
