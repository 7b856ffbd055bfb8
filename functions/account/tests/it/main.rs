//! The caller, and their tokens, as the database keeps them apart.

mod me;
mod tokens;
