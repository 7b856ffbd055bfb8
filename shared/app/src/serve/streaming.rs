//! How a streamed response is sent to Lambda.
//!
//! `lambda_http` can do it too, but it writes a stream's error into the body and then ends the body in good order, so
//! that the client takes a torn file for a whole one. Here an error closes the connection before the body's end, which
//! Lambda understands (`Runtime.TruncatedResponse`) and passes on.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::request::Builder;
use http_body::Frame;
use lambda_http::Error;
use lambda_http::lambda_runtime::MetadataPrelude;
use lambda_runtime_api_client::body::Body;

use crate::StreamingResponse;
use crate::http::StreamBody;

/// A response as custom runtimes stream it (AWS Lambda Developer Guide, "Using the Lambda runtime API for custom
/// runtimes"): status and headers as JSON, eight NUL bytes, the body.
pub(super) fn post(to: Builder, response: StreamingResponse) -> Result<http::Request<Body>, Error> {
    let (parts, body) = response.into_parts();
    let prelude = MetadataPrelude { status_code: parts.status, headers: parts.headers, cookies: Vec::new() };
    // In frames of their own, as the emulator wants them.
    let before = [Bytes::from(serde_json::to_vec(&prelude)?), Bytes::from_static(&[0; 8])].into_iter();
    let request = to
        .header("lambda-runtime-function-response-mode", "streaming")
        .header(CONTENT_TYPE, "application/vnd.awslambda.http-integration-response");
    Ok(request.body(Body::new(Streamed { before, body }))?)
}

/// A body behind its prelude.
struct Streamed {
    before: std::array::IntoIter<Bytes, 2>,
    body: StreamBody,
}

impl http_body::Body for Streamed {
    type Data = Bytes;
    type Error = crate::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, crate::Error>>> {
        match self.before.next() {
            Some(frame) => Poll::Ready(Some(Ok(Frame::data(frame)))),
            None => Pin::new(&mut self.body).poll_frame(context),
        }
    }
}
