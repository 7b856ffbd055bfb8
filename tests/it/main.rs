//! Integration tests: the real handlers and binaries against a real Postgres 17 over TLS.

mod access;
mod connections;
mod db_test;
mod function;
mod import;
mod import_faults;
mod list_projects;
mod process;
mod undo;
