//! Documents by what they are read as, refused for and exported to.

mod bounds;
mod edits;
mod exports;
mod generated;
mod invalid;
mod merging;
mod references;
mod rows;

use branchline_tokens::{Diagnostic, Tokens};

/// The tokens of a document in which `BLUE` stands for a color's value.
fn read(document: &str) -> Tokens {
    let text = document.replace("BLUE", r#"{"colorSpace":"srgb","components":[0.2,0.4,0.9]}"#);
    Tokens::parse(text.as_bytes()).unwrap_or_else(|errors| panic!("{document}: {errors:#?}"))
}

fn refused(document: &str) -> Vec<Diagnostic> {
    let text = document.replace("BLUE", r#"{"colorSpace":"srgb","components":[0.2,0.4,0.9]}"#);
    let mut errors = Tokens::parse(text.as_bytes()).err().unwrap_or_default();
    errors.sort();
    errors
}

/// The three files, in the manner of what design tools export, design systems publish, and jobs extract.
const FILES: [(&str, &str); 3] = [
    ("brand", include_str!("../files/brand.tokens.json")),
    ("primitives", include_str!("../files/primitives.tokens.json")),
    ("extracted", include_str!("../files/extracted.tokens.json")),
];
