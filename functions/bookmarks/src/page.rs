//! `GET bookmarks/` for a browser: the library as a page, and the manifest by which it can be installed.

use std::sync::{Arc, LazyLock};

use lambda_http::http;
use lambda_http::http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use pages::Page;
use store::App;
use web::{Error, PathParams, Request, Response, segments};

use crate::list;

/// One script in the end, whose parts see each other; the last one sets it going.
const SCRIPT: &str = concat!(
    include_str!("page/state.js"),
    include_str!("page/api.js"),
    include_str!("page/settings.js"),
    include_str!("page/toast.js"),
    include_str!("page/rows.js"),
    include_str!("page/list.js"),
    include_str!("page/tree.js"),
    include_str!("page/folder.js"),
    include_str!("page/bulk.js"),
    include_str!("page/conflict.js"),
    include_str!("page/editor.js"),
    include_str!("page/imports.js"),
    include_str!("page/keys.js"),
    include_str!("page/page.js"),
);

static PAGE: LazyLock<Page> =
    LazyLock::new(|| Page::new(include_str!("page/index.html"), include_str!("page/style.css"), SCRIPT));

/// Returns whether a request is answered whoever sends it: the page, which asks for a token itself, and the
/// manifest, which browsers fetch without one.
pub(crate) fn is_public(request: &Request) -> bool {
    let is_get = matches!(*request.method(), http::Method::GET | http::Method::HEAD);
    pages::is_asked_for(request) || (is_get && segments(request) == ["manifest.webmanifest"])
}

/// The page for a browser, the bookmarks for everybody else.
pub(crate) async fn page_or_list(
    app: Arc<App>,
    request: Request,
    params: PathParams,
) -> Result<Response, Error> {
    match pages::is_asked_for(&request) {
        true => PAGE.response(&[]),
        false => list::list(app, request, params).await,
    }
}

/// How the page is installed, and that links can be shared with it then (W3C Web Application Manifest, Web
/// Share Target API). Its addresses are relative to its own.
pub(crate) async fn manifest(_: Arc<App>, _: Request, _: PathParams) -> Result<Response, Error> {
    http::Response::builder()
        .header(CONTENT_TYPE, "application/manifest+json")
        .header(CACHE_CONTROL, "max-age=86400")
        .header(X_CONTENT_TYPE_OPTIONS, "nosniff")
        .body(include_str!("page/manifest.json").into())
        .map_err(Error::internal)
}
