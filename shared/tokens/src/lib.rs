//! Design tokens in the format of the Design Tokens Community Group, its report of 2025.10.

mod json;
mod rows;

pub use json::{Json, Object};
pub use rows::{ColorRow, OtherRow, Rows, SpacingRow, TokenColumns, TypographyRow};

/// The extension with the members `confidence` and `role`, which extraction jobs write.
pub const EXTENSION: &str = "org.branchline";
