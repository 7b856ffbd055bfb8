//! Finds the migrations that a database has already, though its history does not say so.
//!
//! The migrations run on an empty database, which gives every property of every object as a sequence of
//! values, the [`Timeline`]. Where the database has a value that stands in the sequence, the migrations up to
//! that place have touched it there, and those after it have not. A value that stands nowhere in the sequence
//! is somebody else's.
//!
//! Some migrations leave no trace in a catalog, such as a change of rows, or one that a later migration takes
//! back: for these there is only the history of the tool before, its [`Record`]. Where neither tells, the
//! person is asked.

mod error;
mod evidence;
mod plan;
mod record;
mod timeline;

pub use error::AdoptionError;
pub use evidence::{Evidence, Presence, is_of_another, others};
pub use plan::{Adoption, AdoptionStep, Ground, adoption};
pub use record::{Matches, Matching, Record, RecordEntry};
pub use timeline::{Change, Timeline};

#[cfg(test)]
mod tests;
