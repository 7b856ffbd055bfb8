//! The forms that other tools take. Each is a function of [`crate::Tokens`] alone.

mod css;
mod css_value;
mod json;
mod tailwind;
mod text;

use crate::Tokens;

impl Tokens {
    /// The document as it was read, indented by two blanks: media type `application/design-tokens+json`.
    pub fn to_dtcg(&self) -> String {
        text::indented(&self.document().to_json())
    }
}
