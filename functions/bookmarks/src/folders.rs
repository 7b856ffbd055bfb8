//! The folders: `GET bookmarks/folders`, a tree with counts, and `PATCH bookmarks/folders/<id>`.

mod tree;

use std::sync::Arc;

use db::{Connection, Param};
use lambda_http::http::StatusCode;
use serde::{Deserialize, Serialize};
use store::App;
use store::scope::OWN;
use tokio_postgres::types::Type;
use uuid::Uuid;
use web::{Error, PathParams, Query, Request, Response, budget_of, json};

use crate::body::{FolderPath, parse};
use crate::flight;
use tree::{Folder, nested};

const NO_FOLDER: &str = "There is no folder of this id.";

/// So many folders are read; a tree of more has no room in an answer.
const MOST: i64 = 20_000;

#[derive(Serialize)]
struct Tree {
    /// The folders at the root, each with those in it.
    folders: Vec<Folder>,
    /// How many bookmarks are in no folder.
    unfiled: i64,
    /// True if there are more folders than an answer holds.
    more: bool,
}

pub(crate) async fn tree(app: Arc<App>, request: Request, _: PathParams) -> Result<Response, Error> {
    let query = Query::read(&request, &["project_id"])?;
    let project_id = &query.value::<i32>("project_id", "a whole number")?;
    let sql = &format!(
        "WITH counted AS (
             SELECT folder_id, count(*) AS count FROM bookmarks
             WHERE {OWN} AND ($1::integer IS NULL OR project_id = $1)
             GROUP BY folder_id
         )
         SELECT f.id, f.parent_id, left(f.name, 255), f.project_id, coalesce(c.count, 0)
         FROM (
             SELECT id, parent_id, name, project_id, place FROM folders
             WHERE {OWN} AND ($1 IS NULL OR project_id = $1)
             ORDER BY place, id LIMIT {MOST} + 1
         ) AS f LEFT JOIN counted AS c ON c.folder_id = f.id
         UNION ALL
         SELECT NULL, NULL, NULL, NULL, coalesce(sum(count), 0)::int8 FROM counted WHERE folder_id IS NULL"
    );
    let find =
        |connection: Connection| async move { Ok(connection.query(sql, &[(project_id, Type::INT4)]).await?) };
    let rows = app.read(app.claims(&request), &budget_of(&request), find).await?;
    let (mut folders, mut unfiled) = (Vec::new(), 0);
    for row in &rows {
        match row.try_get::<_, Option<Uuid>>(0)? {
            None => unfiled = row.try_get(4)?,
            Some(id) => folders.push(Folder {
                id,
                parent_id: row.try_get(1)?,
                name: row.try_get(2)?,
                project_id: row.try_get(3)?,
                count: row.try_get(4)?,
                total: 0,
                children: Vec::new(),
            }),
        }
    }
    let most = usize::try_from(MOST).unwrap_or(usize::MAX);
    let more = folders.len() > most;
    folders.truncate(most);
    json(StatusCode::OK, &Tree { folders: nested(folders), unfiled, more })
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Changes {
    name: Option<String>,
    /// The folder that it is moved into; null is the root.
    #[serde(deserialize_with = "present")]
    parent_id: Option<Option<Uuid>>,
    /// The same by the names on the path, which are made where they are missing.
    move_to: Option<FolderPath>,
}

fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Option<Uuid>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

#[derive(Serialize)]
struct Changed {
    id: Uuid,
    parent_id: Option<Uuid>,
    name: String,
    path: Vec<String>,
    project_id: Option<i32>,
    count: i64,
}

/// Renames a folder, or moves it with all that is in it. Its bookmarks stay as they are.
pub(crate) async fn update(app: Arc<App>, request: Request, params: PathParams) -> Result<Response, Error> {
    let id: Uuid = params.value("id", NO_FOLDER)?;
    Query::read(&request, &[])?;
    let shape = "{\"name\"?: text, \"parent_id\"?: id or null, \"move_to\"?: [text]}";
    let Changes { name, parent_id, move_to } = parse(request.body(), shape)?;
    if name.is_none() && parent_id.is_none() && move_to.is_none() {
        return Err(Error::bad_request(format!("The body must be JSON: {shape}.")));
    }
    let name = name.map(|name| FolderPath::Names(vec![name]).names()).transpose()?;
    let name = &name.and_then(|mut names| names.pop());
    let path = &move_to.map(FolderPath::names).transpose()?;
    let moves = &(parent_id.is_some() || path.is_some());
    let parent_id = &parent_id.flatten();
    let lock = &flight::lock(&format!("SELECT project_id FROM folders WHERE {OWN} AND id = $1"));
    // The parent is looked up first: a folder that is made is not seen by the statement that makes it.
    let make = &format!(
        "SELECT set_config('app.parent', coalesce((
             SELECT CASE WHEN $2::text[] IS NULL THEN $3::uuid ELSE make_folders(project_id, $2) END
             FROM folders WHERE {OWN} AND id = $1)::text, ''), true)"
    );
    let write = &format!(
        "WITH RECURSIVE parent AS (
             SELECT nullif(current_setting('app.parent'), '')::uuid AS id
         ), up AS (
             SELECT f.id, f.parent_id FROM folders AS f JOIN parent AS p ON p.id = f.id WHERE f.{OWN}
             UNION
             SELECT f.id, f.parent_id FROM up JOIN folders AS f ON f.id = up.parent_id WHERE f.{OWN}
         ), found AS MATERIALIZED (
             SELECT f.id,
                    NOT $2 OR p.id IS NULL OR (
                        EXISTS (
                            SELECT FROM folders AS o
                            WHERE o.{OWN} AND o.id = p.id AND o.project_id IS NOT DISTINCT FROM f.project_id)
                        AND NOT EXISTS (SELECT FROM up WHERE up.id = f.id)) AS fits
             FROM folders AS f, parent AS p WHERE f.{OWN} AND f.id = $1
         ), changed AS (
             UPDATE folders AS f
             SET name = coalesce($3, f.name),
                 parent_id = CASE WHEN $2 THEN (SELECT id FROM parent) ELSE f.parent_id END
             FROM found WHERE f.{OWN} AND f.id = found.id AND fits
         )
         SELECT fits FROM found"
    );
    let read = &format!(
        "SELECT f.id, f.parent_id, f.name, folder_path(f.id), f.project_id,
                (SELECT count(*) FROM bookmarks AS b WHERE b.{OWN} AND b.folder_id = f.id)
         FROM folders AS f WHERE f.{OWN} AND f.id = $1"
    );
    let change = |connection: Connection| async move {
        let of_parent: [Param<'_>; 3] =
            [(&id, Type::UUID), (path, Type::TEXT_ARRAY), (parent_id, Type::UUID)];
        let of_change: [Param<'_>; 3] = [(&id, Type::UUID), (moves, Type::BOOL), (name, Type::TEXT)];
        let statements = [
            (&**lock, &of_parent[..1]),
            (&**make, &of_parent[..]),
            (&**write, &of_change[..]),
            (&**read, &of_parent[..1]),
        ];
        Ok(flight::transaction(connection, &statements).await?)
    };
    let mut rows = app.write_idempotent(app.claims(&request), &budget_of(&request), change).await?;
    let (read, written) = (rows.pop().unwrap_or_default(), rows.pop().unwrap_or_default());
    let (Some(row), Some(written)) = (read.first(), written.first()) else {
        return Err(Error::not_found(NO_FOLDER));
    };
    if !written.try_get::<_, bool>(0)? {
        let detail = "A folder is moved into another one of its project, which is not within it.";
        return Err(Error::unprocessable(detail));
    }
    let changed = Changed {
        id: row.try_get(0)?,
        parent_id: row.try_get(1)?,
        name: row.try_get(2)?,
        path: row.try_get(3)?,
        project_id: row.try_get(4)?,
        count: row.try_get(5)?,
    };
    json(StatusCode::OK, &changed)
}
