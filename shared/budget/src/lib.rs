//! The limits and cost of a request, for crates that know no HTTP and for those that know no database: the
//! time until it must be answered, the counters of its log line, and the meaning to its caller of a failure
//! of something it depends on.

mod budget;
mod failure;
mod metrics;

pub use budget::Budget;
pub use failure::{Failure, FailureKind};
pub use metrics::{RequestCost, RequestMetrics, milliseconds};
