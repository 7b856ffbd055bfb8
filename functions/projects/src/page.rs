//! `GET projects/`: for a browser a page that shows a project's tokens and jobs, the projects' names for
//! everybody else.

use std::sync::{Arc, LazyLock};

use pages::Page;
use store::App;
use web::{Error, PathParams, Request, Response};

/// One script in the end, whose parts see each other; the last one sets it going.
const SCRIPT: &str = concat!(
    include_str!("page/parts.js"),
    include_str!("page/tokens.js"),
    include_str!("page/jobs.js"),
    include_str!("page/page.js"),
);

static PAGE: LazyLock<Page> =
    LazyLock::new(|| Page::new(include_str!("page/index.html"), include_str!("page/style.css"), SCRIPT));

pub(crate) async fn page_or_names(app: Arc<App>, request: Request, _: PathParams) -> Result<Response, Error> {
    match pages::is_asked_for(&request) {
        true => PAGE.response(&[]),
        false => store::project_names(&app, &request).await,
    }
}
