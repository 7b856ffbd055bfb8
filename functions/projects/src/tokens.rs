//! `projects/<id>/tokens`: a project's design tokens.

mod body;
mod edit;
mod format;
mod read;
mod write;

use lambda_http::http::HeaderValue;
use lambda_http::http::header::CONTENT_TYPE;
use web::{Error, Response};

pub(crate) use edit::{patch, remove};
pub(crate) use read::export;
pub(crate) use write::replace;

/// 422 with every fault of a document, and where it is.
fn invalid(faults: Vec<tokens::Diagnostic>) -> Error {
    let detail = match faults.len() {
        1 => "The design tokens have a fault; errors has its place.".to_owned(),
        faults => format!("The design tokens have {faults} faults; errors has their places."),
    };
    Error::unprocessable(detail).with_faults(&faults)
}

fn with_type(response: &mut Response, media_type: &'static str) {
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
}
