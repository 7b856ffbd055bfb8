//! Who is calling, and their tokens: as the database keeps them apart.

mod me;
mod tokens;
