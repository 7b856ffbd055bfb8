//! Names of branches and snapshots.

use time::OffsetDateTime;
use time::macros::format_description;

/// The longest name that Neon accepts, in characters (`maxLength` of its API).
const LONGEST: usize = 256;

/// A name as Neon takes it. An empty one would stand for any name that Neon likes.
pub(crate) fn name(text: &str) -> Result<String, String> {
    if text.trim().is_empty() {
        return Err("a name is not empty".to_owned());
    }
    if text.chars().count() > LONGEST {
        return Err(format!("a name has at most {LONGEST} characters"));
    }
    Ok(text.to_owned())
}

/// `main_before_20261123T10000025`, in UTC; of a long name the beginning.
///
/// With hundredths of a second, since Neon refuses a name that is taken, and a script makes two within a
/// second. Lists of such names fit into 80 columns.
pub(crate) fn name_with_time(name: &str, between: &str, now: OffsetDateTime) -> String {
    let format = format_description!("[year][month][day]T[hour][minute][second][subsecond digits:2]");
    // Writing to a string cannot fail for this moment.
    let time = now.format(format).unwrap_or_default();
    let beginning = name.chars().take(LONGEST - between.len() - time.len()).collect::<String>();
    format!("{beginning}{between}{time}")
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn what_a_branch_was_is_named_after_it_and_the_moment() {
        let at = datetime!(2026-11-23 10:00:05.25 UTC);
        assert_eq!(name_with_time("main", "_before_", at), "main_before_20261123T10000525");
        let soon = datetime!(2026-11-23 10:00:05.26 UTC);
        assert_ne!(name_with_time("main", "_before_", at), name_with_time("main", "_before_", soon));
        assert_eq!(name_with_time(&"é".repeat(256), "_before_", at).chars().count(), 256);
    }

    #[test]
    fn a_name_has_1_to_256_characters() {
        assert!(name("a b").is_ok() && name(&"é".repeat(256)).is_ok());
        assert!(name("").is_err() && name(" ").is_err() && name(&"x".repeat(257)).is_err());
    }
}
