//! Plans lead where they should: each transition of `tests/transitions` is planned and run on a real server,
//! both ways and on tables with rows. `cargo test --test plans -- indexes/` tries those whose name has that.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test that says how far it is")]

mod corpus;
mod database;
mod lead;
mod losses;
mod rows;

use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use corpus::Transition;

/// Transitions that are tried at once. The server is another process, and waits for it are many.
const AT_ONCE: usize = 4;

fn main() -> ExitCode {
    let wanted: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let begun = Instant::now();
    let transitions = corpus::read(&wanted).unwrap();
    let (next, failures) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE.min(transitions.len()) {
            scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                while let Some(transition) = transitions.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let wrong = runtime.block_on(tried(transition));
                    if !wrong.is_empty() {
                        println!("{} ... FAILED", transition.name);
                        failures.lock().unwrap().extend(wrong);
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    for failure in &failures {
        println!("\n---- {failure}");
    }
    let (count, seconds) = (transitions.len(), begun.elapsed().as_secs());
    println!("\n{count} transitions, both ways, in {seconds} s: {} failures", failures.len());
    ExitCode::from(u8::from(!failures.is_empty()))
}

async fn tried(transition: &Transition) -> Vec<String> {
    match lead::both_ways(transition).await {
        Ok(wrong) => wrong,
        Err(error) => vec![format!("{}: {error:#}", transition.name)],
    }
}
