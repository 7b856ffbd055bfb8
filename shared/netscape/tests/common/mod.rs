//! Events that own what they hold, so that tests can keep and compare them.

#![allow(dead_code, reason = "each test target uses a part of this")]
#![allow(clippy::expect_used, reason = "helpers of tests are tests too")]

use netscape::{Attributes, Event, FileWarning, Reader, Timestamp, Warnings, Writer};
use std::fmt;
use std::io::Read;

#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    Folder(Folder),
    End,
    Bookmark(Bookmark),
    Separator(Separator),
}

/// A file, read and written again with the same prolog, epilog and icons.
pub fn rewritten(file: &[u8]) -> Vec<u8> {
    let mut reader = Reader::new(file).keep_icons();
    let prolog = reader.prolog().expect("the source does not fail").map(str::to_owned);
    let mut writer = match prolog {
        Some(prolog) => Writer::with_prolog(Vec::new(), &prolog),
        None => Writer::new(Vec::new()),
    }
    .expect("memory can be written");
    while let Some(event) = reader.next_event().expect("the source does not fail") {
        writer.write(&event).expect("what has been read can be written");
    }
    match reader.epilog() {
        Some(epilog) => writer.finish_with_epilog(epilog),
        None => writer.finish(),
    }
    .expect("memory can be written")
}

/// Attributes.
pub type Pairs = Vec<(String, String)>;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Folder {
    pub name: String,
    pub added: Option<Timestamp>,
    pub modified: Option<Timestamp>,
    pub description: Option<String>,
    pub attributes: Pairs,
    /// The warnings, as they are shown.
    pub warnings: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Separator {
    pub attributes: Pairs,
    /// The warnings, as they are shown.
    pub warnings: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bookmark {
    /// The names of the folders it is in, outermost first.
    pub path: Vec<String>,
    pub url: Option<String>,
    pub title: String,
    pub added: Option<Timestamp>,
    pub modified: Option<Timestamp>,
    pub visited: Option<Timestamp>,
    pub tags: Vec<String>,
    pub description: Option<String>,
    pub attributes: Pairs,
    pub line: u32,
    /// The warnings, as they are shown.
    pub warnings: Vec<String>,
}

/// All that a file holds.
#[derive(Clone, Debug, Default)]
pub struct File {
    pub items: Vec<Item>,
    /// The warnings of the file, as they are shown, with their lines.
    pub warnings: Vec<(u32, String)>,
    pub is_bookmark_file: bool,
}

impl File {
    pub fn read(source: impl Read) -> Self {
        let mut reader = Reader::new(source);
        let mut items = Vec::new();
        let mut warnings = Vec::new();
        let mut path = Vec::new();
        while let Some(event) = reader.next_event().expect("the source does not fail") {
            match event {
                Event::Warning(FileWarning { line, warning }) => warnings.push((line, warning.to_string())),
                event => items.extend(Item::own(event, &mut path)),
            }
        }
        assert!(path.is_empty(), "each folder that starts also ends");
        Self { items, warnings, is_bookmark_file: reader.is_bookmark_file() }
    }

    pub fn bookmarks(&self) -> impl Iterator<Item = &Bookmark> {
        self.items
            .iter()
            .filter_map(|item| if let Item::Bookmark(bookmark) = item { Some(bookmark) } else { None })
    }

    pub fn folders(&self) -> impl Iterator<Item = &Folder> {
        self.items.iter().filter_map(|item| if let Item::Folder(folder) = item { Some(folder) } else { None })
    }

    /// The file in a form that a test can state: one line an item, indented by folder.
    ///
    /// `[name]` is a folder, `-` a separator. `+`, `~` and `@` stand before the seconds at which an entry was
    /// added, changed and visited, `#` before a tag, `!` before a warning; a description is in quotes,
    /// attributes follow. The warnings of the file come last, with their lines.
    pub fn outline(&self) -> String {
        let mut outline = String::new();
        let mut depth = 0;
        for item in &self.items {
            let line = match item {
                Item::Folder(folder) => folder.to_string(),
                Item::Bookmark(bookmark) => bookmark.to_string(),
                Item::Separator(Separator { attributes, warnings }) => {
                    format!("-{}{}", Shown(attributes), Warned(warnings))
                }
                Item::End => {
                    depth -= 1;
                    continue;
                }
            };
            outline.push_str(&format!("{}{line}\n", "  ".repeat(depth)));
            depth += usize::from(matches!(item, Item::Folder(_)));
        }
        for (line, warning) in &self.warnings {
            outline.push_str(&format!("!{line}: {warning}\n"));
        }
        outline
    }

    /// Makes files comparable that have the same entries on other lines.
    pub fn forget_lines(&mut self) {
        for item in &mut self.items {
            if let Item::Bookmark(bookmark) = item {
                bookmark.line = 0;
            }
            if let Some(warnings) = item.warnings() {
                warnings.sort();
            }
        }
        self.warnings.iter_mut().for_each(|(line, _)| *line = 0);
    }

    /// Makes files comparable whose warnings quote what is lost in another way: only that text counts which
    /// is no white space and not cut.
    pub fn forget_quotations(&mut self) {
        let attributes_lost = "these attributes are garbled or repeated and lost";
        for warning in self.items.iter_mut().filter_map(Item::warnings).flatten() {
            if warning.starts_with(attributes_lost) {
                warning.truncate(attributes_lost.len());
            }
        }
        for (_, warning) in &mut self.warnings {
            let end = if warning.starts_with("the file ends early") { 19 } else { warning.len() };
            warning.truncate(end);
            if let Some((_, text)) = warning.split_once("lost: ") {
                *warning = text.split_ascii_whitespace().flat_map(str::chars).take(60).collect();
            }
        }
    }

    /// Makes a file comparable with what has been written of it: what was lost is not there to be warned of
    /// again.
    pub fn forget_losses(&mut self) {
        const LASTING: [&str; 2] = ["holds no date", "held unreadable characters"];
        for warnings in self.items.iter_mut().filter_map(Item::warnings) {
            warnings.retain(|warning| LASTING.into_iter().any(|lasting| warning.contains(lasting)));
        }
        self.warnings.clear();
    }

    /// Makes files comparable whose entries have the same attributes in another order: the writer puts dates
    /// first.
    pub fn forget_order(&mut self) {
        for item in &mut self.items {
            match item {
                Item::Bookmark(Bookmark { attributes, .. }) | Item::Folder(Folder { attributes, .. }) => {
                    attributes.sort()
                }
                Item::Separator(Separator { attributes, .. }) => attributes.sort(),
                Item::End => {}
            }
        }
    }

    /// Returns the depth of the deepest bookmark.
    pub fn depth(&self) -> usize {
        self.bookmarks().map(|bookmark| bookmark.path.len()).max().unwrap_or(0)
    }
}

impl Item {
    pub fn warnings(&mut self) -> Option<&mut Vec<String>> {
        match self {
            Self::Folder(Folder { warnings, .. })
            | Self::Bookmark(Bookmark { warnings, .. })
            | Self::Separator(Separator { warnings, .. }) => Some(warnings),
            Self::End => None,
        }
    }

    fn own(event: Event<'_>, path: &mut Vec<String>) -> Option<Self> {
        Some(match event {
            Event::Warning(_) => return None,
            Event::FolderStart(folder) => {
                path.push(folder.name.to_owned());
                Self::Folder(Folder {
                    name: folder.name.to_owned(),
                    added: folder.added,
                    modified: folder.modified,
                    description: folder.description.map(str::to_owned),
                    attributes: pairs(folder.attributes),
                    warnings: shown(&folder.warnings),
                })
            }
            Event::FolderEnd => {
                path.pop().expect("a folder that ends has started");
                Self::End
            }
            Event::Bookmark(bookmark) => Self::Bookmark(Bookmark {
                path: path.clone(),
                url: bookmark.url.map(str::to_owned),
                title: bookmark.title.to_owned(),
                added: bookmark.added,
                modified: bookmark.modified,
                visited: bookmark.visited,
                tags: bookmark.tags.iter().map(str::to_owned).collect(),
                description: bookmark.description.map(str::to_owned),
                attributes: pairs(bookmark.attributes),
                line: bookmark.line,
                warnings: shown(&bookmark.warnings),
            }),
            Event::Separator(separator) => Self::Separator(Separator {
                attributes: pairs(separator.attributes),
                warnings: shown(&separator.warnings),
            }),
        })
    }
}

fn shown(warnings: &Warnings<'_>) -> Vec<String> {
    warnings.iter().map(|warning| warning.to_string()).collect()
}

fn pairs(attributes: Attributes<'_>) -> Pairs {
    attributes.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

impl fmt::Display for Folder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}]", self.name)?;
        date(f, '+', self.added)?;
        date(f, '~', self.modified)?;
        if let Some(description) = &self.description {
            write!(f, " {description:?}")?;
        }
        write!(f, "{}{}", Shown(&self.attributes), Warned(&self.warnings))
    }
}

impl fmt::Display for Bookmark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} <{}>", self.title, self.url.as_deref().unwrap_or("none"))?;
        date(f, '+', self.added)?;
        date(f, '~', self.modified)?;
        date(f, '@', self.visited)?;
        self.tags.iter().try_for_each(|tag| write!(f, " #{tag}"))?;
        if let Some(description) = &self.description {
            write!(f, " {description:?}")?;
        }
        write!(f, "{}{}", Shown(&self.attributes), Warned(&self.warnings))
    }
}

fn date(f: &mut fmt::Formatter<'_>, sign: char, date: Option<Timestamp>) -> fmt::Result {
    let Some(micros) = date.map(Timestamp::micros) else { return Ok(()) };
    write!(f, " {sign}{}", micros / 1_000_000)?;
    if micros % 1_000_000 == 0 { Ok(()) } else { write!(f, ".{:06}", micros % 1_000_000) }
}

struct Shown<'a>(&'a Pairs);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|(name, value)| {
            if value.is_empty() { write!(f, " {name}") } else { write!(f, " {name}={value}") }
        })
    }
}

struct Warned<'a>(&'a [String]);

impl fmt::Display for Warned<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|warning| write!(f, " !{warning}"))
    }
}

/// A file of this project's own corpus.
pub fn corpus(name: &str) -> Vec<u8> {
    let path = format!("{}/../../tests/corpus/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A source that makes itself up, so that its size is no matter.
pub fn repeated(head: &str, unit: &str, count: usize, tail: &str) -> impl Read {
    let unit = unit.as_bytes().repeat(1_000);
    let units = std::io::repeat(0).take(count as u64 / 1_000);
    struct Units<R>(R, Vec<u8>, usize);
    impl<R: Read> Read for Units<R> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            if self.2 == self.1.len() {
                if self.0.read(&mut [0])? == 0 {
                    return Ok(0);
                }
                self.2 = 0;
            }
            let length = (&self.1[self.2..]).read(buffer)?;
            self.2 += length;
            Ok(length)
        }
    }
    let at_end = unit.len();
    std::io::Cursor::new(head.to_owned())
        .chain(Units(units, unit, at_end))
        .chain(std::io::Cursor::new(tail.to_owned()))
}

/// All of them, by name.
pub fn corpus_files() -> Vec<(String, Vec<u8>)> {
    let folder = format!("{}/../../tests/corpus", env!("CARGO_MANIFEST_DIR"));
    let names =
        std::fs::read_dir(folder).expect("the corpus").map(|entry| entry.expect("a file of it").file_name());
    let mut names: Vec<String> = names.map(|name| name.into_string().expect("a name in ASCII")).collect();
    names.sort();
    names.into_iter().map(|name| (name.clone(), corpus(&name))).collect()
}

/// Whole seconds since the epoch.
pub fn seconds(seconds: i64) -> Option<Timestamp> {
    Some(Timestamp::from_micros(seconds * 1_000_000))
}
