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
        /// The defect of its name.
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
        "{first} and {second} have one number, and nothing says which of them stays: name the one that \
         moves, or the branch that they are to follow with --merged"
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

/// The renames after which every number is there once and what stays comes first: from the first number on
/// that two have, or that is lower than one that stays, the migrations that are not to stay follow the
/// others, in their order. One that follows them already keeps its number. None where nothing is out of
/// order.
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
    let twice = versions.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0]);
    let last_stays =
        pairs.keys().filter(|(version, name)| stays(*version, name)).map(|(version, _)| *version).max();
    let behind = pairs
        .keys()
        .find(|(version, name)| Some(*version) < last_stays && !stays(*version, name))
        .map(|(version, _)| *version);
    let Some(first) = twice.into_iter().chain(behind).min() else { return Ok(Vec::new()) };
    let moves = |version: i64, name: &str| version >= first && !stays(version, name);
    if let Some(first_twice) = twice {
        check_stays(&pairs, first_twice, &moves)?;
    }

    let last =
        pairs.keys().filter(|(version, name)| !moves(*version, name)).map(|(version, _)| *version).max();
    let mut next = last.unwrap_or(first);
    let mut renames = Vec::new();
    for ((version, name), files) in pairs.iter().filter(|((version, name), _)| moves(*version, name)) {
        next = next.checked_add(1).ok_or(RenumberError::UsedUp)?.max(*version);
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
        let moved = renames(&["V1__a.sql", "x/V2__b.sql", "V2__c.sql"], &["a", "c"]).unwrap();
        assert_eq!(moved, [("x/V2__b.sql".to_owned(), "x/V3__b.sql".to_owned())]);
    }

    #[test]
    fn what_came_in_behind_moves_to_the_end_and_what_follows_already_stays() {
        let files = [
            "V20260101__a.sql",
            "V20260201__theirs.down.sql",
            "V20260201__theirs.sql",
            "V20260301__mine.sql",
        ];
        let moved = renames(&files, &["a", "mine"]).unwrap();
        let names: Vec<&str> = moved.iter().map(|(_, to)| to.as_str()).collect();
        assert_eq!(names, ["V20260302__theirs.sql", "V20260302__theirs.down.sql"]);
        let later = [&files[..], &["V20260401__later.sql"]].concat();
        assert_eq!(renames(&later, &["a", "mine"]).unwrap().len(), 2, "the last one has its place");
        let dense = ["V1__a.sql", "V2__late.sql", "V3__c.sql", "V4__d.sql"];
        let moved = renames(&dense, &["a", "c"]).unwrap();
        let pair = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        assert_eq!(moved, [pair("V4__d.sql", "V5__d.sql"), pair("V2__late.sql", "V4__late.sql")]);
        assert_eq!(renames(&dense, &[]), Ok(vec![]), "where nothing is applied, nothing is late");
    }

    #[test]
    fn it_must_be_clear_which_of_two_stays() {
        let undecided = renames(&MERGED, &[]);
        assert!(matches!(undecided, Err(RenumberError::NoneStays { .. })), "{undecided:?}");
        let both = renames(&MERGED, &["b", "ours"]);
        assert!(matches!(both, Err(RenumberError::BothStay { .. })), "{both:?}");
    }
}
