//! A server on a thread of its own, so that a blocked test does not hold it up.

use std::io;
use std::thread::{self, JoinHandle};

use tokio::sync::oneshot;

/// A future that runs until this is dropped, which waits until it and all that it spawned are gone.
#[derive(Debug)]
pub(crate) struct Background {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Background {
    /// Runs the future that `start` makes, within a runtime.
    pub(crate) fn run<F>(name: &str, start: impl FnOnce() -> F + Send + 'static) -> io::Result<Self>
    where
        F: Future<Output = ()>,
    {
        let (stop, stopped) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let thread = thread::Builder::new().name(name.to_owned()).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    () = start() => (),
                    _ = stopped => (),
                }
            });
        })?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // Fails only if the server panicked, and then the test has failed.
            let _ = thread.join();
        }
    }
}
