//! Integration tests: the real handlers and binaries against a real Postgres 17 over TLS.

#![expect(clippy::unwrap_used, reason = "a helper that panics fails its test")]

mod access;
mod connections;
mod db_test;
mod deadlines;
mod documentation;
mod export;
mod freeze;
mod function;
mod import;
mod import_bounds;
mod import_faults;
mod import_texts;
mod journey;
mod list_projects;
mod logins;
mod malformed;
mod neon;
mod page;
mod pgbouncer;
mod pool;
mod process;
mod round_trips;
mod search;
mod secrets;
mod telemetry;
mod template;
mod undo;
