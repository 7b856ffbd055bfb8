//! Parts of linkding that are not here, answered as it answers without them: there are no assets and bundles,
//! nothing is shared, and uploads are switched off.

use std::sync::Arc;

use db::Connection;
use lambda_http::http::StatusCode;
use serde_json::json;
use store::App;
use web::{Caller, Error, PathParams, Request, Response, budget_of, json as answer};

use super::errors::no_such;
use super::list::find;
use super::number_of;
use super::paging::{Page, Params};

pub(super) async fn root(app: Arc<App>, request: Request, _: PathParams) -> Result<Response, Error> {
    confirm(&app, &request).await?;
    answer(StatusCode::OK, &json!({}))
}

pub(super) async fn list(app: Arc<App>, request: Request, _: PathParams) -> Result<Response, Error> {
    confirm(&app, &request).await?;
    answer(StatusCode::OK, &Page::read(&request, &Params::read(&request)).answer::<()>(&[], 0)?)
}

pub(super) async fn shared(app: Arc<App>, request: Request, params: PathParams) -> Result<Response, Error> {
    list(app, request, params).await
}

pub(super) async fn assets(app: Arc<App>, request: Request, params: PathParams) -> Result<Response, Error> {
    confirm_bookmark(&app, &request, &params).await?;
    answer(StatusCode::OK, &Page::read(&request, &Params::read(&request)).answer::<()>(&[], 0)?)
}

pub(super) async fn asset(app: Arc<App>, request: Request, params: PathParams) -> Result<Response, Error> {
    confirm_bookmark(&app, &request, &params).await?;
    Err(no_such("BookmarkAsset"))
}

/// # Errors
/// 404 where there is no such bookmark.
async fn confirm_bookmark(app: &App, request: &Request, params: &PathParams) -> Result<(), Error> {
    match find(app, request, number_of(params)?).await {
        Err(error) if error.status() == StatusCode::NOT_FOUND => {
            Err(Error::not_found("Bookmark does not exist"))
        }
        found => found.map(drop),
    }
}

pub(super) async fn bundle(app: Arc<App>, request: Request, _: PathParams) -> Result<Response, Error> {
    confirm(&app, &request).await?;
    Err(no_such("BookmarkBundle"))
}

pub(super) async fn upload(app: Arc<App>, request: Request, _: PathParams) -> Result<Response, Error> {
    refuse(&app, &request, "Asset upload is disabled.").await
}

pub(super) async fn new_bundle(app: Arc<App>, request: Request, _: PathParams) -> Result<Response, Error> {
    refuse(&app, &request, "There are no bundles here.").await
}

async fn refuse(app: &App, request: &Request, text: &str) -> Result<Response, Error> {
    confirm(app, request).await?;
    Err(Error::forbidden(text).with_faults(&json!({ "error": text })))
}

/// Asks the database about the caller, who is not known before; a caller without a name needs not be known.
///
/// # Errors
/// 401 and 403; 503 where the database cannot be reached.
pub(super) async fn confirm(app: &App, request: &Request) -> Result<(), Error> {
    if Caller::from_request(request).is_none() {
        return Ok(());
    }
    let ask = |connection: Connection| async move { Ok(connection.query_one("SELECT true", &[]).await?) };
    app.read(app.claims(request), &budget_of(request), ask).await?;
    Ok(())
}
