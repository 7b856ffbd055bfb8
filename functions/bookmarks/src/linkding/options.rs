//! OPTIONS: the methods of a path and what they take. There is no CORS, as in linkding.

use std::sync::Arc;

use lambda_http::http::StatusCode;
use lambda_http::http::header::ALLOW;
use serde_json::json;
use store::App;
use web::{Error, Request, Response, json as answer_json};

use super::identified;

pub(super) async fn answer(app: Arc<App>, request: Request) -> Result<Response, Error> {
    // No path has a route of OPTIONS, so that each existing one refuses it and names its methods.
    let Err(refusal) = identified(app, request).await else { return Err(Error::not_found("Not found.")) };
    if refusal.status() != StatusCode::METHOD_NOT_ALLOWED {
        return Err(refusal);
    }
    let mut response = answer_json(
        StatusCode::OK,
        &json!({
            "name": "linkding",
            "description": "",
            "renders": ["application/json"],
            "parses": ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"],
        }),
    )?;
    if let Some(methods) = refusal.to_response("").headers_mut().remove(ALLOW) {
        response.headers_mut().insert(ALLOW, methods);
    }
    Ok(response)
}
