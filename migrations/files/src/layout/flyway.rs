//! Flyway's names, versions with dots, and placeholders.

use super::place::{Place, Reading};
use crate::file_name::{Kind, NameError};

/// A version's parts after the first have so many digits in a number, and there are at most three of them.
const DIGITS: u32 = 4;
const PARTS: usize = 3;

/// Reads a file's name.
///
/// # Errors
/// It is not of Flyway's form, or a number in it is too large.
pub(super) fn read(base: &str) -> Result<Reading, NameError> {
    let stem = base.strip_suffix(".sql").unwrap_or(base);
    if let Some(left) = callback(stem) {
        return Ok(Reading::Left(left));
    }
    let Some((prefix, version, name)) = versioned(stem) else {
        return Err(NameError::Layout(super::Layout::Flyway.name(), super::Layout::Flyway.form()));
    };
    let kind = match prefix {
        'V' => Kind::Up,
        'U' => Kind::Down,
        _ => return Ok(Reading::Left("it is a baseline, which stands for the versions up to it")),
    };
    let parts: Result<Vec<u64>, NameError> = version
        .split(['.', '_'])
        .map(|part| part.parse::<i64>().map(i64::unsigned_abs).map_err(|_| NameError::TooLarge))
        .collect();
    let mut parts = parts?;
    // 1.0 is 1, as Flyway compares versions.
    while parts.len() > 1 && parts.last() == Some(&0) {
        parts.pop();
    }
    Ok(Reading::Part(Place { version: parts, name: name.to_owned(), label: stem.to_owned(), kind }))
}

/// Prefix, version and name of `V1.2__name`, `U1_2__name` and `B1__name`.
pub(super) fn versioned(stem: &str) -> Option<(char, &str, &str)> {
    let prefix = stem.chars().next().filter(|c| matches!(c, 'V' | 'U' | 'B'))?;
    let (version, name) = stem[1..].split_once("__")?;
    let is_part = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    version.split(['.', '_']).all(is_part).then_some((prefix, version, name))
}

/// Why a file that Flyway runs by an event of its own is not taken.
pub(super) fn callback(stem: &str) -> Option<&'static str> {
    if stem.starts_with("R__") {
        return Some(
            "it is repeatable: Flyway runs it after the others whenever it changed, and Branchline does not",
        );
    }
    let event = stem.split("__").next().unwrap_or(stem);
    let is_event = ["before", "after"].iter().any(|when| {
        event.strip_prefix(when).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()))
    });
    is_event.then_some("it is a callback of Flyway's, and Branchline has none")
}

/// The numbers that stand for versions, in their order. Where none has dots, a version is its number. Else
/// each part after the first gets four digits, so that 1.2 is 1000200000000 and a version in between has a
/// number in between. None where a version has more parts or larger ones.
pub(crate) fn numbers(versions: &[&[u64]]) -> Option<Vec<i64>> {
    if versions.iter().all(|version| version.len() == 1) {
        return versions.iter().map(|version| i64::try_from(*version.first()?).ok()).collect();
    }
    versions.iter().map(|version| number(version)).collect()
}

fn number(version: &[u64]) -> Option<i64> {
    let (first, others) = version.split_first()?;
    let base = 10_u64.pow(DIGITS);
    if others.len() > PARTS || others.iter().any(|part| *part >= base) {
        return None;
    }
    let mut parts = others.iter().copied().chain(std::iter::repeat(0)).take(PARTS);
    let number = parts.try_fold(*first, |number, part| number.checked_mul(base)?.checked_add(part))?;
    i64::try_from(number).ok()
}

/// The first `${…}` that Flyway would replace, and its line.
pub(super) fn placeholder(sql: &str) -> Option<(usize, &str)> {
    for (line, text) in (1..).zip(sql.lines()) {
        for (at, _) in text.match_indices("${") {
            let Some(end) = text[at..].find('}') else { continue };
            let name = &text[at + 2..at + end];
            let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | ':' | '-');
            if !name.is_empty() && name.chars().all(is_name) {
                return Some((line, &text[at..=at + end]));
            }
        }
    }
    None
}
