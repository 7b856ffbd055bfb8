//! Ids in the order of the file.

use uuid::Uuid;

/// Uuids v7 in the order of their making: one moment, a 32-bit counter, 42 random bits (RFC 9562, 6.2, method
/// 1). Each event of a file takes one, whether or not it becomes a row, so that every reading of the file
/// gives the same ids.
#[derive(Clone)]
pub(crate) struct Ids {
    first: u128,
    made: u32,
}

impl Ids {
    /// Begins at this moment.
    pub(crate) fn new() -> Self {
        // The counter's place: 12 bits after the version, 20 after the variant.
        const COUNTER: u128 = (0xfff << 64) | (0xf_ffff << 42);
        Self { first: Uuid::now_v7().as_u128() & !COUNTER, made: 0 }
    }

    pub(crate) fn next(&mut self) -> Uuid {
        let counter = u128::from(self.made);
        self.made = self.made.wrapping_add(1);
        Uuid::from_u128(self.first | ((counter >> 20) << 64) | ((counter & 0xf_ffff) << 42))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_uuids_v7_in_order() {
        let mut ids = Ids::new();
        ids.made = (1 << 20) - 2;
        let made: Vec<Uuid> = (0..4).map(|_| ids.next()).collect();
        assert!(made.is_sorted() && made.windows(2).all(|pair| pair[0] != pair[1]), "{made:?}");
        for id in made {
            assert_eq!((id.get_version_num(), id.get_variant()), (7, uuid::Variant::RFC4122));
        }
    }

    #[test]
    fn a_clone_gives_the_same_ids() {
        let ids = Ids::new();
        let three = |mut ids: Ids| [ids.next(), ids.next(), ids.next()];
        assert_eq!(three(ids.clone()), three(ids));
    }
}
