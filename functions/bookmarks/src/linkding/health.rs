//! `GET health`: whether the database answers, and which version of linkding's API this is.

use std::sync::Arc;

use db::Connection;
use lambda_http::http::StatusCode;
use serde_json::json;
use store::App;
use web::{Error, PathParams, Request, Response, budget_of, json as answer};

use super::VERSION;

pub(super) async fn health(app: Arc<App>, request: Request, _: PathParams) -> Result<Response, Error> {
    let ask = |connection: Connection| async move { Ok(connection.query_one("SELECT true", &[]).await?) };
    match app.read(app.claims(&request), &budget_of(&request), ask).await {
        Ok(_) => answer(StatusCode::OK, &json!({ "version": VERSION, "status": "healthy" })),
        Err(error) => {
            let report = json!({ "version": VERSION, "status": "unhealthy" });
            Err(Error::internal(error).with_faults(&report))
        }
    }
}
