//! Integration tests across functions: the real handlers and binaries against a real Postgres 17 over TLS.

#![expect(clippy::unwrap_used, reason = "a helper that panics fails its test")]

mod access;
mod connections;
mod deadlines;
mod documentation;
mod extremes;
mod freeze;
mod isolation;
mod journey;
mod logins;
mod malformed;
mod neighbours;
mod neon;
mod organizations;
mod pgbouncer;
mod pool;
mod process;
mod round_trips;
mod secrets;
mod telemetry;
mod template;
mod workers;
