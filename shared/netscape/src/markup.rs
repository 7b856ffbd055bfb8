//! The pieces of markup, by the tokenizer rules of the WHATWG HTML standard (section 13.2.5), as functions of
//! the bytes at hand. Each says when it needs more of them.

mod attribute;
mod charset;
mod element;
mod quotes;

pub(crate) use attribute::{Attribute, Quote, all_attributes, attribute, is_attribute_name, is_formatting};
pub(crate) use charset::declared_charset;
pub(crate) use element::Element;
pub(crate) use quotes::{goes_on, mend, missing_mark};

use memchr::{memchr, memchr_iter, memchr2};

/// The kind of markup that a `<` begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opening {
    /// Nothing: it is text.
    Text,
    StartTag,
    EndTag,
    Comment,
    /// `<!DOCTYPE`; ends at the next `>`.
    Doctype,
    /// `<?`, `</` before anything but a letter, and the like; ends at the next `>`.
    Bogus,
    /// The text ends before that can be said.
    Partial,
}

/// Says what the `<` at the start of `text` begins. `ended` says that no more text follows.
pub(crate) fn opening(text: &[u8], ended: bool) -> Opening {
    const DOCTYPE: &[u8] = b"<!doctype";
    let is_prefix =
        |whole: &[u8]| text.len() < whole.len() && !ended && whole[..text.len()].eq_ignore_ascii_case(text);
    match text {
        [_, byte, ..] if byte.is_ascii_alphabetic() => Opening::StartTag,
        [_, b'/', byte, ..] if byte.is_ascii_alphabetic() => Opening::EndTag,
        [_, b'/', _, ..] | [_, b'?', ..] => Opening::Bogus,
        [_, b'!', b'-', b'-', ..] => Opening::Comment,
        [_, b'!', ..] if is_prefix(b"<!--") || is_prefix(DOCTYPE) => Opening::Partial,
        [_, b'!', ..]
            if text.len() >= DOCTYPE.len() && text[..DOCTYPE.len()].eq_ignore_ascii_case(DOCTYPE) =>
        {
            Opening::Doctype
        }
        [_, b'!', ..] => Opening::Bogus,
        [_] | [_, b'/'] if !ended => Opening::Partial,
        _ => Opening::Text,
    }
}

/// HTML's white space. (CR is white space too, since it would have become LF.)
pub(crate) const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0C)
}

/// The tags that stand around every bookmark, as browsers write them. Gives the element, whether it ends, and
/// the tag's length.
pub(crate) fn canonical_tag(text: &[u8]) -> Option<(Element, bool, usize)> {
    let (element, is_end) = match text.first_chunk()? {
        b"<DT>" => (Element::Dt, false),
        b"<DD>" => (Element::Dd, false),
        b"</A>" => (Element::A, true),
        _ => return None,
    };
    Some((element, is_end, 4))
}

/// Returns the end of a tag's name; `None` if it runs to the end of `text`.
pub(crate) fn name_end(text: &[u8]) -> Option<usize> {
    text.iter().position(|&byte| is_space(byte) || matches!(byte, b'/' | b'>' | b'<'))
}

/// The end of a tag whose attributes mean nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TagEnd {
    /// After its `>`.
    After(usize),
    /// Before a `<`. That is not HTML's rule, but a quotation mark that an exporter did not escape must not
    /// swallow the next tags.
    Before(usize),
    /// Not in the text at hand.
    Beyond,
}

/// Finds the end of a tag, given the text after its name.
pub(crate) fn tag_end(text: &[u8]) -> TagEnd {
    let mut quote = None;
    let mut before = b' ';
    for (at, &byte) in text.iter().enumerate() {
        match byte {
            b'<' => return TagEnd::Before(at),
            _ if quote == Some(byte) => quote = None,
            _ if quote.is_some() => {}
            b'>' => return TagEnd::After(at + 1),
            b'"' | b'\'' if before == b'=' => quote = Some(byte),
            _ => {}
        }
        if !is_space(byte) {
            before = byte;
        }
    }
    TagEnd::Beyond
}

/// The end of something that may run over many chunks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// After this many bytes.
    At(usize),
    /// Not in these bytes; this many of them need not be looked at again.
    Beyond(usize),
}

/// Finds the end of a comment, given the text after its `<!--`; `first` if the text begins right there.
pub(crate) fn comment_end(text: &[u8], first: bool, ended: bool) -> End {
    if first {
        match text {
            [b'>', ..] => return End::At(1),
            [b'-', b'>', ..] => return End::At(2),
            [] | [b'-'] if !ended => return End::Beyond(0),
            _ => {}
        }
    }
    for end in memchr_iter(b'>', text) {
        if text[..end].ends_with(b"--") || text[..end].ends_with(b"--!") {
            return End::At(end + 1);
        }
    }
    // The last three bytes may be the start of `--!>`.
    End::Beyond(text.len().saturating_sub(3))
}

/// Finds the end of a raw element's content: before its end tag, or before a `<DT>` or `<DL>`. The second is
/// not HTML's rule, but a script or title that does not end must not swallow the bookmarks.
pub(crate) fn raw_end(text: &[u8], element: &str) -> End {
    for start in memchr_iter(b'<', text) {
        let rest = &text[start + 1..];
        let starts_with = |prefix: &[u8], name: &str| {
            let length = prefix.len() + name.len();
            let Some(after) = rest.get(length) else {
                // Too short to say, so long as it fits what there is.
                let whole = [prefix, name.as_bytes()].concat();
                return (whole.len() >= rest.len() && whole[..rest.len()].eq_ignore_ascii_case(rest))
                    .then_some(false);
            };
            let fits =
                rest.starts_with(prefix) && rest[prefix.len()..length].eq_ignore_ascii_case(name.as_bytes());
            (fits && (is_space(*after) || matches!(after, b'/' | b'>'))).then_some(true)
        };
        let found = [starts_with(b"/", element), starts_with(b"", "dt"), starts_with(b"", "dl")];
        if found.contains(&Some(true)) {
            return End::At(start);
        }
        if found.contains(&Some(false)) {
            return End::Beyond(start);
        }
    }
    End::Beyond(text.len())
}

/// The length of a comment at the start of `text` if it ends in its line, within a title before that ends.
pub(crate) fn comment_in_line(text: &[u8], in_name: bool) -> Option<usize> {
    const START: usize = 4;
    let End::At(length) = comment_end(&text[START..], true, true) else { return None };
    let comment = &text[..START + length];
    let ends_name = |&start: &usize| {
        let rest = &comment[start + 1..];
        rest.len() > 2 && rest[0] == b'/' && matches!(rest[1] | 0x20, b'a' | b'h')
    };
    let is_in_line = memchr(b'\n', comment).is_none() && memchr(b'\r', comment).is_none();
    let is_whole = is_in_line && !(in_name && memchr_iter(b'<', comment).any(|start| ends_name(&start)));
    is_whole.then_some(comment.len())
}

/// Returns whether a tag that ended here is alone on the rest of its line, perhaps with a `<p>`, or followed
/// by another tag. That holds for the file's own tags; in a text, more text follows. `None` if the text at
/// hand does not say.
pub(crate) fn ends_line(text: &[u8], ended: bool) -> Option<bool> {
    let past_blanks = |text: &[u8]| text.iter().take_while(|&&byte| matches!(byte, b' ' | b'\t')).count();
    let mut rest = &text[past_blanks(text)..];
    if may_be_paragraph(rest) {
        match rest.get(PARAGRAPH.len()..) {
            Some(after) => rest = &after[past_blanks(after)..],
            None if !ended => return None,
            None => {}
        }
    }
    match rest.first() {
        None if !ended => None,
        None | Some(b'<' | b'\n' | b'\r') => Some(true),
        Some(_) => Some(false),
    }
}

const PARAGRAPH: &[u8] = b"<p>";

/// Returns whether the text starts with `<p>`, as far as it is known.
pub(crate) fn may_be_paragraph(text: &[u8]) -> bool {
    let known = text.len().min(PARAGRAPH.len());
    text[..known].eq_ignore_ascii_case(&PARAGRAPH[..known])
}

/// Looks from within a name for the tag that ends it, `</a>` or `</h3>` or so, before another entry begins.
/// Gives where it stands.
pub(crate) fn name_goes_on(text: &[u8], is_folder: bool) -> Option<usize> {
    for start in memchr_iter(b'<', text) {
        let rest = &text[start + 1..];
        let Some(end) = name_end(rest.strip_prefix(b"/").unwrap_or(rest)) else { break };
        let is_end = rest.starts_with(b"/");
        let name = &rest[usize::from(is_end)..][..end];
        let delimiter = rest[usize::from(is_end) + end];
        match (Element::from_name(name), is_end) {
            (Element::A, true) if !is_folder => return Some(start),
            (Element::Heading(_), true) if is_folder => return Some(start),
            (Element::A, false) if is_space(delimiter) => return None,
            (Element::Heading(_), false) if is_folder || is_space(delimiter) => return None,
            _ => {}
        }
    }
    None
}

/// The first two bytes of the first line end and what follows it; empty if there is none.
pub(crate) fn first_line_end(text: &[u8]) -> &[u8] {
    let start = memchr2(b'\n', b'\r', text).unwrap_or(text.len());
    &text[start..text.len().min(start + 2)]
}

/// Returns whether a doctype is the one of bookmark files, `NETSCAPE-Bookmark-file-1`.
pub(crate) fn is_bookmark_doctype(doctype: &[u8]) -> bool {
    const NAME: &[u8] = b"netscape-bookmark-file";
    let name = doctype[b"<!doctype".len().min(doctype.len())..].trim_ascii_start();
    name.get(..NAME.len()).is_some_and(|name| name.eq_ignore_ascii_case(NAME))
}
