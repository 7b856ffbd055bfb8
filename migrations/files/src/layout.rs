//! The folder layouts of other migration tools, so that a folder is read as it is.
//!
//! A layout says which files are migrations, what number and name a path stands for, and which comments mean
//! what a directive of ours means. What it cannot say exactly is refused or noted, never guessed.

use crate::file_name::Kind;
use crate::migrations::FileError;

mod detect;
mod flyway;
mod history;
mod lookalike;
mod place;
mod sections;
mod transaction;

pub(crate) use flyway::numbers;
pub(crate) use lookalike::{Lookalike, lookalike};
pub(crate) use place::{Place, Reading};
pub(crate) use sections::parts;
pub(crate) use transaction::around;

/// Whose form a folder has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layout {
    /// `V<number>__<name>.sql` without gaps: a number that is missing is a file that is not checked in.
    Branchline,
    /// The same with gaps, as refinery takes it.
    Refinery,
    /// A folder `<version>_<name>` with `up.sql` and `down.sql`.
    Diesel,
    /// `<number>_<name>.sql`, or the pair `.up.sql` and `.down.sql`.
    Sqlx,
    /// `<number>_<name>.up.sql` and `.down.sql`.
    GolangMigrate,
    /// `<number>_<name>.sql` with `-- +goose Up` and `-- +goose Down`.
    Goose,
    /// `<number>_<name>.sql` with `-- migrate:up` and `-- migrate:down`.
    Dbmate,
    /// `V<version>__<name>.sql`, its undo `U<version>__<name>.sql`, `R__<name>.sql`.
    Flyway,
    /// `<14 digits>_<name>.sql`.
    Supabase,
    /// A folder `<14 digits>_<name>` with `migration.sql`.
    Prisma,
}

impl Layout {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Branchline,
        Self::Refinery,
        Self::Diesel,
        Self::Sqlx,
        Self::GolangMigrate,
        Self::Goose,
        Self::Dbmate,
        Self::Flyway,
        Self::Supabase,
        Self::Prisma,
    ];

    /// The layout of a folder's files, given as name and content. `dir` is the folder's path, by which
    /// Supabase's is known.
    ///
    /// # Errors
    /// There are files of several tools, or the migrations are in a folder below.
    pub fn detect(files: &[(String, Vec<u8>)], dir: &str) -> Result<Self, FileError> {
        detect::detect(files, dir)
    }

    /// Its name on the command line, which is the tool's.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Branchline => "branchline",
            Self::Refinery => "refinery",
            Self::Diesel => "diesel",
            Self::Sqlx => "sqlx",
            Self::GolangMigrate => "golang-migrate",
            Self::Goose => "goose",
            Self::Dbmate => "dbmate",
            Self::Flyway => "flyway",
            Self::Supabase => "supabase",
            Self::Prisma => "prisma",
        }
    }

    /// Returns whether its files are named `V<number>__<name>`, so that numbers can be given to them.
    #[must_use]
    pub fn is_own(self) -> bool {
        matches!(self, Self::Branchline | Self::Refinery)
    }

    /// Returns whether the tool orders versions as text, so that 10 comes before 9.
    pub(crate) fn orders_as_text(self) -> bool {
        matches!(self, Self::Diesel | Self::Dbmate | Self::Supabase | Self::Prisma)
    }

    /// The up that a down or sample rows belong to.
    pub(crate) fn up_file(self, file: &str, kind: Kind) -> String {
        match self {
            Self::Diesel => file.replace("down.sql", "up.sql").replace("rows.sql", "up.sql"),
            Self::Prisma => file.replace("down.sql", "migration.sql").replace("rows.sql", "migration.sql"),
            Self::Flyway => file.replacen('U', "V", 1),
            Self::GolangMigrate | Self::Sqlx => format!("{}.up.sql", file.trim_end_matches(kind.ending())),
            _ => format!("{}.sql", file.trim_end_matches(kind.ending())),
        }
    }

    /// Returns the path where the down of a migration would be written.
    pub(crate) fn down_place(self, label: &str, file: &str) -> String {
        match self {
            Self::Diesel | Self::Prisma => format!("{label}/down.sql"),
            Self::Goose => format!("a section -- +goose Down in {file}"),
            Self::Dbmate => format!("a section -- migrate:down in {file}"),
            Self::Flyway => format!("U{}.sql", label.strip_prefix('V').unwrap_or(label)),
            Self::Supabase => "it in Branchline's own layout, as Supabase has no downs".to_owned(),
            Self::Branchline | Self::Refinery | Self::Sqlx | Self::GolangMigrate => {
                format!("{label}.down.sql")
            }
        }
    }
}

#[cfg(test)]
mod tests;
