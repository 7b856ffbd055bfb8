//! The planner on a real server: between random schemas, and the number of statements that it writes.

#![expect(clippy::unwrap_used, reason = "a test panics where it fails")]

mod pairs;
mod server;
mod statements;
