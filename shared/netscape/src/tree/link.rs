//! Links and images in a text, which keep their addresses: `the paper (https://example.com/paper.pdf)`.

use crate::entry::Text;

/// A link whose text is being read.
#[derive(Debug)]
pub(super) struct Link {
    /// As values stand in a file.
    address: Vec<u8>,
    /// Start of its text.
    start: usize,
}

impl Link {
    /// None for an anchor.
    pub(super) fn begin(address: &[u8], start: usize) -> Option<Self> {
        let address = address.trim_ascii();
        (!address.is_empty()).then(|| Self { address: address.to_vec(), start })
    }

    /// Appends the address, unless it is the link's text as well.
    pub(super) fn end(&self, text: &mut Text) {
        let mut address = Text::default();
        address.push_value(&self.address);
        let shown = text.as_str().get(self.start..).unwrap_or_default().trim_ascii();
        if shown != address.as_str() {
            // A line end after the link's text stays after the link.
            let blank = if shown.is_empty() { String::new() } else { text.split_off_blank() };
            let is_apart = text.as_str().ends_with(|last: char| !last.is_ascii_whitespace());
            push_address(text, &self.address, is_apart);
            text.push_blank(&blank);
        }
    }
}

/// Appends what is said of an image, and where it is. An image that is written into its address is named by
/// its type.
pub(super) fn push_image(text: &mut Text, alternative: &[u8], address: &[u8]) {
    let alternative = alternative.trim_ascii();
    text.push_value(alternative);
    let address = address.trim_ascii();
    let is_data = address.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"data:"));
    let end = address.iter().position(|byte| is_data && matches!(byte, b';' | b','));
    let address = &address[..end.unwrap_or(address.len())];
    if !address.is_empty() {
        push_address(text, address, !alternative.is_empty());
    }
}

fn push_address(text: &mut Text, address: &[u8], is_apart: bool) {
    text.push_value(if is_apart { b" (" } else { b"(" });
    text.push_value(address);
    text.push_value(b")");
}
