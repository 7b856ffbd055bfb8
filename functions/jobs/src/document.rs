//! The document of a completed job, as rows.

use tokens::{Rows, Tokens};
use web::Error;

/// The rows of a document, which are to stand among those of a project: each token has its own type, so that
/// no group of the project gives it another, and groups bring none.
///
/// # Errors
/// 422 with the faults of a document that is not valid; their pointers begin at the document.
pub(crate) fn document_rows(text: &str) -> Result<Rows, Error> {
    let tokens = Tokens::parse(text.as_bytes()).map_err(|faults| {
        let detail = "The document of design tokens is not valid: errors has each fault, with its place.";
        Error::unprocessable(detail).with_faults(&faults)
    })?;
    let mut rows = tokens.rows();
    for row in &mut rows.color_tokens {
        row.token.own_type = true;
    }
    for row in &mut rows.spacing_tokens {
        row.token.own_type = true;
    }
    for row in &mut rows.typography_tokens {
        row.token.own_type = true;
    }
    // The project's own notes stay.
    rows.other_tokens.retain(|row| !row.token.path.is_empty());
    for row in &mut rows.other_tokens {
        row.token.own_type = !row.is_group;
        if row.is_group {
            row.token_type = None;
        }
    }
    Ok(rows)
}

/// Whether there is nothing to store.
pub(crate) fn is_empty(rows: &Rows) -> bool {
    rows.color_tokens.is_empty()
        && rows.spacing_tokens.is_empty()
        && rows.typography_tokens.is_empty()
        && rows.other_tokens.is_empty()
}
