//! Projects: makes, shows, changes and deletes them. `list-projects` lists them.

mod body;
mod create;
mod delete;
mod show;
mod tokens;
mod update;

use std::sync::Arc;

use store::App;
use web::{Error, PathParams, Request, Response, Routes};

/// Answers a request.
///
/// # Errors
/// 400, 413 and 422 for what is sent, 404, 405; 409 where a project is to be deleted that holds something,
/// 412 where it is not the version that the sender has seen; 503 where the database cannot be reached.
pub async fn handle(app: Arc<App>, request: Request) -> Result<Response, Error> {
    Routes::new()
        .post("/", create::create)
        .get("/{id}", show::show)
        .patch("/{id}", update::update)
        .delete("/{id}", delete::delete)
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
