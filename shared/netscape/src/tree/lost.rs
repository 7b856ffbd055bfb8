//! Text between entries, which belongs to none of them.

use crate::limits;
use crate::text::Context;
use crate::warning::Quotation;

/// Such text is gathered until the next entry or list begins, and is then one warning.
#[derive(Debug, Default)]
pub(super) struct Lost {
    text: Quotation,
    line: u32,
    given: usize,
    more: u64,
}

impl Lost {
    /// Adds text as it stands in the file.
    pub(super) fn push(&mut self, raw: &[u8], line: u32) {
        if self.text.is_empty() {
            self.line = line;
        }
        self.text.push(raw, Context::Text);
    }

    /// Adds text that has been decoded.
    pub(super) fn push_decoded(&mut self, text: &str, line: u32) {
        if self.text.is_empty() {
            self.line = line;
        }
        self.text.push(text.as_bytes(), Context::Name);
    }

    /// The line and the text of the next warning, if there is to be one.
    pub(super) fn take(&mut self) -> Option<(u32, String)> {
        if self.text.is_empty() {
            return None;
        }
        let text = self.text.as_str().to_owned();
        self.text.clear();
        if text.is_empty() {
            return None;
        }
        if self.given == limits::LOST_TEXTS {
            self.more += 1;
            return None;
        }
        self.given += 1;
        Some((self.line, text))
    }

    /// Returns the number of losses beyond the warnings.
    pub(super) fn count_of_more(&self) -> Option<u64> {
        (self.more > 0).then_some(self.more)
    }
}
