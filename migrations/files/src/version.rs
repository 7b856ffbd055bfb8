//! The number of a migration as a history table holds it, and refinery's checksum, which depends on that.

use std::hash::{Hash, Hasher};

use siphasher::sip::SipHasher13;

/// The type of a history table's numbers. refinery makes the table with `int4`, and with `int8` where it is
/// built with its feature `int8-versions`; a database has one or the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum VersionType {
    /// 4 bytes: numbers up to 2147483647.
    #[default]
    Int4,
    /// 8 bytes: also times to the second, as `20260131235959`.
    Int8,
}

impl VersionType {
    /// The smallest type that holds a number.
    #[must_use]
    pub fn for_version(version: i64) -> Self {
        if i32::try_from(version).is_ok() { Self::Int4 } else { Self::Int8 }
    }

    /// Its name in SQL.
    #[must_use]
    pub fn sql(self) -> &'static str {
        match self {
            Self::Int4 => "int4",
            Self::Int8 => "int8",
        }
    }

    /// Returns whether it holds a number.
    #[must_use]
    pub fn holds(self, version: i64) -> bool {
        self >= Self::for_version(version)
    }

    /// refinery's checksum of a migration: SipHash-1-3 over name, number and text, where the number has as
    /// many bytes as the history table gives it (`Migration::unapplied` in refinery-core's `runner.rs`). One
    /// that does not fit counts as 8 bytes.
    pub(crate) fn checksum(self, version: i64, name: &str, sql: &str) -> u64 {
        let mut hasher = SipHasher13::new();
        name.hash(&mut hasher);
        match (self, i32::try_from(version)) {
            (Self::Int4, Ok(version)) => version.hash(&mut hasher),
            _ => version.hash(&mut hasher),
        }
        sql.hash(&mut hasher);
        hasher.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_needs_as_many_bytes_as_it_needs() {
        assert_eq!(VersionType::for_version(2_147_483_647), VersionType::Int4);
        assert_eq!(VersionType::for_version(2_147_483_648), VersionType::Int8);
        assert!(VersionType::Int8.holds(1) && !VersionType::Int4.holds(20_260_101_000_000));
    }

    #[test]
    fn both_checksums_are_refinerys() {
        let sql = "CREATE TABLE persons (id int);\n";
        for stem in ["V1__a", "V0002__add_tags", "V20260131__日本"] {
            let narrow = refinery_core::Migration::unapplied(stem, sql).unwrap();
            let wide = refinery_core_int8::Migration::unapplied(stem, sql).unwrap();
            let ours = |kind: VersionType| kind.checksum(wide.version(), wide.name(), sql);
            assert_eq!(ours(VersionType::Int4), narrow.checksum(), "{stem}");
            assert_eq!(ours(VersionType::Int8), wide.checksum(), "{stem}");
        }
        let wide = refinery_core_int8::Migration::unapplied("V20260131235959__a", sql).unwrap();
        assert_eq!(VersionType::Int8.checksum(20_260_131_235_959, "a", sql), wide.checksum());
    }
}
