//! Texts for people, which the crates of the schema toolkit share: what of others' texts may be printed,
//! times and counts, and lines that fit a terminal. Nothing here prints.

mod amount;
mod printable;
mod prose;

pub use amount::{BinaryBytes, DecimalBytes, Grouped, HumanDuration, counted};
pub use printable::{inert, inert_json, quoted, visible, visible_beside_styles};
pub use prose::{COLUMNS, wrap, wrap_to};
