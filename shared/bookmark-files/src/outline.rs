//! The outline of a file, which is read before its bookmarks: its format, and its folders where a name comes
//! after the folder's contents.

use std::collections::hash_map::RandomState;
use std::collections::{HashMap, HashSet};
use std::hash::BuildHasher;
use std::mem;

use crate::entry::{Entry, Node};
use crate::fields::quote;
use crate::formats::{Format, collection_of, pinned};
use crate::json::Json;
use crate::sniff::{Sniffed, sniff};
use crate::source::{Source, plain, read_up_to};
use crate::token::Tokens;
use crate::walker::{Object, Step, Walker};
use crate::{Error, limits, plist};

/// A recognised file, to be read as often as need be with [`Reader`](crate::Reader).
#[derive(Debug, Default)]
pub struct Outline {
    sniffed: Option<Sniffed>,
    /// The folders as JSON of [`Object`], one after the other.
    text: String,
    /// Where each ends.
    ends: Vec<u32>,
    /// The length of all ids.
    id_bytes: usize,
    /// The folder of each number that [`Walker`] gives.
    opened: Vec<u32>,
    /// The folders that name their parents.
    pub(crate) tree: Tree,
    /// Ids of entries that are favourites.
    pub(crate) pinned: HashSet<String>,
    /// About the file, with their lines.
    pub(crate) warnings: Vec<(u32, String)>,
}

/// Folders that name their parents.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    by_id: HashMap<String, u32>,
    /// The parent's number, or [`NONE`].
    parents: Vec<u32>,
    /// How many siblings of the same name stand before each.
    namesakes: Vec<u32>,
    /// Each folder before those in it, with its depth.
    pub(crate) order: Vec<(u32, u32)>,
}

const NONE: u32 = u32::MAX;

/// Recognises a file and reads its outline, some steps at a time, so that others can have a turn meanwhile.
pub struct Scan<'a> {
    state: State<'a>,
    outline: Outline,
    /// The bytes of objects whose children are being read.
    open_bytes: Vec<usize>,
    open_total: usize,
    parent_ids: Vec<Option<String>>,
}

enum State<'a> {
    Begin(Source<'a>, Option<Source<'a>>),
    Html(Box<netscape::Reader<Source<'a>>>),
    Walk(Box<Walker<'a>>),
    Done,
}

/// So many steps are made at once.
const STEPS: usize = 1_000;

impl<'a> Scan<'a> {
    /// A scan of a file. `open` returns the file's bytes from the beginning, each time.
    pub fn new(open: impl Fn() -> Source<'a>) -> Self {
        Self {
            state: State::Begin(open(), Some(open())),
            outline: Outline::default(),
            open_bytes: Vec::new(),
            open_total: 0,
            parent_ids: Vec::new(),
        }
    }

    /// Goes on. Returns the outline once it is complete; before that, it is to be called again.
    ///
    /// # Errors
    /// Fails where the file is of no known format, is damaged, or exceeds a [limit](crate::limits).
    pub fn advance(&mut self) -> Result<Option<Outline>, Error> {
        match &mut self.state {
            State::Begin(first, second) => {
                let second = second.take();
                let head = read_up_to(
                    &mut plain(mem::replace(first, Box::new(std::io::empty())))?,
                    limits::HEAD_BYTES,
                )?;
                let sniffed = sniff(&head)?;
                self.outline.sniffed = Some(sniffed);
                self.state = match second {
                    Some(source) if sniffed.format == Format::Html => {
                        State::Html(Box::new(netscape::Reader::new(source)))
                    }
                    Some(source) if sniffed.format.has_outline() => {
                        let tokens = tokens(sniffed.format, source)?;
                        State::Walk(Box::new(Walker::new(tokens, sniffed.format.shape())))
                    }
                    _ => State::Done,
                };
            }
            State::Html(reader) => {
                for _ in 0..STEPS {
                    let is_known = reader.is_bookmark_file();
                    if is_known || reader.next_event()?.is_none() {
                        if !is_known && !reader.is_bookmark_file() {
                            return Err(Error::NoList);
                        }
                        self.state = State::Done;
                        break;
                    }
                }
            }
            State::Walk(_) => {
                for _ in 0..STEPS {
                    if !self.step()? {
                        break;
                    }
                }
            }
            State::Done => return Ok(Some(mem::take(&mut self.outline))),
        }
        Ok(None)
    }

    /// Returns false at the end.
    fn step(&mut self) -> Result<bool, Error> {
        let State::Walk(walker) = &mut self.state else { return Ok(false) };
        match walker.step()? {
            Some(Step::Opens { number, bytes }) => {
                self.open_bytes.push(bytes);
                self.open_total += bytes;
                let length = number as usize + 1;
                if self.outline.opened.len() < length {
                    self.outline.opened.resize(length, NONE);
                }
                self.outline.check(self.open_total)?;
            }
            Some(Step::Closes) => self.open_total -= self.open_bytes.pop().unwrap_or(0),
            Some(Step::Object(object)) => self.object(object)?,
            Some(Step::End) => {
                if self.outline.names_parents() {
                    self.outline.grow(mem::take(&mut self.parent_ids));
                }
                self.state = State::Done;
                return Ok(false);
            }
            Some(Step::Stray { .. } | Step::Trash { .. }) | None => {}
        }
        Ok(true)
    }

    fn object(&mut self, mut object: Object) -> Result<(), Error> {
        let outline = &mut self.outline;
        match outline.format() {
            Format::Linkwarden if object.is_nested => return Ok(()),
            Format::Linkwarden => {
                if let Some(id) = pinned(&mut object) {
                    outline.id_bytes += id.len() + limits::ID_OVERHEAD;
                    outline.pinned.insert(id);
                    return outline.check(0);
                }
                if object.list != 0 {
                    return Ok(());
                }
                let (id, parent_id) = collection_of(&mut object.fields);
                self.parent_ids.push(outline.identify(id, parent_id));
            }
            Format::Karakeep if object.list == 0 => return Ok(()),
            Format::Karakeep => {
                let (id, parent_id) = (object.fields.text("id"), object.fields.text("parentId"));
                self.parent_ids.push(outline.identify(id, parent_id));
            }
            _ if object.opened.is_empty() => return Ok(()),
            _ => {}
        }
        for number in &object.opened {
            if let Some(opened) = outline.opened.get_mut(*number as usize) {
                *opened = u32::try_from(outline.ends.len()).unwrap_or(NONE);
            }
        }
        outline.push(object);
        outline.check(self.open_total)
    }
}

/// The tokens of a structured file.
pub(crate) fn tokens<'a>(format: Format, source: Source<'a>) -> Result<Box<dyn Tokens + Send + 'a>, Error> {
    match format {
        Format::Safari => plist::tokens(source),
        _ => Ok(Box::new(Json::new(plain(source)?))),
    }
}

impl Outline {
    /// The format.
    pub fn format(&self) -> Format {
        self.sniffed.map_or(Format::Html, |sniffed| sniffed.format)
    }

    pub(crate) fn separator(&self) -> u8 {
        self.sniffed.map_or(b',', |sniffed| sniffed.separator)
    }

    /// Returns whether its folders name their parents, instead of standing in them.
    pub(crate) fn names_parents(&self) -> bool {
        matches!(self.format(), Format::Linkwarden | Format::Karakeep)
    }

    fn len(&self) -> u32 {
        u32::try_from(self.ends.len()).unwrap_or(NONE)
    }

    fn push(&mut self, object: Object) {
        self.text.push_str(&object.into_json());
        self.ends.push(u32::try_from(self.text.len()).unwrap_or(NONE));
    }

    /// Notes the id of the next folder. Of two with one id, the first is meant. Returns its parent's.
    fn identify(&mut self, id: Option<String>, parent_id: Option<String>) -> Option<String> {
        self.id_bytes += parent_id.as_ref().map_or(0, String::len);
        if let Some(id) = id {
            self.id_bytes += id.len() + limits::ID_OVERHEAD;
            let folder = self.len();
            self.tree.by_id.entry(id).or_insert(folder);
        }
        parent_id
    }

    fn check(&self, more: usize) -> Result<(), Error> {
        // A number for each, in two lists.
        let folders = self.ends.len().max(self.opened.len());
        let bytes = self.text.len() + self.id_bytes + folders * 8 + more;
        if bytes > limits::OUTLINE_BYTES {
            return Err(Error::TooLarge("The names and other fields of its folders are more than 16 MiB."));
        }
        Ok(())
    }

    /// A folder by its number in the outline.
    pub(crate) fn object(&self, folder: u32) -> Object {
        let index = folder as usize;
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        let end = self.ends.get(index).copied().unwrap_or(start);
        let text = self.text.get(start as usize..end as usize).unwrap_or_default();
        Object::from_json(text)
    }

    /// The folder whose children have this number.
    pub(crate) fn folder_of(&self, number: u32) -> Option<u32> {
        self.opened.get(number as usize).copied().filter(|folder| *folder != NONE)
    }

    /// A folder as an entry.
    pub(crate) fn folder(&self, folder: u32) -> Node {
        let (node, _) = self.format().entry(self.object(folder));
        match node {
            // A folder that was stored by its id needs a name to be found again.
            Node::Folder(entry) if entry.title.is_empty() && self.names_parents() => {
                Node::Folder(Entry { title: "Untitled".to_owned(), ..entry })
            }
            node => node,
        }
    }

    fn title(&self, folder: u32) -> String {
        match self.folder(folder) {
            Node::Folder(entry) => entry.title,
            _ => String::new(),
        }
    }

    /// Finds the parents by their ids, and brings the folders into the order of a tree. One whose parent is
    /// not there, or is in the folder itself, is in none.
    fn grow(&mut self, parent_ids: Vec<Option<String>>) {
        let count = self.len();
        for (folder, parent_id) in (0..count).zip(parent_ids) {
            let parent = parent_id.as_ref().and_then(|id| self.tree.by_id.get(id)).copied();
            if let (Some(id), None) = (&parent_id, parent) {
                self.warn(folder, &format!("whose parent {} is not in the file", quote(id)));
            }
            self.tree.parents.push(parent.unwrap_or(NONE));
        }
        for folder in 0..count {
            if self.tree.path(folder).len() > limits::PATH_DEPTH {
                if let Some(parent) = self.tree.parents.get_mut(folder as usize) {
                    *parent = NONE;
                }
                self.warn(folder, "which is in itself, or nested too deep");
            }
        }
        let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
        let names = RandomState::new();
        let mut seen: HashMap<(u32, u64), u32> = HashMap::new();
        for folder in 0..count {
            let parent = self.tree.parent(folder).unwrap_or(NONE);
            children.entry(parent).or_default().push(folder);
            let count = seen.entry((parent, names.hash_one(self.title(folder)))).or_default();
            self.tree.namesakes.push(*count);
            *count += 1;
        }
        let mut ahead: Vec<(u32, u32)> = Vec::new();
        let push = |parent: u32, depth: u32, ahead: &mut Vec<(u32, u32)>| {
            let children = children.get(&parent).into_iter().flatten();
            ahead.extend(children.rev().map(|child| (*child, depth)));
        };
        push(NONE, 0, &mut ahead);
        while let Some((folder, depth)) = ahead.pop() {
            self.tree.order.push((folder, depth));
            push(folder, depth + 1, &mut ahead);
        }
    }

    fn warn(&mut self, folder: u32, problem: &str) {
        if self.warnings.len() < netscape::limits::LOST_TEXTS {
            let line = self.object(folder).fields.line;
            let title = quote(&self.title(folder));
            self.warnings.push((line, format!("this folder, {problem}, is put into none: {title}")));
        }
    }
}

impl Tree {
    pub(crate) fn find(&self, id: &str) -> Option<u32> {
        self.by_id.get(id).copied()
    }

    fn parent(&self, folder: u32) -> Option<u32> {
        self.parents.get(folder as usize).copied().filter(|parent| *parent != NONE)
    }

    pub(crate) fn namesakes(&self, folder: u32) -> u32 {
        self.namesakes.get(folder as usize).copied().unwrap_or(0)
    }

    /// A folder and those above it, the outermost first; no more than one beyond the limit.
    pub(crate) fn path(&self, folder: u32) -> Vec<u32> {
        let mut path = vec![folder];
        let mut innermost = folder;
        while let Some(parent) = self.parent(innermost).filter(|_| path.len() <= limits::PATH_DEPTH) {
            path.push(parent);
            innermost = parent;
        }
        path.reverse();
        path
    }
}
