//! A body that is made while it is sent, so that its size costs no memory.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use budget::Budget;
use bytes::Bytes;
use http_body::{Body, Frame};
use lambda_http::http::StatusCode;
use tokio::sync::mpsc;

use crate::Error;
use crate::dispatch::{Call, bounded};

/// The response of a handler whose body is streamed.
pub type StreamingResponse = lambda_http::Response<StreamBody>;

type Work = Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>;

/// A body that is made while it is sent. Its maker runs only while the body is polled and waits while a chunk
/// is not taken, so that a slow client slows it down; dropping the body drops the maker. Where the maker
/// fails, the chunk that is not taken yet is lost.
pub struct StreamBody {
    work: Option<Work>,
    chunks: mpsc::Receiver<Bytes>,
    first: Option<Bytes>,
    bytes: u64,
    call: Option<(Call, StatusCode)>,
}

/// The sink for the chunks of a body.
pub struct Chunks(mpsc::Sender<Bytes>);

impl Chunks {
    /// Sends a chunk, once the one before it is taken.
    pub async fn send(&self, chunk: Bytes) {
        // Fails only where the body is gone, and with it this maker.
        let _ = self.0.send(chunk).await;
    }
}

impl StreamBody {
    /// Starts to make a body, and waits for its first chunk or its end.
    ///
    /// # Errors
    /// The maker's error before its first chunk, its panic, or the end of the budget.
    pub async fn start<F>(budget: &Budget, make: impl FnOnce(Chunks) -> F) -> Result<Self, Error>
    where
        F: Future<Output = Result<(), Error>> + Send + 'static,
    {
        let (sender, chunks) = mpsc::channel(1);
        let made = make(Chunks(sender));
        let budget = budget.clone();
        let work: Work = Box::pin(async move {
            let outcome = bounded(&budget, made).await;
            budget.drain().await;
            outcome
        });
        let mut body = Self { work: Some(work), chunks, first: None, bytes: 0, call: None };
        body.first = std::future::poll_fn(|context| body.poll_made(context)).await.transpose()?;
        Ok(body)
    }

    /// A body without a byte.
    #[must_use]
    pub fn empty() -> Self {
        Self::whole(None)
    }

    fn whole(first: Option<Bytes>) -> Self {
        Self { work: None, chunks: mpsc::channel(1).1, first, bytes: 0, call: None }
    }

    /// The next chunk; none at the end. After an error the body is broken off.
    ///
    /// # Errors
    /// The maker's error, its panic, or the end of the budget.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        std::future::poll_fn(|context| self.poll_chunk(context)).await.transpose()
    }

    /// Makes it the body of a call, which logs its end.
    pub(crate) fn for_call(mut self, call: Call, status: StatusCode) -> Self {
        self.call = Some((call, status));
        self
    }

    fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        let chunk = match self.first.take() {
            Some(first) => Some(Ok(first)),
            None => ready!(self.poll_made(context)),
        };
        match &chunk {
            Some(Ok(chunk)) => self.bytes += chunk.len() as u64,
            Some(Err(error)) => {
                if let Some((call, status)) = self.call.take() {
                    call.log_broken_off(status, self.bytes, Some(error));
                }
            }
            None => {
                if let Some((call, status)) = self.call.take() {
                    call.log_answered(status, Some(self.bytes));
                }
            }
        }
        Poll::Ready(chunk)
    }

    fn poll_made(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        if let Some(work) = &mut self.work
            && let Poll::Ready(outcome) = work.as_mut().poll(context)
        {
            self.work = None;
            if let Err(error) = outcome {
                self.chunks.close();
                return Poll::Ready(Some(Err(error)));
            }
        }
        match self.chunks.poll_recv(context) {
            // The maker is done with its chunks and not with its work, which may still fail.
            Poll::Ready(None) if self.work.is_some() => Poll::Pending,
            chunk => chunk.map(|chunk| chunk.map(Ok)),
        }
    }
}

/// A body that is there already.
impl From<lambda_http::Body> for StreamBody {
    fn from(body: lambda_http::Body) -> Self {
        let bytes = Bytes::copy_from_slice(&body);
        Self::whole((!bytes.is_empty()).then_some(bytes))
    }
}

impl Body for StreamBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        self.poll_chunk(context).map(|chunk| chunk.map(|chunk| chunk.map(Frame::data)))
    }
}

impl Drop for StreamBody {
    fn drop(&mut self) {
        if let Some((call, status)) = self.call.take() {
            call.log_broken_off(status, self.bytes, None);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU8, Ordering};
    use std::time::Duration;

    use super::*;

    fn long() -> Budget {
        Budget::lasting(Duration::from_secs(60))
    }

    #[tokio::test]
    async fn chunks_come_in_order_and_the_maker_waits_until_they_are_taken() {
        let made = Arc::new(AtomicU8::new(0));
        let count = Arc::clone(&made);
        let mut body = StreamBody::start(&long(), |chunks| async move {
            for byte in 0..100 {
                chunks.send(Bytes::copy_from_slice(&[byte])).await;
                count.store(byte, Ordering::Relaxed);
            }
            Ok(())
        })
        .await
        .unwrap();
        for byte in 0..100 {
            assert_eq!(body.chunk().await.unwrap().unwrap(), [byte][..]);
            assert!(made.load(Ordering::Relaxed) <= byte + 1);
        }
        assert_eq!(body.chunk().await.unwrap(), None);
    }

    #[tokio::test]
    async fn what_fails_before_the_first_chunk_is_an_error_of_the_start() {
        let failed = StreamBody::start(&long(), |_| async { Err(Error::not_found("nothing")) }).await;
        assert_eq!(failed.err().unwrap().status(), 404);
        let mut empty = StreamBody::start(&long(), |_| async { Ok(()) }).await.unwrap();
        assert_eq!(empty.chunk().await.unwrap(), None);
    }

    #[tokio::test]
    async fn an_error_a_panic_and_the_end_of_the_budget_break_the_body_off() {
        async fn second(
            budget: Budget,
            fail: impl Future<Output = Result<(), Error>> + Send + 'static,
        ) -> u16 {
            let mut body = StreamBody::start(&budget, |chunks| async move {
                chunks.send(Bytes::from_static(b"x")).await;
                tokio::task::yield_now().await;
                fail.await
            })
            .await
            .unwrap();
            body.chunk().await.unwrap().unwrap();
            body.chunk().await.unwrap_err().status().as_u16()
        }
        assert_eq!(second(long(), async { Err(Error::unavailable(1, "gone")) }).await, 503);
        assert_eq!(second(long(), async { panic!("as asked") }).await, 500);
        let short = Budget::lasting(Duration::from_millis(20));
        assert_eq!(second(short.clone(), std::future::pending()).await, 504);
        assert!(short.is_expired());
    }

    #[tokio::test]
    async fn a_maker_that_gives_its_chunks_away_early_is_waited_for() {
        let failed = StreamBody::start(&long(), |chunks| async move {
            drop(chunks);
            tokio::task::yield_now().await;
            Err(Error::not_found("nothing"))
        })
        .await;
        assert_eq!(failed.err().unwrap().status(), 404);
    }

    #[tokio::test]
    async fn dropping_the_body_drops_its_maker() {
        let held = Arc::new(());
        let watched = Arc::downgrade(&held);
        let body = StreamBody::start(&long(), |chunks| async move {
            let _held = held;
            chunks.send(Bytes::from_static(b"x")).await;
            std::future::pending().await
        })
        .await
        .unwrap();
        assert!(watched.upgrade().is_some());
        drop(body);
        assert!(watched.upgrade().is_none());
    }
}
