//! `GET bookmarks/<id>`.

use std::sync::Arc;

use db::Connection;
use lambda_http::http::StatusCode;
use store::App;
use store::scope::OWN;
use tokio_postgres::types::Type;
use web::{Error, PathParams, Query, Request, Response, budget_of};

use crate::bookmark::{Bookmark, response};
use crate::{NO_BOOKMARK, id_of};

/// The statement of one bookmark by its id, $1.
pub(crate) fn statement() -> String {
    format!("SELECT {} FROM bookmarks AS b WHERE b.{OWN} AND b.id = $1", Bookmark::whole())
}

pub(crate) async fn show(app: Arc<App>, request: Request, params: PathParams) -> Result<Response, Error> {
    let id = id_of(&params)?;
    Query::read(&request, &[])?;
    let sql = &statement();
    let find =
        |connection: Connection| async move { Ok(connection.query_opt(sql, &[(&id, Type::UUID)]).await?) };
    let row = app.read(app.claims(&request), &budget_of(&request), find).await?;
    response(StatusCode::OK, &row.ok_or_else(|| Error::not_found(NO_BOOKMARK))?)
}
