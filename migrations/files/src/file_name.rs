//! The name of a migration file.

/// The parts of a file's name: `V0001__projects.sql`, `V0001__projects.down.sql` or
/// `V0001__projects.rows.sql`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileName {
    /// The number, which orders the migrations; leading zeros do not count.
    pub version: i64,
    /// The part after the two underscores.
    pub name: String,
    /// Which of a migration's files it is: its up, its down or both.
    pub kind: Kind,
}

/// The kinds of files that a migration has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Leads forward.
    Up,
    /// Takes the up back.
    Down,
    /// Writes rows to try migrations on.
    Rows,
}

impl Kind {
    /// The ending of such a file's name.
    #[must_use]
    pub fn ending(self) -> &'static str {
        match self {
            Self::Up => ".sql",
            Self::Down => ".down.sql",
            Self::Rows => ".rows.sql",
        }
    }

    /// A file's name without its ending, and the kind of that; none where it is no SQL.
    pub(crate) fn strip(file: &str) -> Option<(&str, Self)> {
        let mut kinds = [Self::Down, Self::Rows, Self::Up].into_iter();
        kinds.find_map(|kind| Some((file.strip_suffix(kind.ending())?, kind)))
    }
}

/// Why a file's name is not a migration's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Not of the form at all.
    #[error(
        "not a migration's name; write V<number>__<name>.sql, V<number>__<name>.down.sql for its undo, or \
         V<number>__<name>.rows.sql for sample rows, with letters, digits and underscores in the name"
    )]
    Form,
    /// The history table holds the number as int8 at most.
    #[error("the number is over 9223372036854775807, which no history table can hold")]
    TooLarge,
    /// refinery's migration without an order.
    #[error(
        "an unversioned migration (U…) has no place in an order; give it a number: V<number>__<name>.sql"
    )]
    Unversioned,
    /// Not of the form of the folder's layout.
    #[error("not a migration's name for {0}, which has {1}")]
    Layout(&'static str, &'static str),
    /// refinery's migration written in Rust.
    #[error("a migration written in Rust can only be run by the program that embeds it; write it as SQL")]
    Rust,
}

impl FileName {
    /// Reads a file's name, without its folder. `None` for a file that is none of ours: neither SQL nor a
    /// Rust migration.
    ///
    /// # Errors
    /// The name ends in `.sql` and is not of the form, or is one of refinery's kinds that cannot be run here.
    pub fn parse(file: &str) -> Result<Option<Self>, NameError> {
        if let Some(stem) = file.strip_suffix(".rs") {
            return if versioned(stem).is_some() { Err(NameError::Rust) } else { Ok(None) };
        }
        let Some((stem, kind)) = Kind::strip(file) else { return Ok(None) };
        let Some((digits, name)) = versioned(stem) else {
            let unversioned =
                stem.strip_prefix('U').is_some_and(|rest| versioned(&format!("V{rest}")).is_some());
            return Err(if unversioned { NameError::Unversioned } else { NameError::Form });
        };
        let version = digits.parse().map_err(|_| NameError::TooLarge)?;
        Ok(Some(Self { version, name: name.to_owned(), kind }))
    }
}

/// Digits and name of `V<digits>__<name>`.
fn versioned(stem: &str) -> Option<(&str, &str)> {
    let (digits, name) = stem.strip_prefix('V')?.split_once("__")?;
    let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    (is_number && is_name).then_some((digits, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_migrations_files_are_told_apart() {
        let up = FileName::parse("V0012__add_tags.sql").unwrap().unwrap();
        assert_eq!(up, FileName { version: 12, name: "add_tags".into(), kind: Kind::Up });
        assert_eq!(FileName::parse("V0012__add_tags.down.sql").unwrap().unwrap().kind, Kind::Down);
        assert_eq!(FileName::parse("V0012__add_tags.rows.sql").unwrap().unwrap().kind, Kind::Rows);
    }

    #[test]
    fn files_of_other_kinds_are_none_of_ours() {
        for file in ["CHECKSUMS", "README.md", ".gitkeep", "mod.rs", "V1__x.sql.orig"] {
            assert_eq!(FileName::parse(file), Ok(None), "{file}");
        }
    }

    #[test]
    fn sql_of_another_name_is_refused_rather_than_passed_over() {
        for file in [
            "V1_x.sql",
            "1__x.sql",
            "V1__.sql",
            "V__x.sql",
            "V1__a-b.sql",
            "V1__a.b.sql",
            "v1__x.sql",
            "V1.5__x.sql",
        ] {
            assert_eq!(FileName::parse(file), Err(NameError::Form), "{file}");
        }
    }

    #[test]
    fn a_number_may_be_a_time_to_the_second() {
        let name = FileName::parse("V20260101235959__x.sql").unwrap().unwrap();
        assert_eq!(name.version, 20_260_101_235_959);
    }

    #[test]
    fn the_kinds_that_cannot_be_run_are_named() {
        assert_eq!(FileName::parse("U7__x.sql"), Err(NameError::Unversioned));
        assert_eq!(FileName::parse("V7__x.rs"), Err(NameError::Rust));
        assert_eq!(FileName::parse("V9223372036854775808__x.sql"), Err(NameError::TooLarge));
    }
}
