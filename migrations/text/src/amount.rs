//! Times and counts as people read them.
//!
//! These are 60 lines of our own: indicatif's `HumanDuration` rounds 100 s to `2 minutes`, and its byte
//! counts have two decimals, which is more than a table of sizes means.

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

/// A number of bytes in powers of 1,024, as Postgres's `pg_size_pretty` counts: `2 kB`, `-3 MB`, `1.5 GB`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BinaryBytes(pub i64);

impl fmt::Display for BinaryBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        match self.0.unsigned_abs() {
            bytes @ 0..1_024 => write!(f, "{sign}{bytes} B"),
            bytes @ 1_024..1_048_576 => write!(f, "{sign}{} kB", bytes / 1_024),
            bytes @ 1_048_576..1_073_741_824 => write!(f, "{sign}{} MB", bytes / 1_048_576),
            bytes => {
                write!(f, "{sign}{}.{} GB", bytes / 1_073_741_824, bytes % 1_073_741_824 * 10 / 1_073_741_824)
            }
        }
    }
}

/// A number of bytes in powers of 1,000, as Neon's console counts: `1 kB`, `7 MB`, `2.3 GB`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecimalBytes(pub u64);

impl fmt::Display for DecimalBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            bytes @ 0..1_000_000 => write!(f, "{} kB", bytes.div_ceil(1_000)),
            bytes @ 1_000_000..1_000_000_000 => write!(f, "{} MB", bytes / 1_000_000),
            bytes => write!(f, "{:.1} GB", bytes as f64 / 1e9),
        }
    }
}

/// A count of rows or the like with a comma between thousands: `999`, `1,000,000`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grouped(pub u64);

impl fmt::Display for Grouped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        for (at, digit) in digits.char_indices() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                write!(f, ",")?;
            }
            write!(f, "{digit}")?;
        }
        Ok(())
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
    fn bytes_are_rounded_to_what_people_read() {
        let shown = [0, 1_023, 2_048, -3_145_728, 1_610_612_736].map(|bytes| BinaryBytes(bytes).to_string());
        assert_eq!(shown, ["0 B", "1023 B", "2 kB", "-3 MB", "1.5 GB"]);
        let shown = [0, 1, 7_600_000, 2_340_000_000].map(|bytes| DecimalBytes(bytes).to_string());
        assert_eq!(shown, ["0 kB", "1 kB", "7 MB", "2.3 GB"]);
    }

    #[test]
    fn thousands_are_parted_by_commas() {
        let shown = [0, 999, 1_000, 1_234_567].map(|count| Grouped(count).to_string());
        assert_eq!(shown, ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn one_is_no_plural() {
        assert_eq!([counted(0, "table"), counted(1, "table")], ["0 tables", "1 table"]);
    }
}
