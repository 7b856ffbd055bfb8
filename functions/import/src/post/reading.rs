//! One reading of a file: every event with its id and its folder, and what is left out of it.

use futures_util::SinkExt;
use netscape::{Event, Folder, Occurrence, Separator};
use uuid::Uuid;
use web::Error;

use super::copy::{ImportState, Sink};
use super::file::{BookmarkFile, unreadable};
use super::folders::{FolderPlace, Folders};
use super::ids::Ids;
use super::repeats::Repeats;
use super::rows::Rows;

/// So many folders without name, attributes and description are kept. What further ones hold belongs to their
/// parents. 16 kB of gzip make four million of them.
const EMPTY_FOLDERS: u32 = 1_000;

/// So many separators without attributes are kept.
const EMPTY_SEPARATORS: u32 = 10_000;

/// So many events are read before others have a turn: the deadline among them.
const EVENTS_BETWEEN_YIELDS: u32 = 256;

/// An event of the file, and where it stands.
pub(crate) struct VisitedEntry<'a, 'e> {
    pub(crate) id: Uuid,
    pub(crate) event: &'a Event<'e>,
    /// The folder in which it stands; for a folder, its parent.
    pub(crate) folder_id: Option<Uuid>,
    pub(crate) original_folder: Option<&'a str>,
    /// A folder's own row.
    pub(crate) own_folder_id: Option<Uuid>,
    pub(crate) repeats: &'a mut Repeats,
}

/// Entries of one kind that the import did not keep, as a warning about the file.
pub(crate) struct LeftOut {
    pub(crate) id: Uuid,
    pub(crate) line: u32,
    pub(crate) reason: String,
}

/// Lets others have a turn now and then.
#[derive(Default)]
pub(crate) struct Turns(u32);

impl Turns {
    pub(crate) async fn next(&mut self) {
        self.0 += 1;
        if self.0.is_multiple_of(EVENTS_BETWEEN_YIELDS) {
            tokio::task::yield_now().await;
        }
    }
}

/// Values that exceed the limits, each kind with the line of the first that was left out.
#[derive(Default)]
struct Bounds {
    folders: Counted,
    separators: Counted,
}

#[derive(Default)]
struct Counted {
    count: u32,
    first_line: u32,
}

impl Counted {
    /// Counts one, and returns whether it is beyond those that are kept.
    fn is_beyond(&mut self, kept: u32, line: u32) -> bool {
        self.count = self.count.saturating_add(1);
        if self.count == kept + 1 {
            self.first_line = line;
        }
        self.count > kept
    }
}

/// Reads the file and sends the rows that `visit` puts. Each reading sees the same events with the same ids
/// and folders. Returns what was left out; the caller finishes the sink.
pub(crate) async fn read(
    file: &BookmarkFile<'_>,
    state: &mut ImportState,
    sink: &mut Sink,
    report: impl Fn(u64),
    mut visit: impl FnMut(&mut ImportState, VisitedEntry<'_, '_>, &mut Rows) -> Result<(), Error>,
) -> Result<Vec<LeftOut>, Error> {
    let mut reader = file.reader()?;
    let mut folders = Folders::new(state.organization_id, state.project_id);
    let mut ids = state.first_id.clone();
    let mut repeats = state.repeats.restarted();
    let mut bounds = Bounds::default();
    let mut rows = Rows::new();
    let mut turns = Turns::default();
    while let Some(event) = reader.next_event().map_err(unreadable)? {
        turns.next().await;
        let id = ids.next();
        let mut place = None;
        match &event {
            Event::FolderStart(Folder { name, occurrence: Occurrence::Again { namesakes }, .. }) => {
                folders.enter_again(name, *namesakes);
                continue;
            }
            Event::FolderStart(folder) if is_empty_folder(folder) && bounds.folder(folder) => {
                folders.enter_unkept();
                continue;
            }
            Event::FolderStart(folder) => place = Some(folders.enter(folder.name)),
            Event::FolderEnd => {
                folders.leave();
                continue;
            }
            Event::Separator(separator) if bounds.separator(separator) => continue,
            Event::Separator(_) | Event::Bookmark(_) | Event::Warning(_) => {}
        }
        let visited = VisitedEntry {
            id,
            folder_id: place.map_or_else(|| folders.id(), |place: FolderPlace| place.parent_id),
            own_folder_id: place.map(|place| place.id),
            original_folder: folders.original(),
            event: &event,
            repeats: &mut repeats,
        };
        visit(state, visited, &mut rows)?;
        if let Some(chunk) = rows.chunk() {
            sink.send(chunk).await.map_err(db::Error::from)?;
            report(reader.bytes_read());
        }
    }
    sink.send(rows.end()).await.map_err(db::Error::from)?;
    Ok(bounds.left_out(&repeats, &mut ids))
}

fn is_empty_folder(folder: &Folder<'_>) -> bool {
    folder.name.is_empty()
        && folder.description.is_none_or(str::is_empty)
        && (folder.added, folder.modified) == (None, None)
        && folder.attributes.is_empty()
}

impl Bounds {
    fn folder(&mut self, folder: &Folder<'_>) -> bool {
        self.folders.is_beyond(EMPTY_FOLDERS, folder.line)
    }

    fn separator(&mut self, separator: &Separator<'_>) -> bool {
        separator.attributes.is_empty() && self.separators.is_beyond(EMPTY_SEPARATORS, separator.line)
    }

    fn left_out(&self, repeats: &Repeats, ids: &mut Ids) -> Vec<LeftOut> {
        let (folders, separators) = (&self.folders, &self.separators);
        let beyond = |counted: &Counted, kept| counted.count.saturating_sub(kept);
        let counts = [
            (
                beyond(folders, EMPTY_FOLDERS),
                folders.first_line,
                "folders without name and attributes are left out",
            ),
            (beyond(separators, EMPTY_SEPARATORS), separators.first_line, "separators are left out"),
            (
                repeats.unlisted(),
                repeats.first_unlisted_line(),
                "entries repeat a refused one and are not listed",
            ),
        ];
        let warning = |(count, line, what): (u32, u32, &str)| {
            (count > 0).then(|| LeftOut { id: ids.next(), line, reason: format!("{count} more {what}") })
        };
        counts.into_iter().filter_map(warning).collect()
    }
}
