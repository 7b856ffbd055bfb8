//! The bookmarks file in a request's body: raw, gzip, or the field `file` of a form.

mod multipart;
#[cfg(test)]
mod tests;

use std::io::{self, BufRead, BufReader, Read};

use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use lambda_http::Body;
use lambda_http::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use sha2::{Digest, Sha256};
use web::{Error, Request};

/// So much of a file is hashed at once.
const CHUNK_BYTES: usize = 64 * 1024;

/// A file as it was sent. It is inflated each time it is read, so that it never stands inflated in
/// memory.
#[derive(Debug)]
pub(crate) struct Upload {
    bytes: Bytes,
    gzip: bool,
    /// The name that a form gave the file.
    pub(crate) filename: Option<String>,
}

/// The digest that tells two files apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Digested {
    /// After decoding and inflating; as it was sent where that fails.
    pub(crate) size_bytes: i32,
    /// 32 bytes; `None` where the file could not be read to its end.
    pub(crate) sha256: Option<Vec<u8>>,
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

    /// Returns the number of bytes that were sent.
    pub(crate) fn sent_bytes(&self) -> usize {
        self.bytes.len()
    }

    /// Reads the whole file once.
    ///
    /// # Errors
    /// 413 past `max_bytes`, however small the file was before it was inflated; 422 where it is empty, its
    /// gzip is damaged, or it is a zip archive.
    pub(crate) async fn digest(&self, max_bytes: u64) -> Result<Digested, Error> {
        let too_large = || Error::too_large(format!("The file is larger than {max_bytes} bytes."));
        if !self.gzip && self.bytes.len() as u64 > max_bytes {
            return Err(too_large());
        }
        let mut hash = Sha256::new();
        let mut size: u64 = 0;
        // What is in memory is not copied.
        let mut source: Box<dyn BufRead + Send> = match self.gzip {
            true => Box::new(BufReader::with_capacity(CHUNK_BYTES, self.open())),
            false => Box::new(&*self.bytes),
        };
        loop {
            let data = source.fill_buf().map_err(|e| damaged(&e))?;
            let Some(data) = data.get(..data.len().min(CHUNK_BYTES)).filter(|data| !data.is_empty()) else {
                break;
            };
            let read = data.len();
            if size == 0 && is_zip(data) {
                return Err(Error::unprocessable(
                    "This is a zip archive. Unpack the zip first, and send the bookmarks file that is in it.",
                ));
            }
            size += read as u64;
            if size > max_bytes {
                return Err(too_large());
            }
            hash.update(data);
            source.consume(read);
            // Yields, so that the request's deadline is checked.
            tokio::task::yield_now().await;
        }
        if size == 0 {
            return Err(Error::unprocessable("The file is empty."));
        }
        let size_bytes = i32::try_from(size).map_err(|_| too_large())?;
        Ok(Digested { size_bytes, sha256: Some(hash.finalize().to_vec()) })
    }

    /// Returns the digest of a file that cannot be read to its end.
    pub(crate) fn undigested(&self) -> Digested {
        Digested { size_bytes: i32::try_from(self.bytes.len()).unwrap_or(i32::MAX), sha256: None }
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

/// A local file's header, or the end of an empty archive (APPNOTE.TXT, 4.3.7 and 4.3.16).
fn is_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}
