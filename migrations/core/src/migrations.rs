//! A directory of migrations, checked as a whole.

use std::ops::Range;

use crate::directive::{DirectiveError, Directives, Loss};
use crate::file_name::{FileName, Kind, NameError};
use crate::line_index::LineIndex;
use crate::statement::{CopyData, Parts, PsqlCommand, SplitError, Statement};
use crate::version::VersionType;

/// From here on a number is a date, as in V20260131__name, and the next one need not follow it.
const FIRST_DATE: i64 = 10_000_101;

/// All migrations of a directory in the order of their numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Migrations(Vec<Migration>);

/// One step of the schema, and the way back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migration {
    /// The number that orders it.
    pub version: i64,
    /// The name without number.
    pub name: String,
    /// The way forward.
    pub up: Script,
    /// The way back, where there is one.
    pub down: Option<Script>,
    /// What writes rows to try migrations on, into the tables as they are from here on, where it is said.
    pub rows: Option<Script>,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// Its name, with the folder below the directory of migrations where it is in one.
    pub file: String,
    /// Its text.
    pub sql: String,
    /// What its leading comments say.
    pub directives: Directives,
    statements: Vec<Place>,
    /// Where psql's commands stand, and whether one stands between two statements.
    commands: Vec<(Range<usize>, bool)>,
    pub(crate) lines: LineIndex,
}

/// Where a statement stands.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    text: Range<usize>,
    line: usize,
    /// The rows of a `COPY … FROM stdin`, their first line, and where the file goes on.
    data: Option<(Range<usize>, usize, usize)>,
}

/// Why a directory cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {problem}")]
pub struct FileError {
    /// The file.
    pub file: String,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Its name.
    #[error(transparent)]
    Name(#[from] NameError),
    /// Its bytes.
    #[error("not UTF-8; save it as UTF-8")]
    NotUtf8,
    /// Some editors put it there; the server would read it as part of the first word.
    #[error("begins with a byte order mark; save it as UTF-8 without one")]
    ByteOrderMark,
    /// The checksum would differ between a checkout that converts line ends and one that does not.
    #[error(
        "line {line} ends in CRLF, so that its checksum would depend on the machine; convert it to LF, and let git keep \
         it so: *.sql text eol=lf in .gitattributes"
    )]
    CrLf {
        /// The first such line, from 1.
        line: usize,
    },
    /// Both would be the same row of the history.
    #[error("has the number of {other}; give the one that is not applied anywhere yet the next free number")]
    SameNumber {
        /// The other file.
        other: String,
    },
    /// A file is not there, or not there yet.
    #[error("follows {previous}, and number {missing} is missing; is a file not checked in, or misnamed?")]
    Gap {
        /// The file before.
        previous: String,
        /// The first number that is missing.
        missing: i64,
    },
    /// A down, or sample rows, that belong to nothing.
    #[error("belongs to a migration that is not there; its up would be named {up}")]
    Unpaired {
        /// The name that the up would have.
        up: String,
    },
    /// Either there is a way back or there is none.
    #[error("says irreversible, and {down} is there; remove one of the two")]
    IrreversibleWithDown {
        /// The down's file.
        down: String,
    },
    /// A directive.
    #[error(transparent)]
    Directive(#[from] DirectiveError),
    /// Something is not closed.
    #[error(transparent)]
    Split(#[from] SplitError),
}

impl Migrations {
    /// Reads a directory's files, given as name and content in any order. Files that are no migrations are passed over.
    ///
    /// # Errors
    /// The first file, in the order of names, with which the directory cannot be used.
    pub fn from_files(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Result<Self, FileError> {
        let mut files: Vec<_> = files.into_iter().collect();
        files.sort();
        let (mut ups, mut others) = (Vec::new(), Vec::new());
        for (file, content) in files {
            let wrong = |problem| FileError { file: file.clone(), problem };
            let base = file.rsplit('/').next().unwrap_or(&file);
            let Some(name) = FileName::parse(base).map_err(|error| wrong(error.into()))? else { continue };
            let script = Script::read(&file, content).map_err(wrong)?;
            let of_kind = if name.kind == Kind::Up { &mut ups } else { &mut others };
            of_kind.push((name, script));
        }
        ups.sort_by_key(|(name, _)| name.version);
        check_numbers(&ups)?;
        let migrations: Result<_, _> =
            ups.into_iter().map(|(name, up)| Migration::gather(name, up, &mut others)).collect();
        match others.into_iter().next() {
            None => migrations.map(Self),
            Some((name, Script { file, .. })) => {
                let up = format!("{}.sql", file.trim_end_matches(name.kind.ending()));
                Err(FileError { file, problem: Problem::Unpaired { up } })
            }
        }
    }

    /// The migrations, lowest number first.
    pub fn iter(&self) -> std::slice::Iter<'_, Migration> {
        self.0.iter()
    }

    /// The migration of a number.
    #[must_use]
    pub fn get(&self, version: i64) -> Option<&Migration> {
        self.0.binary_search_by_key(&version, |m| m.version).ok().and_then(|i| self.0.get(i))
    }

    /// The type that a history table of these migrations needs.
    #[must_use]
    pub fn version_type(&self) -> VersionType {
        self.head().map_or(VersionType::Int4, |head| VersionType::of(head.version))
    }

    /// The migration with the highest number.
    #[must_use]
    pub fn head(&self) -> Option<&Migration> {
        self.0.last()
    }
}

fn check_numbers(ups: &[(FileName, Script)]) -> Result<(), FileError> {
    for ((before, previous), (after, file)) in ups.iter().zip(ups.iter().skip(1)) {
        let previous = previous.file.clone();
        let problem = if before.version == after.version {
            Problem::SameNumber { other: previous }
        } else if after.version - before.version > 1 && after.version < FIRST_DATE {
            Problem::Gap { previous, missing: before.version + 1 }
        } else {
            continue;
        };
        return Err(FileError { file: file.file.clone(), problem });
    }
    Ok(())
}

impl Migration {
    /// Takes what belongs to an up from among the other files.
    fn gather(name: FileName, up: Script, others: &mut Vec<(FileName, Script)>) -> Result<Self, FileError> {
        let mut take = |kind| {
            let wanted = FileName { kind, ..name.clone() };
            let place = others.iter().position(|(other, _)| *other == wanted);
            place.map(|i| others.swap_remove(i).1)
        };
        let (down, rows) = (take(Kind::Down), take(Kind::Rows));
        if let (Some(_), Some(down)) = (&up.directives.irreversible, &down) {
            let problem = Problem::IrreversibleWithDown { down: down.file.clone() };
            return Err(FileError { file: up.file, problem });
        }
        Ok(Self { version: name.version, name: name.name, up, down, rows })
    }

    /// refinery's checksum of number, name and text, with the number in the smallest type that holds it.
    #[must_use]
    pub fn checksum(&self) -> String {
        self.checksum_in(VersionType::of(self.version))
    }

    /// The same, as a history table holds it whose numbers are of a type.
    #[must_use]
    pub fn checksum_in(&self, versions: VersionType) -> String {
        versions.checksum(self.version, &self.name, &self.up.sql).to_string()
    }

    /// What its files say that it cannot keep.
    pub fn losses(&self) -> impl Iterator<Item = &Loss> {
        std::iter::once(&self.up).chain(&self.down).flat_map(|script| &script.directives.losses)
    }

    /// The up's file name without its ending: `V0001__name`.
    #[must_use]
    pub fn label(&self) -> &str {
        let file = self.up.file.rsplit('/').next().unwrap_or(&self.up.file);
        file.strip_suffix(".sql").unwrap_or(file)
    }
}

impl Script {
    fn read(file: &str, content: Vec<u8>) -> Result<Self, Problem> {
        let sql = String::from_utf8(content).map_err(|_| Problem::NotUtf8)?;
        if sql.starts_with('\u{feff}') {
            return Err(Problem::ByteOrderMark);
        }
        if let Some(at) = sql.find("\r\n") {
            return Err(Problem::CrLf { line: 1 + sql[..at].matches('\n').count() });
        }
        let directives = Directives::parse(&sql)?;
        let Parts { statements, commands, lines } = Parts::of(&sql)?;
        let place = |statement: &Statement<'_>| Place {
            text: statement.start..statement.start + statement.text.len(),
            line: statement.line,
            data: statement.data.map(|data| (data.start..data.start + data.text.len(), data.line, data.end)),
        };
        let statements = statements.iter().map(place).collect();
        let commands =
            commands.iter().map(|command| (command.start..command.end, command.is_between)).collect();
        Ok(Self { file: file.to_owned(), directives, statements, commands, lines, sql })
    }

    /// Its statements in order.
    pub fn statements(&self) -> impl ExactSizeIterator<Item = Statement<'_>> {
        self.statements.iter().map(|place| Statement {
            text: &self.sql[place.text.clone()],
            start: place.text.start,
            line: place.line,
            data: place.data.as_ref().map(|(range, line, end)| CopyData {
                text: &self.sql[range.clone()],
                start: range.start,
                line: *line,
                end: *end,
            }),
        })
    }

    /// psql's commands in it, in order.
    pub fn psql_commands(&self) -> impl Iterator<Item = PsqlCommand<'_>> {
        self.commands.iter().map(|(range, is_between)| {
            let line = self.lines.line(range.start);
            PsqlCommand::new(&self.sql[range.clone()], range.start, line, *is_between)
        })
    }
}

#[cfg(test)]
mod tests;
