//! `multipart/form-data` (RFC 7578) in memory: finds the field `file` without copying it.

use bytes::Bytes;
use memchr::memmem;
use web::Error;

pub(super) struct Part {
    pub(super) filename: Option<String>,
    pub(super) content: Bytes,
}

pub(super) fn is_form(content_type: &str) -> bool {
    let media_type = content_type.split(';').next().unwrap_or_default();
    media_type.trim().eq_ignore_ascii_case("multipart/form-data")
}

/// The form's one field named `file`.
pub(super) fn file(content_type: &str, body: &Bytes) -> Result<Part, Error> {
    let boundary = parameter(content_type, "boundary")
        .filter(|boundary| !boundary.is_empty() && boundary.len() <= 70)
        .ok_or_else(|| Error::bad_request("The Content-Type multipart/form-data has no boundary."))?;
    let mut found: Option<Part> = None;
    for part in Parts::new(body, &boundary) {
        let (headers, content) = part?;
        let Some(disposition) = header(&headers, "content-disposition") else { continue };
        if parameter(disposition, "name").as_deref() != Some("file") {
            continue;
        }
        if found.is_some() {
            return Err(Error::bad_request(
                "The form has more than one field named file; send one file at a time.",
            ));
        }
        let filename = parameter(disposition, "filename");
        found = Some(Part { filename, content: body.slice_ref(content) });
    }
    found.ok_or_else(|| Error::bad_request("The form has no field named file."))
}

/// The parts of a body: each one's header lines and content.
struct Parts<'a> {
    rest: Option<&'a [u8]>,
    /// Text before each part but the first: line end, two dashes, boundary.
    delimiter: Vec<u8>,
}

impl<'a> Parts<'a> {
    fn new(body: &'a [u8], boundary: &str) -> Self {
        let delimiter = format!("\r\n--{boundary}").into_bytes();
        let opening = delimiter.get(2..).unwrap_or_default();
        // A preamble may stand before the first delimiter; its line end belongs to it.
        let rest = if body.starts_with(opening) {
            body.get(opening.len()..)
        } else {
            memmem::find(body, &delimiter).and_then(|at| body.get(at + delimiter.len()..))
        };
        Self { rest, delimiter }
    }
}

impl<'a> Iterator for Parts<'a> {
    type Item = Result<(String, &'a [u8]), Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.rest.take()?;
        if rest.starts_with(b"--") {
            return None;
        }
        let cut = || Some(Err(Error::bad_request("The form ends before its last boundary.")));
        let Some(head_end) = memmem::find(rest, b"\r\n\r\n") else { return cut() };
        let (head, content) = rest.split_at(head_end + 4);
        let Some(end) = memmem::find(content, &self.delimiter) else { return cut() };
        self.rest = content.get(end + self.delimiter.len()..);
        Some(Ok((String::from_utf8_lossy(head).into_owned(), content.get(..end).unwrap_or_default())))
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| {
        let (field, value) = line.split_once(':')?;
        field.trim().eq_ignore_ascii_case(name).then_some(value)
    })
}

/// A parameter of a header value, quoted or not. Browsers write `"` in a name as `%22` (HTML standard,
/// "multipart/form- data encoding algorithm") and other clients as `\"`.
fn parameter(value: &str, name: &str) -> Option<String> {
    let mut rest = value.split_once(';')?.1;
    loop {
        let (key, after) = rest.split_once('=')?;
        let after = after.trim_start();
        let (text, next) = match after.strip_prefix('"') {
            Some(quoted) => unquote(quoted),
            None => {
                let (text, next) = after.split_once(';').unwrap_or((after, ""));
                (text.trim().to_owned(), next)
            }
        };
        if key.trim().trim_start_matches(';').trim().eq_ignore_ascii_case(name) {
            return Some(text.replace("%22", "\""));
        }
        rest = next;
    }
}

fn unquote(quoted: &str) -> (String, &str) {
    let mut text = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (text, quoted.get(at + 1..).unwrap_or_default()),
            '\\' => match characters.clone().next() {
                Some((_, escaped @ ('"' | '\\'))) => {
                    text.push(escaped);
                    characters.next();
                }
                // Old browsers sent a whole Windows path, unescaped.
                _ => text.push('\\'),
            },
            other => text.push(other),
        }
    }
    (text, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TYPE: &str = "multipart/form-data; boundary=----WebKitFormBoundaryX";

    fn form(parts: &[(&str, &str)]) -> Bytes {
        let mut body = String::new();
        for (disposition, content) in parts {
            body += &format!(
                "------WebKitFormBoundaryX\r\nContent-Disposition: form-data; {disposition}\r\n\
                 Content-Type: text/html\r\n\r\n{content}\r\n"
            );
        }
        Bytes::from(body + "------WebKitFormBoundaryX--\r\n")
    }

    #[test]
    fn a_browsers_form_gives_the_file_and_its_name() {
        let body =
            form(&[("name=\"note\"", "x"), ("name=\"file\"; filename=\"my \\\"b\\\".html\"", "a\r\n--b")]);
        let part = file(TYPE, &body).unwrap();
        assert_eq!(part.filename.as_deref(), Some("my \"b\".html"));
        assert_eq!(part.content, "a\r\n--b");
    }

    #[test]
    fn a_boundary_may_be_quoted_and_a_preamble_skipped() {
        let body =
            Bytes::from("preamble\r\n--b c\r\ncontent-disposition:form-data;name=file\r\n\r\nX\r\n--b c--");
        let part = file("multipart/form-data; charset=utf-8; boundary=\"b c\"", &body).unwrap();
        assert_eq!((part.filename, part.content), (None, Bytes::from("X")));
    }

    #[test]
    fn a_form_without_one_whole_file_is_refused() {
        let refused =
            |content_type, body: &Bytes| file(content_type, body).err().map(|e| e.status().as_u16());
        assert_eq!(refused(TYPE, &form(&[("name=\"other\"", "x")])), Some(400));
        assert_eq!(refused(TYPE, &form(&[("name=\"file\"", "x"), ("name=\"file\"", "y")])), Some(400));
        assert_eq!(refused("multipart/form-data", &form(&[("name=\"file\"", "x")])), Some(400));
        let cut = form(&[("name=\"file\"", "x")]);
        assert_eq!(refused(TYPE, &cut.slice(..cut.len() - 12)), Some(400));
        assert_eq!(refused(TYPE, &Bytes::new()), Some(400));
    }

    #[test]
    fn an_empty_file_is_an_empty_part() {
        assert!(file(TYPE, &form(&[("name=\"file\"; filename=\"\"", "")])).unwrap().content.is_empty());
    }
}
