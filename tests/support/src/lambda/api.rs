//! The runtime API and as much of the extensions API as a graceful shutdown needs (AWS Lambda Developer
//! Guide, "Using the Lambda runtime API for custom runtimes" and "Using the Lambda Extensions API to create
//! extensions").

mod server;

use std::collections::HashMap;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use anyhow::Result;
use bytes::Bytes;
use tokio::sync::{mpsc, oneshot, watch};

use super::{InvokeError, Response};
use crate::event::Deadline;

/// "Request must be smaller than 6291456 bytes for the InvokeFunction operation."
pub(super) const MAX_REQUEST: usize = 6_291_456;
/// "exceeded maximum allowed payload size (6291556 bytes)."
pub(super) const MAX_RESPONSE: usize = 6_291_556;

/// An event on its way to the function.
pub(super) struct Invocation {
    pub(super) deadline: Deadline,
    pub(super) payload: Bytes,
    /// Notified when the function gets the event.
    pub(super) delivered: oneshot::Sender<()>,
    pub(super) answer: oneshot::Sender<Result<Response, InvokeError>>,
}

/// State that the server and its owner share.
#[derive(Debug)]
struct State {
    waiting: tokio::sync::Mutex<mpsc::UnboundedReceiver<Invocation>>,
    /// By request id.
    running: Mutex<HashMap<String, oneshot::Sender<Result<Response, InvokeError>>>>,
    max_response: AtomicUsize,
    first_next: watch::Sender<Option<Instant>>,
    init_error: watch::Sender<Option<String>>,
    extensions: Mutex<Vec<String>>,
}

/// The server, on a thread of its own, so that a blocked test does not hold it up.
#[derive(Debug)]
pub(super) struct Api {
    address: String,
    state: Arc<State>,
    submitted: mpsc::UnboundedSender<Invocation>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Api {
    pub(super) fn start() -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?.to_string();
        let (submitted, waiting) = mpsc::unbounded_channel();
        let state = Arc::new(State {
            waiting: tokio::sync::Mutex::new(waiting),
            running: Mutex::default(),
            max_response: AtomicUsize::new(MAX_RESPONSE),
            first_next: watch::Sender::new(None),
            init_error: watch::Sender::new(None),
            extensions: Mutex::default(),
        });
        let (stop, stopped) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let thread = thread::Builder::new().name("lambda".to_owned()).spawn({
            let state = Arc::clone(&state);
            move || runtime.block_on(server::serve(listener, state, stopped))
        })?;
        Ok(Self { address, state, submitted, stop: Some(stop), thread: Some(thread) })
    }

    /// Host and port, as `AWS_LAMBDA_RUNTIME_API` has them.
    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// Queues an event for the next time the function asks.
    pub(super) fn submit(&self, invocation: Invocation) {
        // Fails only once the state is gone, and we hold it.
        let _ = self.submitted.send(invocation);
    }

    pub(super) fn lift_response_limit(&self) {
        self.state.max_response.store(usize::MAX, Ordering::Relaxed);
    }

    /// Returns whether the function waits for an event: who does so holds the queue.
    pub(super) fn is_asked(&self) -> bool {
        self.state.waiting.try_lock().is_err()
    }

    /// Waits until the function has asked for its first event.
    pub(super) async fn first_next(&self) -> Instant {
        known(&self.state.first_next).await
    }

    /// Waits until the function has reported that it cannot start.
    pub(super) async fn init_error(&self) -> String {
        known(&self.state.init_error).await
    }

    pub(super) fn extensions(&self) -> Vec<String> {
        lock(&self.state.extensions).clone()
    }
}

impl Drop for Api {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // Fails only if the server panicked, and then the test has failed.
            let _ = thread.join();
        }
    }
}

/// Waits until there is a value.
async fn known<T: Clone>(channel: &watch::Sender<Option<T>>) -> T {
    let mut receiver = channel.subscribe();
    loop {
        if let Some(value) = receiver.borrow_and_update().clone() {
            return value;
        }
        if receiver.changed().await.is_err() {
            // The sender is borrowed from us, so it is still there.
            std::future::pending::<()>().await;
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
