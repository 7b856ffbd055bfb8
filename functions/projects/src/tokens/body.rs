use lambda_http::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use tokens::limits::MAX_DOCUMENT_BYTES;
use web::{Error, Request};

/// The body of a request, which is of one of these media types.
///
/// # Errors
/// 413, 415.
pub(super) fn body<'r>(request: &'r Request, media_types: &[&str]) -> Result<&'r [u8], Error> {
    let header = |name| request.headers().get(name).map(|value| value.as_bytes());
    let content_type = String::from_utf8_lossy(header(CONTENT_TYPE).unwrap_or_default());
    let media_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if !media_types.contains(&media_type.as_str()) {
        return Err(Error::unsupported(format!("The Content-Type here is {}.", media_types.join(" or "))));
    }
    if header(CONTENT_ENCODING).is_some_and(|coding| coding != b"identity") {
        return Err(Error::unsupported("The body has no Content-Encoding here."));
    }
    let body: &[u8] = request.body();
    if body.len() > MAX_DOCUMENT_BYTES {
        return Err(Error::too_large("The body is larger than 1 MiB."));
    }
    Ok(body)
}
