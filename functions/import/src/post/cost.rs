//! What a request costs at AWS Lambda.

use std::time::Duration;

/// Dollars for a GB-second on x86_64 in us-east-1, first tier. Source: AWS Lambda pricing page, 2026.
const GB_SECOND_USD: f64 = 0.000_016_666_7;

/// Dollars for a request: 0.20 for a million. Source: the same.
const REQUEST_USD: f64 = 0.000_000_2;

/// An estimate in dollars: duration times memory, and the request. Free tiers and what Postgres costs are left out.
pub(crate) fn usd(duration: Duration, memory_mib: u32) -> f64 {
    duration.as_secs_f64() * f64::from(memory_mib) / 1_024.0 * GB_SECOND_USD + REQUEST_USD
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gigabyte_for_an_hour_costs_six_cents() {
        let dollars = usd(Duration::from_secs(3_600), 1_024);
        assert!((dollars - 0.060_000_32).abs() < 1e-8, "{dollars}");
    }
}
