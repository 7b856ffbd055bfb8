//! Operations, followed to their end.

use std::time::{Duration, Instant};

use super::client::Client;
use super::error::Error;
use super::http::Call;
use super::model::Operation;
use http::Method;
use pg::Backoff;
use serde::Deserialize;

/// Between two looks at an operation.
const BACKOFF: Backoff = Backoff { first: Duration::from_millis(100), longest: Duration::from_secs(2) };

/// The operations of an answer.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Operations {
    #[serde(default)]
    pub(super) operations: Vec<Operation>,
}

#[derive(Deserialize)]
struct One {
    operation: Operation,
}

impl Client {
    /// Waits until all of them have ended, in their order.
    pub(super) async fn follow(&self, operations: Operations) -> Result<(), Error> {
        let begun = Instant::now();
        for mut operation in operations.operations {
            let mut looks = 0;
            while !has_ended(&operation)? {
                if begun.elapsed() >= self.wait {
                    return Err(Error::Slow { action: operation.action, waited: self.wait });
                }
                looks += 1;
                if self.http.stop.is_sent_within(BACKOFF.pause(looks, 0.0)).await {
                    return Err(Error::Interrupted);
                }
                let path = ["operations", operation.id.as_str()];
                let call = Call::new(Method::GET, &path, format!("following {}", operation.action));
                operation = self.http.send::<One>(&call).await?.operation;
            }
        }
        // The signal may have come while there was no pause to notice it in.
        if self.http.stop.is_sent_within(Duration::ZERO).await { Err(Error::Interrupted) } else { Ok(()) }
    }

    /// The operations of a project, the newest first, as many as may have begun while an answer was waited
    /// for.
    pub(super) async fn newest_operations(&self) -> Result<Vec<Operation>, Error> {
        let call = Call::new(Method::GET, &["operations"], "listing the operations").with("limit", "100");
        Ok(self.http.send::<Operations>(&call).await?.operations)
    }
}

/// Returns whether an operation has done its work. One that `failed` is tried again by the service, so it has
/// not ended yet.
fn has_ended(operation: &Operation) -> Result<bool, Error> {
    match operation.status.as_str() {
        "finished" | "skipped" => Ok(true),
        status @ ("error" | "cancelled") => Err(Error::Operation {
            action: operation.action.clone(),
            status: status.to_owned(),
            reason: operation.error.clone(),
        }),
        _ => Ok(false),
    }
}
