//! Line numbers of byte positions in a file.

/// Byte positions at which a text's lines begin. It is built once per file, so that looking up lines takes
/// time in proportion to the file and not to its square.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LineIndex(Vec<usize>);

impl LineIndex {
    pub(crate) fn new(text: &str) -> Self {
        crate::work::visit(text.len());
        let after = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        Self(std::iter::once(0).chain(after).collect())
    }

    /// The line, from 1, of a byte offset.
    pub(crate) fn line(&self, offset: usize) -> usize {
        self.0.partition_point(|start| *start <= offset)
    }

    /// Returns the position at which a line, from 1, begins; for lines past the end, that of the last line.
    pub(crate) fn start(&self, line: usize) -> usize {
        let last = self.0.len().saturating_sub(1);
        self.0.get(line.saturating_sub(1).min(last)).copied().unwrap_or(0)
    }

    /// A line's text without its end.
    pub(crate) fn text<'t>(&self, text: &'t str, line: usize) -> &'t str {
        let rest = text.get(self.start(line)..).unwrap_or_default();
        rest.lines().next().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_is_on_the_line_that_begins_at_or_before_it() {
        let text = "a\n\nbc\n";
        let index = LineIndex::new(text);
        let lines: Vec<usize> = (0..=text.len()).map(|offset| index.line(offset)).collect();
        assert_eq!(lines, [1, 1, 2, 3, 3, 3, 4]);
        assert_eq!([index.text(text, 1), index.text(text, 2), index.text(text, 3)], ["a", "", "bc"]);
        assert_eq!(index.text(text, 9), "");
    }
}
