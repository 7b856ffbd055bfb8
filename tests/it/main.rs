//! Integration tests against a real Postgres over TLS.
