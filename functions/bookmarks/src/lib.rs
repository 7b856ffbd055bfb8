//! The library: finds, shows, changes and keeps bookmarks.
//!
//! - `GET bookmarks/`: as `search` finds them, with the same parameters, and `archived`, `unread`, `health`.
//! - `POST bookmarks/`: 201, or 200 with the bookmark that has this address, its given fields updated.
//! - `GET`, `PATCH`, `DELETE bookmarks/<id>`, with `ETag` and `If-Match`. DELETE moves it to the trash.
//! - `GET`, `DELETE bookmarks/trash`; `POST bookmarks/trash/<id>/restore`; `DELETE bookmarks/trash/<id>`.
//! - `POST bookmarks/bulk`: one change to up to 1,000 bookmarks, or to all that a filter lets through.
//! - `GET bookmarks/folders`, a tree with counts; `PATCH bookmarks/folders/<id>` renames and moves one.
//! - `GET bookmarks/tags`, with counts; `POST bookmarks/tags/rename`, which merges.
//! - `bookmarks/api/…` and `bookmarks/health`: linkding's API.

mod body;
mod bookmark;
mod bulk;
mod create;
mod flight;
mod folders;
mod linkding;
mod list;
mod page;
mod show;
mod tags;
mod trash;
mod update;

use std::sync::Arc;

use store::App;
use uuid::Uuid;
use web::{Error, PathParams, Request, Response, Routes};

/// The page and its manifest are for browsers, which have no token before they have the page to ask for it.
/// linkding's API finds out by itself who is calling, since it refuses callers in a form of its own.
#[must_use]
pub fn is_public(request: &Request) -> bool {
    page::is_public(request) || linkding::is_asked_for(request)
}

/// Answers a request.
///
/// # Errors
/// 400, 413 and 422 for what is sent, 404, 405; 409 where another bookmark has the address, 412 where a
/// bookmark is not the version that the sender has seen; 503 where the database cannot be reached.
pub async fn handle(app: Arc<App>, request: Request) -> Result<Response, Error> {
    if linkding::is_asked_for(&request) {
        return linkding::answer(app, request).await;
    }
    Routes::new()
        .get("/", page::page_or_list)
        .get("/manifest.webmanifest", page::manifest)
        .post("/", create::create)
        .get("/trash", trash::list)
        .delete("/trash", trash::empty)
        .delete("/trash/{id:uuid}", trash::remove)
        .post("/trash/{id:uuid}/restore", trash::restore)
        .post("/bulk", bulk::bulk)
        .get("/folders", folders::tree)
        .patch("/folders/{id:uuid}", folders::update)
        .get("/tags", tags::list)
        .post("/tags/rename", tags::rename)
        .get("/{id:uuid}", show::show)
        .patch("/{id:uuid}", update::update)
        .delete("/{id:uuid}", trash::delete)
        .answer(app, request)
        .await
}

const NO_BOOKMARK: &str = "There is no bookmark of this id.";

/// The id in the path.
fn id_of(params: &PathParams) -> Result<Uuid, Error> {
    params.value("id", NO_BOOKMARK)
}

fn stale() -> Error {
    Error::precondition_failed(
        "The bookmark has changed since: read it again, and send its ETag in If-Match.",
    )
}
