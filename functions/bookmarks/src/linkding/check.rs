//! `GET api/bookmarks/check/?url=`: the bookmark of an address. Pages are not fetched, so that their
//! metadata is what linkding answers where it could not.

use std::sync::Arc;

use db::Connection;
use lambda_http::http::StatusCode;
use serde::Serialize;
use store::App;
use store::scope::OWN;
use tokio_postgres::types::Type;
use web::{Error, PathParams, Request, Response, budget_of, json};

use super::bookmark::Bookmark;
use super::paging::Params;

#[derive(Serialize)]
struct Checked {
    bookmark: Option<Bookmark>,
    metadata: Metadata,
    auto_tags: [String; 0],
}

#[derive(Serialize)]
struct Metadata {
    /// As it was sent: the extension keeps answers by it.
    url: Option<String>,
    title: Option<String>,
    description: Option<String>,
    preview_image: Option<String>,
}

pub(super) async fn check(app: Arc<App>, request: Request, _: PathParams) -> Result<Response, Error> {
    let url = Params::read(&request).last("url").map(str::to_owned);
    let wanted = &url.as_deref().unwrap_or_default().replace('\0', "");
    let sql = &format!(
        "SELECT {} FROM bookmarks AS b
         WHERE b.{OWN} AND b.id = ANY (ARRAY(SELECT bookmarks_of_url($1)))
         ORDER BY b.number LIMIT 1",
        Bookmark::columns()
    );
    let find =
        |connection: Connection| async move { Ok(connection.query_opt(sql, &[(wanted, Type::TEXT)]).await?) };
    let row = app.read(app.claims(&request), &budget_of(&request), find).await?;
    let bookmark = row.map(|row| Bookmark::from_row(&row, 0)).transpose()?;
    let metadata = Metadata { url, title: None, description: None, preview_image: None };
    json(StatusCode::OK, &Checked { bookmark, metadata, auto_tags: [] })
}
