//! The counters of the deployment's alarms, as lines that CloudWatch makes metrics of (Amazon CloudWatch User
//! Guide, "Specification: Embedded metric format").

use std::io::{self, Write};
use std::time::{SystemTime, UNIX_EPOCH};

use budget::RequestCost;
use serde_json::{Value, json};

/// Namespace of the metrics, which have one dimension.
pub const NAMESPACE: &str = "Branchline";
/// The dimension: the function's name.
pub const DIMENSION: &str = "Function";
/// Attempts at a connection that had to be followed by another.
pub const CONNECT_RETRY: &str = "connect_retry";
/// Idle connections that were closed instead of used.
pub const STALE_DISCARD: &str = "stale_discard";

/// Writes what a request has to count to standard output; nothing where that is nothing.
pub(crate) fn emit(function: &str, cost: &RequestCost) {
    if let Some(line) = line(function, cost, SystemTime::now()) {
        // In one go, so that lines of requests at once do not mix. A metric is not worth a request.
        let _ = io::stdout().lock().write_all(format!("{line}\n").as_bytes());
    }
}

fn line(function: &str, cost: &RequestCost, now: SystemTime) -> Option<Value> {
    let counts = [(CONNECT_RETRY, cost.connect_retries), (STALE_DISCARD, cost.stale_discards)];
    let counts: Vec<_> = counts.into_iter().filter(|(_, count)| *count > 0).collect();
    if counts.is_empty() {
        return None;
    }
    let metrics: Vec<Value> =
        counts.iter().map(|(name, _)| json!({ "Name": name, "Unit": "Count" })).collect();
    let since_epoch = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    let mut line = json!({
        "_aws": {
            "Timestamp": u64::try_from(since_epoch.as_millis()).unwrap_or_default(),
            "CloudWatchMetrics": [{
                "Namespace": NAMESPACE,
                "Dimensions": [[DIMENSION]],
                "Metrics": metrics,
            }],
        },
    });
    line[DIMENSION] = function.into();
    for (name, count) in counts {
        line[name] = count.into();
    }
    Some(line)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_line_names_each_metric_that_is_more_than_nought() {
        let cost = RequestCost { connect_retries: 2, ..RequestCost::default() };
        let line = line("import", &cost, UNIX_EPOCH + Duration::from_millis(1_767_323_045_678)).unwrap();
        assert_eq!(
            line,
            json!({
                "_aws": {
                    "Timestamp": 1_767_323_045_678_u64,
                    "CloudWatchMetrics": [{
                        "Namespace": "Branchline",
                        "Dimensions": [["Function"]],
                        "Metrics": [{ "Name": "connect_retry", "Unit": "Count" }],
                    }],
                },
                "Function": "import",
                "connect_retry": 2,
            })
        );
    }

    #[test]
    fn an_ordinary_request_writes_no_line() {
        let cost = RequestCost { connects: 1, round_trips: 4, database_ms: 3.5, ..RequestCost::default() };
        assert_eq!(line("import", &cost, SystemTime::now()), None);
    }
}
