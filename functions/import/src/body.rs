//! The bookmarks file in a request's body: raw, gzip, or the field `file` of a form.

mod multipart;

use std::io::{self, Read};

use app::{Error, Request};
use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use lambda_http::Body;
use lambda_http::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use sha2::{Digest, Sha256};

/// A file as it was sent. It is inflated anew each time it is read, so that it never stands inflated in memory.
#[derive(Debug)]
pub(crate) struct Upload {
    bytes: Bytes,
    gzip: bool,
    /// The name that a form gave the file.
    pub(crate) filename: Option<String>,
}

/// What tells two files apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Digested {
    /// After decoding and inflating.
    pub(crate) size_bytes: i32,
    /// 32 bytes.
    pub(crate) sha256: Vec<u8>,
}

impl Upload {
    /// Takes the file out of a request.
    ///
    /// # Errors
    /// 415 for an unknown `Content-Encoding`, 400 for a form without one field `file`.
    pub(crate) fn take(request: Request) -> Result<Self, Error> {
        let (parts, body) = request.into_parts();
        let header = |name| parts.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().trim();
        let encoded = match header(CONTENT_ENCODING).to_ascii_lowercase().as_str() {
            "" | "identity" => false,
            "gzip" | "x-gzip" => true,
            _ => return Err(Error::unsupported("The Content-Encoding must be gzip, or be left out.")),
        };
        let bytes = match body {
            Body::Text(text) => Bytes::from(text),
            Body::Binary(bytes) => Bytes::from(bytes),
            _ => Bytes::new(),
        };
        let content_type = header(CONTENT_TYPE);
        if !encoded && multipart::is_form(content_type) {
            let part = multipart::file(content_type, &bytes)?;
            let gzip = is_gzip(&part.content);
            return Ok(Self { bytes: part.content, gzip, filename: part.filename });
        }
        let gzip = encoded || is_gzip(&bytes);
        Ok(Self { bytes, gzip, filename: None })
    }

    /// The file's bytes, from the beginning.
    pub(crate) fn open(&self) -> Box<dyn Read + Send + '_> {
        let bytes: &[u8] = &self.bytes;
        if self.gzip { Box::new(MultiGzDecoder::new(bytes)) } else { Box::new(bytes) }
    }

    /// Reads the whole file once.
    ///
    /// # Errors
    /// 413 past `max_bytes`, however small the file was before it was inflated; 422 where it is empty or its gzip is
    /// damaged.
    pub(crate) fn digest(&self, max_bytes: u64) -> Result<Digested, Error> {
        let too_large = || Error::too_large(format!("The file is larger than {max_bytes} bytes."));
        if !self.gzip && self.bytes.len() as u64 > max_bytes {
            return Err(too_large());
        }
        let mut hash = Sha256::new();
        let mut size: u64 = 0;
        let mut source = self.open();
        let mut chunk = vec![0; 64 * 1024];
        loop {
            let read = source.read(&mut chunk).map_err(|e| damaged(&e))?;
            let Some(data) = chunk.get(..read).filter(|data| !data.is_empty()) else { break };
            size += data.len() as u64;
            if size > max_bytes {
                return Err(too_large());
            }
            hash.update(data);
        }
        if size == 0 {
            return Err(Error::unprocessable("The file is empty."));
        }
        let size_bytes = i32::try_from(size).map_err(|_| too_large())?;
        Ok(Digested { size_bytes, sha256: hash.finalize().to_vec() })
    }
}

/// Only inflating can fail: the bytes are in memory.
pub(crate) fn damaged(error: &io::Error) -> Error {
    Error::unprocessable(format!("The gzip data is damaged: {error}."))
}

/// RFC 1952: a file may come compressed though no header says so.
fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b, 0x08])
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn upload(content_type: &str, encoding: &str, body: &[u8]) -> Result<Upload, Error> {
        let request = lambda_http::http::Request::builder()
            .header("content-type", content_type)
            .header("content-encoding", encoding)
            .body(Body::Binary(body.to_vec()))
            .unwrap();
        Upload::take(request)
    }

    fn gzip(content: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap()
    }

    fn text(upload: &Upload) -> String {
        let mut text = String::new();
        upload.open().read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn the_same_content_has_one_digest_however_it_is_sent() {
        let raw = upload("text/html", "", b"<DL>").unwrap();
        let packed = upload("text/html", "gzip", &gzip(b"<DL>")).unwrap();
        let unsaid = upload("application/x-www-form-urlencoded", "", &gzip(b"<DL>")).unwrap();
        assert_eq!((text(&raw), text(&packed), text(&unsaid)), ("<DL>".into(), "<DL>".into(), "<DL>".into()));
        assert_eq!(raw.digest(4).unwrap(), packed.digest(4).unwrap());
        assert_eq!(raw.digest(4).unwrap(), unsaid.digest(4).unwrap());
        // sha256sum of the four bytes
        assert_eq!(raw.digest(4).unwrap().sha256[..4], Sha256::digest(b"<DL>")[..4]);
    }

    #[test]
    fn a_bomb_is_stopped_where_the_limit_is() {
        let bomb = upload("", "gzip", &gzip(&vec![b' '; 4 * 1024 * 1024])).unwrap();
        assert_eq!(bomb.digest(1024 * 1024).unwrap_err().status(), 413);
        assert_eq!(upload("", "", &[b' '; 11]).unwrap().digest(10).unwrap_err().status(), 413);
    }

    #[test]
    fn damaged_or_unknown_encodings_are_refused() {
        let mut cut = gzip(b"<DL><p>some content that is cut");
        cut.truncate(cut.len() - 9);
        assert_eq!(upload("", "gzip", &cut).unwrap().digest(100).unwrap_err().status(), 422);
        assert_eq!(upload("", "gzip", b"plain").unwrap().digest(100).unwrap_err().status(), 422);
        assert_eq!(upload("", "br", b"").unwrap_err().status(), 415);
        assert_eq!(upload("", "", b"").unwrap().digest(100).unwrap_err().status(), 422);
    }
}
