//! `POST bookmarks/bulk`: one change to many bookmarks, in one statement.

use std::sync::Arc;

use db::{Connection, Param};
use lambda_http::Body;
use lambda_http::http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use store::scope::OWN;
use store::search::{Filter, Ids, SearchParams};
use store::{App, search_index};
use tokio_postgres::types::Type;
use uuid::Uuid;
use web::{AfterResponse, Error, PathParams, Query, Request, Response, budget_of, json as answer};

use crate::body::{FolderPath, checked_tags, parse};
use crate::bookmark::NOW;
use crate::flight;
use crate::trash::trash_statement;

/// So many bookmarks may be named by their ids.
const MAX_IDS: usize = 1_000;

const SHAPE: &str = "{\"ids\": [id] or \"filter\": {\"q\"?, \"tag\"?, \"untagged\"?, \"domain\"?, \
                     \"folder\"?, \"project_id\"?, \"archived\"?, \"unread\"?}, \"do\": {\"add_tags\"?, \
                     \"remove_tags\"?: [text], \"move_to\"?: [text], \"archive\"?, \"unread\"?, \
                     \"delete\"?: boolean}}";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sent {
    ids: Option<Vec<Uuid>>,
    filter: Option<SentFilter>,
    r#do: SentChanges,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct SentFilter {
    q: Option<String>,
    tag: Option<Tags>,
    untagged: bool,
    domain: Option<String>,
    folder: Option<String>,
    project_id: Option<i32>,
    archived: Option<bool>,
    unread: Option<bool>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Tags {
    One(String),
    Several(Vec<String>),
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct SentChanges {
    add_tags: Vec<String>,
    remove_tags: Vec<String>,
    move_to: Option<FolderPath>,
    archive: Option<bool>,
    unread: Option<bool>,
    delete: bool,
}

/// The bookmarks that are changed.
enum Target {
    Ids(Vec<Uuid>),
    Filter(Box<SearchParams>),
}

/// The changes to each.
struct Changes {
    add_tags: Vec<String>,
    remove_tags: Vec<String>,
    move_to: Option<Vec<String>>,
    archive: Option<bool>,
    unread: Option<bool>,
    delete: bool,
}

pub(crate) async fn bulk(app: Arc<App>, request: Request, _: PathParams) -> Result<Response, Error> {
    Query::read(&request, &[])?;
    let (target, changes) = &read(request.body())?;
    let (claims, budget) = (app.claims(&request), budget_of(&request));
    let change = |connection: Connection| async move { Ok(change(connection, target, changes).await?) };
    let changed = app.write_idempotent(claims.clone(), &budget, change).await?;
    search_index::catch_up_after_response(&app, claims, &AfterResponse::from_request(&request));
    answer(StatusCode::OK, &json!({ "changed": changed }))
}

fn read(body: &Body) -> Result<(Target, Changes), Error> {
    let sent: Sent = parse(body, SHAPE)?;
    let target = match (sent.ids, sent.filter) {
        (Some(ids), None) if ids.len() <= MAX_IDS => Target::Ids(ids),
        (Some(_), None) => return Err(Error::bad_request("ids has more than 1000 ids: send them in parts.")),
        (None, Some(filter)) => {
            let filter = Filter {
                q: filter.q.filter(|q| !q.is_empty()),
                tags: match filter.tag {
                    None => Vec::new(),
                    Some(Tags::One(tag)) => vec![tag],
                    Some(Tags::Several(tags)) => tags,
                },
                untagged: filter.untagged,
                domain: filter.domain,
                folder: filter.folder,
                project_id: filter.project_id,
                archived: filter.archived,
                unread: filter.unread,
            };
            Target::Filter(Box::new(SearchParams::of(filter)?))
        }
        _ => return Err(Error::bad_request(format!("The body must be JSON: {SHAPE}."))),
    };
    let sent = sent.r#do;
    let changes = Changes {
        add_tags: checked_tags(sent.add_tags)?,
        remove_tags: sent.remove_tags,
        move_to: sent.move_to.map(FolderPath::names).transpose()?,
        archive: sent.archive,
        unread: sent.unread,
        delete: sent.delete,
    };
    if changes.remove_tags.iter().any(|tag| tag.contains('\0')) {
        return Err(Error::unprocessable("A tag has no NUL."));
    }
    if !changes.delete && changes.columns().is_empty() {
        return Err(Error::bad_request(format!("The body must be JSON: {SHAPE}.")));
    }
    Ok((target, changes))
}

impl Changes {
    /// The columns that may change.
    fn columns(&self) -> Vec<&'static str> {
        let tags = !self.add_tags.is_empty() || !self.remove_tags.is_empty();
        [
            (tags, "tags"),
            (self.move_to.is_some(), "folder_id"),
            (self.archive.is_some(), "is_archived"),
            (self.unread.is_some(), "unread"),
        ]
        .into_iter()
        .filter_map(|(is_set, column)| is_set.then_some(column))
        .collect()
    }
}

/// Makes the changes, and returns how many bookmarks are others than before.
async fn change(connection: Connection, target: &Target, changes: &Changes) -> Result<i64, db::Error> {
    // The statement of the ids, its parameters, and the projects that they are in.
    let ids;
    let (sql, mut params, projects) = match target {
        Target::Ids(of) => (
            "SELECT unnest($1) AS id".to_owned(),
            vec![(of as _, Type::UUID_ARRAY)],
            format!("SELECT project_id FROM bookmarks WHERE {OWN} AND id = ANY ($1)"),
        ),
        Target::Filter(search) => {
            ids = Ids::new(search);
            let projects = match search.project_id {
                Some(_) => "SELECT $11::integer AS project_id".to_owned(),
                None => format!("SELECT id AS project_id FROM projects WHERE {OWN} UNION ALL SELECT NULL"),
            };
            (ids.sql.clone(), ids.params(), projects)
        }
    };
    let of_target = params.len();
    let lock = flight::lock(&projects);
    if changes.delete {
        let trash = trash_statement(&format!("id IN ({sql})"));
        let rows = flight::transaction(connection, &[(&lock, &params), (&trash, &params)]).await?;
        return first(&rows);
    }
    let edited = changes.columns();
    let number = |nth: usize| format!("${}", of_target + nth);
    let further: [Param<'_>; 6] = [
        (&changes.add_tags, Type::VARCHAR_ARRAY),
        (&changes.remove_tags, Type::VARCHAR_ARRAY),
        (&changes.move_to, Type::TEXT_ARRAY),
        (&changes.archive, Type::BOOL),
        (&changes.unread, Type::BOOL),
        (&edited, Type::TEXT_ARRAY),
    ];
    params.extend(further);
    let (add, remove, path) = (number(1), number(2), number(3));
    let (archive, unread, edited) = (number(4), number(5), number(6));
    let tags = format!(
        "nullif(ARRAY(
             SELECT name FROM unnest(b.tags || {add}) WITH ORDINALITY AS t (name, nth)
             WHERE name IS NOT NULL AND name <> ALL ({remove})
             GROUP BY name ORDER BY min(nth)), '{{}}')"
    );
    let folder = match changes.move_to {
        Some(_) => "f.id",
        None => "b.folder_id",
    };
    let update = format!(
        "WITH target AS MATERIALIZED ({sql}), found AS MATERIALIZED (
             SELECT b.id, b.project_id FROM target AS t JOIN bookmarks AS b ON b.id = t.id WHERE b.{OWN}
         ), folder AS MATERIALIZED (
             SELECT p.project_id, make_folders(p.project_id, {path}) AS id
             FROM (SELECT DISTINCT project_id FROM found) AS p WHERE {path} IS NOT NULL
         ), wanted AS (
             SELECT b.id, {tags} AS tags, {folder} AS folder_id,
                    coalesce({archive}, b.is_archived) AS is_archived, coalesce({unread}, b.unread) AS unread
             FROM found
             JOIN bookmarks AS b ON b.{OWN} AND b.id = found.id
             LEFT JOIN folder AS f ON f.project_id IS NOT DISTINCT FROM found.project_id
         ), changed AS (
             UPDATE bookmarks AS b
             SET tags = w.tags, folder_id = w.folder_id, is_archived = w.is_archived, unread = w.unread,
                 edited = ARRAY(SELECT DISTINCT unnest(b.edited || {edited})), updated_at = {NOW}
             FROM wanted AS w
             WHERE b.{OWN} AND b.id = w.id
               AND (nullif(b.tags, '{{}}'), b.folder_id, b.is_archived, b.unread)
                   IS DISTINCT FROM (w.tags, w.folder_id, w.is_archived, w.unread)
             RETURNING 1
         )
         SELECT count(*) FROM changed"
    );
    // Making a folder needs the lock; other changes wait for nobody.
    let rows = match changes.move_to {
        Some(_) => {
            flight::transaction(connection, &[(&lock, &params[..of_target]), (&update, &params)]).await?
        }
        None => flight::transaction(connection, &[(&update, &params)]).await?,
    };
    first(&rows)
}

/// The count that the last statement returned.
fn first(rows: &[Vec<db::Row>]) -> Result<i64, db::Error> {
    rows.last().and_then(|rows| rows.first()).map_or(Ok(0), |row| row.try_get(0))
}
