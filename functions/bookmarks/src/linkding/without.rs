//! Parts of linkding that are not here, answered as it answers without them: there are no assets and bundles,
//! nothing is shared, and uploads are switched off.

use std::sync::Arc;

use db::Connection;
use lambda_http::http::StatusCode;
use serde_json::json;
use store::App;
use web::{Caller, Error, PathParams, Request, Response, budget_of, json as answer};

use super::errors::not_found;
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

pub(super) async fn one(app: Arc<App>, request: Request, _: PathParams) -> Result<Response, Error> {
    confirm(&app, &request).await?;
    Err(not_found())
}

pub(super) async fn upload(app: Arc<App>, request: Request, _: PathParams) -> Result<Response, Error> {
    confirm(&app, &request).await?;
    let text = "This is not available here.";
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
