//! `PATCH` and `DELETE projects/<id>/tokens/<path>`: one token, or a group.

use std::borrow::Cow;
use std::sync::Arc;

use lambda_http::Body;
use lambda_http::http::StatusCode;
use percent_encoding::percent_decode_str;
use store::App;
use tokens::{EditError, Tokens};
use web::{Error, PathParams, Query, Request, Response, if_match, json, with_etag};

use super::body::body;
use super::read::find;
use super::write::store;
use crate::{id_of, stale};

/// How often a change is tried again that another one was faster than.
const ATTEMPTS: usize = 5;

pub(crate) async fn patch(app: Arc<App>, request: Request, params: PathParams) -> Result<Response, Error> {
    let id = id_of(&params)?;
    Query::read(&request, &[])?;
    let media_types = ["application/merge-patch+json", "application/json", "application/design-tokens+json"];
    let patch = body(&request, &media_types)?;
    let path = params.text("path");
    let (etag, tokens) = edit(&app, &request, id, path, |tokens, path| tokens.patch(path, patch)).await?;
    let changed = names(path).into_iter().find_map(|path| tokens.document().get(&path));
    with_etag(json(StatusCode::OK, &changed)?, &etag)
}

pub(crate) async fn remove(app: Arc<App>, request: Request, params: PathParams) -> Result<Response, Error> {
    let id = id_of(&params)?;
    Query::read(&request, &[])?;
    let (etag, _) = edit(&app, &request, id, params.text("path"), Tokens::remove).await?;
    let mut response = Response::new(Body::Empty);
    *response.status_mut() = StatusCode::NO_CONTENT;
    with_etag(response, &etag)
}

/// Reads the document, changes it, and writes it where it is still the one that was read.
async fn edit(
    app: &App,
    request: &Request,
    id: i32,
    path: &str,
    change: impl Fn(&Tokens, &str) -> Result<Tokens, EditError>,
) -> Result<(String, Tokens), Error> {
    let seen = if_match(request);
    for _ in 0..ATTEMPTS {
        let (etag, document) = find(app, request, id).await?;
        if seen.as_ref().is_some_and(|seen| !seen.contains(&etag)) {
            return Err(stale());
        }
        let tokens = Tokens::from_document(&document).map_err(super::invalid)?;
        let mut changed = Err(EditError::NotFound);
        for path in names(path) {
            changed = change(&tokens, &path);
            if !matches!(changed, Err(EditError::NotFound)) {
                break;
            }
        }
        let changed = changed.map_err(|error| match error {
            EditError::NotFound => Error::not_found("There is no token of this path."),
            EditError::Invalid(faults) => super::invalid(faults),
        })?;
        if let Some(etag) = store(app, request, id, Some(vec![etag]), &changed.rows()).await? {
            return Ok((etag, changed));
        }
    }
    if seen.is_some() {
        Err(stale())
    } else {
        Err(Error::conflict("Others change the tokens all the time. Try again."))
    }
}

/// A path as it was sent, and without percent-encoding: whoever stands between has removed it or not.
fn names(path: &str) -> [Cow<'_, str>; 2] {
    [Cow::Borrowed(path), percent_decode_str(path).decode_utf8_lossy()]
}
