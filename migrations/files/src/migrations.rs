//! A directory of migrations, checked as a whole.

use std::ops::Range;

use crate::directive::{DirectiveError, Directives, Loss};
use crate::file_name::NameError;
use crate::layout::{self, Layout};
use crate::line_index::LineIndex;
use crate::statement::{CopyData, Parts, PsqlCommand, SplitError, Statement};
use crate::table_name::TableName;
use crate::version::VersionType;

/// From here on a number is a date, as in V20260131__name, and the next one need not follow it.
const FIRST_DATE: i64 = 10_000_101;

/// All migrations of a directory in the order of their numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migrations {
    all: Vec<Migration>,
    layout: Layout,
    notes: Vec<String>,
}

/// A number between two migrations that no file has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap<'a> {
    /// The migration before.
    pub previous: &'a Migration,
    /// The migration after.
    pub next: &'a Migration,
    /// The first number that is missing.
    pub missing: i64,
}

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
    /// The script that writes sample rows into the tables as they are from here on, if there is one.
    pub rows: Option<Script>,
    label: String,
    layout: Layout,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// Its name, with the folder below the directory of migrations where it is in one.
    pub file: String,
    /// Its text.
    pub sql: String,
    /// The directives in its leading comments.
    pub directives: Directives,
    statements: Vec<Place>,
    /// Ranges of psql's commands, and whether each stands between two statements.
    commands: Vec<(Range<usize>, bool)>,
    pub(crate) lines: LineIndex,
}

/// The range of a statement.
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
    /// The defect.
    pub problem: Problem,
}

/// A defect of a file.
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
        "line {line} ends in CRLF, so that its checksum would depend on the machine; convert it to LF, and \
         let git keep it so: *.sql text eol=lf in .gitattributes"
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
    /// A down, or sample rows, that belong to nothing.
    #[error("belongs to a migration that is not there; its up would be named {up}")]
    Unpaired {
        /// The name that the up would have.
        up: String,
    },
    /// The folder has files of several tools.
    #[error(
        "has the form of {own}, and {}; name the layout with --layout, or keep them in folders of their own",
        others.join(", ")
    )]
    Mixed {
        /// Whose form the file has.
        own: &'static str,
        /// A file of each other form, and whose it is.
        others: Vec<String>,
    },
    /// Nothing is in the folder itself.
    #[error("the migrations are in folders below ({folders}); name the one to read with --dir")]
    Below {
        /// Their names.
        folders: String,
    },
    /// Somebody means it to run.
    #[error("looks like a migration and is not taken: {reason}")]
    NotTaken {
        /// Why.
        reason: &'static str,
    },
    /// The tool's order is not that of the numbers.
    #[error(
        "{tool} orders numbers as text, so that it runs this before {other}, whose number is lower; write \
         the numbers with as many digits"
    )]
    OrderOfText {
        /// The tool.
        tool: &'static str,
        /// The file with the lower number.
        other: String,
    },
    /// The tool would put a value there.
    #[error("line {line}: {text} is filled in by the tool, and Branchline does not do that; write the value")]
    Placeholder {
        /// Line number, from 1.
        line: usize,
        /// The placeholder.
        text: String,
    },
    /// A section is not there.
    #[error("has no line {marker}, below which its statements stand")]
    Section {
        /// The marker's first words.
        marker: &'static str,
    },
    /// The way back comes first.
    #[error("line {line}: {marker} stands before the way forward; put it at the end")]
    SectionOrder {
        /// Line number, from 1.
        line: usize,
        /// The marker's first words.
        marker: &'static str,
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
    /// The migrations, lowest number first.
    pub fn iter(&self) -> std::slice::Iter<'_, Migration> {
        self.all.iter()
    }

    /// The migration of a number.
    #[must_use]
    pub fn get(&self, version: i64) -> Option<&Migration> {
        self.all.binary_search_by_key(&version, |m| m.version).ok().and_then(|i| self.all.get(i))
    }

    /// The type that a history table of these migrations needs.
    #[must_use]
    pub fn version_type(&self) -> VersionType {
        self.head().map_or(VersionType::Int4, |head| VersionType::for_version(head.version))
    }

    /// The migration with the highest number.
    #[must_use]
    pub fn head(&self) -> Option<&Migration> {
        self.all.last()
    }

    /// Whose form the directory has.
    #[must_use]
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// Notes about files that were left out, or are read otherwise than the tool reads them.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The same where a missing number is nobody's concern: nothing that lasts is changed.
    #[must_use]
    pub fn allowing_gaps(self) -> Self {
        let layout = if self.layout == Layout::Branchline { Layout::Refinery } else { self.layout };
        Self { layout, ..self }
    }

    /// Numbers that are missing, where that means that a file may be: in our own layout, as far as numbers
    /// are no dates.
    pub fn gaps(&self) -> impl Iterator<Item = Gap<'_>> {
        let is_strict = self.layout == Layout::Branchline;
        let pairs = self.all.iter().zip(self.all.iter().skip(1)).filter(move |_| is_strict);
        pairs
            .filter(|(previous, next)| next.version - previous.version > 1 && next.version < FIRST_DATE)
            .map(|(previous, next)| Gap { previous, next, missing: previous.version + 1 })
    }
}

impl Migration {
    /// refinery's checksum of number, name and text, with the number in the smallest type that holds it.
    #[must_use]
    pub fn checksum(&self) -> String {
        self.checksum_in(VersionType::for_version(self.version))
    }

    /// The same, as a history table holds it whose numbers are of a type.
    #[must_use]
    pub fn checksum_in(&self, versions: VersionType) -> String {
        versions.checksum(self.version, &self.name, &self.up.sql).to_string()
    }

    /// Values that its files declare lost.
    pub fn losses(&self) -> impl Iterator<Item = &Loss> {
        std::iter::once(&self.up).chain(&self.down).flat_map(|script| &script.directives.losses)
    }

    /// Returns whether each of its files runs in a transaction.
    #[must_use]
    pub fn is_transactional(&self) -> bool {
        std::iter::once(&self.up).chain(&self.down).all(|script| !script.directives.no_transaction)
    }

    /// Tables of another tool that its up moves away.
    pub fn moves(&self) -> impl Iterator<Item = &TableName> {
        self.up.directives.moves.iter()
    }

    /// The up's file name without its ending, `V0001__name`, or the name of its folder where the layout has
    /// one.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.label
    }

    /// Returns the path where its down would be written.
    pub(crate) fn down_place(&self) -> String {
        self.layout.down_place(&self.label, &self.up.file)
    }
}

impl Script {
    /// The line, from 1, of a byte of its text.
    #[must_use]
    pub fn line_of(&self, offset: usize) -> usize {
        self.lines.line(offset)
    }

    /// Returns the position at which a line, from 1, begins, in bytes; for lines past the end, that of the
    /// last line.
    #[must_use]
    pub fn line_start(&self, line: usize) -> usize {
        self.lines.start(line)
    }

    /// The text of a line, from 1, without its end.
    #[must_use]
    pub fn line_text(&self, line: usize) -> &str {
        self.lines.text(&self.sql, line)
    }

    /// A file's text.
    fn decode(content: Vec<u8>) -> Result<String, Problem> {
        let sql = String::from_utf8(content).map_err(|_| Problem::NotUtf8)?;
        if sql.starts_with('\u{feff}') {
            return Err(Problem::ByteOrderMark);
        }
        if let Some(at) = sql.find("\r\n") {
            return Err(Problem::CrLf { line: 1 + sql[..at].matches('\n').count() });
        }
        Ok(sql)
    }

    /// Reads a text that stands on these lines of a file.
    fn new(file: &str, sql: String) -> Result<Self, Problem> {
        let directives = Directives::parse(&sql)?;
        let Parts { statements, commands, lines } = Parts::parse(&sql)?;
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

    /// Runs as another tool runs it. A transaction around the whole file is the one that it runs in here.
    fn as_in(&mut self, layout: Layout, no_transaction: bool) {
        let statements: Vec<Statement<'_>> = self.statements().collect();
        let is_outside = layout.runs_outside(&statements);
        let around = if no_transaction || is_outside { None } else { layout::around(&statements) };
        self.directives.no_transaction |= no_transaction || is_outside;
        for range in around.into_iter().flatten() {
            let blank = self.sql[range.clone()].replace(|c: char| c != '\n', " ");
            // A comment in the statement may have had longer characters.
            if blank.len() == range.len() {
                self.sql.replace_range(range.clone(), &blank);
                self.statements.retain(|place| place.text.start != range.start);
            }
        }
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

mod read;

#[cfg(test)]
mod tests;
