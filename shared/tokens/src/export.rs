//! The forms that other tools take. Each is a function of [`crate::Tokens`] alone.

mod css;
mod css_value;
mod json;
mod tailwind;
mod text;

use crate::limits::MAX_DOCUMENT_BYTES;
use crate::{Document, Json, Tokens};

impl Document {
    /// The document as it was read: media type `application/design-tokens+json`. It is indented, unless that
    /// makes it much larger.
    pub fn to_dtcg(&self) -> String {
        readable(&self.to_json())
    }
}

/// Indented JSON, or compact JSON where that would be much larger than documents are.
fn readable(json: &Json) -> String {
    let text = text::indented(json);
    if text.len() > 2 * MAX_DOCUMENT_BYTES { json.to_string() } else { text }
}

impl Tokens {
    /// The document: see [`Document::to_dtcg`].
    pub fn to_dtcg(&self) -> String {
        self.document().to_dtcg()
    }
}
