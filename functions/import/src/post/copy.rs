//! From the file's entries to the rows of `bookmarks`.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};
use std::pin::Pin;

use app::Error;
use bytes::Bytes;
use futures_util::SinkExt;
use netscape::{Bookmark, Event, Reader};
use tokio_postgres::CopyInSink;
use tokio_postgres::types::Type;
use uuid::Uuid;

use super::address::{Address, Verdict, judge};
use super::entries::{Entries, Entry};
use super::folders::Folders;
use super::ids::Ids;
use super::progress::Progress;
use super::rows::Rows;
use super::sample::SAMPLE;
use super::stored::Stored;
use crate::body::{Upload, damaged};

/// Where COPY's rows go.
pub(crate) type Sink = Pin<Box<CopyInSink<Bytes>>>;

/// The columns of a row, in the order in which [`Plan::put`] writes them.
pub(crate) const COPY_BOOKMARKS: &str =
    "COPY bookmarks (id, url, title, original_folder, add_date, domain, tags, import_job_id, project_id, url_key,
                     folder_path, description, last_modified, last_visited, attributes)
     FROM STDIN BINARY";

/// What an import has counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) total: i32,
    pub(crate) imported: i32,
    pub(crate) merged: i32,
    pub(crate) skipped: i32,
    pub(crate) failed: i32,
    pub(crate) warnings: i32,
}

/// What is known of an import before its entries are read, and what has become of them since.
pub(crate) struct Plan {
    pub(crate) job_id: Uuid,
    pub(crate) project_id: Option<i32>,
    /// The addresses that the project held before.
    pub(crate) known: Keys,
    seen: Keys,
    pub(crate) stored: Stored,
    pub(crate) counts: Counts,
    /// The ids of the first rows.
    pub(crate) sample: Vec<Uuid>,
    /// Where the ids of this import begin.
    pub(crate) first_id: Ids,
    /// What does not simply become a row.
    pub(crate) entries: Entries,
}

impl Plan {
    pub(crate) fn new(job_id: Uuid, project_id: Option<i32>) -> Self {
        Self {
            job_id,
            project_id,
            known: Keys::default(),
            seen: Keys::default(),
            stored: Stored::default(),
            counts: Counts::default(),
            sample: Vec::new(),
            first_id: Ids::new(),
            entries: Entries::default(),
        }
    }

    pub(crate) fn has_merges(&self) -> bool {
        self.counts.merged > 0
    }

    /// Decides what becomes of an entry, and puts its row where it becomes one.
    fn take(&mut self, id: Uuid, bookmark: &Bookmark<'_>, folders: &Folders, rows: &mut Rows) {
        self.counts.total += 1;
        let verdict = judge(bookmark.url);
        let mut stored = false;
        match &verdict {
            Verdict::Skip(_) => self.counts.skipped += 1,
            Verdict::Fail(_) => self.counts.failed += 1,
            Verdict::Keep(address) => {
                self.counts.warnings += i32::from(!bookmark.warnings.is_empty());
                if self.known.contains(&address.key) || !self.seen.insert(address.key) {
                    self.counts.merged += 1;
                } else {
                    self.counts.imported += 1;
                    self.stored.mark(bookmark.position);
                    self.put(id, bookmark, address, folders, rows);
                    stored = true;
                }
            }
        }
        if let Some(entry) = Entry::bookmark(bookmark, verdict, stored) {
            self.entries.note(&entry, id, self.job_id, folders);
        }
    }

    fn put(
        &mut self,
        id: Uuid,
        bookmark: &Bookmark<'_>,
        address: &Address,
        folders: &Folders,
        rows: &mut Rows,
    ) {
        if self.sample.len() < SAMPLE {
            self.sample.push(id);
        }
        rows.row(15)
            .uuid(id)
            .text(bookmark.url.unwrap_or_default())
            .text(bookmark.title)
            .optional(folders.joined(), Rows::text)
            .optional(bookmark.added.map(|t| t.micros()), Rows::timestamp)
            .optional(address.domain.as_deref(), Rows::text)
            .texts(&Type::VARCHAR, bookmark.tags.iter())
            .uuid(self.job_id)
            .optional(self.project_id, Rows::integer)
            .uuid(address.key)
            .path(folders.names())
            .optional(bookmark.description, Rows::text)
            .optional(bookmark.modified.map(|t| t.micros()), Rows::timestamp)
            .optional(bookmark.visited.map(|t| t.micros()), Rows::timestamp)
            .object(bookmark.attributes.iter());
    }
}

/// Whether the file is one of bookmarks at all; reads no further than it must.
pub(crate) fn is_bookmark_file(upload: &Upload) -> Result<bool, Error> {
    let mut reader = Reader::new(upload.open());
    while !reader.is_bookmark_file() {
        if reader.next_event().map_err(unreadable)?.is_none() {
            return Ok(reader.is_bookmark_file());
        }
    }
    Ok(true)
}

/// The keys of all addresses in the file.
pub(crate) fn keys(upload: &Upload) -> Result<Vec<Uuid>, Error> {
    let mut reader = Reader::new(upload.open());
    let mut keys = Vec::new();
    while let Some(event) = reader.next_event().map_err(unreadable)? {
        if let Event::Bookmark(bookmark) = event
            && let Verdict::Keep(address) = judge(bookmark.url)
        {
            keys.push(address.key);
        }
    }
    Ok(keys)
}

/// Reads the file and copies it into `bookmarks` at the same time. The sink comes back with its end not yet said.
pub(crate) async fn bookmarks(
    upload: &Upload,
    plan: &mut Plan,
    mut sink: Sink,
    progress: &Progress,
) -> Result<Sink, Error> {
    let mut reader = Reader::new(upload.open());
    let mut folders = Folders::default();
    let mut rows = Rows::new();
    let mut ids = plan.first_id.clone();
    while let Some(event) = reader.next_event().map_err(unreadable)? {
        let id = ids.next();
        match event {
            Event::FolderStart(folder) => {
                plan.entries.note(&Entry::folder(&folder), id, plan.job_id, &folders);
                folders.enter(folder.name);
            }
            Event::FolderEnd => folders.leave(),
            Event::Bookmark(bookmark) => plan.take(id, &bookmark, &folders, &mut rows),
            Event::Separator(separator) => {
                plan.entries.note(&Entry::separator(&separator), id, plan.job_id, &folders);
            }
        }
        if let Some(chunk) = rows.chunk() {
            sink.send(chunk).await?;
            progress.copied(reader.bytes_read());
        }
    }
    sink.send(rows.end()).await?;
    Ok(sink)
}

pub(crate) fn unreadable(error: netscape::Error) -> Error {
    match error {
        netscape::Error::Read(error) => damaged(&error),
        other => Error::unprocessable(format!("The file cannot be read: {other}.")),
    }
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
