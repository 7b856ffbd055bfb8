//! A timestamp as Postgres sends it, in its whole range, which is wider than RFC 3339's.

use std::error::Error;

use serde::{Serialize, Serializer};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};
use tokio_postgres::types::{FromSql, Type, accepts};

/// Microseconds from the Unix epoch to Postgres's, 2000-01-01.
pub const POSTGRES_EPOCH: i64 = 946_684_800_000_000;

/// A `timestamptz`: 4713 BC to 294276, `infinity` and `-infinity`, to the microsecond.
///
/// `OffsetDateTime` fails on a value outside its own range, so that one such row would fail a whole listing.
/// This type reads every value, and serialises to RFC 3339 where that has a form for it, else to null.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamptz(i64);

impl Timestamptz {
    /// From microseconds since the Unix epoch.
    #[must_use]
    pub fn from_unix_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the Unix epoch. `infinity` and `-infinity` are the largest and about the smallest
    /// number.
    #[must_use]
    pub fn unix_micros(self) -> i64 {
        self.0
    }

    /// In RFC 3339, in UTC. None for `infinity`, `-infinity` and a year that is not within 0000 to 9999.
    #[must_use]
    pub fn rfc3339(self) -> Option<String> {
        let moment = OffsetDateTime::UNIX_EPOCH.checked_add(Duration::microseconds(self.0))?;
        moment.format(&Rfc3339).ok()
    }
}

impl<'a> FromSql<'a> for Timestamptz {
    /// Eight bytes: microseconds since 2000, with `i64::MAX` as `infinity` and `i64::MIN` as `-infinity`
    /// (Postgres, `src/include/datatype/timestamp.h`).
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        let since_2000 = i64::from_be_bytes(raw.try_into()?);
        Ok(Self(since_2000.saturating_add(POSTGRES_EPOCH)))
    }

    accepts!(TIMESTAMPTZ);
}

impl Serialize for Timestamptz {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.rfc3339().serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(since_2000: i64) -> Timestamptz {
        Timestamptz::from_sql(&Type::TIMESTAMPTZ, &since_2000.to_be_bytes()).unwrap()
    }

    #[test]
    fn a_timestamp_keeps_its_microseconds() {
        assert_eq!(read(0).rfc3339().as_deref(), Some("2000-01-01T00:00:00Z"));
        assert_eq!(read(-1).rfc3339().as_deref(), Some("1999-12-31T23:59:59.999999Z"));
        assert_eq!(Timestamptz::from_unix_micros(0).rfc3339().as_deref(), Some("1970-01-01T00:00:00Z"));
        assert_eq!(read(0).unix_micros(), 946_684_800_000_000);
    }

    #[test]
    fn a_timestamp_without_a_form_in_rfc_3339_is_null() {
        let years_10000 = 252_455_616_000_000_000;
        assert_eq!(read(years_10000 - 1).rfc3339().as_deref(), Some("9999-12-31T23:59:59.999999Z"));
        for since_2000 in
            [i64::MAX, i64::MIN, years_10000, -211_813_488_000_000_000, 9_223_371_331_199_999_999]
        {
            assert_eq!(serde_json::to_string(&read(since_2000)).unwrap(), "null", "{since_2000}");
        }
    }
}
