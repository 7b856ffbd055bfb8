//! A moment as Postgres sends it, with every microsecond and in its whole range.

use std::error::Error;

use serde::{Serialize, Serializer};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};
use tokio_postgres::types::{FromSql, Type, accepts};

/// Microseconds from the Unix epoch to Postgres's, 2000-01-01.
const POSTGRES_EPOCH: i64 = 946_684_800_000_000;

/// Microseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment(pub(crate) i64);

impl<'a> FromSql<'a> for Moment {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        let since_2000 = i64::from_be_bytes(raw.try_into()?);
        // Saturates at "infinity", which is i64::MAX on the wire.
        Ok(Self(since_2000.saturating_add(POSTGRES_EPOCH)))
    }

    accepts!(TIMESTAMPTZ);
}

impl Moment {
    /// In RFC 3339; none where its year has not four digits, which only a hand-made row's can lack.
    pub(crate) fn rfc3339(self) -> Option<String> {
        let moment = OffsetDateTime::UNIX_EPOCH.checked_add(Duration::microseconds(self.0))?;
        moment.format(&Rfc3339).ok()
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.rfc3339().serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(since_2000: i64) -> Option<String> {
        Moment::from_sql(&Type::TIMESTAMPTZ, &since_2000.to_be_bytes()).unwrap().rfc3339()
    }

    #[test]
    fn a_moment_keeps_its_microseconds() {
        assert_eq!(read(0).as_deref(), Some("2000-01-01T00:00:00Z"));
        assert_eq!(read(-1).as_deref(), Some("1999-12-31T23:59:59.999999Z"));
    }

    #[test]
    fn infinity_is_no_moment() {
        assert_eq!((read(i64::MAX), read(i64::MIN)), (None, None));
    }
}
