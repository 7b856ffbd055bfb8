//! Dates as Django reads them: Python's `datetime.fromisoformat` goes first, and a pattern of Django's own,
//! which is less strict about digits and blanks, second.

use time::{Date, PrimitiveDateTime, Time, UtcOffset, Weekday};

/// Reads a date, with a time or without; without a zone it is UTC's.
pub(super) fn read(text: &str) -> Option<(PrimitiveDateTime, UtcOffset)> {
    of_iso(text).or_else(|| of_pattern(text))
}

/// ISO 8601 with dashes and colons or without, weeks included, any character between date and time.
fn of_iso(text: &str) -> Option<(PrimitiveDateTime, UtcOffset)> {
    let (date, rest) = text.split_at_checked(date_length(text.as_bytes())?)?;
    let date = date_of(date)?;
    let mut rest = rest.chars();
    if rest.next().is_none() {
        return Some((PrimitiveDateTime::new(date, Time::MIDNIGHT), UtcOffset::UTC));
    }
    let (clock, zone) = split_zone(rest.as_str());
    let zone = match zone.split_at_checked(1) {
        None | Some(("Z", "")) => UtcOffset::UTC,
        Some((sign, zone)) => offset(sign, clock_of(zone)?)?,
    };
    Some((PrimitiveDateTime::new(date, time_of(clock_of(clock)?)?), zone))
}

/// How much of a text is the date: `20250131`, `2025-01-31`, `2025W05`, `2025W055`, `2025-W05` or
/// `2025-W05-5`. Where digits follow digits, it is the likelier one.
fn date_length(text: &[u8]) -> Option<usize> {
    let is_digit = |at: usize| text.get(at).is_some_and(u8::is_ascii_digit);
    Some(match (text.get(4)?, text.get(5)?) {
        (b'-', b'W') if text.get(8) == Some(&b'-') && !is_digit(10) => 10,
        (b'-', b'W') => 8,
        (b'-', _) => 10,
        (b'W', _) => match (7..).take_while(|at| is_digit(*at)).count() {
            0 => 7,
            1 => 8,
            digits if digits % 2 == 1 => 7,
            _ => 8,
        },
        _ => 8,
    })
}

fn date_of(text: &str) -> Option<Date> {
    let (year, rest) = text.split_at_checked(4)?;
    let year = i32::try_from(number(year)?).ok()?;
    let (dash, rest) = rest.strip_prefix('-').map_or(("", rest), |rest| ("-", rest));
    let (is_week, rest) = rest.strip_prefix('W').map_or((false, rest), |rest| (true, rest));
    let (part, rest) = rest.split_at_checked(2)?;
    let part = byte(number(part)?)?;
    let day = match rest {
        "" if is_week => 1,
        _ => {
            rest.strip_prefix(dash).filter(|day| day.len() == if is_week { 1 } else { 2 }).and_then(number)?
        }
    };
    match is_week {
        true if (1..=7).contains(&day) => {
            Date::from_iso_week_date(year, part, Weekday::Monday.nth_next(byte(day - 1)?)).ok()
        }
        true => None,
        false => Date::from_calendar_date(year, part.try_into().ok()?, byte(day)?).ok(),
    }
}

/// Hours, minutes, seconds and microseconds of `09`, `0946`, `09:46`, `09:46:23.5` and the like.
fn clock_of(text: &str) -> Option<[u32; 4]> {
    let (hours, mut rest) = text.split_at_checked(2)?;
    let mut parts = [number(hours)?, 0, 0, 0];
    let colon = if rest.starts_with(':') { ":" } else { "" };
    for part in parts.iter_mut().skip(1).take(2) {
        if rest.is_empty() || rest.starts_with(['.', ',']) {
            break;
        }
        let (digits, behind) = rest.strip_prefix(colon)?.split_at_checked(2)?;
        (*part, rest) = (number(digits)?, behind);
    }
    if !rest.is_empty() {
        *parts.last_mut()? = micros(rest.strip_prefix(['.', ','])?)?;
    }
    Some(parts)
}

/// Django's pattern: months, days, hours, minutes and seconds of one digit too, blanks before the zone.
fn of_pattern(text: &str) -> Option<(PrimitiveDateTime, UtcOffset)> {
    let short = |text: &str| number(text).filter(|_| text.len() <= 2);
    let (date, rest) = text.split_once(['T', ' '])?;
    let (year, date) = date.split_once('-').filter(|(year, _)| year.len() == 4)?;
    let (month, day) = date.split_once('-')?;
    let (year, month) = (i32::try_from(number(year)?).ok()?, byte(short(month)?)?);
    let date = Date::from_calendar_date(year, month.try_into().ok()?, byte(short(day)?)?).ok()?;
    let (clock, zone) = split_zone(rest);
    let mut parts = clock.trim_end().splitn(3, ':');
    let (hour, minute) = (short(parts.next()?)?, short(parts.next()?)?);
    let (second, fraction) = match parts.next() {
        None => (0, 0),
        Some(seconds) => match seconds.split_once(['.', ',']) {
            None => (short(seconds)?, 0),
            Some((second, fraction)) => (short(second)?, micros(fraction)?),
        },
    };
    let zone = match zone.split_at_checked(1) {
        None | Some(("Z", "")) => UtcOffset::UTC,
        Some((sign, zone)) => {
            let [hours, minutes, 0, 0] = clock_of(zone)? else { return None };
            offset(sign, [hours, minutes, 0, 0])?
        }
    };
    Some((PrimitiveDateTime::new(date, time_of([hour, minute, second, fraction])?), zone))
}

fn split_zone(text: &str) -> (&str, &str) {
    text.split_at(text.find(['Z', '+', '-']).unwrap_or(text.len()))
}

fn time_of([hour, minute, second, micro]: [u32; 4]) -> Option<Time> {
    Time::from_hms_micro(byte(hour)?, byte(minute)?, byte(second)?, micro).ok()
}

/// A zone, which is less than a day away from UTC.
fn offset(sign: &str, [hours, minutes, seconds, _]: [u32; 4]) -> Option<UtcOffset> {
    let seconds = i32::try_from(hours * 3_600 + minutes * 60 + seconds).ok().filter(|s| *s < 86_400)?;
    match sign {
        "+" => UtcOffset::from_whole_seconds(seconds).ok(),
        "-" => UtcOffset::from_whole_seconds(-seconds).ok(),
        _ => None,
    }
}

/// A fraction's first six digits.
fn micros(fraction: &str) -> Option<u32> {
    let is_number = !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| format!("{fraction:0<6}").get(..6).and_then(number)).flatten()
}

/// A number that is digits alone.
fn number(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

fn byte(number: u32) -> Option<u8> {
    u8::try_from(number).ok()
}
