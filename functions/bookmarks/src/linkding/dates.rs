//! Dates as linkding writes and reads them.

mod iso;

use db::Timestamptz;
use time::{Duration, OffsetDateTime, UtcOffset};

/// A date's parts in UTC. What RFC 3339 has no form for becomes the nearest that it has, since clients
/// fail at anything else.
fn moment(timestamp: Timestamptz) -> OffsetDateTime {
    const FIRST: i64 = -62_135_596_800_000_000;
    const LAST: i64 = 253_402_300_799_999_999;
    let micros = timestamp.unix_micros().clamp(FIRST, LAST);
    OffsetDateTime::UNIX_EPOCH + Duration::microseconds(micros)
}

/// `2025-01-31T09:46:23.006313Z`: six digits of a fraction, or none where it is nought.
pub(super) fn written(timestamp: Timestamptz) -> String {
    let at = moment(timestamp);
    let (hour, minute, second, micro) = at.to_hms_micro();
    let fraction = if micro == 0 { String::new() } else { format!(".{micro:06}") };
    format!(
        "{:04}-{:02}-{:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z",
        at.year(),
        u8::from(at.month()),
        at.day()
    )
}

/// The Wayback Machine's address of a page about this date.
pub(super) fn snapshot_url(timestamp: Timestamptz, url: &str) -> String {
    let at = moment(timestamp);
    let (hour, minute, second) = at.to_hms();
    format!(
        "https://web.archive.org/web/{:04}{:02}{:02}{hour:02}{minute:02}{second:02}/{url}",
        at.year(),
        u8::from(at.month()),
        at.day()
    )
}

/// What keeps a text from being a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DateError {
    /// It has none of the forms.
    Format,
    /// Its year is below 1 or above 9999 in UTC, which has no form in which it could be answered.
    Range,
}

/// Reads a date, with a time or without; without a zone it is UTC's.
///
/// # Errors
/// Why it is none.
pub(super) fn parse(text: &str) -> Result<OffsetDateTime, DateError> {
    let (moment, zone) = iso::read(text).filter(|(date, _)| date.year() > 0).ok_or(DateError::Format)?;
    let moment = moment.assume_offset(zone).checked_to_offset(UtcOffset::UTC);
    moment.filter(|moment| (1..=9_999).contains(&moment.year())).ok_or(DateError::Range)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<String, DateError> {
        let moment = parse(text)?;
        let micros = i64::try_from(moment.unix_timestamp_nanos() / 1_000).unwrap();
        Ok(written(Timestamptz::from_unix_micros(micros)))
    }

    #[test]
    fn a_date_is_read_in_every_form_that_linkding_reads() {
        for (text, read) in [
            ("2025-01-31T09:46:23.006313Z", "2025-01-31T09:46:23.006313Z"),
            ("2025-01-31T09:46:23Z", "2025-01-31T09:46:23Z"),
            ("2025-01-31 09:46:23", "2025-01-31T09:46:23Z"),
            ("2025-01-31T09:46", "2025-01-31T09:46:00Z"),
            ("2025-01-31T09", "2025-01-31T09:00:00Z"),
            ("2025-01-31ä09", "2025-01-31T09:00:00Z"),
            ("2025-01-31T09:46:23.5+02:00", "2025-01-31T07:46:23.500000Z"),
            ("2025-01-31T09:46:23,5Z", "2025-01-31T09:46:23.500000Z"),
            ("2025-01-31T09:46:23-0130", "2025-01-31T11:16:23Z"),
            ("2025-01-31T09:46:23+02", "2025-01-31T07:46:23Z"),
            ("2025-01-31T09:46:23+02:30:15", "2025-01-31T07:16:08Z"),
            ("2025-01-31T094623.25+0200", "2025-01-31T07:46:23.250000Z"),
            ("20250131T094623Z", "2025-01-31T09:46:23Z"),
            ("2025-01-31", "2025-01-31T00:00:00Z"),
            ("20250131", "2025-01-31T00:00:00Z"),
            ("2025-W05-5", "2025-01-31T00:00:00Z"),
            ("2025-W05", "2025-01-27T00:00:00Z"),
            ("2025W05", "2025-01-27T00:00:00Z"),
            ("2025W055", "2025-01-31T00:00:00Z"),
            ("2025W055T0946", "2025-01-31T09:46:00Z"),
            ("2024-02-29T23:59:59.999999999Z", "2024-02-29T23:59:59.999999Z"),
            ("2025-1-3T9:46", "2025-01-03T09:46:00Z"),
            ("2025-1-3 9:46:5.25 +02:00", "2025-01-03T07:46:05.250000Z"),
        ] {
            assert_eq!(of(text).as_deref(), Ok(read), "{text}");
        }
        for text in [
            "",
            "now",
            "1738316783",
            "31.01.2025",
            "2025-02-30",
            "2025-13-01",
            "2025-0131",
            "2025-W54-1",
            "2025-W05-8",
            "2025-W05-",
            "2025-01-31T",
            "2025-01-31T25:00",
            "2025-01-31T24:00",
            "2025-01-31T09:46:60",
            "2025-01-31T0946:23",
            "2025-01-31T09:46:23 02:00",
            "2025-01-31T09:46:23.",
            "2025-01-31T09:46:23.1234567x",
            "2025-01-31T09:46:23+99:00",
            "2025-01-31T09:46:23+24:00",
            "2025-01-31T09:46:23Z+01:00",
            "2025-01-31t09:46:23z",
            " 2025-01-31T09:46:23Z",
            "2025-01-31T09:46:23Z ",
            "2025-01-31T09:46:2é",
            "é",
            "0000-01-01",
        ] {
            assert_eq!(of(text), Err(DateError::Format), "{text}");
        }
        for text in ["0001-01-01T00:00:00+05:00", "9999-12-31T23:00:00-05:00"] {
            assert_eq!(of(text), Err(DateError::Range), "{text}");
        }
    }

    #[test]
    fn a_date_that_has_no_form_becomes_the_nearest_that_has() {
        let far = |micros| written(Timestamptz::from_unix_micros(micros));
        assert_eq!(far(i64::MAX), "9999-12-31T23:59:59.999999Z");
        assert_eq!(far(i64::MIN), "0001-01-01T00:00:00Z");
    }

    #[test]
    fn the_address_of_a_snapshot_has_the_date_in_digits() {
        let at = Timestamptz::from_unix_micros(1_738_316_783_006_313);
        let url = snapshot_url(at, "https://example.com/a?b=c");
        assert_eq!(url, "https://web.archive.org/web/20250131094623/https://example.com/a?b=c");
    }
}
