//! From what did not simply become a row of `bookmarks` to `import_entries`: merged, skipped, failed and warned entries,
//! folders and separators.

use app::Error;
use futures_util::SinkExt;
use netscape::{Attributes, Bookmark, Event, Folder, Reader, Separator, Timestamp, Warnings};
use tokio_postgres::types::Type;
use uuid::Uuid;

use super::address::{Address, Verdict, judge};
use super::copy::{Plan, Sink, unreadable};
use super::folders::Folders;
use super::progress::Progress;
use super::rows::Rows;
use crate::body::Upload;

/// The columns of a row, in the order in which [`Entry::put`] writes them.
pub(crate) const COPY_ENTRIES: &str =
    "COPY import_entries (import_job_id, id, outcome, position, line, reason, url_key, url, title, domain, folder_path,
                          add_date, last_modified, last_visited, tags, description, attributes)
     FROM STDIN BINARY";

/// As many bytes of rows are kept from the first reading; where there are more, a second one makes them anew.
const KEPT: usize = 4 * 1024 * 1024;

/// Whether there are such entries, and their rows while they are few.
pub(crate) struct Entries {
    any: bool,
    kept: Option<Rows>,
}

impl Default for Entries {
    fn default() -> Self {
        Self { any: false, kept: Some(Rows::new()) }
    }
}

impl Entries {
    pub(crate) fn any(&self) -> bool {
        self.any
    }

    /// Keeps an entry that the first reading has met.
    pub(crate) fn note(&mut self, entry: &Entry<'_>, id: Uuid, job_id: Uuid, folders: &Folders) {
        self.any = true;
        if let Some(rows) = &mut self.kept {
            entry.put(id, job_id, folders, rows);
            if rows.len() > KEPT {
                self.kept = None;
            }
        }
    }
}

/// Copies those entries. The sink comes back with its end not yet said.
pub(crate) async fn copy(
    upload: &Upload,
    plan: &mut Plan,
    mut sink: Sink,
    progress: &Progress,
) -> Result<Sink, Error> {
    match plan.entries.kept.take() {
        Some(rows) => sink.send(rows.end()).await?,
        None => read_again(upload, plan, &mut sink, progress).await?,
    }
    Ok(sink)
}

async fn read_again(upload: &Upload, plan: &Plan, sink: &mut Sink, progress: &Progress) -> Result<(), Error> {
    let mut reader = Reader::new(upload.open());
    let mut folders = Folders::default();
    let mut rows = Rows::new();
    let mut ids = plan.first_id.clone();
    while let Some(event) = reader.next_event().map_err(unreadable)? {
        let id = ids.next();
        match event {
            Event::FolderStart(folder) => {
                Entry::folder(&folder).put(id, plan.job_id, &folders, &mut rows);
                folders.enter(folder.name);
            }
            Event::FolderEnd => folders.leave(),
            Event::Separator(separator) => {
                Entry::separator(&separator).put(id, plan.job_id, &folders, &mut rows);
            }
            Event::Bookmark(bookmark) => {
                let stored = plan.stored.holds(bookmark.position);
                if stored && bookmark.warnings.is_empty() {
                    continue;
                }
                if let Some(entry) = Entry::bookmark(&bookmark, judge(bookmark.url), stored) {
                    entry.put(id, plan.job_id, &folders, &mut rows);
                }
            }
        }
        if let Some(chunk) = rows.chunk() {
            sink.send(chunk).await?;
            progress.gone_through(reader.bytes_read());
        }
    }
    Ok(sink.send(rows.end()).await?)
}

/// A row of `import_entries`, but for the import and the place in it.
pub(crate) struct Entry<'a> {
    outcome: &'static str,
    bookmark: Option<&'a Bookmark<'a>>,
    line: u32,
    reason: Option<String>,
    address: Option<Address>,
    title: Option<&'a str>,
    added: Option<Timestamp>,
    modified: Option<Timestamp>,
    description: Option<&'a str>,
    attributes: Attributes<'a>,
}

impl<'a> Entry<'a> {
    pub(crate) fn folder(folder: &Folder<'a>) -> Self {
        Self {
            outcome: "folder",
            bookmark: None,
            line: folder.line,
            reason: reasons(&folder.warnings),
            address: None,
            title: Some(folder.name),
            added: folder.added,
            modified: folder.modified,
            description: folder.description,
            attributes: folder.attributes,
        }
    }

    pub(crate) fn separator(separator: &Separator<'a>) -> Self {
        Self {
            outcome: "separator",
            bookmark: None,
            line: separator.line,
            reason: None,
            address: None,
            title: None,
            added: None,
            modified: None,
            description: None,
            attributes: separator.attributes,
        }
    }

    /// None for a bookmark that is stored as it stands.
    pub(crate) fn bookmark(bookmark: &'a Bookmark<'a>, verdict: Verdict, stored: bool) -> Option<Self> {
        let warnings = reasons(&bookmark.warnings);
        let (outcome, reason, address) = match verdict {
            Verdict::Skip(reason) => ("skipped", Some(reason.to_owned()), None),
            Verdict::Fail(reason) => ("failed", Some(reason), None),
            Verdict::Keep(_) if stored && warnings.is_none() => return None,
            Verdict::Keep(address) if stored => ("stored", warnings, Some(address)),
            Verdict::Keep(address) => ("merged", warnings, Some(address)),
        };
        Some(Self {
            outcome,
            bookmark: Some(bookmark),
            line: bookmark.line,
            reason,
            address,
            title: Some(bookmark.title),
            added: bookmark.added,
            modified: bookmark.modified,
            description: bookmark.description,
            attributes: bookmark.attributes,
        })
    }

    fn put(&self, id: Uuid, job_id: Uuid, folders: &Folders, rows: &mut Rows) {
        let address = self.address.as_ref();
        let micros = |timestamp: Option<Timestamp>| timestamp.map(|t| t.micros());
        rows.row(17)
            .uuid(job_id)
            .uuid(id)
            .text(self.outcome)
            .optional(self.bookmark.map(|b| number(b.position)), Rows::integer)
            .integer(number(self.line))
            .optional(self.reason.as_deref(), Rows::text)
            .optional(address.map(|a| a.key), Rows::uuid)
            .optional(self.bookmark.and_then(|b| b.url), Rows::text)
            .optional(self.title, Rows::text)
            .optional(address.and_then(|a| a.domain.as_deref()), Rows::text)
            .path(folders.names())
            .optional(micros(self.added), Rows::timestamp)
            .optional(micros(self.modified), Rows::timestamp)
            .optional(micros(self.bookmark.and_then(|b| b.visited)), Rows::timestamp)
            .texts(&Type::VARCHAR, self.bookmark.iter().flat_map(|b| b.tags.iter()))
            .optional(self.description, Rows::text)
            .object(self.attributes.iter());
    }
}

fn reasons(warnings: &Warnings<'_>) -> Option<String> {
    let reasons: Vec<String> = warnings.iter().map(|warning| warning.to_string()).collect();
    (!reasons.is_empty()).then(|| reasons.join("; "))
}

fn number(value: u32) -> i32 {
    i32::try_from(value).unwrap_or(i32::MAX)
}
