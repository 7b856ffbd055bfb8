//! The price of a request at AWS Lambda.

use std::time::Duration;

/// Dollars for what Lambda bills. Free tiers and what Postgres costs are left out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prices {
    /// For a GB-second.
    pub gb_second_usd: f64,
    /// For a request.
    pub request_usd: f64,
}

impl Default for Prices {
    /// x86_64 in us-east-1, first tier; 0.20 for a million requests. Source: AWS Lambda pricing page, 2026.
    fn default() -> Self {
        Self { gb_second_usd: 0.000_016_666_7, request_usd: 0.000_000_2 }
    }
}

impl Prices {
    /// An estimate of one request: its duration times the function's memory, and the request itself.
    #[must_use]
    pub fn cost_usd(&self, duration: Duration, memory_mib: u32) -> f64 {
        duration.as_secs_f64() * f64::from(memory_mib) / 1_024.0 * self.gb_second_usd + self.request_usd
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gigabyte_for_an_hour_costs_six_cents() {
        let dollars = Prices::default().cost_usd(Duration::from_secs(3_600), 1_024);
        assert!((dollars - 0.060_000_32).abs() < 1e-8, "{dollars}");
    }
}
