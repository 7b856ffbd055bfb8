//! The words that say where to go. They are Alembic's, with numbers for its revision ids.

use std::str::FromStr;

/// Target of an upgrade: `head`, a number, `+n`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpgradeTarget {
    /// The last file.
    Head,
    /// The migration of this number is the last.
    Version(i64),
    /// So many from where the database is.
    Steps(usize),
}

/// Target of a downgrade: `base`, a number, `-n`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DowngradeTarget {
    /// Before the first migration.
    Base,
    /// The migration of this number is the last that stays.
    Version(i64),
    /// So many from where the database is.
    Steps(usize),
}

/// The target of a stamp: `head`, `base`, a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StampTarget {
    /// All files are applied.
    Head,
    /// None is.
    Base,
    /// Those up to this number are.
    Version(i64),
}

/// A word that names no target.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write {0}")]
pub struct TargetError(&'static str);

impl FromStr for UpgradeTarget {
    type Err = TargetError;

    fn from_str(word: &str) -> Result<Self, TargetError> {
        match (word, word.strip_prefix('+')) {
            ("head", _) => Some(Self::Head),
            (_, Some(steps)) => count(steps).map(Self::Steps),
            _ => version(word).map(Self::Version),
        }
        .ok_or(TargetError("head, a migration's number, or +n for the next n"))
    }
}

impl FromStr for DowngradeTarget {
    type Err = TargetError;

    fn from_str(word: &str) -> Result<Self, TargetError> {
        match (word, word.strip_prefix('-')) {
            ("base", _) => Some(Self::Base),
            (_, Some(steps)) => count(steps).map(Self::Steps),
            _ => version(word).map(Self::Version),
        }
        .ok_or(TargetError("base, the number of the last migration to keep, or -n for the last n"))
    }
}

impl FromStr for StampTarget {
    type Err = TargetError;

    fn from_str(word: &str) -> Result<Self, TargetError> {
        match word {
            "head" => Some(Self::Head),
            "base" => Some(Self::Base),
            _ => version(word).map(Self::Version),
        }
        .ok_or(TargetError("head, base, or a migration's number"))
    }
}

/// `7`, `0007` or `V0007`.
fn version(word: &str) -> Option<i64> {
    let digits = word.strip_prefix('V').unwrap_or(word);
    digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

/// A positive number without a second sign.
fn count(digits: &str) -> Option<usize> {
    let steps = digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok()).flatten();
    steps.filter(|&n| n > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upgrade_goes_to_head_a_number_or_so_many_on() {
        assert_eq!("head".parse(), Ok(UpgradeTarget::Head));
        assert_eq!("V0007".parse(), Ok(UpgradeTarget::Version(7)));
        assert_eq!("0".parse(), Ok(UpgradeTarget::Version(0)));
        assert_eq!("+2".parse(), Ok(UpgradeTarget::Steps(2)));
        for word in ["", "base", "-1", "+0", "+", "++1", "V", "heads", "1.5", "9223372036854775808"] {
            assert!(word.parse::<UpgradeTarget>().is_err(), "{word}");
        }
    }

    #[test]
    fn a_downgrade_goes_to_base_a_number_or_so_many_back() {
        assert_eq!("base".parse(), Ok(DowngradeTarget::Base));
        assert_eq!("7".parse(), Ok(DowngradeTarget::Version(7)));
        assert_eq!("-1".parse(), Ok(DowngradeTarget::Steps(1)));
        for word in ["", "head", "+1", "-0", "--1", "-"] {
            assert!(word.parse::<DowngradeTarget>().is_err(), "{word}");
        }
    }

    #[test]
    fn a_stamp_says_head_base_or_a_number() {
        assert_eq!("head".parse(), Ok(StampTarget::Head));
        assert_eq!("base".parse(), Ok(StampTarget::Base));
        assert_eq!("V3".parse(), Ok(StampTarget::Version(3)));
        assert!("+1".parse::<StampTarget>().is_err());
    }
}
