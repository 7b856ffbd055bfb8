use serde::Serialize;

use crate::limits::MAX_DIAGNOSTICS;
use crate::pointer::Pointer;

/// A fault of a document, or something of it that tools may read differently.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Diagnostic {
    /// The place, as a JSON pointer (RFC 6901). The document itself is the empty text.
    pub pointer: String,
    /// One plain sentence. It may quote the document.
    pub detail: String,
}

/// Collects diagnostics, of which only the first [`MAX_DIAGNOSTICS`] are kept.
#[derive(Default)]
pub(crate) struct Diagnostics {
    kept: Vec<Diagnostic>,
    dropped: usize,
}

impl Diagnostics {
    pub(crate) fn add(&mut self, pointer: &Pointer<'_>, detail: impl Into<String>) {
        if self.kept.len() == MAX_DIAGNOSTICS {
            self.dropped += 1;
        } else {
            self.kept.push(Diagnostic { pointer: pointer.to_string(), detail: detail.into() });
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    pub(crate) fn into_vec(self) -> Vec<Diagnostic> {
        let mut all = self.kept;
        if self.dropped > 0 {
            let detail = format!("There are {} faults more.", self.dropped);
            all.push(Diagnostic { pointer: String::new(), detail });
        }
        all
    }
}
