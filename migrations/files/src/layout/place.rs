//! The meaning of a path in a layout.

use super::lookalike::begins_as_migration;
use super::{Layout, flyway};
use crate::file_name::{FileName, Kind, NameError};

/// A file's place in the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// One number; more of them where Flyway's version has dots.
    pub(crate) version: Vec<u64>,
    /// The name without number.
    pub(crate) name: String,
    /// The migration's name for people: its file without the ending, or its folder.
    pub(crate) label: String,
    /// The file's kind.
    pub(crate) kind: Kind,
}

/// The result of reading a path that ends in `.sql` by a layout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// A migration's file.
    Part(Place),
    /// Not taken, and why.
    Left(&'static str),
}

impl Layout {
    /// Reads a path below the folder of migrations.
    ///
    /// # Errors
    /// It is not of the layout's form.
    pub(crate) fn read(self, path: &str) -> Result<Reading, NameError> {
        let (folder, base) =
            path.rsplit_once('/').map_or((None, path), |(folder, base)| (Some(folder), base));
        match self {
            Self::Branchline | Self::Refinery => own(base),
            Self::Flyway => flyway::read(base),
            Self::Diesel | Self::Prisma => match folder {
                Some(folder) if !folder.contains('/') => self.in_folder(folder, base),
                Some(_) => Ok(Reading::Left(TOO_DEEP)),
                None if !begins_as_migration(&base.to_lowercase()) => {
                    Ok(Reading::Left("the tool takes folders alone"))
                }
                None => Err(NameError::Layout(self.name(), self.form())),
            },
            _ if folder.is_some() => Ok(Reading::Left(TOO_DEEP)),
            _ if self.passes_over(base) => {
                Ok(Reading::Left("the tool takes files alone that begin with a number"))
            }
            _ => self.numbered(base),
        }
    }

    /// Returns whether the tool passes over a file that nobody takes for a migration; others fail on one.
    fn passes_over(self, base: &str) -> bool {
        matches!(self, Self::GolangMigrate | Self::Dbmate | Self::Supabase)
            && !begins_as_migration(&base.to_lowercase())
            && !base.starts_with(|c: char| c.is_ascii_digit())
    }

    fn in_folder(self, folder: &str, base: &str) -> Result<Reading, NameError> {
        let kind = match (base, self) {
            ("up.sql", Self::Diesel) | ("migration.sql", Self::Prisma) => Kind::Up,
            ("down.sql", _) => Kind::Down,
            ("rows.sql", _) => Kind::Rows,
            _ => return Ok(Reading::Left("the tool takes no file of this name")),
        };
        let wrong = NameError::Layout(self.name(), self.form());
        let (version, name) = folder.split_once('_').ok_or_else(|| wrong.clone())?;
        let is_version = version.bytes().all(|b| b.is_ascii_digit() || (b == b'-' && self == Self::Diesel));
        // Diesel leaves the dashes out too (`diesel_migrations`, `file_based_migrations.rs`).
        let digits = version.replace('-', "");
        if !is_version || digits.is_empty() {
            return Err(wrong);
        }
        part(&digits, name, folder, kind)
    }

    /// `<number>_<name>.sql`, with `.up` or `.down` where the layout has pairs.
    fn numbered(self, base: &str) -> Result<Reading, NameError> {
        let stem = base.strip_suffix(".sql").unwrap_or(base);
        let has_pairs = matches!(self, Self::Sqlx | Self::GolangMigrate);
        let (stem, kind) = match stem.rsplit_once('.') {
            Some((stem, "up")) if has_pairs => (stem, Kind::Up),
            Some((stem, "down")) if has_pairs => (stem, Kind::Down),
            Some((stem, "rows")) if self == Self::GolangMigrate => (stem, Kind::Rows),
            _ if self == Self::GolangMigrate => return Err(NameError::Layout(self.name(), self.form())),
            _ => (stem, Kind::Up),
        };
        let digits = stem.len() - stem.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, rest) = stem.split_at(digits);
        // dbmate wants the digits alone.
        let name = match rest.strip_prefix('_') {
            Some(name) => name,
            None if self == Self::Dbmate => rest,
            None => return Err(NameError::Layout(self.name(), self.form())),
        };
        if number.is_empty() {
            return Err(NameError::Layout(self.name(), self.form()));
        }
        part(number, name, stem, kind)
    }

    /// Returns the pattern of its file names, for messages.
    #[must_use]
    pub fn form(self) -> &'static str {
        match self {
            Self::Branchline | Self::Refinery => "V<number>__<name>.sql and V<number>__<name>.down.sql",
            Self::Diesel => "<digits>_<name>/up.sql and down.sql",
            Self::Sqlx => "<number>_<name>.sql, or .up.sql and .down.sql",
            Self::GolangMigrate => "<number>_<name>.up.sql and <number>_<name>.down.sql",
            Self::Goose | Self::Dbmate => "<number>_<name>.sql",
            Self::Flyway => "V<version>__<name>.sql, U<version>__<name>.sql and R__<name>.sql",
            Self::Supabase => "<14 digits>_<name>.sql",
            Self::Prisma => "<14 digits>_<name>/migration.sql",
        }
    }
}

const TOO_DEEP: &str = "the tool does not look into the folders below";

fn own(base: &str) -> Result<Reading, NameError> {
    let Some(FileName { version, name, kind }) = FileName::parse(base)? else {
        return Ok(Reading::Left("it is no SQL"));
    };
    let label = base.strip_suffix(kind.ending()).unwrap_or(base).to_owned();
    Ok(Reading::Part(Place { version: vec![version.unsigned_abs()], name, label, kind }))
}

fn part(digits: &str, name: &str, label: &str, kind: Kind) -> Result<Reading, NameError> {
    let version: i64 = digits.parse().map_err(|_| NameError::TooLarge)?;
    let (name, label) = (name.to_owned(), label.to_owned());
    Ok(Reading::Part(Place { version: vec![version.unsigned_abs()], name, label, kind }))
}
