//! Two branches that both added a number: one branch's migrations move behind the other's.

use std::collections::{BTreeMap, BTreeSet};

use crate::file_name::{FileName, Kind, NameError};

/// A file that gets another name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rename {
    /// Its name now, with its folder below the directory.
    pub from: String,
    /// Its name afterwards, in the same folder.
    pub to: String,
}

/// Why the numbers cannot be set right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenumberError {
    /// A file's name.
    #[error("{file}: {error}")]
    Name {
        /// The file.
        file: String,
        /// What is wrong with its name.
        error: NameError,
    },
    /// More than one of a number is to stay.
    #[error("{first} and {second} have one number, and both are to stay: that takes a person to put right")]
    BothStay {
        /// One.
        first: String,
        /// The other.
        second: String,
    },
    /// None of a number is to stay.
    #[error(
        "{first} and {second} have one number, and nothing says which of them stays: name the one that moves, or the branch \
         that they are to follow with --merged"
    )]
    NoneStays {
        /// One.
        first: String,
        /// The other.
        second: String,
    },
    /// The numbers are used up.
    #[error("the last number is the last there is")]
    UsedUp,
}

/// The renames after which every number is there once: from the first number on that two have, the migrations that are
/// not to stay follow the others, in their order. None where no number is there twice.
///
/// `stays` is asked with a migration's number and name.
///
/// # Errors
/// A name cannot be read, or it is not clear which of two stays.
pub fn renumber<'a>(
    files: impl IntoIterator<Item = &'a str>,
    stays: impl Fn(i64, &str) -> bool,
) -> Result<Vec<Rename>, RenumberError> {
    let mut pairs: BTreeMap<(i64, String), Vec<&str>> = BTreeMap::new();
    for file in files {
        let base = file.rsplit('/').next().unwrap_or(file);
        let name =
            FileName::parse(base).map_err(|error| RenumberError::Name { file: file.to_owned(), error })?;
        if let Some(name) = name {
            pairs.entry((name.version, name.name)).or_default().push(file);
        }
    }
    let versions: Vec<i64> = pairs.keys().map(|(version, _)| *version).collect();
    let Some(first_twice) = versions.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0]) else {
        return Ok(Vec::new());
    };
    let moves = |version: i64, name: &str| version >= first_twice && !stays(version, name);
    check_stays(&pairs, first_twice, &moves)?;

    let last =
        pairs.keys().filter(|(version, name)| !moves(*version, name)).map(|(version, _)| *version).max();
    let mut next = last.unwrap_or(first_twice);
    let mut renames = Vec::new();
    for ((version, name), files) in pairs.iter().filter(|((version, name), _)| moves(*version, name)) {
        next = next.checked_add(1).ok_or(RenumberError::UsedUp)?;
        if next != *version {
            let renamed =
                files.iter().map(|file| Rename { from: (*file).to_owned(), to: with(file, name, next) });
            renames.extend(renamed);
        }
    }
    // From the end, so that no name is taken when its turn comes.
    renames.reverse();
    Ok(renames)
}

fn check_stays(
    pairs: &BTreeMap<(i64, String), Vec<&str>>,
    first_twice: i64,
    moves: &impl Fn(i64, &str) -> bool,
) -> Result<(), RenumberError> {
    let mut staying: BTreeMap<i64, &str> = BTreeMap::new();
    for ((version, name), files) in pairs.iter().filter(|((version, name), _)| !moves(*version, name)) {
        let second = files.first().copied().unwrap_or(name);
        if let Some(first) = staying.insert(*version, second) {
            return Err(RenumberError::BothStay { first: first.to_owned(), second: second.to_owned() });
        }
    }
    if staying.contains_key(&first_twice) {
        return Ok(());
    }
    let both: BTreeSet<&str> = pairs
        .iter()
        .filter(|((version, _), _)| *version == first_twice)
        .filter_map(|(_, files)| files.first().copied())
        .collect();
    let mut both = both.into_iter().map(str::to_owned);
    let (first, second) = (both.next().unwrap_or_default(), both.next().unwrap_or_default());
    Err(RenumberError::NoneStays { first, second })
}

/// A file's name with another number of as many digits.
fn with(file: &str, name: &str, version: i64) -> String {
    let start = file.rfind('/').map_or(0, |slash| slash + 1);
    let (folder, base) = file.split_at(start);
    let digits = base.find("__").map_or(1, |end| end.saturating_sub(1));
    let kind = Kind::strip(base).map_or(Kind::Up, |(_, kind)| kind);
    format!("{folder}V{version:0digits$}__{name}{}", kind.ending())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MERGED: [&str; 7] = [
        "V017__a.sql",
        "V018__b.sql",
        "V018__b.down.sql",
        "V018__ours.down.sql",
        "V018__ours.rows.sql",
        "V018__ours.sql",
        "V019__ours.sql",
    ];

    fn renames(files: &[&str], stays: &[&str]) -> Result<Vec<(String, String)>, RenumberError> {
        let renames = renumber(files.iter().copied(), |_, name| stays.contains(&name))?;
        Ok(renames.into_iter().map(|rename| (rename.from, rename.to)).collect())
    }

    #[test]
    fn a_branchs_migrations_follow_the_others_in_their_order() {
        let pair = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        assert_eq!(
            renames(&MERGED, &["a", "b"]),
            Ok(vec![
                pair("V019__ours.sql", "V020__ours.sql"),
                pair("V018__ours.sql", "V019__ours.sql"),
                pair("V018__ours.rows.sql", "V019__ours.rows.sql"),
                pair("V018__ours.down.sql", "V019__ours.down.sql"),
            ])
        );
    }

    #[test]
    fn what_comes_before_the_first_number_that_is_twice_stays() {
        assert_eq!(renames(&["V1__a.sql", "V2__b.sql"], &[]), Ok(vec![]));
        let moved = renames(&["V1__a.sql", "x/V2__b.sql", "V2__c.sql"], &["c"]).unwrap();
        assert_eq!(moved, [("x/V2__b.sql".to_owned(), "x/V3__b.sql".to_owned())]);
    }

    #[test]
    fn it_must_be_clear_which_of_two_stays() {
        let undecided = renames(&MERGED, &[]);
        assert!(matches!(undecided, Err(RenumberError::NoneStays { .. })), "{undecided:?}");
        let both = renames(&MERGED, &["b", "ours"]);
        assert!(matches!(both, Err(RenumberError::BothStay { .. })), "{both:?}");
    }
}
