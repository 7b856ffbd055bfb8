//! Tokens as rows of a database: one struct for each table, its fields the table's columns.
//!
//! A document becomes rows by [`crate::Tokens::rows`], and [`Rows::document`] makes the same document of
//! them. Typed columns hold what a token's references stand for, so that a query finds a color whether it is
//! written out or not. Where the columns alone would not give back what was written, `written` keeps it.
//! Tokens that a group receives by `$extends` have no row; the group's row has the reference.
//!
//! [`Rows`] is JSON by serde: `json_to_recordset` reads it, `json_agg` makes it. Columns of JSON must be
//! `json`, not `jsonb`, which would forget the order of members.

mod read;
mod write;

use serde::{Deserialize, Serialize};

use crate::Json;

/// A document's rows. `position` orders them all, across the tables.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rows {
    /// Tokens whose type is `color`.
    pub color_tokens: Vec<ColorRow>,
    /// Tokens whose type is `dimension`.
    pub spacing_tokens: Vec<SpacingRow>,
    /// Tokens whose type is `typography`.
    pub typography_tokens: Vec<TypographyRow>,
    /// Tokens of the other types, and the groups that have members of their own or no children.
    pub other_tokens: Vec<OtherRow>,
}

/// The columns that the tables of tokens have in common.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TokenColumns {
    /// The names of the groups and of the token, joined by dots; unique in a project across the tables. A
    /// group's `$root` is a name as others are. At most 255 bytes.
    pub path: String,
    /// The place in the document, counted from 0 in the order of its text.
    pub position: i32,
    /// True if the token itself has `$type`; else its type comes from a group or from what it refers to.
    pub own_type: bool,
    /// The path of the token that the whole value refers to.
    pub alias: Option<String>,
    /// An object with the member `$value` or `$ref` as it was written, where the other columns do not say it.
    pub written: Option<Json>,
    /// `$description`
    pub description: Option<String>,
    /// `$deprecated`; true as well where it is a text.
    pub deprecated: Option<bool>,
    /// `$deprecated` where it is a text.
    pub deprecated_reason: Option<String>,
    /// `$extensions`, an object.
    pub extensions: Option<Json>,
    /// 0 to 1, of the extension [`crate::EXTENSION`]; whoever writes it changes `extensions`.
    pub confidence: Option<f64>,
    /// The token's purpose, of the same extension.
    pub role: Option<String>,
}

/// A row of `color_tokens`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ColorRow {
    /// Columns of every token.
    #[serde(flatten)]
    pub token: TokenColumns,
    /// One of the format's 14 names, such as `srgb` or `oklch`.
    pub color_space: String,
    /// Three; null where the component is "none".
    pub components: [Option<f64>; 3],
    /// 0 to 1; null where it is not written, which means 1.
    pub alpha: Option<f64>,
    /// `#` and six digits, as it was written.
    pub hex: Option<String>,
}

/// A row of `spacing_tokens`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SpacingRow {
    /// Columns of every token.
    #[serde(flatten)]
    pub token: TokenColumns,
    /// May be negative.
    pub value: f64,
    /// `px` or `rem`.
    pub unit: String,
}

/// A row of `typography_tokens`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TypographyRow {
    /// Columns of every token.
    #[serde(flatten)]
    pub token: TokenColumns,
    /// One name or more, the first choice first.
    pub font_family: Vec<String>,
    /// In `font_size_unit`.
    pub font_size: f64,
    /// `px` or `rem`.
    pub font_size_unit: String,
    /// 1 to 1000; a keyword such as `bold` is its number.
    pub font_weight: f64,
    /// In `letter_spacing_unit`.
    pub letter_spacing: f64,
    /// `px` or `rem`.
    pub letter_spacing_unit: String,
    /// A multiple of the font's size.
    pub line_height: f64,
}

/// A row of `other_tokens`. A group's path may be empty: the document itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OtherRow {
    /// Columns of every token; of a group `own_type` is true where it has `$type`, `written` has `$schema`,
    /// or `$ref` in place of `$extends`.
    #[serde(flatten)]
    pub token: TokenColumns,
    /// True if it is a group.
    pub is_group: bool,
    /// The token's type, or the group's own `$type`.
    pub token_type: Option<String>,
    /// `$value` as it was written; null of a group, and of a token that is an alias.
    pub value: Option<Json>,
    /// `$extends` as it was written.
    pub extends: Option<String>,
}

/// Rows that are no document.
#[derive(Debug, thiserror::Error)]
#[error("the row of the token {path:?} {detail}")]
pub struct RowsError {
    /// The row's path.
    pub path: String,
    /// The fault.
    pub detail: &'static str,
}
