//! Projects: makes, shows, changes and deletes them, with their design tokens and a page to look at these.
//! `list-projects` lists all of a project.

mod body;
mod create;
mod delete;
mod jobs;
mod page;
mod show;
mod tokens;
mod update;

use std::sync::Arc;

use store::App;
use web::{Error, PathParams, Request, Response, Routes};

/// The page is for browsers, which have no token before they have the page to ask for it.
#[must_use]
pub fn is_public(request: &Request) -> bool {
    pages::is_asked_for(request)
}

/// Answers a request.
///
/// # Errors
/// 400, 413 and 422 for what is sent, 404, 405; 409 where a project is to be deleted that holds something,
/// 412 where it is not the version that the sender has seen; 503 where the database cannot be reached.
pub async fn handle(app: Arc<App>, request: Request) -> Result<Response, Error> {
    Routes::new()
        .get("/", page::page_or_names)
        .post("/", create::create)
        .get("/{id}", show::show)
        .patch("/{id}", update::update)
        .delete("/{id}", delete::delete)
        .get("/{id}/jobs", jobs::list)
        .get("/{id}/tokens", tokens::export)
        .put("/{id}/tokens", tokens::replace)
        .patch("/{id}/tokens/{path}", tokens::patch)
        .delete("/{id}/tokens/{path}", tokens::remove)
        .answer(app, request)
        .await
}

const NO_PROJECT: &str = "There is no project of this id.";

/// The id in the path.
fn id_of(params: &PathParams) -> Result<i32, Error> {
    params.value("id", NO_PROJECT)
}

fn stale() -> Error {
    Error::precondition_failed("The project has changed since: read it again, and send its ETag in If-Match.")
}
