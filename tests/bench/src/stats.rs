//! The summary of several measurements of one thing.

use serde::Serialize;

/// Several measurements of one thing, in its unit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Summary {
    pub(crate) median: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
}

impl Summary {
    /// Of nothing, everything is 0.
    pub(crate) fn new(values: &[f64]) -> Self {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let at = |index: usize| sorted.get(index).copied().unwrap_or_default();
        let last = sorted.len().saturating_sub(1);
        Self { median: f64::midpoint(at(last / 2), at(sorted.len() / 2)), min: at(0), max: at(last) }
    }

    /// Of the quotients of measurements that were made in turns: drift of the machine falls out.
    pub(crate) fn from_ratios(numerators: &[f64], denominators: &[f64]) -> Self {
        let ratios: Vec<f64> = numerators.iter().zip(denominators).map(|(n, d)| n / d).collect();
        Self::new(&ratios)
    }
}

/// The smallest value that at least so many in a hundred do not exceed; of nothing, 0.
pub(crate) fn percentile(values: &[f64], percent: usize) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_number_lies_between_the_middle_two() {
        assert_eq!(Summary::new(&[4.0, 1.0, 3.0, 9.0]), Summary { median: 3.5, min: 1.0, max: 9.0 });
        assert_eq!(Summary::new(&[7.0, 1.0, 3.0]), Summary { median: 3.0, min: 1.0, max: 7.0 });
        assert_eq!(Summary::new(&[5.0]), Summary { median: 5.0, min: 5.0, max: 5.0 });
        assert_eq!(Summary::new(&[]), Summary { median: 0.0, min: 0.0, max: 0.0 });
    }

    #[test]
    fn a_ratio_is_taken_pair_by_pair() {
        // The machine is twice as slow in the second turn; the ratio does not see it.
        assert_eq!(
            Summary::from_ratios(&[1.0, 2.0], &[2.0, 4.0]),
            Summary { median: 0.5, min: 0.5, max: 0.5 }
        );
    }

    #[test]
    fn a_percentile_is_one_of_the_values() {
        let values: Vec<f64> = (1..=200).rev().map(f64::from).collect();
        assert_eq!([50, 99, 100].map(|percent| percentile(&values, percent)), [100.0, 198.0, 200.0]);
        assert_eq!((percentile(&[7.0], 1), percentile(&[], 50)), (7.0, 0.0));
    }
}
