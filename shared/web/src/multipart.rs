//! `multipart/form-data` (RFC 7578) in memory, without copying what is in it.

use memchr::memmem;

use crate::Error;

/// A field of a form.
#[derive(Debug, PartialEq, Eq)]
pub struct Part<'a> {
    /// Empty where the form does not name it.
    pub name: String,
    /// The name of a file.
    pub filename: Option<String>,
    /// The value, as it was sent.
    pub content: &'a [u8],
}

/// Returns whether a `Content-Type` is a form's.
#[must_use]
pub fn is_form(content_type: &str) -> bool {
    let media_type = content_type.split(';').next().unwrap_or_default();
    media_type.trim().eq_ignore_ascii_case("multipart/form-data")
}

/// The fields of a form. After an error there are none.
///
/// # Errors
/// 400 where the `Content-Type` has no boundary, and for each field that is cut off.
pub fn parts<'a>(
    content_type: &str,
    body: &'a [u8],
) -> Result<impl Iterator<Item = Result<Part<'a>, Error>>, Error> {
    let boundary = parameter(content_type, "boundary")
        .filter(|boundary| !boundary.is_empty() && boundary.len() <= 70)
        .ok_or_else(|| Error::bad_request("The Content-Type multipart/form-data has no boundary."))?;
    Ok(Parts::new(body, &boundary).map(|part| {
        let (headers, content) = part?;
        let disposition = header(&headers, "content-disposition").unwrap_or_default();
        let name = parameter(disposition, "name").unwrap_or_default();
        Ok(Part { name, filename: parameter(disposition, "filename"), content })
    }))
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

    #[test]
    fn a_form_is_read_field_by_field() {
        let body = b"--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--x\r\n\
            content-disposition: form-data; name=b; filename=\"c.txt\"\r\n\r\n2\r\n3\r\n--x--\r\n";
        let fields: Vec<Part<'_>> =
            parts("multipart/form-data; boundary=x", body).unwrap().map(Result::unwrap).collect();
        let part = |name: &str, filename: Option<&str>, content: &'static [u8]| Part {
            name: name.to_owned(),
            filename: filename.map(str::to_owned),
            content,
        };
        assert_eq!(fields, [part("a", None, b"1"), part("b", Some("c.txt"), b"2\r\n3")]);
    }
}
