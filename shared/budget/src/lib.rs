//! What a request has and costs, for crates that know no HTTP and for those that know no database: the time
//! until it must be answered, the counters of its log line, and what a failure of something it depends on
//! means to its caller.

mod budget;
mod failure;
mod metrics;

pub use budget::Budget;
pub use failure::{Failure, FailureKind};
pub use metrics::{RequestCost, RequestMetrics, milliseconds};
