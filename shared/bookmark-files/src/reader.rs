//! Yields the events of a file of any format.

use std::collections::hash_map::RandomState;
use std::collections::{HashSet, VecDeque};
use std::hash::BuildHasher;

use netscape::limits::{DEPTH, LOST_TEXTS};
use netscape::{Event, FileWarning, Occurrence, Warning};

use crate::entry::{Entry, Node};
use crate::formats::{Format, Position, lists_of};
use crate::outline::{Outline, tokens};
use crate::source::{Counter, Source, plain};
use crate::table::Table;
use crate::walker::{Object, Step, Walker};
use crate::{Error, limits};

/// Reads a file whose outline is known, in one pass. Each reading yields the same events.
pub struct Reader<'a> {
    inner: Inner<'a>,
    counter: Counter,
}

enum Inner<'a> {
    Html(Box<netscape::Reader<Source<'a>>>),
    Other(Box<Structured<'a>>),
}

/// An event that owns what it holds.
enum Item {
    Folder(Entry, Occurrence),
    FolderEnd,
    Bookmark(Entry),
    Separator(Entry),
    Warning(u32, String),
    MoreTextLost(u64),
}

struct Structured<'a> {
    outline: &'a Outline,
    input: Input<'a>,
    queue: VecDeque<Item>,
    current: Item,
    /// Of the last bookmark.
    position: u32,
    place: Place,
    given_warnings: usize,
    more_warnings: u64,
    is_done: bool,
}

enum Input<'a> {
    Walker(Box<Walker<'a>>),
    Table(Box<Table<'a>>),
    Merge(Vec<Cursor<'a>>),
}

/// One of the lists that are read side by side.
struct Cursor<'a> {
    walker: Walker<'a>,
    next: Option<(Position, Object)>,
    is_done: bool,
}

/// The folders that are open.
#[derive(Default)]
struct Place {
    /// Of a file whose folders stand in each other: whether each of them is one to the reader's user.
    nested: Vec<bool>,
    /// Of a file with paths: their names.
    names: Vec<String>,
    /// Paths that began before.
    seen: HashSet<u64>,
    hasher: RandomState,
    /// Of a file whose folders name their parents, by their number in the outline.
    folders: Vec<u32>,
    /// Index of the next folder in the outline's order.
    next_folder: usize,
    /// The folder in which an object stands.
    own: Vec<Option<u32>>,
    /// Of our own file: ids and names.
    ids: Vec<(Option<String>, String)>,
}

/// The paths that a file may have.
const MOST_PATHS: usize = 500_000;

impl<'a> Reader<'a> {
    /// A reader of the file that `outline` is of. `open` returns the file's bytes from the beginning, each
    /// time.
    ///
    /// # Errors
    /// Fails with the source's errors, and where the file is not the one that was scanned.
    pub fn new(outline: &'a Outline, open: impl Fn() -> Source<'a>) -> Result<Self, Error> {
        let counter = Counter::default();
        let format = outline.format();
        let source = counter.count(open());
        let shape = format.shape();
        let input = match format {
            Format::Html => {
                let reader = netscape::Reader::new(source);
                return Ok(Self { inner: Inner::Html(Box::new(reader)), counter });
            }
            Format::Pocket | Format::Raindrop | Format::Instapaper => {
                Input::Table(Box::new(Table::new(plain(source)?, outline.separator())?))
            }
            Format::Branchline => {
                let mut cursors = Vec::new();
                let mut source = Some(source);
                for list in 0..shape.lists.len() {
                    let source = source.take().unwrap_or_else(&open);
                    let walker = Walker::new(tokens(format, source)?, shape).only(list);
                    cursors.push(Cursor { walker, next: None, is_done: false });
                }
                Input::Merge(cursors)
            }
            _ => Input::Walker(Box::new(Walker::new(tokens(format, source)?, shape))),
        };
        let structured = Structured {
            outline,
            input,
            queue: VecDeque::new(),
            current: Item::FolderEnd,
            position: 0,
            place: Place::default(),
            given_warnings: 0,
            more_warnings: 0,
            is_done: false,
        };
        Ok(Self { inner: Inner::Other(Box::new(structured)), counter })
    }

    /// The next event, or `None` at the end of the file. It borrows the reader's buffers until the next call.
    ///
    /// # Errors
    /// Fails where the file is damaged. After that there are no more events.
    pub fn next_event(&mut self) -> Result<Option<Event<'_>>, Error> {
        match &mut self.inner {
            Inner::Html(reader) => Ok(reader.next_event()?),
            Inner::Other(reader) => reader.next_event(),
        }
    }

    /// Returns the number of bytes taken from the source, which is up to a buffer's length ahead of the
    /// events.
    pub fn bytes_read(&self) -> u64 {
        self.counter.bytes()
    }
}

impl Structured<'_> {
    fn next_event(&mut self) -> Result<Option<Event<'_>>, Error> {
        while self.queue.is_empty() {
            if self.is_done {
                return Ok(None);
            }
            if let Err(error) = self.advance() {
                self.is_done = true;
                return Err(error);
            }
        }
        let Some(item) = self.queue.pop_front() else { return Ok(None) };
        self.current = item;
        let warning = |line: u32, warning| Event::Warning(FileWarning { line, warning });
        Ok(Some(match &mut self.current {
            Item::Folder(entry, occurrence) => Event::FolderStart(entry.folder(*occurrence)),
            Item::FolderEnd => Event::FolderEnd,
            Item::Bookmark(entry) => {
                self.position = self.position.saturating_add(1);
                entry.position = self.position;
                Event::Bookmark(entry.bookmark())
            }
            Item::Separator(entry) => Event::Separator(entry.separator()),
            Item::Warning(line, text) => warning(*line, Warning::Other { text }),
            Item::MoreTextLost(count) => warning(1, Warning::MoreTextLost { count: *count }),
        }))
    }

    fn warn(&mut self, line: u32, text: String) {
        if self.given_warnings == LOST_TEXTS {
            self.more_warnings += 1;
        } else {
            self.given_warnings += 1;
            self.queue.push_back(Item::Warning(line, text));
        }
    }

    fn stray(&mut self, line: u32, text: &str) {
        self.warn(line, format!("this text belongs to no entry and is lost: {text}"));
    }

    /// Reads on, until there may be an event.
    fn advance(&mut self) -> Result<(), Error> {
        if self.place.next_folder < self.outline.tree.order.len() {
            self.grow();
            return Ok(());
        }
        let step = match &mut self.input {
            Input::Walker(walker) => walker.step()?,
            Input::Table(table) => Some(match table.row()? {
                Some(fields) => Step::Object(Object { fields, ..Object::default() }),
                None => Step::End,
            }),
            Input::Merge(_) => return self.merge(),
        };
        match step {
            Some(Step::Opens { number, .. }) => self.opens(number),
            Some(Step::Closes) => {
                self.place.own.pop();
                if self.place.nested.pop() == Some(true) {
                    self.queue.push_back(Item::FolderEnd);
                }
            }
            Some(Step::Object(object)) => self.object(object)?,
            Some(Step::Stray { line, text, .. }) => self.stray(line, &text),
            Some(Step::Trash { line, count }) => {
                self.warn(line, format!("entries in the browser's trash are left out: {count}"));
            }
            Some(Step::End) => self.end(),
            None => {}
        }
        Ok(())
    }

    /// Begins the next folder of a tree that is known.
    fn grow(&mut self) {
        let Some(&(folder, depth)) = self.outline.tree.order.get(self.place.next_folder) else { return };
        self.place.next_folder += 1;
        while self.place.folders.len() > depth as usize {
            self.place.folders.pop();
            self.queue.push_back(Item::FolderEnd);
        }
        self.place.folders.push(folder);
        let entry = match self.outline.folder(folder) {
            Node::Folder(entry) => entry,
            _ => Entry::default(),
        };
        self.queue.push_back(Item::Folder(entry, Occurrence::First));
    }

    fn opens(&mut self, number: u32) {
        let folder = self.outline.folder_of(number);
        self.place.own.push(folder);
        let node = folder.filter(|_| !self.outline.names_parents()).map(|folder| self.outline.folder(folder));
        let is_folder = matches!(node, Some(Node::Folder(_)));
        self.place.nested.push(is_folder);
        if let Some(Node::Folder(entry)) = node {
            self.queue.push_back(Item::Folder(entry, Occurrence::First));
        }
    }

    fn object(&mut self, mut object: Object) -> Result<(), Error> {
        match self.outline.format() {
            Format::Karakeep if object.list != 0 => return Ok(()),
            Format::Karakeep => {
                self.listed(object);
                return Ok(());
            }
            Format::Linkwarden if !object.is_nested => return Ok(()),
            Format::Linkwarden => {
                let is_pinned = object.fields.text("id").is_some_and(|id| self.outline.pinned.contains(&id));
                let own = self.place.own.last().copied().flatten();
                self.go_to(own);
                if let (Node::Bookmark(mut entry), _) = self.outline.format().entry(object) {
                    entry.mark("favorite", Some(is_pinned));
                    self.queue.push_back(Item::Bookmark(entry));
                }
                return Ok(());
            }
            _ => {}
        }
        let has_begun = !object.opened.is_empty();
        let (node, path) = self.outline.format().entry(object);
        self.go_to_path(path)?;
        match node {
            Node::Bookmark(entry) => self.queue.push_back(Item::Bookmark(entry)),
            Node::Separator(entry) => self.queue.push_back(Item::Separator(entry)),
            Node::Folder(entry) if !has_begun => {
                self.queue.push_back(Item::Folder(entry, Occurrence::First));
                self.queue.push_back(Item::FolderEnd);
            }
            Node::Folder(_) | Node::Transparent | Node::Nothing => {}
        }
        Ok(())
    }

    /// A bookmark in each of the lists that it names.
    fn listed(&mut self, mut object: Object) {
        let ids = lists_of(&mut object.fields);
        let folders: Vec<Option<u32>> = ids.iter().map(|id| self.outline.tree.find(id)).collect();
        for (id, _) in ids.iter().zip(&folders).filter(|(_, folder)| folder.is_none()) {
            object.fields.warn(format!("it is in the list {id}, which is not in the file"));
        }
        let mut folders: Vec<u32> = folders.into_iter().flatten().collect();
        let mut seen = HashSet::new();
        folders.retain(|folder| seen.insert(*folder));
        let (Node::Bookmark(entry), _) = self.outline.format().entry(object) else { return };
        if folders.is_empty() {
            self.go_to(None);
            self.queue.push_back(Item::Bookmark(entry));
            return;
        }
        for folder in folders {
            self.go_to(Some(folder));
            self.queue.push_back(Item::Bookmark(entry.clone()));
        }
    }

    /// Goes on in a folder that has begun before.
    fn go_to(&mut self, folder: Option<u32>) {
        let path = folder.map_or_else(Vec::new, |folder| self.outline.tree.path(folder));
        let common = self.place.folders.iter().zip(&path).take_while(|(open, wanted)| open == wanted).count();
        for _ in common..self.place.folders.len() {
            self.queue.push_back(Item::FolderEnd);
        }
        self.place.folders.truncate(common);
        for &folder in &path[common..] {
            self.place.folders.push(folder);
            let Node::Folder(Entry { title, line, .. }) = self.outline.folder(folder) else { continue };
            let namesakes = self.outline.tree.namesakes(folder);
            let entry = Entry { title, line, ..Entry::default() };
            self.queue.push_back(Item::Folder(entry, Occurrence::Again { namesakes }));
        }
    }

    /// Goes to the folder of these names, each of which is one in its parent.
    fn go_to_path(&mut self, path: Vec<String>) -> Result<(), Error> {
        let common = self.place.names.iter().zip(&path).take_while(|(open, wanted)| open == wanted).count();
        for _ in common..self.place.names.len() {
            self.queue.push_back(Item::FolderEnd);
        }
        self.place.names.truncate(common);
        for name in path.into_iter().skip(common) {
            self.place.names.push(name.clone());
            let occurrence = if self.place.seen.insert(self.place.hasher.hash_one(&self.place.names)) {
                Occurrence::First
            } else {
                Occurrence::Again { namesakes: 0 }
            };
            if self.place.seen.len() > MOST_PATHS {
                return Err(Error::TooLarge("The file names more than 500,000 folders."));
            }
            self.queue.push_back(Item::Folder(Entry { title: name, ..Entry::default() }, occurrence));
        }
        Ok(())
    }

    /// Takes the entry that comes first of those that come next in each list.
    fn merge(&mut self) -> Result<(), Error> {
        let Input::Merge(cursors) = &mut self.input else { return Ok(()) };
        let mut strays = Vec::new();
        for (list, cursor) in cursors.iter_mut().enumerate() {
            while cursor.next.is_none() && !cursor.is_done {
                match cursor.walker.step()? {
                    Some(Step::Object(mut object)) => {
                        cursor.next = Some((Position::take(&mut object), object))
                    }
                    Some(Step::Stray { line, text, is_top }) if list == 0 || !is_top => {
                        strays.push((line, text))
                    }
                    Some(Step::End) => cursor.is_done = true,
                    _ => {}
                }
            }
        }
        let first = cursors.iter_mut().filter(|cursor| cursor.next.is_some());
        let first =
            first.min_by_key(|cursor| cursor.next.as_ref().map_or(u64::MAX, |(position, _)| position.number));
        let next = first.and_then(|cursor| cursor.next.take());
        strays.into_iter().for_each(|(line, text)| self.stray(line, &text));
        let Some((position, object)) = next else {
            self.end();
            return Ok(());
        };
        let line = object.fields.line;
        self.go_to_position(&position, line)?;
        match self.outline.format().entry(object).0 {
            Node::Bookmark(entry) => self.queue.push_back(Item::Bookmark(entry)),
            Node::Separator(entry) => self.queue.push_back(Item::Separator(entry)),
            Node::Folder(entry) => self.begin(position.own_id, entry, line)?,
            Node::Transparent | Node::Nothing => {}
        }
        Ok(())
    }

    /// Goes to the folder in which an entry of our own file stands: one that is open, as a rule.
    fn go_to_position(&mut self, position: &Position, line: u32) -> Result<(), Error> {
        let open = &self.place.ids;
        if let Some(id) = &position.folder_id
            && let Some(index) = open.iter().rposition(|(other, _)| other.as_ref() == Some(id))
        {
            self.leave(index + 1);
            return Ok(());
        }
        let path = &position.path;
        let common = open.iter().zip(path).take_while(|((_, name), wanted)| name == *wanted).count();
        self.leave(common);
        for name in path.iter().skip(common) {
            let entry = Entry { title: name.clone(), line, ..Entry::default() };
            self.begin(position.folder_id.clone().filter(|_| path.last() == Some(name)), entry, line)?;
        }
        Ok(())
    }

    fn begin(&mut self, id: Option<String>, entry: Entry, line: u32) -> Result<(), Error> {
        if self.place.ids.len() == DEPTH {
            return Err(Error::TooDeep { line });
        }
        self.place.ids.push((id, entry.title.clone()));
        self.queue.push_back(Item::Folder(entry, Occurrence::First));
        Ok(())
    }

    fn leave(&mut self, depth: usize) {
        for _ in depth..self.place.ids.len() {
            self.queue.push_back(Item::FolderEnd);
        }
        self.place.ids.truncate(depth);
    }

    fn end(&mut self) {
        self.is_done = true;
        let open = self.place.names.len() + self.place.folders.len() + self.place.ids.len();
        self.queue.extend((0..open).map(|_| Item::FolderEnd));
        for (line, text) in &self.outline.warnings {
            self.queue.push_back(Item::Warning(*line, text.clone()));
        }
        if self.more_warnings > 0 {
            self.queue.push_back(Item::MoreTextLost(self.more_warnings));
        }
    }
}

const _: () = assert!(limits::PATH_DEPTH < DEPTH);
