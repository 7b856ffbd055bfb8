//! JSON pointers (RFC 6901): made while a document is walked, and read where it refers to itself.

use std::fmt;

/// A place in a document, as a list from the inside out. Only one that is printed becomes text.
#[derive(Clone, Copy)]
pub(crate) struct Pointer<'a>(Option<(&'a Pointer<'a>, Segment<'a>)>);

#[derive(Clone, Copy)]
enum Segment<'a> {
    Member(&'a str),
    Index(usize),
    /// A pointer's text, slash included.
    Text(&'a str),
}

impl<'a> Pointer<'a> {
    /// The whole document.
    pub(crate) const ROOT: Pointer<'static> = Pointer(None);

    /// A pointer of which the text is known.
    pub(crate) fn from_text(text: &'a str) -> Pointer<'a> {
        const ROOT: &Pointer<'static> = &Pointer::ROOT;
        Pointer(Some((ROOT, Segment::Text(text))))
    }

    pub(crate) fn member(&'a self, name: &'a str) -> Pointer<'a> {
        Pointer(Some((self, Segment::Member(name))))
    }

    pub(crate) fn index(&'a self, index: usize) -> Pointer<'a> {
        Pointer(Some((self, Segment::Index(index))))
    }
}

impl fmt::Display for Pointer<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((parent, segment)) = self.0 else { return Ok(()) };
        parent.fmt(formatter)?;
        match segment {
            Segment::Member(name) => write!(formatter, "/{}", name.replace('~', "~0").replace('/', "~1")),
            Segment::Index(index) => write!(formatter, "/{index}"),
            Segment::Text(text) => formatter.write_str(text),
        }
    }
}

/// Reads a reference such as `#/a/b%20c/$value`: its segments, unescaped. The document itself (`#` and `#/`),
/// another file and faulty escapes are `None`.
pub(crate) fn segments(reference: &str) -> Option<Vec<String>> {
    let path = reference.strip_prefix("#/").filter(|path| !path.is_empty())?;
    path.split('/').map(|segment| unescape(&decode_percent(segment)?)).collect()
}

/// A fragment of a URI is percent-encoded (RFC 6901, section 6).
fn decode_percent(segment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let mut digit = || char::from(rest.next()?).to_digit(16);
            let (high, low) = (digit()?, digit()?);
            bytes.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

fn unescape(segment: &str) -> Option<String> {
    let mut text = String::with_capacity(segment.len());
    let mut rest = segment.chars();
    while let Some(character) = rest.next() {
        text.push(match character {
            '~' => match rest.next()? {
                '0' => '~',
                '1' => '/',
                _ => return None,
            },
            other => other,
        });
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::{Pointer, segments};

    #[test]
    fn a_pointer_escapes_tildes_and_slashes() {
        let group = Pointer::ROOT.member("a/b~c");
        assert_eq!(group.member("$value").index(3).to_string(), "/a~1b~0c/$value/3");
        assert_eq!(Pointer::ROOT.to_string(), "");
        assert_eq!(Pointer::from_text("/a").member("b").to_string(), "/a/b");
    }

    #[test]
    fn a_reference_is_read_with_both_of_its_escapes() {
        let read = |text| segments(text).map(|segments| segments.join("|"));
        assert_eq!(read("#/a~1b/c~0d/e%20f/%7E1").as_deref(), Some("a/b|c~d|e f|/"));
        for not_one in
            ["#", "#/", "", "/a", "a.json#/a", "https://a.example/#/a", "#/a~", "#/a~2", "#/%g0", "#/%ff"]
        {
            assert_eq!(read(not_one), None, "{not_one}");
        }
    }
}
