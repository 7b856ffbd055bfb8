//! The built binary against a real Postgres 17 over TLS.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking, helpers too")]

mod adopt;
mod alembic;
mod alembic_table;
mod branch;
mod check;
mod checksums;
mod current;
mod deploy;
mod doctor;
mod downgrade;
mod dry_run;
mod harness;
mod history;
mod kill;
mod library;
mod lint;
mod lock;
mod neon;
mod neonctl;
mod new;
mod openapi;
mod outside;
mod refinery;
mod refusals;
mod rehearse;
mod rehearse_branch;
mod rehearse_denied;
mod resume;
mod schema;
mod script;
mod snapshot;
mod stamp;
mod upgrade;
mod usage;
mod verify;
