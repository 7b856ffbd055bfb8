//! `GET projects/<id>`, and the answer of whatever shows one project.

use std::sync::Arc;

use db::Row;
use lambda_http::http::StatusCode;
use store::scope::OWN;
use store::{App, PROJECT_ETAG, Project};
use tokio_postgres::types::Type;
use web::{Error, PathParams, Query, Request, Response, budget_of, json, with_etag};

use crate::{NO_PROJECT, id_of};

/// A project's own address has the whole of a description; one of more than this many characters was written
/// by another program, and an answer would not hold it.
const DESCRIPTION_CHARACTERS: usize = 1_000_000;

/// The columns of `projects p` that [`response`] reads.
pub(crate) fn columns() -> String {
    format!("{}, {PROJECT_ETAG}", Project::columns(DESCRIPTION_CHARACTERS))
}

/// A project with its entity tag, from a row that begins with [`columns`].
pub(crate) fn response(status: StatusCode, row: &Row) -> Result<Response, Error> {
    let response = json(status, &Project::from_row(row)?)?;
    with_etag(response, row.try_get(Project::WIDTH)?)
}

pub(crate) async fn show(app: Arc<App>, request: Request, params: PathParams) -> Result<Response, Error> {
    let id = id_of(&params)?;
    Query::read(&request, &[])?;
    let sql = &format!("SELECT {} FROM projects p WHERE p.{OWN} AND p.id = $1", columns());
    let find = |connection: db::Connection| async move {
        Ok(connection.query_opt(sql, &[(&id, Type::INT4)]).await?)
    };
    let row = app.read(app.claims(&request), &budget_of(&request), find).await?;
    response(StatusCode::OK, &row.ok_or_else(|| Error::not_found(NO_PROJECT))?)
}
