//! `CHECKSUMS`: one line a migration, so that two branches which add the same number conflict in git.

use std::collections::BTreeMap;

use crate::migrations::{Migration, Migrations};

/// The file's name, in the directory of migrations.
pub const CHECKSUMS: &str = "CHECKSUMS";

/// A disagreement between the file and the migrations.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChecksumsError {
    /// It has git's marks of a conflict.
    #[error(
        "CHECKSUMS, line {line}: two branches were merged that both add a migration; if they gave it one \
         number, branchline renumber resolves that, else branchline check --write"
    )]
    Conflict {
        /// Line number, from 1.
        line: usize,
    },
    /// A migration's line is not as its file says.
    #[error(
        "CHECKSUMS is not what {label} says; if the file is as it should be, write it with branchline check \
         --write"
    )]
    Differs {
        /// The migration.
        label: String,
    },
    /// A migration has no line.
    #[error("CHECKSUMS has no line for {label}; write it with branchline check --write")]
    Absent {
        /// The migration.
        label: String,
    },
    /// A line is of no migration.
    #[error(
        "CHECKSUMS, line {line}: there is no such migration in the directory; if it was removed rightly, \
         write the file with branchline check --write"
    )]
    Surplus {
        /// Line number, from 1.
        line: usize,
    },
}

impl Migrations {
    /// The text of `CHECKSUMS`: label and refinery's checksum of each migration, in order.
    #[must_use]
    pub fn checksums(&self) -> String {
        self.iter().map(|migration| line(migration) + "\n").collect()
    }

    /// Holds the text of `CHECKSUMS` against the migrations.
    ///
    /// # Errors
    /// The first disagreement, in the order of the migrations.
    pub fn check_checksums(&self, text: &str) -> Result<(), ChecksumsError> {
        let mut lines = BTreeMap::new();
        for (number, line) in (1..).zip(text.lines()) {
            if ["<<<<<<<", "=======", ">>>>>>>"].iter().any(|mark| line.starts_with(mark)) {
                return Err(ChecksumsError::Conflict { line: number });
            }
            // A label may have spaces, where it is another tool's.
            lines.insert(line.rsplit_once(' ').map_or(line, |(label, _)| label), (number, line));
        }
        for migration in self.iter() {
            let label = migration.label();
            match lines.remove(label) {
                Some((_, found)) if found == line(migration) => {}
                Some(_) => return Err(ChecksumsError::Differs { label: label.to_owned() }),
                None => return Err(ChecksumsError::Absent { label: label.to_owned() }),
            }
        }
        match lines.values().map(|(number, _)| *number).min() {
            Some(line) => Err(ChecksumsError::Surplus { line }),
            None => Ok(()),
        }
    }
}

fn line(migration: &Migration) -> String {
    format!("{} {}", migration.label(), migration.checksum())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn migrations(files: &[(&str, &str)]) -> Migrations {
        let files = files.iter().map(|(file, sql)| ((*file).to_owned(), sql.as_bytes().to_vec()));
        Migrations::from_files(files).unwrap()
    }

    #[test]
    fn what_is_written_is_accepted() {
        let migrations = migrations(&[("V0001__a.sql", "SELECT 1"), ("V0002__b.sql", "SELECT 2")]);
        let text = migrations.checksums();
        assert_eq!(text.lines().map(|line| line.split(' ').count()).collect::<Vec<_>>(), [2, 2]);
        assert_eq!(migrations.check_checksums(&text), Ok(()));
    }

    #[test]
    fn each_way_to_disagree_is_reported() {
        let one = migrations(&[("V1__a.sql", "SELECT 1")]);
        let changed = migrations(&[("V1__a.sql", "SELECT 2")]);
        let two = migrations(&[("V1__a.sql", "SELECT 1"), ("V2__b.sql", "SELECT 2")]);
        let label = |label: &str| label.to_owned();
        assert_eq!(
            one.check_checksums(&changed.checksums()),
            Err(ChecksumsError::Differs { label: label("V1__a") })
        );
        assert_eq!(
            two.check_checksums(&one.checksums()),
            Err(ChecksumsError::Absent { label: label("V2__b") })
        );
        assert_eq!(one.check_checksums(&two.checksums()), Err(ChecksumsError::Surplus { line: 2 }));
        assert_eq!(one.check_checksums("V1__a 1\n<<<<<<< HEAD\n"), Err(ChecksumsError::Conflict { line: 2 }));
    }
}
