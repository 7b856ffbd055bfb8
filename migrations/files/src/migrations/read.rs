//! From a folder's files to its migrations.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use super::{FileError, Migration, Migrations, Problem, Script};
use crate::file_name::{FileName, Kind};
use crate::layout::{self, Layout, Lookalike, Place, Reading, lookalike, parts};

/// Files of a kind that a note names.
const NAMED: usize = 5;

/// The downs and sample rows by version, kind and, where a name must agree, name.
type Others = BTreeMap<(Vec<u64>, bool, String), (Place, Script)>;

/// A folder on its way.
struct Reader {
    layout: Layout,
    ups: Vec<(Place, Script)>,
    others: Others,
    /// Files that are not taken, by the reason.
    left: BTreeMap<&'static str, Vec<String>>,
    /// Migrations that the tool runs outside a transaction by its configuration.
    outside: BTreeSet<String>,
    empty_downs: usize,
}

impl Migrations {
    /// Reads a directory's files, given as name and content in any order, in the layout that they have. The
    /// content of a file that is neither SQL nor configuration does not count.
    ///
    /// # Errors
    /// The first file, in the order of names, with which the directory cannot be used.
    pub fn from_files(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Result<Self, FileError> {
        Self::read(files, None, "")
    }

    /// The same in a given layout. `dir` is the directory's path, by which Supabase's is known.
    ///
    /// # Errors
    /// Those of [`Migrations::from_files`].
    pub fn read(
        files: impl IntoIterator<Item = (String, Vec<u8>)>,
        layout: Option<Layout>,
        dir: &str,
    ) -> Result<Self, FileError> {
        let mut files: Vec<_> = files.into_iter().collect();
        files.sort();
        let layout = match layout {
            Some(layout) => layout,
            None => Layout::detect(&files, dir)?,
        };
        let mut reader = Reader {
            layout,
            ups: Vec::new(),
            others: Others::new(),
            left: BTreeMap::new(),
            outside: outside(layout, &files),
            empty_downs: 0,
        };
        for (file, content) in files {
            reader.file(&file, content).map_err(|problem| FileError { file, problem })?;
        }
        reader.finish()
    }
}

/// The paths, without ending, of migrations whose configuration takes them out of a transaction: Diesel's
/// `metadata.toml`, Flyway's `.sql.conf`.
fn outside(layout: Layout, files: &[(String, Vec<u8>)]) -> BTreeSet<String> {
    let (ending, key) = match layout {
        Layout::Diesel => ("/metadata.toml", "run_in_transaction=false"),
        Layout::Flyway => (".sql.conf", "executeInTransaction=false"),
        _ => return BTreeSet::new(),
    };
    let says = |content: &[u8]| {
        let text = String::from_utf8_lossy(content);
        text.lines().any(|line| line.split('#').next().unwrap_or_default().replace(' ', "") == key)
    };
    let found = files.iter().filter(|(_, content)| says(content));
    found.filter_map(|(file, _)| file.strip_suffix(ending)).map(str::to_owned).collect()
}

impl Reader {
    fn file(&mut self, file: &str, content: Vec<u8>) -> Result<(), Problem> {
        let base = file.rsplit('/').next().unwrap_or(file);
        if !base.ends_with(".sql") {
            if self.layout.is_own() {
                // refinery's migrations written in Rust.
                FileName::parse(base)?;
            }
            match lookalike(self.layout, base) {
                Some(Lookalike::Refused(reason)) => return Err(Problem::NotTaken { reason }),
                Some(Lookalike::Left(reason)) => self.leave(file, reason),
                None => {}
            }
            return Ok(());
        }
        let place = match self.layout.read(file)? {
            Reading::Part(place) => place,
            Reading::Left(reason) => {
                self.leave(file, reason);
                return Ok(());
            }
        };
        let unit = file.strip_suffix(".sql").filter(|_| self.layout != Layout::Diesel);
        let unit = unit.or_else(|| file.rsplit_once('/').map(|(folder, _)| folder));
        let is_outside = unit.is_some_and(|unit| self.outside.contains(unit));
        for part in parts(self.layout, place.kind, Script::decode(content)?)? {
            let place = Place { kind: part.kind, ..place.clone() };
            let mut script = Script::new(file, part.sql)?;
            if !self.layout.is_own() {
                script.as_in(self.layout, part.no_transaction || is_outside);
            }
            self.add(place, script)?;
        }
        Ok(())
    }

    fn leave(&mut self, file: &str, reason: &'static str) {
        self.left.entry(reason).or_default().push(file.to_owned());
    }

    fn add(&mut self, place: Place, script: Script) -> Result<(), Problem> {
        if place.kind == Kind::Up {
            self.ups.push((place, script));
            return Ok(());
        }
        // Tools write a down that says nothing for a migration that has none.
        if place.kind == Kind::Down && !self.layout.is_own() && script.statements.is_empty() {
            self.empty_downs += 1;
            return Ok(());
        }
        let key = self.key(&place, place.kind);
        match self.others.get(&key) {
            Some((_, other)) => Err(Problem::SameNumber { other: other.file.clone() }),
            None => {
                self.others.insert(key, (place, script));
                Ok(())
            }
        }
    }

    /// The key that a migration's files have in common. Other tools pair them by the number alone.
    fn key(&self, place: &Place, kind: Kind) -> (Vec<u64>, bool, String) {
        let name = if self.layout.is_own() { place.name.clone() } else { String::new() };
        (place.version.clone(), kind == Kind::Down, name)
    }

    fn finish(mut self) -> Result<Migrations, FileError> {
        let width = self.width_of_times();
        self.ups.sort_by_key(|(place, _)| (width.map(|_| text(place)), place.version.clone()));
        self.check_order(width.is_some())?;
        let mut notes = self.notes();
        notes.extend(width.map(|width| {
            format!("numbers are times of different lengths, and all are filled with zeros to {width} digits")
        }));
        let versions: Vec<&[u64]> = self.ups.iter().map(|(place, _)| place.version.as_slice()).collect();
        let times = width.map(|width| filled(self.ups.iter().map(|(place, _)| text(place)), width));
        let numbers = times.or_else(|| layout::numbers(&versions)).unwrap_or_else(|| {
            notes.push(
                "a version has more than four parts or a part over 9999, so that numbers are places in the \
                 order: a version that comes in between moves those after it"
                    .to_owned(),
            );
            (1..).take(versions.len()).collect()
        });
        let mut migrations = Vec::new();
        for ((place, up), version) in std::mem::take(&mut self.ups).into_iter().zip(numbers) {
            let mut take = |kind| self.others.remove(&self.key(&place, kind)).map(|(_, script)| script);
            let (down, rows) = (take(Kind::Down), take(Kind::Rows));
            if let (Some(_), Some(down)) = (&up.directives.irreversible, &down) {
                let problem = Problem::IrreversibleWithDown { down: down.file.clone() };
                return Err(FileError { file: up.file, problem });
            }
            let (layout, name, label) = (self.layout, place.name, place.label);
            migrations.push(Migration { version, name, up, down, rows, label, layout });
        }
        match self.others.into_values().next() {
            None => Ok(Migrations { all: migrations, layout: self.layout, notes }),
            Some((place, Script { file, .. })) => {
                let up = self.layout.up_file(&file, place.kind);
                Err(FileError { file, problem: Problem::Unpaired { up } })
            }
        }
    }

    /// The digits that all numbers get where a tool orders them as text and they are times of different
    /// lengths, to the second and to a part of it.
    fn width_of_times(&self) -> Option<usize> {
        let lengths: BTreeSet<usize> = self.ups.iter().map(|(place, _)| text(place).len()).collect();
        let (shortest, longest) = (*lengths.first()?, *lengths.last()?);
        let are_times = TIME_DIGITS.contains(&shortest) && TIME_DIGITS.contains(&longest);
        (self.layout.orders_as_text() && are_times && shortest < longest).then_some(longest)
    }

    /// Refuses numbers that are there twice, and an order that the tool would not run them in; `are_times`
    /// says that they have the order of their texts.
    fn check_order(&self, are_times: bool) -> Result<(), FileError> {
        let is_as_text = self.layout.orders_as_text() && !are_times;
        for ((before, previous), (after, file)) in self.ups.iter().zip(self.ups.iter().skip(1)) {
            let problem = if before.version == after.version {
                Problem::SameNumber { other: previous.file.clone() }
            } else if is_as_text && text(before) > text(after) {
                Problem::OrderOfText { tool: self.layout.name(), other: previous.file.clone() }
            } else {
                continue;
            };
            return Err(FileError { file: file.file.clone(), problem });
        }
        Ok(())
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        for (reason, files) in &self.left {
            let named: Vec<&str> = files.iter().take(NAMED).map(String::as_str).collect();
            let others = match files.len().saturating_sub(NAMED) {
                0 => String::new(),
                others => format!(" and {others} more"),
            };
            notes.push(format!("not taken: {}{others}: {reason}", named.join(", ")));
        }
        match self.empty_downs {
            0 => {}
            1 => notes.push("one down has no statement and counts as none".to_owned()),
            downs => notes.push(format!("{downs} downs have no statement and count as none")),
        }
        notes
    }
}

/// Digits of a time to the second, and the most of one to a part of it. Diesel's command line wrote 14, and
/// writes 18 today.
const TIME_DIGITS: RangeInclusive<usize> = 14..=18;

/// The numbers of times, in their order, that are given so many digits. Where two are then the same, the
/// later one is one more.
fn filled(times: impl Iterator<Item = String>, width: usize) -> Vec<i64> {
    let next = |before: &mut i64, time: String| {
        // 18 digits always fit.
        let number: i64 = format!("{time:0<width$}").parse().unwrap_or(i64::MAX);
        *before = number.max(before.saturating_add(1));
        Some(*before)
    };
    times.scan(-1, next).collect()
}

/// A version as the tools compare it that compare texts.
fn text(place: &Place) -> String {
    let version: String = place.label.chars().take_while(|c| c.is_ascii_digit() || *c == '-').collect();
    version.replace('-', "")
}
