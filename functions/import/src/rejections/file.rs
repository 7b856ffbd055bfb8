//! The entries that are not stored, as a bookmarks file.

use std::sync::Arc;

use db::{Connection, Param};
use lambda_http::Body;
use lambda_http::http::HeaderValue;
use lambda_http::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, LINK};
use netscape::{Bookmark, Event, Timestamp, Writer};
use serde_json::{Map, Value};
use store::App;
use store::scope::IN_INDEX_ORDER;
use tokio_postgres::types::Type;
use uuid::Uuid;
use web::{Error, PageRequest, Request, Response, budget_of, encode_cursor};

use super::rejection::{Fields, Rejection};
use crate::job::no_job;

/// A file ends before it has more bytes: it travels in base64, and Lambda takes 6 MiB.
const FILE_BYTES: usize = 4_000_000;

/// Writes a page of them. The header `Link` leads to the next page.
pub(super) async fn file(
    app: &Arc<App>,
    request: &Request,
    job_id: Uuid,
    wanted: &PageRequest<Uuid>,
) -> Result<Response, Error> {
    let (after, limit) = (wanted.after.unwrap_or(Uuid::nil()), wanted.limit());
    // Of entries that are a megabyte each, no more come than a file holds.
    let sql = format!(
        "SELECT {}
         FROM import_jobs j
         LEFT JOIN (
             SELECT *, sum(coalesce(octet_length(url), 0) + coalesce(octet_length(title), 0)
                           + coalesce(octet_length(description), 0) + \
                               coalesce(octet_length(attributes::text), 0)
                           + coalesce(octet_length(tags::text), 0)) OVER (ORDER BY id) AS bytes
             FROM import_entries
             WHERE import_job_id = $1 AND outcome IN ('failed', 'skipped') AND id > $2
             ORDER BY id
             LIMIT $3
         ) AS e ON e.bytes <= {FILE_BYTES} OR e.id = (
             SELECT id FROM import_entries
             WHERE import_job_id = $1 AND outcome IN ('failed', 'skipped') AND id > $2 ORDER BY id LIMIT 1)
         WHERE j.id = $1
         ORDER BY e.id",
        // Each stands at the root of the file.
        Fields::Whole.columns("'[]'")
    );
    let more = "SELECT EXISTS (
                    SELECT FROM import_entries
                    WHERE import_job_id = $1 AND outcome IN ('failed', 'skipped') AND id > $2)";
    let sql = sql.as_str();
    let find = |connection: Connection| async move {
        let rows = wanted.rows();
        let params: [Param<'_>; 3] = [(&job_id, Type::UUID), (&after, Type::UUID), (&rows, Type::INT8)];
        let rows = connection.query_with_settings(IN_INDEX_ORDER, sql, &params).await?;
        if rows.is_empty() {
            return Err(no_job());
        }
        let mut writer = Writer::new(Vec::new()).map_err(Error::internal)?;
        let mut last = None;
        for row in rows.iter().take(limit) {
            let Some(rejection) = Rejection::from_row(row)? else { break };
            let whole = written(&rejection)?;
            if last.is_some() && writer.get_mut().len() + whole > FILE_BYTES {
                break;
            }
            write(&mut writer, &rejection)?;
            last = Some(rejection.id);
        }
        let has_more = match last {
            Some(last) => {
                connection.query_one(more, &[(&job_id, Type::UUID), (&last, Type::UUID)]).await?.try_get(0)?
            }
            None => false,
        };
        Ok((writer.finish().map_err(Error::internal)?, last.filter(|_| has_more)))
    };
    let (file, next) = app.read(app.claims(request), &budget_of(request), find).await?;
    let mut response = Response::new(Body::Binary(file));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers
        .insert(CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"not-imported.html\""));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(next) = next {
        let cursor = encode_cursor(&next)?;
        let link = format!("<?format=html&limit={limit}&cursor={cursor}>; rel=\"next\"");
        headers.insert(LINK, HeaderValue::try_from(link).map_err(Error::internal)?);
    }
    Ok(response)
}

/// Returns the number of bytes that an entry takes in a file.
fn written(rejection: &Rejection) -> Result<usize, Error> {
    let mut writer = Writer::new(Vec::new()).map_err(Error::internal)?;
    write(&mut writer, rejection)?;
    Ok(writer.get_mut().len())
}

fn write(writer: &mut Writer<Vec<u8>>, rejection: &Rejection) -> Result<(), Error> {
    let moment =
        |moment: Option<db::Timestamptz>| moment.map(|moment| Timestamp::from_micros(moment.unix_micros()));
    let attributes: Map<String, Value> = rejection
        .attributes
        .as_ref()
        .and_then(|attributes| serde_json::from_str(attributes.get()).ok())
        .unwrap_or_default();
    let attributes: Vec<(&str, &str)> =
        attributes.iter().filter_map(|(name, value)| Some((name.as_str(), value.as_str()?))).collect();
    let tags: Vec<&str> = rejection.tags.iter().map(String::as_str).collect();
    let bookmark = Bookmark {
        url: rejection.url.as_deref(),
        title: rejection.title.as_deref().unwrap_or_default(),
        added: moment(rejection.add_date),
        modified: moment(rejection.last_modified),
        visited: moment(rejection.last_visited),
        tags: tags.as_slice().into(),
        description: rejection.description.as_deref(),
        attributes: attributes.as_slice().into(),
        ..Bookmark::default()
    };
    writer.write(&Event::Bookmark(bookmark)).map_err(Error::internal)
}
