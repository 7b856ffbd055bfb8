//! Work that a response need not wait for, between the response and the next request.

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use budget::Budget;
use lambda_http::lambda_runtime::LambdaInvocation;
use lambda_http::tower::{Layer, Service};
use tokio::task_local;

use crate::deadline::budget_until;
use crate::dispatch::bounded;
use crate::{Error, Request};

/// Longest time for such work, within the invocation's deadline: it is billed, and keeps this process from
/// the next request.
const LONGEST: Duration = Duration::from_secs(60);

type Work = Box<dyn FnOnce(Budget) -> Pin<Box<dyn Future<Output = Result<(), Error>> + Send>> + Send>;

/// The queue of a request. Its clones are the same queue.
#[derive(Clone, Default)]
pub struct AfterResponse(Arc<Mutex<Vec<Work>>>);

impl AfterResponse {
    /// The queue that a request carries. Where nobody serves the request, as in a test of a handler, its work
    /// is not done.
    #[must_use]
    pub fn from_request(request: &Request) -> Self {
        request.extensions().get::<Self>().cloned().unwrap_or_default()
    }

    /// The queue of the invocation that is being answered.
    pub(super) fn current() -> Self {
        CURRENT.try_with(Self::clone).unwrap_or_default()
    }

    /// Queues work. It begins once the response is sent, and ends before the process asks for the next
    /// request, or is dropped: at the invocation's deadline less half a second, or after a minute. A process
    /// that is ended meanwhile leaves it undone, so it must be work that somebody else finds and does. Its
    /// error is logged.
    pub fn run<F>(&self, work: impl FnOnce(Budget) -> F + Send + 'static)
    where
        F: Future<Output = Result<(), Error>> + Send + 'static,
    {
        let work: Work = Box::new(|budget| Box::pin(work(budget)));
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(work);
    }

    /// Does what is queued. `left` is what the invocation's deadline leaves.
    pub(super) async fn done(&self, left: Duration) {
        let queued = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        if queued.is_empty() {
            return;
        }
        let budget = Budget::lasting(left.min(LONGEST));
        for work in queued {
            if let Err(error) = bounded(&budget, work(budget.clone())).await {
                let cause = error.cause().map(tracing::field::display);
                tracing::warn!(cause, "work after a response was not done: {}", error.detail());
            }
        }
        budget.drain().await;
    }
}

task_local! {
    static CURRENT: AfterResponse;
}

/// Around a service that answers invocations: does what was queued once the response is sent.
#[derive(Clone, Copy)]
pub(super) struct AfterLayer;

impl<S> Layer<S> for AfterLayer {
    type Service = After<S>;

    fn layer(&self, inner: S) -> After<S> {
        After { inner }
    }
}

/// See [`AfterLayer`].
#[derive(Clone)]
pub(super) struct After<S> {
    inner: S,
}

impl<S> Service<LambdaInvocation> for After<S>
where
    S: Service<LambdaInvocation, Response = ()>,
    S::Future: Send + 'static,
{
    type Response = ();
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<(), S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, invocation: LambdaInvocation) -> Self::Future {
        let budget = budget_until(invocation.context.deadline());
        let answered = self.inner.call(invocation);
        Box::pin(async move {
            let queue = AfterResponse::default();
            CURRENT.scope(queue.clone(), answered).await?;
            queue.done(budget.left()).await;
            Ok(())
        })
    }
}

impl fmt::Debug for AfterResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AfterResponse")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[tokio::test]
    async fn queued_work_is_done_once_whatever_comes_of_the_work_before_it() {
        let (after, done) = (AfterResponse::default(), Arc::new(AtomicU32::new(0)));
        after.run(|_| async { panic!("on purpose") });
        after.run(|_| async { Err(Error::bad_request("on purpose")) });
        let counted = Arc::clone(&done);
        after.run(move |_| async move {
            counted.fetch_add(1, Ordering::Relaxed);
            Ok(())
        });
        for _ in 0..2 {
            after.done(Duration::from_secs(10)).await;
            assert_eq!(done.load(Ordering::Relaxed), 1);
        }
    }

    #[tokio::test]
    async fn the_deadline_ends_the_work() {
        let after = AfterResponse::default();
        after.run(|_| std::future::pending());
        after.done(Duration::from_millis(20)).await;
        after.run(|_| std::future::pending());
        after.done(Duration::ZERO).await;
    }
}
