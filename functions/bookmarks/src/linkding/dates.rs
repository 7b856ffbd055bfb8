//! Dates as linkding writes and reads them.

use db::Timestamptz;
use time::{Date, Duration, Month, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

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

/// Reads a date, with a time or without: `T` or a blank before it, seconds, fraction and zone as one likes;
/// without a zone it is UTC's.
pub(super) fn parse(text: &str) -> Option<OffsetDateTime> {
    let text = text.trim();
    let (date, time) = match text.split_once(['T', 't', ' ']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let mut parts = date.split('-');
    let year = parts.next().filter(|year| year.len() == 4).and_then(number)?;
    let month = parts.next().filter(|month| (1..=2).contains(&month.len())).and_then(number)?;
    let day = parts.next().filter(|day| (1..=2).contains(&day.len())).and_then(number)?;
    if parts.next().is_some() {
        return None;
    }
    let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
    let date = Date::from_calendar_date(i32::try_from(year).ok()?, month, u8::try_from(day).ok()?).ok()?;
    let (time, offset) = time.map_or(Some((Time::MIDNIGHT, UtcOffset::UTC)), clock)?;
    let moment = PrimitiveDateTime::new(date, time).assume_offset(offset);
    // Years below 1 and above 9999 have no form in which they could be answered.
    moment.checked_to_offset(UtcOffset::UTC).filter(|moment| (1..=9_999).contains(&moment.year()))
}

fn clock(text: &str) -> Option<(Time, UtcOffset)> {
    let (clock, offset) = match text.find(['Z', 'z', '+', '-']) {
        Some(at) => text.split_at(at),
        None => (text, "Z"),
    };
    let (whole, fraction) = clock.trim_end().split_once(['.', ',']).unwrap_or((clock.trim_end(), ""));
    let mut parts = whole.split(':').map(|part| Some(part).filter(|part| part.len() == 2).and_then(number));
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next().unwrap_or(Some(0))?);
    if parts.next().is_some() || fraction.chars().any(|digit| !digit.is_ascii_digit()) {
        return None;
    }
    let micro = number(&format!("{fraction:0<6}").chars().take(6).collect::<String>())?;
    let byte = |value: u32| u8::try_from(value).ok();
    let time = Time::from_hms_micro(byte(hour)?, byte(minute)?, byte(second)?, micro).ok()?;
    Some((time, zone(offset)?))
}

fn zone(text: &str) -> Option<UtcOffset> {
    if text.eq_ignore_ascii_case("z") {
        return Some(UtcOffset::UTC);
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let digits = text.get(1..)?.replace(':', "");
    let (hours, minutes) = match digits.len() {
        2 => (number(&digits)?, 0),
        4 => (number(digits.get(..2)?)?, number(digits.get(2..)?)?),
        _ => return None,
    };
    let hours = i8::try_from(hours).ok()?;
    let minutes = i8::try_from(minutes).ok().filter(|minutes| *minutes < 60)?;
    UtcOffset::from_hms(sign * hours, sign * minutes, 0).ok()
}

fn number(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<String> {
        let moment = parse(text)?;
        let micros = i64::try_from(moment.unix_timestamp_nanos() / 1_000).ok()?;
        Some(written(Timestamptz::from_unix_micros(micros)))
    }

    #[test]
    fn a_date_is_read_in_every_form_that_linkding_reads() {
        for (text, read) in [
            ("2025-01-31T09:46:23.006313Z", "2025-01-31T09:46:23.006313Z"),
            ("2025-01-31T09:46:23Z", "2025-01-31T09:46:23Z"),
            ("2025-01-31 09:46:23", "2025-01-31T09:46:23Z"),
            ("2025-01-31T09:46", "2025-01-31T09:46:00Z"),
            ("2025-01-31T09:46:23.5+02:00", "2025-01-31T07:46:23.500000Z"),
            ("2025-01-31T09:46:23-0130", "2025-01-31T11:16:23Z"),
            ("2025-01-31T09:46:23+02", "2025-01-31T07:46:23Z"),
            ("2025-01-31", "2025-01-31T00:00:00Z"),
            ("2024-02-29T23:59:59.999999999Z", "2024-02-29T23:59:59.999999Z"),
        ] {
            assert_eq!(of(text).as_deref(), Some(read), "{text}");
        }
        for text in [
            "",
            "now",
            "2025-02-30",
            "2025-13-01",
            "2025-01-31T25:00",
            "2025-01-31T09:46:23 02:00",
            "20250131",
            "2025-01-31T09",
            "2025-01-31T09:46:23+99:00",
            "2025-01-31T09:46:2é",
            "é",
            "0000-01-01",
            "9999-12-31T23:00:00-05:00",
        ] {
            assert_eq!(of(text), None, "{text}");
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
