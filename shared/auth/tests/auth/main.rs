//! Tokens from every side: valid, forged and broken ones, and issuers that rotate, fail and lie.
#![expect(clippy::unwrap_used, reason = "a test panics where it fails")]

mod forged;
mod issuer;
mod key_server;
mod keys;
mod properties;
mod pyjwt;
