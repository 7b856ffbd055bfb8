//! A streamed response (AWS Lambda Developer Guide, "Using the Lambda runtime API for custom runtimes",
//! response streaming): a JSON prelude with status and headers, eight NUL bytes, then the body, in HTTP
//! chunks.

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Incoming;

use super::{InvokeError, Response};

const END_OF_PRELUDE: [u8; 8] = [0; 8];

/// Reads one to its end.
pub(super) async fn read(mut sent: Incoming) -> Result<Response, InvokeError> {
    let mut bytes = Vec::new();
    while let Some(frame) = sent.frame().await {
        match frame {
            Ok(frame) => bytes.extend(frame.into_data().unwrap_or_default()),
            Err(_) => {
                let body = split(&bytes).map_or(0, |(_, body)| body.len());
                return Err(InvokeError::BrokenOff(body));
            }
        }
    }
    let (prelude, body) =
        split(&bytes).ok_or_else(|| InvokeError::Malformed("there is no prelude".to_owned()))?;
    Ok(Response { body: Bytes::copy_from_slice(body), ..Response::parse(prelude)? })
}

fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = bytes.windows(END_OF_PRELUDE.len()).position(|window| window == END_OF_PRELUDE)?;
    let (prelude, rest) = bytes.split_at(at);
    Some((prelude, rest.get(END_OF_PRELUDE.len()..)?))
}
