//! From the file's entries to the rows of `bookmarks`.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};
use std::pin::Pin;

use bytes::Bytes;
use netscape::{Bookmark, Event};
use tokio_postgres::CopyInSink;
use tokio_postgres::types::Type;
use uuid::Uuid;
use web::Error;

use super::address::{Address, AddressVerdict, address_of, judge};
use super::entries::{Entries, Entry};
use super::file::{BookmarkFile, unreadable};
use super::ids::Ids;
use super::incoming::Incoming;
use super::library::{LibraryColumns, others};
use super::positions::Positions;
use super::progress::Progress;
use super::reading::{self, Turns, VisitedEntry};
use super::repeats::Repeats;
use super::rows::Rows;
use super::sample::SAMPLE;

/// The target of COPY's rows.
pub(crate) type Sink = Pin<Box<CopyInSink<Bytes>>>;

/// The rows of `bookmarks`, in the order in which [`ImportState::put`] writes their columns.
pub(crate) const BOOKMARKS: Incoming = Incoming {
    table: "bookmarks",
    columns: "id, url, title, original_folder, add_date, domain, tags, import_job_id, project_id, url_key, \
              folder_id, description, last_modified, last_visited, attributes, is_archived, unread, shared, \
              notes, suggested_tags, edited",
    further: Some("number"),
};

/// The counters of an import.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) total: i32,
    pub(crate) imported: i32,
    pub(crate) merged: i32,
    pub(crate) skipped: i32,
    pub(crate) failed: i32,
    pub(crate) warnings: i32,
}

/// So many rows may come of any file, and one more for each [`SENT_BYTES_PER_ROW`] that were sent. Only a
/// file that gzip makes hundreds of times larger has more, and such files are made to fill a database.
const ROWS_OF_ANY_FILE: u64 = 50_000;
const SENT_BYTES_PER_ROW: u64 = 4;

/// The facts about an import before its entries are read, and the results since.
pub(crate) struct ImportState {
    pub(crate) job_id: Uuid,
    pub(crate) organization_id: Uuid,
    pub(crate) project_id: Option<i32>,
    /// The addresses that the project held before.
    pub(crate) known: Keys,
    seen: Keys,
    pub(crate) stored: Positions,
    pub(crate) counts: Counts,
    /// The ids of the first rows.
    pub(crate) sample: Vec<Uuid>,
    /// First id of this import.
    pub(crate) first_id: Ids,
    /// Entries that do not simply become rows.
    pub(crate) entries: Entries,
    /// Before the first entry.
    pub(crate) repeats: Repeats,
    pub(crate) has_folders: bool,
    /// True if bookmarks bring the numbers that they had.
    pub(crate) has_numbers: bool,
    rows_left: u64,
}

impl ImportState {
    pub(crate) fn new(
        job_id: Uuid,
        organization_id: Uuid,
        project_id: Option<i32>,
        sent_bytes: usize,
    ) -> Self {
        Self {
            job_id,
            organization_id,
            project_id,
            known: Keys::default(),
            seen: Keys::default(),
            stored: Positions::default(),
            counts: Counts::default(),
            sample: Vec::new(),
            first_id: Ids::new(),
            entries: Entries::default(),
            repeats: Repeats::default(),
            has_folders: false,
            has_numbers: false,
            rows_left: ROWS_OF_ANY_FILE + sent_bytes as u64 / SENT_BYTES_PER_ROW,
        }
    }

    pub(crate) fn has_merges(&self) -> bool {
        self.counts.merged > 0
    }

    fn spend_row(&mut self) -> Result<(), Error> {
        self.rows_left = self.rows_left.checked_sub(1).ok_or_else(|| {
            Error::unprocessable(
                "The compressed file unfolds to far more entries than its size allows. Unpack it, and send \
                 it again.",
            )
        })?;
        Ok(())
    }

    /// Decides what becomes of an event, and puts the row of a bookmark where it becomes one.
    fn take(&mut self, visit: VisitedEntry<'_, '_>, rows: &mut Rows) -> Result<(), Error> {
        let entry = match visit.event {
            Event::Bookmark(bookmark) => {
                let verdict = judge(bookmark);
                let is_stored = self.count(&verdict, bookmark);
                if is_stored && let AddressVerdict::Keep(address) = &verdict {
                    self.spend_row()?;
                    self.put(&visit, bookmark, address, rows);
                }
                Entry::bookmark(bookmark, verdict, is_stored, visit.folder_id, visit.repeats)
            }
            Event::FolderStart(folder) => {
                self.has_folders = true;
                self.counts.warnings += i32::from(!folder.warnings.is_empty());
                Some(Entry::folder(folder))
            }
            Event::Separator(separator) => {
                self.counts.warnings += i32::from(!separator.warnings.is_empty());
                Some(Entry::separator(separator))
            }
            Event::Warning(warning) => {
                self.counts.warnings += 1;
                Some(Entry::file(warning))
            }
            Event::FolderEnd => None,
        };
        if let Some(entry) = entry {
            self.spend_row()?;
            self.entries.note(&entry, &visit, self.job_id);
        }
        Ok(())
    }

    /// Counts a bookmark, and returns whether it becomes a row.
    fn count(&mut self, verdict: &AddressVerdict, bookmark: &Bookmark<'_>) -> bool {
        self.counts.total += 1;
        match verdict {
            AddressVerdict::Skip(_) => self.counts.skipped += 1,
            AddressVerdict::Fail(_) => self.counts.failed += 1,
            AddressVerdict::Keep(address) => {
                self.counts.warnings += i32::from(address.warning.is_some() || !bookmark.warnings.is_empty());
                if !self.known.contains(&address.key) && self.seen.insert(address.key) {
                    self.counts.imported += 1;
                    self.stored.mark(bookmark.position);
                    return true;
                }
                self.counts.merged += 1;
            }
        }
        false
    }

    fn put(
        &mut self,
        visit: &VisitedEntry<'_, '_>,
        bookmark: &Bookmark<'_>,
        address: &Address,
        rows: &mut Rows,
    ) {
        if self.sample.len() < SAMPLE {
            self.sample.push(visit.id);
        }
        let library = LibraryColumns::read(&bookmark.attributes);
        self.has_numbers |= library.number.is_some();
        rows.row(22)
            .uuid(visit.id)
            .text(address_of(bookmark).unwrap_or_default())
            .text(bookmark.title)
            .optional(visit.original_folder, Rows::text)
            .optional(bookmark.added.map(|t| t.micros()), Rows::timestamp)
            .optional(address.domain.as_deref(), Rows::text)
            .texts(&Type::VARCHAR, bookmark.tags.iter())
            .uuid(self.job_id)
            .optional(self.project_id, Rows::integer)
            .uuid(address.key)
            .optional(visit.folder_id, Rows::uuid)
            .optional(bookmark.description, Rows::text)
            .optional(bookmark.modified.map(|t| t.micros()), Rows::timestamp)
            .optional(bookmark.visited.map(|t| t.micros()), Rows::timestamp)
            .object(others(&bookmark.attributes))
            .boolean(library.is_archived)
            .boolean(library.unread)
            .boolean(library.shared)
            .optional(library.notes, Rows::text)
            .array(&Type::TEXT, library.suggested_tags.iter().map(String::as_str))
            .array(&Type::TEXT, library.edited.iter().map(String::as_str))
            .optional(library.number, Rows::bigint);
    }
}

/// The keys of all addresses in the file, each once.
pub(crate) async fn keys(file: &BookmarkFile<'_>) -> Result<Vec<Uuid>, Error> {
    let mut reader = file.reader()?;
    let mut turns = Turns::default();
    let mut keys = Vec::new();
    // Twice the distinct ones at most, so that a file of one address over and over takes no memory.
    let mut room = 1024;
    while let Some(event) = reader.next_event().map_err(unreadable)? {
        if let Event::Bookmark(bookmark) = event
            && let AddressVerdict::Keep(address) = judge(&bookmark)
        {
            keys.push(address.key);
        }
        if keys.len() >= room {
            keys.sort_unstable();
            keys.dedup();
            room = room.max(keys.len() * 2);
        }
        turns.next().await;
    }
    keys.sort_unstable();
    keys.dedup();
    Ok(keys)
}

/// Reads the file and copies it into `bookmarks` at the same time. Returns the sink; the caller finishes it.
pub(crate) async fn bookmarks(
    file: &BookmarkFile<'_>,
    state: &mut ImportState,
    mut sink: Sink,
    progress: &Progress,
) -> Result<Sink, Error> {
    let report = |bytes| progress.copied(bytes);
    let left_out = reading::read(file, state, &mut sink, report, ImportState::take).await?;
    for kind in &left_out {
        state.counts.warnings += 1;
        state.entries.note_left_out(kind, state.job_id);
    }
    Ok(sink)
}

/// Url keys are cut from a SHA-256, so any 8 of their bytes are as good as a hash of theirs.
#[derive(Default)]
pub(crate) struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks_exact(8) {
            self.0 ^= chunk.iter().fold(0, |hash, byte| (hash << 8) | u64::from(*byte));
        }
    }
}

pub(crate) type Keys = HashSet<Uuid, BuildHasherDefault<KeyHasher>>;
