//! `import/`: POST a bookmarks file; read what became of it; DELETE the import.

mod body;
mod job;
mod page;
mod post;
mod projects;
mod read;
mod rejections;
mod undo;

use std::sync::Arc;

use lambda_http::http::Method;
use store::App;
use uuid::Uuid;
use web::{Error, Request, Response, segments};

/// The page is for browsers, which have no token before they have the page to ask for it.
#[must_use]
pub fn is_public(request: &Request) -> bool {
    page::is_asked_for(request)
}

/// Answers a request.
///
/// # Errors
/// 400, 404, 405, 409, 413, 415, 422; 503 where the database cannot be reached; 504.
pub async fn handle(app: Arc<App>, request: Request) -> Result<Response, Error> {
    if page::is_asked_for(&request) {
        return page::page(&app, &request);
    }
    let method = request.method().clone();
    let segments: Vec<String> = segments(&request).into_iter().map(str::to_owned).collect();
    let path: Vec<&str> = segments.iter().map(String::as_str).collect();
    // The large futures are on the heap, since together they would fill a small stack.
    match (method, path.as_slice()) {
        (Method::POST, []) => Box::pin(post::post(&app, request)).await,
        (Method::GET | Method::HEAD, []) => read::jobs(&app, &request).await,
        (Method::GET | Method::HEAD, ["projects"]) => projects::list(&app, &request).await,
        (Method::GET | Method::HEAD, [id]) => read::job(&app, &request, parse_id(id)?).await,
        (Method::GET | Method::HEAD, [id, "rejections"]) => {
            Box::pin(rejections::list(&app, &request, parse_id(id)?)).await
        }
        (Method::GET | Method::HEAD, [id, "rejections", entry]) => {
            rejections::one(&app, &request, parse_id(id)?, parse_id(entry)?).await
        }
        (Method::DELETE, [id]) => Box::pin(undo::undo(&app, &request, parse_id(id)?)).await,
        (_, []) => Err(Error::method_not_allowed("GET, HEAD, POST")),
        (_, [_]) => Err(Error::method_not_allowed("DELETE, GET, HEAD")),
        (_, [_, "rejections"] | [_, "rejections", _]) => Err(Error::method_not_allowed("GET, HEAD")),
        _ => Err(Error::not_found("There is nothing at this path.")),
    }
}

fn parse_id(id: &str) -> Result<Uuid, Error> {
    id.parse().map_err(|_| Error::not_found("There is no import job of this id: ids are uuids."))
}
