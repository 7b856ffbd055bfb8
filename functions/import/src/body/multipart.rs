//! The field `file` of a form, without copying it.

use bytes::Bytes;
use web::{Error, multipart};

pub(super) struct Part {
    pub(super) filename: Option<String>,
    pub(super) content: Bytes,
}

pub(super) use multipart::is_form;

/// The form's one field named `file`.
pub(super) fn file(content_type: &str, body: &Bytes) -> Result<Part, Error> {
    let mut found: Option<Part> = None;
    for part in multipart::parts(content_type, body)? {
        let multipart::Part { name, filename, content } = part?;
        if name != "file" {
            continue;
        }
        if found.is_some() {
            return Err(Error::bad_request(
                "The form has more than one field named file; send one file at a time.",
            ));
        }
        found = Some(Part { filename, content: body.slice_ref(content) });
    }
    found.ok_or_else(|| Error::bad_request("The form has no field named file."))
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
