//! Design tokens in the format of the Design Tokens Community Group, its report of 2025.10.
//!
//! [`Tokens::parse`] reads a document, reports all its faults at once with their places, and resolves
//! types, references and `$extends`. A document that has been read is written as DTCG, CSS, a theme of
//! Tailwind CSS 4 or a list, and becomes [`Rows`] of a database and back.
//!
//! ```
//! use branchline_tokens::Tokens;
//!
//! let document = br#"{
//!   "color": {
//!     "$type": "color",
//!     "sea": { "$value": { "colorSpace": "oklch", "components": [0.7, 0.15, 250] } },
//!     "link": { "$value": "{color.sea}" }
//!   }
//! }"#;
//! let tokens = Tokens::parse(document).map_err(|errors| format!("{errors:?}"))?;
//! let css = tokens.to_css();
//! assert!(css.starts_with(":root {\n  --color-sea: #4ba3f7;\n  --color-link: var(--color-sea);\n}"));
//!
//! let errors = Tokens::parse(br#"{ "gap": { "$type": "dimension", "$value": "8px" } }"#).unwrap_err();
//! assert_eq!(errors[0].pointer, "/gap/$value");
//! # Ok::<(), String>(())
//! ```
//!
//! The crate does no I/O. What a document may cost is bounded by [`limits`]: references and `$extends` make
//! of it no more than those allow, and a chain of them takes no stack.

mod color;
mod diagnostic;
mod document;
mod edit;
mod export;
mod graph;
mod json;
pub mod limits;
mod merge;
mod names;
mod pointer;
mod reference;
mod resolve;
mod rows;
mod token_type;
mod tree;
mod value;

pub use diagnostic::Diagnostic;
pub use document::{Deprecated, Document};
pub use edit::EditError;
pub use json::{Json, Object};
pub use resolve::{ResolvedToken, Tokens};
pub use rows::{ColorRow, OtherRow, Rows, RowsError, SpacingRow, TokenColumns, TypographyRow};
pub use token_type::TokenType;
pub use value::{
    Border, Color, ColorSpace, Dimension, Duration, FontFamily, FontWeight, Part, Shadow, Shadows, Stop,
    StrokeStyle, Transition, Typography, Unit, Value,
};

/// The extension with the members `confidence` and `role`, which extraction jobs write.
pub const EXTENSION: &str = "org.branchline";
