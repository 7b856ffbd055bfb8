//! How a streamed response breaks off. The runtime writes a stream's error into the body and then ends the body in good
//! order, so that its client would take a torn file for a whole one. A connection that is closed before the body's end
//! is the sign that Lambda understands (`Runtime.TruncatedResponse`), and passes on to the client.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame};
use lambda_http::lambda_runtime::LambdaInvocation;
use lambda_http::tower::{Layer, Service};
use tokio::sync::Notify;

use crate::http::StreamBody;

tokio::task_local! {
    /// Tells an invocation to drop its connection to the runtime API.
    static CUT: Arc<Notify>;
}

/// Lets the body of each invocation cut its connection.
#[derive(Clone)]
pub(super) struct CutLayer;

impl<S> Layer<S> for CutLayer {
    type Service = Cuttable<S>;

    fn layer(&self, inner: S) -> Cuttable<S> {
        Cuttable(inner)
    }
}

#[derive(Clone)]
pub(super) struct Cuttable<S>(S);

impl<S> Service<LambdaInvocation> for Cuttable<S>
where
    S: Service<LambdaInvocation, Response = (), Error = lambda_http::Error> + 'static,
    S::Future: Send,
{
    type Response = ();
    type Error = lambda_http::Error;
    type Future = Pin<Box<dyn Future<Output = Result<(), lambda_http::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), lambda_http::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, invocation: LambdaInvocation) -> Self::Future {
        let cut = Arc::new(Notify::new());
        let sent = CUT.scope(Arc::clone(&cut), self.0.call(invocation));
        Box::pin(async move {
            tokio::select! {
                outcome = sent => outcome,
                // Dropping the request closes its connection. An error here would end the process.
                () = cut.notified() => Ok(()),
            }
        })
    }
}

/// Makes a body cut its invocation's connection where it breaks off.
pub(super) fn breakable(body: StreamBody) -> Breakable {
    Breakable { body, cut: CUT.try_with(Arc::clone).unwrap_or_default(), is_broken: false }
}

pub(super) struct Breakable {
    body: StreamBody,
    cut: Arc<Notify>,
    is_broken: bool,
}

impl Body for Breakable {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if !self.is_broken {
            match ready!(Pin::new(&mut self.body).poll_frame(context)) {
                Some(Ok(frame)) => return Poll::Ready(Some(Ok(frame))),
                None => return Poll::Ready(None),
                Some(Err(_)) => {
                    self.is_broken = true;
                    self.body = StreamBody::empty();
                    self.cut.notify_one();
                }
            }
        }
        // It never ends, since its end could overtake the closing of the connection and make the file look whole. What
        // stays behind until the process ends is a task of a few hundred bytes.
        Poll::Pending
    }
}
