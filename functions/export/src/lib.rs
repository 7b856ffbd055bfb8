//! `GET export/`: the stored bookmarks as a bookmarks file, JSON or CSV, written while they are read.

mod encode;
mod entry;
mod format;
mod paths;
mod tree;

use std::sync::Arc;

use lambda_http::http::HeaderValue;
use lambda_http::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, VARY};
use store::App;
use time::OffsetDateTime;
use web::{Error, PathParams, Query, Request, Routes, StreamBody, StreamingResponse, accept_of, budget_of};

use format::Format;

/// Answers a request.
///
/// # Errors
/// 400 for a parameter that is wrong, 404, 405; 503 where the database cannot be reached; 504.
pub async fn handle(app: Arc<App>, request: Request) -> Result<StreamingResponse, Error> {
    Routes::new().get("/", export).head("/", head).answer(app, request).await
}

/// The parameters of a request.
struct ExportParams {
    project_id: Option<i32>,
    format: Format,
    is_raw: bool,
    now: OffsetDateTime,
}

impl ExportParams {
    fn read(request: &Request) -> Result<Self, Error> {
        let query = Query::read(request, &["project_id", "format", "raw"])?;
        let project_id = query.value::<i32>("project_id", "a project's number")?;
        let format = Format::choose(query.text("format"), accept_of(request))?;
        let is_raw = is_raw(&query, format)?;
        Ok(Self { project_id, format, is_raw, now: OffsetDateTime::now_utc() })
    }

    fn response(&self, body: StreamBody) -> Result<StreamingResponse, Error> {
        let Self { project_id, format, now, .. } = *self;
        let mut response = StreamingResponse::new(body);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(format.content_type()));
        let disposition = format!("attachment; filename=\"{}\"", file_name(format, project_id, now));
        headers.insert(CONTENT_DISPOSITION, HeaderValue::try_from(disposition).map_err(Error::internal)?);
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(VARY, HeaderValue::from_static("accept"));
        Ok(response)
    }
}

async fn export(app: Arc<App>, request: Request, _: PathParams) -> Result<StreamingResponse, Error> {
    let params = ExportParams::read(&request)?;
    let ExportParams { project_id, format, is_raw, now } = params;
    let budget = &budget_of(&request);
    // Retried only while nothing has been sent.
    let start = |connection| async move {
        let encoder = encode::encoder(format, is_raw, project_id, now)?;
        StreamBody::start(budget, |chunks| tree::send(connection, project_id, format, encoder, chunks)).await
    };
    params.response(app.read(app.claims(&request), budget, start).await?)
}

/// The headers alone, which cost no more than looking the project up.
async fn head(app: Arc<App>, request: Request, _: PathParams) -> Result<StreamingResponse, Error> {
    let params = ExportParams::read(&request)?;
    let project_id = params.project_id;
    let exists = |connection| async move { tree::exists(&connection, project_id).await };
    if !app.read(app.claims(&request), &budget_of(&request), exists).await? {
        return Err(tree::no_project(project_id));
    }
    params.response(StreamBody::empty())
}

/// Returns whether CSV is for a program, so that cells which a spreadsheet would run are written as they are.
fn is_raw(query: &Query, format: Format) -> Result<bool, Error> {
    match query.value::<bool>("raw", "true or false")? {
        Some(_) if format != Format::Csv => Err(Error::bad_request("The parameter raw is for CSV only.")),
        is_raw => Ok(is_raw.unwrap_or(false)),
    }
}

/// Says what it is of and from which day.
fn file_name(format: Format, project_id: Option<i32>, now: OffsetDateTime) -> String {
    let (day, extension) = (now.date(), format.extension());
    match project_id {
        Some(project_id) => format!("bookmarks-project-{project_id}-{day}.{extension}"),
        None => format!("bookmarks-{day}.{extension}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_by_its_project_and_day() {
        let now = OffsetDateTime::from_unix_timestamp(1_767_323_045).unwrap();
        assert_eq!(file_name(Format::Html, None, now), "bookmarks-2026-01-02.html");
        assert_eq!(file_name(Format::Csv, Some(7), now), "bookmarks-project-7-2026-01-02.csv");
    }
}
