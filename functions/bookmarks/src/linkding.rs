//! linkding's API, version 1.46.2, below `api/` and at `health`, so that its browser extension, apps and
//! command lines work here unchanged (`docs/linkding.md`).
//!
//! Paths work with and without a slash at their end. Errors, the refusal of a caller among them, have Django
//! REST framework's form.

mod body;
mod bookmark;
mod check;
mod condition;
mod dates;
mod errors;
mod fields;
mod health;
mod list;
mod options;
mod paging;
mod profile;
mod query;
mod tag_names;
mod tags;
mod url;
mod without;
mod write;

use std::sync::Arc;

use lambda_http::Body;
use lambda_http::http::header::AUTHORIZATION;
use lambda_http::http::{Method, StatusCode};
use store::App;
use web::{Error, PathParams, Request, Response, Routes, identify, segments};

/// The version whose API this is.
const VERSION: &str = "1.46.2";

/// Returns whether a request is for this API, which authenticates its callers itself.
pub(crate) fn is_asked_for(request: &Request) -> bool {
    matches!(segments(request)[..], ["api", ..] | ["health"])
}

/// Answers a request.
///
/// # Errors
/// All in linkding's form.
pub(crate) async fn answer(app: Arc<App>, request: Request) -> Result<Response, Error> {
    let refused = errors::Refused::of(&request);
    let answered = match *request.method() {
        Method::OPTIONS => options::answer(app, request).await,
        _ => identified(app, request).await,
    };
    answered.map_err(|error| refused.in_form(error))
}

async fn identified(app: Arc<App>, mut request: Request) -> Result<Response, Error> {
    if !is_open(&request) {
        identify(&*app, &mut request).await?;
    }
    named(&request).unwrap_or_else(routes).answer(app, request).await
}

/// Returns whether a request needs no token: one for what is shared with everybody does not, but a wrong
/// token is refused there too.
fn is_open(request: &Request) -> bool {
    match segments(request)[..] {
        ["health"] => true,
        ["api", "bookmarks", "shared"] => !request.headers().contains_key(AUTHORIZATION),
        _ => false,
    }
}

/// The routes of a list that has a name where a bookmark has its number, so that it has no bookmark's
/// methods.
fn named(request: &Request) -> Option<Routes<App, Response>> {
    let routes = Routes::new();
    match segments(request)[..] {
        ["api", "bookmarks", "archived"] => Some(routes.get("/api/bookmarks/archived", list::archived)),
        ["api", "bookmarks", "shared"] => Some(routes.get("/api/bookmarks/shared", without::shared)),
        ["api", "bookmarks", "check"] => Some(routes.get("/api/bookmarks/check", check::check)),
        ["api", "bookmarks", "singlefile"] => Some(routes.post("/api/bookmarks/singlefile", without::upload)),
        _ => None,
    }
}

fn routes() -> Routes<App, Response> {
    Routes::new()
        .get("/health", health::health)
        .get("/api", without::root)
        .get("/api/bookmarks", list::current)
        .post("/api/bookmarks", write::create)
        .get("/api/bookmarks/{id}", list::one)
        .put("/api/bookmarks/{id}", write::replace)
        .patch("/api/bookmarks/{id}", write::update)
        .delete("/api/bookmarks/{id}", write::delete)
        .post("/api/bookmarks/{id}/archive", write::archive)
        .post("/api/bookmarks/{id}/unarchive", write::unarchive)
        .get("/api/bookmarks/{id}/assets", without::assets)
        .post("/api/bookmarks/{id}/assets/upload", without::upload)
        .get("/api/bookmarks/{id}/assets/{asset}", without::asset)
        .delete("/api/bookmarks/{id}/assets/{asset}", without::asset)
        .get("/api/bookmarks/{id}/assets/{asset}/download", without::asset)
        .get("/api/tags", tags::list)
        .post("/api/tags", tags::create)
        .get("/api/tags/{id}", tags::one)
        .delete("/api/tags/{id}", tags::delete)
        .get("/api/bundles", without::list)
        .post("/api/bundles", without::new_bundle)
        .get("/api/bundles/{id}", without::bundle)
        .put("/api/bundles/{id}", without::bundle)
        .patch("/api/bundles/{id}", without::bundle)
        .delete("/api/bundles/{id}", without::bundle)
        .get("/api/user/profile", profile::profile)
}

/// The number in the path.
///
/// # Errors
/// 404: nothing else is at such a path.
fn number_of(params: &PathParams) -> Result<i64, Error> {
    let id = params.text("id");
    // A number that is larger than any is one that no row has.
    if id.parse::<i64>().is_err() && !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(i64::MAX);
    }
    params.value("id", "Not found.")
}

/// 204, which has no body.
fn no_content() -> Response {
    let mut response = Response::new(Body::Empty);
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}
