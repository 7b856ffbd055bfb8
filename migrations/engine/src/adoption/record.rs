//! Compares another tool's history table with the migration files.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256, Sha384};

use files::{Migration, Migrations};

/// Shorter revision ids are not looked for in the files' names and texts, where they might be any word.
const SHORTEST_ID: usize = 6;

/// From so many digits on, a number at the beginning of a name is taken for a version.
const SHORTEST_DATE: usize = 8;

/// Another tool's history table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// The tool's name.
    pub tool: String,
    /// The table, with its schema.
    pub table: String,
    /// Its entries, in the order in which they were applied.
    pub entries: Vec<RecordEntry>,
    /// Why its entries are not known, where they are not.
    pub unreadable: Option<String>,
}

/// One entry of the table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordEntry {
    /// The migration's version, as the tool writes it.
    pub version: Option<String>,
    /// Its name or description.
    pub name: Option<String>,
    /// The checksum of its file, where it is of a kind that [`Record::matches`] knows.
    pub checksum: Option<String>,
    /// It stands for those before it too.
    pub covers_earlier: bool,
    /// Why it does not count as applied, where it does not.
    pub failed: Option<String>,
}

impl RecordEntry {
    /// Its name; a version that is no number is one.
    fn name(&self) -> Option<&str> {
        let is_name = |version: &&str| number(version).is_none() && !version.contains('.');
        self.name.as_deref().or_else(|| self.version.as_deref().filter(is_name))
    }

    /// As people know it.
    #[must_use]
    pub fn label(&self) -> String {
        match (&self.version, &self.name) {
            (Some(version), Some(name)) if !name.contains(version.as_str()) => format!("{version} {name}"),
            (_, Some(name)) => name.clone(),
            (Some(version), None) => version.clone(),
            (None, None) => "an entry without a name".to_owned(),
        }
    }
}

/// By what the entries of a record were matched with the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Matching {
    /// The files' checksums.
    Checksum,
    /// Numbers and names.
    NumberAndName,
    /// Names.
    Name,
    /// Numbers; the names are other ones.
    Number,
    /// The ids that the files' texts mention.
    Text,
    /// Neither: the first entry is taken for the first file, and so on.
    Order,
}

impl Matching {
    /// As it reads after "by".
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Checksum => "checksum",
            Self::NumberAndName => "number and name",
            Self::Name => "name",
            Self::Number => "number",
            Self::Text => "revision id",
            Self::Order => "order",
        }
    }
}

/// A record in terms of the files. Places are those in the directory's order, from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matches {
    /// The files that it says were applied.
    pub applied: BTreeSet<usize>,
    /// The files that it says failed.
    pub failed: BTreeSet<usize>,
    /// Entries that no file matches.
    pub unmatched: Vec<String>,
    /// The weakest matching that was needed; none where nothing matches.
    pub by: Option<Matching>,
    /// True if it says of each migration by itself that it was applied.
    pub is_complete: bool,
}

impl Record {
    /// Returns whether it says of any migration that it was applied.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let applies = |entry: &RecordEntry| entry.failed.is_none() || entry.covers_earlier;
        self.unreadable.is_none() && !self.entries.iter().any(applies)
    }

    /// The last entry that was applied.
    #[must_use]
    pub fn newest(&self) -> Option<&RecordEntry> {
        self.entries.iter().rfind(|entry| entry.failed.is_none())
    }

    /// Matches its entries with the files: by checksum, number and name; else, where no entry matches and
    /// there are no more entries than files, by their order.
    #[must_use]
    pub fn matches(&self, migrations: &Migrations) -> Matches {
        let files: Vec<File<'_>> = migrations.iter().map(File::new).collect();
        let mut matches = Matches {
            applied: BTreeSet::new(),
            failed: BTreeSet::new(),
            unmatched: Vec::new(),
            by: None,
            is_complete: self.entries.iter().all(|entry| !entry.covers_earlier),
        };
        let index = Index::new(&files);
        for (entry, found) in self.entries.iter().zip(self.places(&index, &files)) {
            let Some((place, by)) = found else {
                if entry.failed.is_none() {
                    matches.unmatched.push(entry.label());
                }
                continue;
            };
            matches.by = matches.by.max(Some(by));
            if entry.failed.is_some() {
                if entry.covers_earlier {
                    matches.applied.extend(0..place);
                }
                matches.applied.remove(&place);
                matches.failed.insert(place);
                continue;
            }
            matches.failed.remove(&place);
            matches.applied.extend(if entry.covers_earlier { 0..=place } else { place..=place });
        }
        let applied = self.entries.iter().filter(|entry| entry.failed.is_none()).count();
        if matches.by.is_none() && matches.is_complete && (1..=files.len()).contains(&applied) {
            matches.by = Some(Matching::Order);
            matches.applied = (0..applied).collect();
            matches.unmatched.clear();
        }
        matches
    }
}

impl Record {
    /// The file of each entry. Numbers count for what nothing else tells, and not at all where names tell
    /// that the files have been numbered again.
    fn places(&self, index: &Index, files: &[File<'_>]) -> Vec<Option<(usize, Matching)>> {
        let mut taken = BTreeMap::new();
        // Two entries of one migration, as of a first attempt and a second, are one; two migrations are not.
        let mut take = |entry: &RecordEntry, (place, by)| {
            (*taken.entry(place).or_insert(entry.label()) == entry.label()).then_some((place, by))
        };
        let mut places: Vec<_> = self
            .entries
            .iter()
            .map(|entry| index.find(entry, files).and_then(|found| take(entry, found)))
            .collect();
        let renumbered = |(entry, found): (&RecordEntry, &Option<(usize, Matching)>)| {
            let place = found.filter(|(_, by)| *by == Matching::Name).map(|(place, _)| place);
            place.is_some() && index.by_number(entry).is_some_and(|other| Some(other) != place)
        };
        if !self.entries.iter().zip(&places).any(renumbered) {
            for (entry, found) in self.entries.iter().zip(&mut places).filter(|(_, found)| found.is_none()) {
                *found = index.by_number(entry).and_then(|place| take(entry, (place, Matching::Number)));
            }
        }
        places
    }
}

/// The form of a file that entries are compared with.
struct File<'a> {
    migration: &'a Migration,
    name: String,
    /// The name without a number at its beginning, and that number.
    short_name: String,
    date: Option<String>,
}

impl<'a> File<'a> {
    fn new(migration: &'a Migration) -> Self {
        let name = plain(&migration.name);
        let (number, short_name) = split_number(&name);
        let date = number.filter(|number| number.len() >= SHORTEST_DATE);
        Self { migration, short_name, date, name }
    }
}

/// Index of the files by checksum, name and number. A key that two files share leads to neither.
struct Index {
    checksums: BTreeSet<(String, usize)>,
    names: BTreeSet<(String, usize)>,
    numbers: BTreeSet<(String, usize)>,
}

impl Index {
    fn new(files: &[File<'_>]) -> Self {
        let mut index = Self { checksums: BTreeSet::new(), names: BTreeSet::new(), numbers: BTreeSet::new() };
        for (place, File { migration, name, short_name, date }) in files.iter().enumerate() {
            for checksum in checksums(migration) {
                index.checksums.insert((checksum, place));
            }
            index.names.insert((name.clone(), place));
            index.names.insert((short_name.clone(), place));
            index.numbers.insert((migration.version.to_string(), place));
            // As the file has it, which the number may not be: a time that was filled with zeros.
            let written: String = migration
                .label()
                .chars()
                .take_while(|c| c.is_ascii_digit() || *c == '-')
                .filter(char::is_ascii_digit)
                .collect();
            index.numbers.extend(number(&written).map(|written| (written, place)));
            if let Some(date) = date {
                index.numbers.insert((date.clone(), place));
            }
        }
        index
    }

    /// The file that has an entry's number.
    fn by_number(&self, entry: &RecordEntry) -> Option<usize> {
        let version =
            entry.version.as_deref().and_then(number).or_else(|| split_number(&plain(entry.name()?)).0)?;
        only(&self.numbers, &version)
    }

    /// The file of an entry by more than its number, and what tells.
    fn find(&self, entry: &RecordEntry, files: &[File<'_>]) -> Option<(usize, Matching)> {
        let checksum = entry.checksum.as_ref().and_then(|checksum| only(&self.checksums, checksum));
        if let Some(place) = checksum {
            return Some((place, Matching::Checksum));
        }
        let full_name = entry.name().map(plain);
        let name = full_name.as_deref().map(|name| split_number(name).1).unwrap_or_default();
        let by_number = self.by_number(entry);
        let is_named = |place: usize| {
            let file = &files[place];
            [&file.name, &file.short_name]
                .iter()
                .any(|known| **known == name || Some(*known) == full_name.as_ref())
        };
        if let Some(place) = by_number.filter(|&place| !name.is_empty() && is_named(place)) {
            return Some((place, Matching::NumberAndName));
        }
        let by_name =
            full_name.as_ref().and_then(|full| only(&self.names, full)).or_else(|| only(&self.names, &name));
        if let Some(place) = by_name {
            return Some((place, Matching::Name));
        }
        // Alembic's ids are no names. A file that was made from a revision mentions its own before those that
        // follow.
        let id = full_name.filter(|id| entry.name.is_none() && id.len() >= SHORTEST_ID)?;
        let in_name = files.iter().position(|file| file.name.split('_').any(|word| word == id));
        in_name.map(|place| (place, Matching::Name)).or_else(|| {
            let place = files.iter().position(|file| mentions(&file.migration.up.sql, &id))?;
            Some((place, Matching::Text))
        })
    }
}

/// The place of a key that one file alone has.
fn only(index: &BTreeSet<(String, usize)>, key: &str) -> Option<usize> {
    if key.is_empty() {
        return None;
    }
    let mut places = index.range((key.to_owned(), 0)..).take_while(|(known, _)| known == key);
    match (places.next(), places.next()) {
        (Some((_, place)), None) => Some(*place),
        _ => None,
    }
}

/// The checksums that other tools keep of a file: refinery's own, sqlx's (SHA-384), Prisma's (SHA-256).
fn checksums(migration: &Migration) -> [String; 3] {
    let sql = migration.up.sql.as_bytes();
    [migration.checksum(), format!("{:x}", Sha384::digest(sql)), format!("{:x}", Sha256::digest(sql))]
}

/// Letters and digits in lower case, words parted by one underscore.
fn plain(name: &str) -> String {
    let lower = name.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("_")
}

/// Parts a number from the beginning of a plain name, as in `2026_01_31_120000_name` or `0001_name`.
fn split_number(name: &str) -> (Option<String>, String) {
    let at = name.find(|c: char| !c.is_ascii_digit() && c != '_').unwrap_or(name.len());
    let end = name[..at].rfind('_').filter(|_| at < name.len()).map_or(0, |place| place + 1);
    let digits: String = name[..end].chars().filter(char::is_ascii_digit).collect();
    (number(&digits), name[end..].to_owned())
}

/// A whole number without leading zeros; none for what is no number, as `1.2`.
fn number(version: &str) -> Option<String> {
    let digits = version.strip_prefix('V').unwrap_or(version);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digits = digits.trim_start_matches('0');
    Some(if digits.is_empty() { "0" } else { digits }.to_owned())
}

/// Returns whether a text has an id as a word.
fn mentions(text: &str, id: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(id)
        .any(|(at, _)| !text[..at].ends_with(is_word) && !text[at + id.len()..].starts_with(is_word))
}
