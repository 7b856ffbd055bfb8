//! Imports: what they store, what they cost, what they survive, and the page from which they are made.

#![expect(clippy::unwrap_used, reason = "a helper that panics fails its test")]

mod bounds;
mod faults;
mod formats;
mod page;
mod storing;
mod texts;
mod undo;
