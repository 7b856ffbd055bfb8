//! `GET projects/<id>/tokens`: the tokens in one of their forms.

use std::sync::Arc;

use db::Connection;
use lambda_http::Body;
use lambda_http::http::HeaderValue;
use lambda_http::http::header::CACHE_CONTROL;
use store::scope::OWN;
use store::{App, PROJECT_ETAG, token_rows};
use tokens::{Document, Rows};
use tokio_postgres::types::{Json, Type};
use web::{Error, PathParams, Query, Request, Response, budget_of, with_etag};

use super::format::Format;
use super::with_type;
use crate::{NO_PROJECT, id_of};

/// Bytes of an answer; Lambda sends no more than 6 MB.
const MAX_ANSWER: usize = 5_500_000;

pub(crate) async fn export(app: Arc<App>, request: Request, params: PathParams) -> Result<Response, Error> {
    let id = id_of(&params)?;
    let format = Format::read(&Query::read(&request, &["format"])?)?;
    let (etag, document) = find(&app, &request, id).await?;
    let text = format.write(&document)?;
    if text.len() > MAX_ANSWER {
        return Err(Error::unprocessable("In this format the tokens are larger than an answer may be."));
    }
    let mut response = Response::new(Body::Text(text));
    with_type(&mut response, format.media_type());
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    with_etag(response, &etag)
}

/// A project's document with the entity tag of the project, by one statement.
///
/// # Errors
/// 404; 500 where rows are no document.
pub(super) async fn find(app: &App, request: &Request, id: i32) -> Result<(String, Document), Error> {
    let sql = &format!(
        "SELECT {PROJECT_ETAG}, {} FROM projects AS p WHERE p.{OWN} AND p.id = $1",
        token_rows::selection("p.id")
    );
    let find =
        |connection: Connection| async move { Ok(connection.query_opt(sql, &[(&id, Type::INT4)]).await?) };
    let row = app.read(app.claims(request), &budget_of(request), find).await?;
    let row = row.ok_or_else(|| Error::not_found(NO_PROJECT))?;
    let Json(rows): Json<Rows> = row.try_get(1)?;
    Ok((row.try_get(0)?, rows.document().map_err(Error::internal)?))
}
