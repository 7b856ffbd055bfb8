//! From what did not simply become a row of `bookmarks` to `import_entries`: merged, skipped, failed and
//! warned entries, folders and separators.

use futures_util::SinkExt;
use netscape::{Attributes, Bookmark, Event, FileWarning, Folder, Separator, Timestamp, Warnings};
use tokio_postgres::types::Type;
use uuid::Uuid;
use web::Error;

use super::address::{Address, AddressVerdict, address_of, judge};
use super::copy::{ImportState, Sink};
use super::file::BookmarkFile;
use super::incoming::Incoming;
use super::progress::Progress;
use super::reading::{self, LeftOut, VisitedEntry};
use super::repeats::Repeats;
use super::rows::Rows;

/// The rows of `import_entries`, in the order in which [`Entry::put`] writes their columns.
pub(crate) const ENTRIES: Incoming = Incoming {
    table: "import_entries",
    columns: "import_job_id, id, outcome, position, line, reason, url_key, url, title, domain, folder_id, \
              own_folder_id, original_folder, add_date, last_modified, last_visited, tags, description, \
              attributes",
    further: None,
};

/// As many bytes of rows are kept from the first reading; where there are more, a second reading makes them
/// again.
const KEPT: usize = 4 * 1024 * 1024;

/// Entries that do not become rows of their own, and their rows while they are few.
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
    pub(crate) fn note(&mut self, entry: &Entry<'_>, visit: &VisitedEntry<'_, '_>, job_id: Uuid) {
        self.keep(|rows| entry.put(visit, job_id, rows));
    }

    /// Keeps the warning about what was left out.
    pub(crate) fn note_left_out(&mut self, left_out: &LeftOut, job_id: Uuid) {
        self.keep(|rows| put_left_out(left_out, job_id, rows));
    }

    fn keep(&mut self, put: impl FnOnce(&mut Rows)) {
        self.any = true;
        if let Some(rows) = &mut self.kept {
            put(rows);
            if rows.len() > KEPT {
                self.kept = None;
            }
        }
    }
}

/// Copies those entries. Returns the sink; the caller finishes it.
pub(crate) async fn copy(
    file: &BookmarkFile<'_>,
    state: &mut ImportState,
    mut sink: Sink,
    progress: &Progress,
) -> Result<Sink, Error> {
    match state.entries.kept.take() {
        Some(rows) => sink.send(rows.end()).await.map_err(db::Error::from)?,
        None => read_again(file, state, &mut sink, progress).await?,
    }
    Ok(sink)
}

async fn read_again(
    file: &BookmarkFile<'_>,
    state: &mut ImportState,
    sink: &mut Sink,
    progress: &Progress,
) -> Result<(), Error> {
    let report = |bytes| progress.gone_through(bytes);
    reading::read(file, state, sink, report, |state, visit, rows| {
        let entry = match visit.event {
            Event::FolderStart(folder) => Some(Entry::folder(folder)),
            Event::Separator(separator) => Some(Entry::separator(separator)),
            Event::Bookmark(bookmark) => {
                let is_stored = state.stored.holds(bookmark.position);
                Entry::bookmark(bookmark, judge(bookmark), is_stored, visit.folder_id, visit.repeats)
            }
            Event::Warning(warning) => Some(Entry::file(warning)),
            Event::FolderEnd => None,
        };
        if let Some(entry) = entry {
            entry.put(&visit, state.job_id, rows);
        }
        Ok(())
    })
    .await?;
    Ok(())
}

/// A row of `import_entries`, but for the import and the place in it.
pub(crate) struct Entry<'a> {
    outcome: Outcome,
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
    pub(crate) fn folder(folder: &'a Folder<'a>) -> Self {
        Self {
            outcome: Outcome::Folder,
            bookmark: None,
            line: folder.line,
            reason: joined(&reasons(&folder.warnings)),
            address: None,
            title: Some(folder.name),
            added: folder.added,
            modified: folder.modified,
            description: folder.description,
            attributes: folder.attributes,
        }
    }

    pub(crate) fn separator(separator: &'a Separator<'a>) -> Self {
        Self {
            outcome: Outcome::Separator,
            bookmark: None,
            line: separator.line,
            reason: joined(&reasons(&separator.warnings)),
            address: None,
            title: None,
            added: None,
            modified: None,
            description: None,
            attributes: separator.attributes,
        }
    }

    /// A warning about what belongs to no entry, or about the file as a whole.
    pub(crate) fn file(warning: &FileWarning<'a>) -> Self {
        Self {
            outcome: Outcome::File,
            bookmark: None,
            line: warning.line,
            reason: Some(warning.warning.to_string()),
            address: None,
            title: None,
            added: None,
            modified: None,
            description: None,
            attributes: Attributes::default(),
        }
    }

    /// `None` for a bookmark that is stored as it stands, and for one that repeats an earlier one word for
    /// word.
    pub(crate) fn bookmark(
        bookmark: &'a Bookmark<'a>,
        verdict: AddressVerdict,
        is_stored: bool,
        folder_id: Option<Uuid>,
        repeats: &mut Repeats,
    ) -> Option<Self> {
        let mut reasons = reasons(&bookmark.warnings);
        let (outcome, address) = match verdict {
            AddressVerdict::Skip(reason) => {
                reasons.insert(0, reason.to_owned());
                (Outcome::Skipped, None)
            }
            AddressVerdict::Fail(reason) => {
                reasons.insert(0, reason);
                (Outcome::Failed, None)
            }
            AddressVerdict::Keep(address) => {
                reasons.extend(address.warning.map(str::to_owned));
                (if is_stored { Outcome::Positions } else { Outcome::Merged }, Some(address))
            }
        };
        let is_repeated = repeats.is_repeated(bookmark, folder_id);
        if is_repeated && address.is_none() {
            repeats.unlist(bookmark.line);
        }
        if is_repeated || (is_stored && reasons.is_empty()) {
            return None;
        }
        let reason = joined(&reasons);
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

    fn put(&self, visit: &VisitedEntry<'_, '_>, job_id: Uuid, rows: &mut Rows) {
        let address = self.address.as_ref();
        let micros = |timestamp: Option<Timestamp>| timestamp.map(|t| t.micros());
        let original_folder = visit.original_folder.filter(|_| self.outcome == Outcome::Merged);
        rows.row(19)
            .uuid(job_id)
            .uuid(visit.id)
            .text(self.outcome.as_str())
            .optional(self.bookmark.map(|b| number(b.position)), Rows::integer)
            .integer(number(self.line))
            .optional(self.reason.as_deref(), Rows::text)
            .optional(address.map(|a| a.key), Rows::uuid)
            .optional(self.bookmark.and_then(address_of), Rows::text)
            .optional(self.title, Rows::text)
            .optional(address.and_then(|a| a.domain.as_deref()), Rows::text)
            .optional(visit.folder_id, Rows::uuid)
            .optional(visit.own_folder_id, Rows::uuid)
            .optional(original_folder, Rows::text)
            .optional(micros(self.added), Rows::timestamp)
            .optional(micros(self.modified), Rows::timestamp)
            .optional(micros(self.bookmark.and_then(|b| b.visited)), Rows::timestamp)
            .texts(&Type::VARCHAR, self.bookmark.iter().flat_map(|b| b.tags.iter()))
            .optional(self.description, Rows::text)
            .object(self.attributes.iter());
    }
}

/// The result for an entry.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Positions,
    Merged,
    Skipped,
    Failed,
    Folder,
    Separator,
    File,
}

impl Outcome {
    fn as_str(self) -> &'static str {
        match self {
            Self::Positions => "stored",
            Self::Merged => "merged",
            Self::Skipped => "skipped",
            Self::Failed => "failed",
            Self::Folder => "folder",
            Self::Separator => "separator",
            Self::File => "file",
        }
    }
}

fn put_left_out(left_out: &LeftOut, job_id: Uuid, rows: &mut Rows) {
    rows.row(19)
        .uuid(job_id)
        .uuid(left_out.id)
        .text(Outcome::File.as_str())
        .null()
        .integer(number(left_out.line))
        .text(&left_out.reason);
    for _ in 6..19 {
        rows.null();
    }
}

fn reasons(warnings: &Warnings<'_>) -> Vec<String> {
    warnings.iter().map(|warning| warning.to_string()).collect()
}

fn joined(reasons: &[String]) -> Option<String> {
    (!reasons.is_empty()).then(|| reasons.join("; "))
}

fn number(value: u32) -> i32 {
    i32::try_from(value).unwrap_or(i32::MAX)
}
