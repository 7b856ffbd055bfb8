//! Set of the entries that became rows, one bit each.

#[derive(Default)]
pub(crate) struct Positions(Vec<u64>);

impl Positions {
    /// Marks an entry, by its 1-based position.
    pub(crate) fn mark(&mut self, position: u32) {
        let (word, bit) = place(position);
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        if let Some(bits) = self.0.get_mut(word) {
            *bits |= bit;
        }
    }

    pub(crate) fn holds(&self, position: u32) -> bool {
        let (word, bit) = place(position);
        self.0.get(word).is_some_and(|bits| bits & bit != 0)
    }
}

fn place(position: u32) -> (usize, u64) {
    ((position / 64) as usize, 1 << (position % 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_marked_is_held() {
        let mut stored = Positions::default();
        for position in [1, 63, 64, 1_000] {
            stored.mark(position);
        }
        let held: Vec<u32> = (0..2_000).filter(|p| stored.holds(*p)).collect();
        assert_eq!(held, [1, 63, 64, 1_000]);
    }
}
