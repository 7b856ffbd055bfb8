//! From the entries that did not simply become a row to `import_entries`: what was merged, skipped, failed or warned of.

use app::Error;
use futures_util::SinkExt;
use netscape::{Bookmark, Event, Reader};
use tokio_postgres::types::Type;

use super::address::{Address, Verdict, judge};
use super::copy::{Plan, Sink, unreadable};
use super::folders::Folders;
use super::rows::Rows;
use crate::body::Upload;

/// The columns of a row, in the order in which [`put`] writes them.
pub(crate) const COPY_ENTRIES: &str =
    "COPY import_entries (import_job_id, position, line, outcome, reason, url_key, url, title, domain, folder_path,
                          add_date, last_modified, last_visited, tags, description, attributes)
     FROM STDIN BINARY";

/// Reads the file again and copies those entries. The sink comes back with its end not yet said.
pub(crate) async fn copy(upload: &Upload, plan: &Plan, mut sink: Sink) -> Result<Sink, Error> {
    let mut reader = Reader::new(upload.open());
    let mut folders = Folders::default();
    let mut rows = Rows::new();
    while let Some(event) = reader.next_event().map_err(unreadable)? {
        match event {
            Event::FolderStart(folder) => folders.enter(folder.name),
            Event::FolderEnd => folders.leave(),
            Event::Bookmark(bookmark) => take(&bookmark, &folders, plan, &mut rows),
            Event::Separator(_) => {}
        }
        if let Some(chunk) = rows.chunk() {
            sink.send(chunk).await?;
        }
    }
    sink.send(rows.end()).await?;
    Ok(sink)
}

fn take(bookmark: &Bookmark<'_>, folders: &Folders, plan: &Plan, rows: &mut Rows) {
    let warnings: Vec<String> = bookmark.warnings.iter().map(|warning| warning.to_string()).collect();
    let warnings = (!warnings.is_empty()).then(|| warnings.join("; "));
    let entry = match judge(bookmark.url) {
        Verdict::Skip(reason) => Entry { outcome: "skipped", reason: Some(reason.to_owned()), address: None },
        Verdict::Fail(reason) => Entry { outcome: "failed", reason: Some(reason), address: None },
        Verdict::Keep(_) if plan.stored.holds(bookmark.position) && warnings.is_none() => return,
        Verdict::Keep(address) => {
            let outcome = if plan.stored.holds(bookmark.position) { "stored" } else { "merged" };
            Entry { outcome, reason: warnings, address: Some(address) }
        }
    };
    put(bookmark, &entry, folders, plan, rows);
}

struct Entry {
    outcome: &'static str,
    reason: Option<String>,
    address: Option<Address>,
}

fn put(bookmark: &Bookmark<'_>, entry: &Entry, folders: &Folders, plan: &Plan, rows: &mut Rows) {
    let address = entry.address.as_ref();
    rows.row(16)
        .uuid(plan.job_id)
        .integer(number(bookmark.position))
        .integer(number(bookmark.line))
        .text(entry.outcome)
        .optional(entry.reason.as_deref(), Rows::text)
        .optional(address.map(|a| a.key), Rows::uuid)
        .optional(bookmark.url, Rows::text)
        .text(bookmark.title)
        .optional(address.and_then(|a| a.domain.as_deref()), Rows::text)
        .path(folders.names())
        .optional(bookmark.added.map(|t| t.micros()), Rows::timestamp)
        .optional(bookmark.modified.map(|t| t.micros()), Rows::timestamp)
        .optional(bookmark.visited.map(|t| t.micros()), Rows::timestamp)
        .texts(&Type::VARCHAR, bookmark.tags.iter())
        .optional(bookmark.description, Rows::text)
        .object(bookmark.attributes.iter());
}

fn number(value: u32) -> i32 {
    i32::try_from(value).unwrap_or(i32::MAX)
}
