//! A process's output, kept as it comes.

use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

#[derive(Debug)]
pub(super) struct Output {
    bytes: Arc<Mutex<Vec<u8>>>,
}

impl Output {
    /// Reads on a thread of its own, which ends when the last writer has closed the pipe.
    pub(super) fn read(mut pipe: impl Read + Send + 'static) -> (Self, JoinHandle<()>) {
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let reader = thread::spawn({
            let bytes = Arc::clone(&bytes);
            move || {
                let mut chunk = [0; 8192];
                while let Ok(count @ 1..) = pipe.read(&mut chunk) {
                    bytes.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&chunk[..count]);
                }
            }
        });
        (Self { bytes }, reader)
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}
