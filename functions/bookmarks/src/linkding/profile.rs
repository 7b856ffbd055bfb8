//! `GET api/user/profile/`: linkding's default settings, since there are none here.

use std::sync::Arc;

use lambda_http::http::StatusCode;
use serde_json::json;
use store::App;
use web::{Error, PathParams, Request, Response, json as answer};

use super::VERSION;
use super::without::confirm;

pub(super) async fn profile(app: Arc<App>, request: Request, _: PathParams) -> Result<Response, Error> {
    confirm(&app, &request).await?;
    answer(
        StatusCode::OK,
        &json!({
            "theme": "auto",
            "bookmark_date_display": "relative",
            "bookmark_link_target": "_blank",
            "web_archive_integration": "disabled",
            "tag_search": "strict",
            "enable_sharing": false,
            "enable_public_sharing": false,
            "enable_favicons": false,
            "display_url": false,
            "permanent_notes": false,
            "search_preferences": {},
            "version": VERSION,
        }),
    )
}
