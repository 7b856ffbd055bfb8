//! `import/`: POST a bookmarks file; read what became of it; DELETE the import.

mod body;
mod job;
mod page;
mod post;
mod read;
mod rejections;
mod undo;

use std::sync::Arc;

use store::App;
use uuid::Uuid;
use web::{Error, PathParams, Request, Response, Routes};

/// The page is for browsers, which have no token before they have the page to ask for it.
#[must_use]
pub fn is_public(request: &Request) -> bool {
    pages::is_asked_for(request)
}

/// Answers a request.
///
/// # Errors
/// 400, 404, 405, 409, 413, 415, 422; 503 where the database cannot be reached; 504.
pub async fn handle(app: Arc<App>, request: Request) -> Result<Response, Error> {
    Routes::new()
        .get("/", page_or_jobs)
        .post("/", post::post)
        .get("/projects", projects)
        .get("/{id}", read::job)
        .delete("/{id}", undo::undo)
        .get("/{id}/rejections", rejections::list)
        .get("/{id}/rejections/{entry}", rejections::one)
        .answer(app, request)
        .await
}

/// The page for a browser, the jobs for everybody else.
async fn page_or_jobs(app: Arc<App>, request: Request, _: PathParams) -> Result<Response, Error> {
    if pages::is_asked_for(&request) { page::page(&app) } else { read::jobs(&app, &request).await }
}

async fn projects(app: Arc<App>, request: Request, _: PathParams) -> Result<Response, Error> {
    store::project_names(&app, &request).await
}

/// The uuid of this name in a path.
pub(crate) fn id_of(params: &PathParams, name: &str) -> Result<Uuid, Error> {
    params.value(name, "There is no import job of this id: ids are uuids.")
}
