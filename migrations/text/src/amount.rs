//! Times and counts as people read them.

use std::fmt;
use std::time::Duration;

/// A time, rounded to what people read: `999 ms`, `1.2 s`, `1 min 1 s`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HumanDuration(pub Duration);

impl fmt::Display for HumanDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_millis() {
            millis @ 0..1_000 => write!(f, "{millis} ms"),
            millis @ 1_000..60_000 => write!(f, "{}.{} s", millis / 1_000, millis % 1_000 / 100),
            millis => write!(f, "{} min {} s", millis / 60_000, millis % 60_000 / 1_000),
        }
    }
}

/// Returns `1 table`, `2 tables`.
#[must_use]
pub fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_rounded_to_what_people_read() {
        let shown = |millis| HumanDuration(Duration::from_millis(millis)).to_string();
        assert_eq!(
            [shown(0), shown(999), shown(1_250), shown(61_500)],
            ["0 ms", "999 ms", "1.2 s", "1 min 1 s"]
        );
    }

    #[test]
    fn one_is_no_plural() {
        assert_eq!([counted(0, "table"), counted(1, "table")], ["0 tables", "1 table"]);
    }
}
