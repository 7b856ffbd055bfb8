//! From text to what stands for it in a file, so that reading gives the text again.

use crate::text;
use std::io::{self, Write};

/// Writes the text of a title or description.
pub(crate) fn write_text(out: &mut impl Write, text: &str, quotes: bool, line_end: &str) -> io::Result<()> {
    write_replaced(out, text, |_, byte| match byte {
        b'"' | b'\'' if !quotes => None,
        b'\n' => Some(line_end),
        _ => reference(byte),
    })
}

/// Writes an attribute's value, without its quotation marks.
pub(crate) fn write_value(out: &mut impl Write, value: &str) -> io::Result<()> {
    write_replaced(out, value, |_, byte| reference(byte))
}

/// Writes a URL in an attribute. Browsers leave `&` as it is there, so it is escaped only where reading would
/// take it for a character reference.
pub(crate) fn write_url(out: &mut impl Write, url: &str) -> io::Result<()> {
    write_replaced(out, url, |rest, byte| match byte {
        b'&' if !text::starts_with_reference(rest) => None,
        b'<' | b'>' | b'\'' => None,
        _ => reference(byte),
    })
}

fn reference(byte: u8) -> Option<&'static str> {
    Some(match byte {
        b'&' => "&amp;",
        b'<' => "&lt;",
        b'>' => "&gt;",
        b'"' => "&quot;",
        b'\'' => "&#39;",
        // Reading would make it a line feed.
        b'\r' => "&#13;",
        _ => return None,
    })
}

/// Writes `text` with some of its bytes replaced; `replacement` is given what follows with the byte itself.
/// All bytes that are ever replaced are ASCII.
fn write_replaced<'a>(
    out: &mut impl Write,
    text: &str,
    replacement: impl Fn(&[u8], u8) -> Option<&'a str>,
) -> io::Result<()> {
    let bytes = text.as_bytes();
    let mut written = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        if let Some(replacement) = replacement(&bytes[at..], byte) {
            out.write_all(&bytes[written..at])?;
            out.write_all(replacement.as_bytes())?;
            written = at + 1;
        }
    }
    out.write_all(&bytes[written..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(url: &str) -> String {
        let mut out = Vec::new();
        write_url(&mut out, url).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn an_ampersand_in_a_url_is_escaped_only_where_it_would_be_read_as_a_reference() {
        assert_eq!(url("/?a=1&b=2&copy=3&notes"), "/?a=1&b=2&copy=3&notes");
        assert_eq!(url("/?a=1&copy;&amp&#65"), "/?a=1&amp;copy;&amp;amp&amp;#65");
        assert_eq!(url("javascript:if(a<b&&c>'d')e(\"f\")"), "javascript:if(a<b&&c>'d')e(&quot;f&quot;)");
    }

    #[test]
    fn text_is_escaped_and_its_lines_end_as_the_file_has_it() {
        let mut out = Vec::new();
        write_text(&mut out, "<a> & \"b\"\nit's\r", false, "\r\n").unwrap();
        assert_eq!(out, b"&lt;a&gt; &amp; \"b\"\r\nit's&#13;");
        out.clear();
        write_text(&mut out, "\"b\"\nit's", true, "\n").unwrap();
        assert_eq!(out, b"&quot;b&quot;\nit&#39;s");
    }
}
