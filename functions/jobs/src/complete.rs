//! `POST jobs/<id>/complete`: ends a job with a document of design tokens. The tokens and the job's status
//! are written in one transaction.

use std::sync::Arc;

use auth::Scope;
use db::{Access, Connection, Param, Row};
use futures_util::future::join_all;
use lambda_http::http::StatusCode;
use store::scope::OWN;
use store::{App, token_rows};
use tokens::Rows;
use tokio_postgres::types::{Json, Type};
use web::{Error, PathParams, Query, Request, Response, budget_of, json};

use crate::body::Completion;
use crate::document::{document_rows, is_empty};
use crate::job::{Job, WIDTH, columns};
use crate::lease::{LEASED, lost};
use crate::{NO_JOB, id_of};

pub(crate) async fn complete(app: Arc<App>, request: Request, params: PathParams) -> Result<Response, Error> {
    let id = id_of(&params)?;
    Query::read(&request, &[])?;
    let completion = &Completion::read(request.body())?;
    let rows = &match &completion.tokens {
        Some(document) => document_rows(document.get())?,
        None => Rows::default(),
    };
    let complete = |connection: Connection| async move { Ok(write(connection, id, completion, rows).await?) };
    let claims = app.claims_with(&request, Scope::Worker);
    let row = app.write_idempotent(claims, &budget_of(&request), complete).await?;
    let row = row.ok_or_else(|| Error::not_found(NO_JOB))?;
    if row.try_get(WIDTH)? { json(StatusCode::OK, &Job::from_row(&row)?) } else { Err(lost()) }
}

/// Completes the job in one round trip, and returns it, with whether this lease has completed it. The
/// document of a lease that was completed before is not written again.
///
/// The project is locked first, as whoever writes its tokens does. Tokens are written where the job was
/// completed in this transaction, whose time `now()` is.
async fn write(
    mut connection: Connection,
    id: i32,
    completion: &Completion,
    rows: &Rows,
) -> Result<Option<Row>, db::Error> {
    let document = completion.tokens.as_ref().map(|document| document.get());
    let lock = format!(
        "SELECT FROM projects
         WHERE {OWN} AND id = (SELECT project_id FROM extraction_jobs WHERE {OWN} AND id = $1)
         FOR NO KEY UPDATE"
    );
    let end = format!(
        "WITH changed AS (
             UPDATE extraction_jobs
             SET status = 'completed', progress = 100, result_data = $3, cost_usd = $4::text::numeric,
                 error_message = NULL, completed_at = now(), updated_at = now()
             WHERE {OWN} AND id = $1 AND {LEASED}
             RETURNING *
         ), there AS (
             SELECT *, true AS is_own FROM changed
             UNION ALL
             SELECT *, coalesce(status = 'completed' AND lease_token = $2, false) FROM extraction_jobs
             WHERE {OWN} AND id = $1 AND NOT EXISTS (SELECT FROM changed)
         )
         SELECT {}, j.is_own FROM there AS j",
        columns()
    );
    let end_params: [Param<'_>; 4] = [
        (&id, Type::INT4),
        (&completion.lease_token, Type::UUID),
        (&document, Type::TEXT),
        (&completion.cost_usd, Type::TEXT),
    ];
    let rows_json = Json(rows);
    let given: [Param<'_>; 1] = [(&rows_json, Type::JSON)];
    let merge_params: [Param<'_>; 2] = [(&id, Type::INT4), (&completion.lease_token, Type::UUID)];
    let statements = if is_empty(rows) { Vec::new() } else { merges() };
    connection.transaction_begins();
    let shared = &connection;
    let (begun, locked, ended, kept, merged, committed) = tokio::join!(
        biased;
        shared.begin(Access::ReadWrite),
        shared.query(&lock, &end_params[..1]),
        shared.query_opt(&end, &end_params),
        async {
            match statements.is_empty() {
                true => Ok(Vec::new()),
                false => shared.query(KEEP_GIVEN, &given).await,
            }
        },
        join_all(statements.iter().map(|statement| shared.query(statement, &merge_params))),
        shared.commit(),
    );
    begun?;
    locked?;
    let ended = ended?;
    kept?;
    for merged in merged {
        merged?;
    }
    committed?;
    connection.transaction_ended();
    Ok(ended)
}

/// The job that was completed in this transaction, if one was: `done`.
const DONE: &str = "(SELECT id, project_id FROM extraction_jobs
    WHERE organization_id = current_organization() AND id = $1 AND lease_token = $2
      AND status = 'completed' AND completed_at = now()) AS done";

/// Keeps the document's rows for the statements after it. Each of these could take them as a parameter; the
/// server would have to take eight times as much, and takes nothing while it works.
const KEEP_GIVEN: &str = "CREATE TEMPORARY TABLE given_tokens ON COMMIT DROP AS SELECT $1::json AS rows";

/// The rows that are kept, as an expression.
const GIVEN: &str = "(SELECT rows FROM pg_temp.given_tokens)";

/// The statements that put the given tokens among those of the project. A token takes the place of the one
/// of its path, of any type. It also takes the place of what cannot be beside it: tokens within it, and a
/// token within which it is to be. Groups that are there stay as they are.
fn merges() -> Vec<String> {
    let paths: Vec<String> = token_rows::tables()
        .iter()
        .map(|table| {
            format!(
                "SELECT path FROM json_to_recordset({GIVEN} -> '{table}') AS r (path text, is_group boolean)
                 WHERE is_group IS NOT TRUE"
            )
        })
        .collect();
    let paths = paths.join(" UNION ALL ");
    // The paths of the groups that a path is in.
    let groups = "SELECT array_to_string(names[:depth], '.')
        FROM string_to_array(t.path, '.') AS names, generate_series(1, cardinality(names) - 1) AS depth";
    let mut statements: Vec<String> = token_rows::tables()
        .iter()
        .map(|table| {
            let is_token = if *table == "other_tokens" { "NOT t.is_group" } else { "true" };
            format!(
                "WITH new AS MATERIALIZED ({paths}),
                      group_of_new AS MATERIALIZED (
                          SELECT in_group.path FROM new AS t, LATERAL ({groups}) AS in_group (path))
                 DELETE FROM {table} AS t USING {DONE}
                 WHERE t.{OWN} AND t.project_id = done.project_id AND (
                     t.path IN (SELECT path FROM new)
                     OR ({is_token} AND t.path IN (SELECT path FROM group_of_new))
                     OR EXISTS (SELECT FROM ({groups}) AS in_group (path)
                                WHERE in_group.path IN (SELECT path FROM new)))"
            )
        })
        .collect();
    // Behind what is there.
    let last: Vec<String> = token_rows::tables()
        .iter()
        .map(|table| {
            format!(
                "(SELECT max(position) FROM {table} AS t WHERE t.{OWN} AND t.project_id = done.project_id)"
            )
        })
        .collect();
    // As a part of its own it is computed once, not for each row.
    let done = format!(
        "WITH done AS MATERIALIZED (
             SELECT id, project_id, coalesce(greatest({}) + 1, 0) AS first_position FROM {DONE})",
        last.join(", ")
    );
    let inserts = token_rows::inserts(GIVEN, "done.project_id", "done.id", "done.first_position", "done");
    statements.extend(inserts.map(|insert| format!("{done} {insert}")));
    // The project's version is that of its tokens too.
    statements.push(format!(
        "UPDATE projects AS p
         SET updated_at = greatest(clock_timestamp(), p.updated_at + interval '1 microsecond')
         FROM {DONE} WHERE p.{OWN} AND p.id = done.project_id"
    ));
    statements
}
