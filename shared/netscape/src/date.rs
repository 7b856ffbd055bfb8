//! The dates of bookmark files. Browsers write seconds since the epoch, everyone else something of their own.
//!
//! A number tells its unit and epoch by its count of digits. It is a date only if that is in the years 1970
//! to 2099; another epoch than the writer's would put nearly every bookmark outside of them.
//!
//! | digits | unit and epoch | written by |
//! |---|---|---|
//! | 1 to 10 | seconds since 1970 | Netscape and its heirs |
//! | 12, 13 | milliseconds since 1970 | JavaScript |
//! | 15, 16 | microseconds since 1970 | Firefox's database, Google Bookmarks |
//! | 17 | microseconds since 1601 | Chrome's and WebKit's databases |
//! | 18 | 100 ns since 1601, or else since the year 1, or else nanoseconds since 1970 | FILETIME, .NET |
//! | 19 | nanoseconds since 1970 | |
//!
//! Anything else is unreadable: 11 and 14 digits, which would be milliseconds and microseconds of the early
//! seventies and mostly are seconds of another epoch or `20230314153000`, and negative numbers. Apple's
//! seconds since 2001 cannot be distinguished from seconds since 1970; no exporter of HTML is known to write
//! them.

use std::ops::Range;

/// A moment, in microseconds since the Unix epoch. One that was read is within the years 1 to 9999, which
/// both a Postgres `timestamptz` and RFC 3339 can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The moment this many microseconds after the Unix epoch (before it if negative).
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Reads a date as bookmark files have it: a number, whose count of digits tells its unit and epoch,
    /// seconds with a fraction, or RFC 3339. `None` is for nothing and for a zero, which stands for "never".
    ///
    /// # Errors
    ///
    /// Fails with [`NoDate`] for anything else.
    pub fn parse(value: &str) -> Result<Option<Self>, NoDate> {
        match parse(value) {
            Date::None => Ok(None),
            Date::At(moment) => Ok(Some(moment)),
            Date::Unreadable => Err(NoDate),
        }
    }

    /// Microseconds since the Unix epoch.
    pub const fn micros(self) -> i64 {
        self.0
    }
}

/// The text is no date in any known form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is no date in any known form")]
pub struct NoDate;

const SECOND: i64 = 1_000_000;

/// 0001-01-01T00:00:00Z and 10000-01-01T00:00:00Z.
const YEARS_OF_FOUR_DIGITS: Range<i64> = -62_135_596_800 * SECOND..253_402_300_800 * SECOND;

/// 1970-01-01T00:00:00Z and 2100-01-01T00:00:00Z.
const PLAUSIBLE: Range<i64> = 0..4_102_444_800 * SECOND;

/// 1601-01-01T00:00:00Z, where the calendar's cycle of 400 years began before this one.
const EPOCH_OF_1601: i64 = -11_644_473_600 * SECOND;

/// The value of a date attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Date {
    /// Nothing, or a zero, which exporters write for "never".
    None,
    At(Timestamp),
    Unreadable,
}

/// Reads a date attribute: a number, seconds with a fraction, RFC 3339, or the form of server logs.
pub(crate) fn parse(value: &str) -> Date {
    let value = value.trim_ascii().as_bytes();
    let micros = match Count::parse(value) {
        Some(Count { digits: 0, .. }) => return Date::None,
        Some(count) => count.micros(),
        None => fractional(value).or_else(|| calendar(value)),
    };
    micros.map_or(Date::Unreadable, |micros| Date::At(Timestamp(micros)))
}

/// Writes a date so that [`parse`] gives it again and browsers, which take the start of it for whole seconds,
/// get it right: as seconds, with a fraction if need be. What these cannot say is written by RFC 3339; `None`
/// is for dates outside the years 1 to 9999, which that cannot say either.
pub(crate) fn format(date: Timestamp) -> Option<String> {
    let (seconds, micros) = (date.0.div_euclid(SECOND), date.0.rem_euclid(SECOND));
    let fraction = if micros == 0 { String::new() } else { format!(".{micros:06}") };
    if date.0 > 0 && PLAUSIBLE.contains(&date.0) {
        return Some(format!("{seconds}{fraction}"));
    }
    let (year, month, day) = civil_from_days(seconds.div_euclid(86_400));
    let of_day = seconds.rem_euclid(86_400);
    let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
    YEARS_OF_FOUR_DIGITS
        .contains(&date.0)
        .then(|| format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z"))
}

/// A count of some unit since the epoch.
struct Count {
    number: u64,
    /// Without leading zeros; never more than fit a `u64`.
    digits: usize,
}

impl Count {
    fn parse(value: &[u8]) -> Option<Self> {
        let zeros = value.iter().position(|&byte| byte != b'0').unwrap_or(value.len());
        let digits = &value[zeros..];
        let mut number = 0;
        for byte in digits {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 || digits.len() > 19 {
                return None;
            }
            number = number * 10 + u64::from(digit);
        }
        Some(Self { number, digits: digits.len() })
    }

    /// The date by the table at the top of this file.
    fn micros(&self) -> Option<i64> {
        let number = i64::try_from(self.number).ok()?;
        let since_1601 = number / 10 + EPOCH_OF_1601;
        let since_year_1 = number / 10 + YEARS_OF_FOUR_DIGITS.start;
        let micros = match self.digits {
            0..=10 => number * SECOND,
            12 | 13 => number * 1_000,
            15 | 16 => number,
            17 => number + EPOCH_OF_1601,
            18 if PLAUSIBLE.contains(&since_1601) => since_1601,
            18 if PLAUSIBLE.contains(&since_year_1) => since_year_1,
            18 | 19 => number / 1_000,
            _ => return None,
        };
        PLAUSIBLE.contains(&micros).then_some(micros)
    }
}

/// Seconds with a fraction.
fn fractional(value: &[u8]) -> Option<i64> {
    let point = value.iter().position(|&byte| byte == b'.')?;
    let seconds = Count::parse(&value[..point]).filter(|count| point > 0 && count.digits <= 10)?;
    let mut rest = Scanner(&value[point..]);
    let micros = rest.fraction()?;
    rest.0.is_empty().then_some(seconds.micros()? + micros)
}

/// `2000-10-10T13:55:36.25+03:00` (RFC 3339) or `10/Oct/2000:13:55:36 +0300`.
fn calendar(value: &[u8]) -> Option<i64> {
    let mut rest = Scanner(value);
    let (year, month, day);
    if value.get(4) == Some(&b'-') {
        year = rest.number(4)?;
        rest.one_of(b"-")?;
        month = rest.number(2)?;
        rest.one_of(b"-")?;
        day = rest.number(2)?;
        rest.one_of(b"Tt ")?;
    } else {
        day = rest.number(2)?;
        rest.one_of(b"/")?;
        month = rest.month()?;
        rest.one_of(b"/")?;
        year = rest.number(4)?;
        rest.one_of(b":")?;
    }
    let hour = rest.number(2)?;
    rest.one_of(b":")?;
    let minute = rest.number(2)?;
    rest.one_of(b":")?;
    let second = rest.number(2)?;
    let micros = rest.fraction()?;
    let offset = rest.offset()?;
    // A leap second is the first of the next minute, as it is for Postgres.
    let valid = (1..=12).contains(&month)
        && (1..=days_in_month(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second <= 60
        && rest.0.is_empty();
    let seconds = days_from_civil(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second - offset;
    let micros = seconds * SECOND + micros;
    // The offset or a leap second may take the moment out of the year that is written.
    (valid && YEARS_OF_FOUR_DIGITS.contains(&micros)).then_some(micros)
}

struct Scanner<'a>(&'a [u8]);

impl Scanner<'_> {
    fn one_of(&mut self, wanted: &[u8]) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        self.0 = rest;
        wanted.contains(&first).then_some(first)
    }

    fn number(&mut self, digits: usize) -> Option<i64> {
        let (number, rest) = self.0.split_at_checked(digits)?;
        self.0 = rest;
        number
            .iter()
            .try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i64::from(byte - b'0')))
    }

    fn month(&mut self) -> Option<i64> {
        const NAMES: [&[u8; 3]; 12] =
            [b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec"];
        let (name, rest) = self.0.split_at_checked(3)?;
        self.0 = rest;
        (1..).zip(NAMES).find(|(_, month)| name.eq_ignore_ascii_case(*month)).map(|(number, _)| number)
    }

    /// Microseconds; digits beyond the sixth are dropped.
    fn fraction(&mut self) -> Option<i64> {
        let Some((b'.', rest)) = self.0.split_first() else { return Some(0) };
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (fraction, rest) = rest.split_at(digits);
        self.0 = rest;
        let padded = fraction.iter().copied().chain(std::iter::repeat(b'0')).take(6);
        (digits > 0).then(|| padded.fold(0, |sum, byte| sum * 10 + i64::from(byte - b'0')))
    }

    /// Seconds east of Greenwich.
    fn offset(&mut self) -> Option<i64> {
        if self.0.first() == Some(&b' ') {
            self.0 = &self.0[1..];
        }
        let sign = match self.one_of(b"Zz+-")? {
            b'+' => 1,
            b'-' => -1,
            _ => return Some(0),
        };
        let hours = self.number(2)?;
        if self.0.first() == Some(&b':') {
            self.0 = &self.0[1..];
        }
        let minutes = self.number(2)?;
        (hours < 24 && minutes < 60).then_some(sign * (hours * 3_600 + minutes * 60))
    }
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a day of the Gregorian calendar: Howard Hinnant, "chrono-Compatible Low-Level Date
/// Algorithms", where the year is shifted to begin in March so that the leap day is its last.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The inverse, from the same source.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = (shifted + 2) % 12 + 1;
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year, month, day_of_year - (153 * shifted + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn micros(value: &str) -> i64 {
        match parse(value) {
            Date::At(moment) => moment.micros(),
            other => panic!("{value}: {other:?}"),
        }
    }

    #[test]
    fn one_instant_is_the_same_in_every_unit() {
        for value in ["1616337559", "1616337559000", "1616337559000000", "1616337559000000000"] {
            assert_eq!(micros(value), 1_616_337_559_000_000, "{value}");
        }
    }

    #[test]
    fn the_epochs_of_chrome_windows_and_net_are_known() {
        let of_2016 = 1_474_377_329_335_823;
        assert_eq!(micros("13118850929335823"), of_2016);
        assert_eq!(micros("131188509293358230"), of_2016);
        assert_eq!(micros("636099741293358230"), of_2016);
        assert_eq!(micros("1474377329335823000"), of_2016);
        assert_eq!(micros("999999999999999999"), 999_999_999_999_999);
    }

    #[test]
    fn a_moment_outside_the_years_of_four_digits_is_unreadable() {
        for value in [
            "0001-01-01T00:00:00+00:01",
            "9999-12-31T23:59:60Z",
            "9999-12-31T23:59:59-00:01",
            "31/Dec/9999:23:59:59 -0100",
            "01/Jan/0001:00:00:00 +0100",
            "0000-12-31T23:59:59Z",
        ] {
            assert_eq!(parse(value), Date::Unreadable, "{value:?}");
        }
    }

    #[test]
    fn short_counts_are_seconds_of_the_first_decades() {
        assert_eq!(micros("5"), 5_000_000);
        assert_eq!(micros("0297225939"), 297_225_939_000_000);
        assert_eq!(micros(" 1000000 "), 1_000_000_000_000);
    }

    #[test]
    fn zeros_and_nothing_are_no_date() {
        for value in ["", " ", "0", "0000000000", "0000000000000000"] {
            assert_eq!(parse(value), Date::None, "{value:?}");
        }
    }

    #[test]
    fn the_form_of_server_logs_is_read_with_its_zone() {
        // 10:55:36 UTC on that day.
        assert_eq!(micros("10/Oct/2000:13:55:36 +0300"), 971_175_336_000_000);
        assert_eq!(micros("29/FEB/2000:00:00:00 -0130"), 951_787_800_000_000);
    }

    #[test]
    fn rfc_3339_is_read_with_fraction_and_offset() {
        assert_eq!(micros("1970-01-01T00:00:01Z"), 1_000_000);
        assert_eq!(micros("2000-10-10T13:55:36.25+03:00"), 971_175_336_250_000);
        assert_eq!(micros("1969-12-31 23:59:59.9999999z"), -1);
        assert_eq!(micros("2016-12-31T23:59:60Z"), 1_483_228_800_000_000);
    }

    #[test]
    fn the_first_and_last_years_stay_within_timestamptz() {
        assert_eq!(micros("0001-01-01T00:00:00Z"), -62_135_596_800_000_000);
        assert_eq!(micros("0001-01-01T00:00:00-23:59"), -62_135_510_460_000_000);
        assert_eq!(micros("9999-12-31T23:59:59.999999Z"), 253_402_300_799_999_999);
        assert_eq!(micros("4102444799"), 4_102_444_799_000_000);
    }

    #[test]
    fn a_date_is_written_in_seconds_where_that_can_be_read_again() {
        let format = |micros| format(Timestamp(micros)).unwrap_or_default();
        assert_eq!(format(1_616_337_559_000_000), "1616337559");
        assert_eq!(format(1_249_462_800_123_400), "1249462800.123400");
        assert_eq!(format(1), "0.000001");
        assert_eq!(format(0), "1970-01-01T00:00:00Z");
        assert_eq!(format(-1), "1969-12-31T23:59:59.999999Z");
        assert_eq!(format(951_782_400_000_000 - 2_000_000_000_000_000), "1936-10-13T20:26:40Z");
        assert_eq!(format(4_102_444_800_000_000), "2100-01-01T00:00:00Z");
        assert_eq!(format(10_i64.pow(16)), "2286-11-20T17:46:40Z");
        assert_eq!(format(YEARS_OF_FOUR_DIGITS.start - 1), "");
        assert_eq!(format(i64::MAX), "");
    }

    proptest! {
        #[test]
        fn a_date_that_is_written_is_read_again(micros in YEARS_OF_FOUR_DIGITS) {
            let written = format(Timestamp(micros)).expect("a year of four digits");
            prop_assert_eq!(parse(&written), Date::At(Timestamp(micros)));
        }

        #[test]
        fn a_number_of_any_length_is_a_date_from_1970_to_2099_or_unreadable(
            digits in "-?[0-9]{1,24}([.][0-9]{0,12})?",
        ) {
            if let Date::At(Timestamp(micros)) = parse(&digits) {
                prop_assert!(PLAUSIBLE.contains(&micros), "{} is {}", digits, micros);
            }
        }

        #[test]
        fn a_moment_since_1990_is_read_in_every_unit_or_not_at_all(
            micros in 662_774_400 * SECOND..4_102_444_800 * SECOND,
        ) {
            let ticks = i128::from(micros) * 10;
            for (written, unit) in [
                (i128::from(micros / SECOND), SECOND),
                (i128::from(micros / 1_000), 1_000),
                (i128::from(micros), 1),
                (i128::from(micros) * 1_000, 1),
                (i128::from(micros - EPOCH_OF_1601), 1),
                (ticks - i128::from(EPOCH_OF_1601) * 10, 1),
                (ticks - i128::from(YEARS_OF_FOUR_DIGITS.start) * 10, 1),
            ] {
                prop_assert_eq!(parse(&written.to_string()), Date::At(Timestamp(micros / unit * unit)));
            }
        }

        #[test]
        fn a_calendar_date_of_any_year_and_offset_stays_within_four_digits(
            year in 0..=9999, day in 1..=31, second in 0..=60,
            hours in 0..=24, minutes in 0..=60, sign in "[+-]",
        ) {
            for month in [1, 12] {
                let value =
                    format!("{year:04}-{month:02}-{day:02}T23:59:{second:02}{sign}{hours:02}:{minutes:02}");
                if let Date::At(Timestamp(micros)) = parse(&value) {
                    prop_assert!(YEARS_OF_FOUR_DIGITS.contains(&micros), "{} is {}", value, micros);
                }
            }
        }
    }

    #[test]
    fn anything_else_is_unreadable() {
        for value in [
            "invaliddate",
            "-1",
            "-1600000000",
            "4102444800",
            "9999999999",
            "13118850929",
            "20230314153000",
            "99999999999999999",
            "9999999999999999999",
            "1.",
            ".5",
            "1.5x",
            "12345678901.5",
            "99999999999999999999",
            "2000-13-01T00:00:00Z",
            "2001-02-29T00:00:00Z",
            "2000-10-10T24:00:00Z",
            "2000-10-10",
            "10/Okt/2000:13:55:36 +0300",
            "2000-10-10T13:55:36",
            "1616337559x",
            "2000-10-10T13:55:36Zx",
            "10/Oct/2000:13:55:36 +2460",
            "９９９",
        ] {
            assert_eq!(parse(value), Date::Unreadable, "{value:?}");
        }
    }
}
