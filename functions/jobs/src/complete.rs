//! `POST jobs/<id>/complete`: ends a job with a document of design tokens. The tokens and the job's status
//! are written in one transaction.
//!
//! The tokens must be valid together with those of the project, which the crate `tokens` decides, not SQL. So
//! they are merged with what the project is assumed to have, and written in one round trip if it has that:
//! what this process wrote last, or else nothing. Otherwise that round trip reads what the project has, and
//! a second one writes.

use std::sync::Arc;

use auth::Scope;
use db::{Access, Connection, Param, Row};
use futures_util::future::join_all;
use lambda_http::http::StatusCode;
use serde_json::value::RawValue;
use store::scope::OWN;
use store::{App, PROJECT_ETAG, token_rows};
use tokens::{Diagnostic, Document, Rows, Tokens};
use tokio_postgres::types::{Json, Type};
use web::{Error, PathParams, Query, Request, Response, budget_of, json};

use crate::NO_JOB;
use crate::body::Completion;
use crate::job::{Job, WIDTH, columns};
use crate::lease::{LEASED, lost};
use crate::remembered::{remember_tokens, tokens_of};

/// How often tokens are merged with the project's, each time because another change was faster.
const MAX_MERGES: usize = 5;

pub(crate) async fn complete(app: Arc<App>, request: Request, params: PathParams) -> Result<Response, Error> {
    let id: i32 = params.value("id", NO_JOB)?;
    Query::read(&request, &[])?;
    let completion = &Completion::read(request.body())?;
    let (claims, budget) = (app.claims_with(&request, Scope::Worker), budget_of(&request));
    let mut tokens = TokenWrite::assuming(completion);
    for _ in 0..MAX_MERGES {
        let assumed = &tokens;
        let write =
            |connection: Connection| async move { Ok(write(connection, id, completion, assumed).await?) };
        let outcome = app.write_idempotent(claims.clone(), &budget, write).await?;
        let ended = outcome.job.ok_or_else(|| Error::not_found(NO_JOB))?;
        if ended.try_get(WIDTH)? {
            let job = Job::from_row(&ended)?;
            if let Some((version, rows)) = outcome.version.zip(tokens.rows()) {
                remember_tokens(job.project_id, version, Arc::clone(rows));
            }
            return json(StatusCode::OK, &job);
        }
        let (project, document) = outcome.project.zip(completion.tokens.as_deref()).ok_or_else(lost)?;
        tokens = TokenWrite::onto(&project, document)?;
    }
    Err(Error::unavailable(1, "others changed the project each time that its tokens were merged"))
}

/// Which tokens are to be written, and what they assume of the project.
enum TokenWrite {
    /// The job has no tokens.
    WithoutTokens,
    /// The tokens of a project that has had none.
    First(Arc<Rows>),
    /// All tokens of a project, where it still has this version.
    Merged(String, Arc<Rows>),
    /// The document is not valid alone: nothing is written before the project's tokens are known.
    Nothing,
}

impl TokenWrite {
    /// Returns the write to try before the project's tokens are known.
    fn assuming(completion: &Completion) -> Self {
        let Some(document) = completion.tokens.as_deref() else { return Self::WithoutTokens };
        let alone = merge(&Document::default(), document).map(|all| all.rows());
        if alone.as_ref().is_ok_and(|rows| *rows == Rows::default()) {
            return Self::WithoutTokens;
        }
        let last = tokens_of(completion.lease_token).and_then(|last| {
            let merged = merge(&last.rows.document().ok()?, document).ok()?;
            Some(Self::Merged(last.version, Arc::new(merged.rows())))
        });
        last.unwrap_or_else(|| alone.map_or(Self::Nothing, |rows| Self::First(Arc::new(rows))))
    }

    /// Returns the write to a project with this version and these rows.
    ///
    /// # Errors
    /// 422 with all faults of the document among the project's tokens; 500 where its rows are no document.
    fn onto(project: &Row, document: &RawValue) -> Result<Self, Error> {
        let Json(rows): Json<Rows> = project.try_get(1)?;
        let merged = merge(&rows.document().map_err(Error::internal)?, document).map_err(|faults| {
            let detail = "With the document the project's design tokens are not valid: errors has each \
                          fault, with its place.";
            Error::unprocessable(detail).with_faults(&faults)
        })?;
        Ok(Self::Merged(project.try_get(0)?, Arc::new(merged.rows())))
    }

    fn rows(&self) -> Option<&Arc<Rows>> {
        match self {
            Self::First(rows) | Self::Merged(_, rows) => Some(rows),
            Self::WithoutTokens | Self::Nothing => None,
        }
    }

    fn version(&self) -> Option<&str> {
        if let Self::Merged(version, _) = self { Some(version) } else { None }
    }

    /// The condition that the project of a row of `extraction_jobs` has the tokens that this assumes; `$5` is
    /// the version.
    fn condition(&self) -> String {
        match self {
            Self::WithoutTokens => "$5::text IS NULL".to_owned(),
            Self::First(_) => {
                format!("$5::text IS NULL AND {}", token_rows::are_none("extraction_jobs.project_id"))
            }
            Self::Merged(..) => format!(
                "EXISTS (SELECT FROM projects AS p
                         WHERE p.{OWN} AND p.id = extraction_jobs.project_id AND {PROJECT_ETAG} = $5)"
            ),
            Self::Nothing => "$5::text IS NOT NULL".to_owned(),
        }
    }
}

fn merge(base: &Document, document: &RawValue) -> Result<Tokens, Vec<Diagnostic>> {
    Tokens::merge(base, document.get().as_bytes())
}

/// The outcome of an attempt to complete a job.
struct Outcome {
    /// The job, if there is one, with whether this lease has completed it.
    job: Option<Row>,
    /// The version of its project after tokens were written.
    version: Option<String>,
    /// Where nothing was written because the project's tokens are others: its version, and their rows.
    project: Option<Row>,
}

/// Completes the job in one round trip where the project's tokens are those that the new ones assume. The
/// document of a lease that was completed before is not written again.
///
/// The project is locked first, as whoever writes its tokens does. Tokens are written where the job was
/// completed in this transaction, whose time `now()` is.
async fn write(
    mut connection: Connection,
    id: i32,
    completion: &Completion,
    tokens: &TokenWrite,
) -> Result<Outcome, db::Error> {
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
             WHERE {OWN} AND id = $1 AND {LEASED} AND {}
             RETURNING *
         ), there AS (
             SELECT *, true AS is_own FROM changed
             UNION ALL
             SELECT *, coalesce(status = 'completed' AND lease_token = $2, false) FROM extraction_jobs
             WHERE {OWN} AND id = $1 AND NOT EXISTS (SELECT FROM changed)
         )
         SELECT {}, j.is_own FROM there AS j",
        tokens.condition(),
        columns()
    );
    let version = tokens.version();
    let end_params: [Param<'_>; 5] = [
        (&id, Type::INT4),
        (&completion.lease_token, Type::UUID),
        (&document, Type::TEXT),
        (&completion.cost_usd, Type::TEXT),
        (&version, Type::TEXT),
    ];
    // Of a job that has just been completed, nobody has a lease.
    let others = format!(
        "SELECT {PROJECT_ETAG}, {} FROM projects AS p
         WHERE p.{OWN}
           AND p.id = (SELECT project_id FROM extraction_jobs WHERE {OWN} AND id = $1 AND {LEASED})",
        token_rows::selection("p.id")
    );
    let rows = tokens.rows().map(|rows| Json(&**rows));
    let statements = if rows.is_some() { replacements() } else { Vec::new() };
    let (job, rows): (&[Param<'_>], [Param<'_>; 1]) = (&end_params[..2], [(&rows, Type::JSON)]);
    connection.transaction_begins();
    let shared = &connection;
    let (begun, locked, ended, kept, replaced, others, committed) = tokio::join!(
        biased;
        shared.begin(Access::ReadWrite),
        shared.query(&lock, &job[..1]),
        shared.query_opt(&end, &end_params),
        async {
            match statements.is_empty() {
                true => Ok(Vec::new()),
                false => shared.query(KEEP_ROWS, &rows).await,
            }
        },
        join_all(statements.iter().map(|statement| shared.query(statement, job))),
        async {
            match tokens {
                TokenWrite::WithoutTokens => Ok(None),
                _ => shared.query_opt(&others, job).await,
            }
        },
        shared.commit(),
    );
    begun?;
    locked?;
    let ended = ended?;
    kept?;
    let mut last = Vec::new();
    for replaced in replaced {
        last = replaced?;
    }
    let (version, project) = (last.first().map(|row| row.try_get(0)).transpose()?, others?);
    committed?;
    connection.transaction_ended();
    Ok(Outcome { job: ended, version, project })
}

/// The job that was completed in this transaction, if one was: `done`.
const DONE: &str = "(SELECT id, project_id FROM extraction_jobs
    WHERE organization_id = current_organization() AND id = $1 AND lease_token = $2
      AND status = 'completed' AND completed_at = now()) AS done";

/// Keeps the rows for the statements after it. Each of these could take them as a parameter; the server would
/// have to take twelve times as much, and takes nothing while it works.
const KEEP_ROWS: &str = "CREATE TEMPORARY TABLE given_tokens ON COMMIT DROP AS SELECT $1::json AS rows";

/// The statements that make the rows that are kept those of the project. Those that this changes get the job.
/// The last one returns the project's version.
fn replacements() -> Vec<String> {
    let rows = "(SELECT rows FROM pg_temp.given_tokens)";
    let replacements = token_rows::replacements(rows, "done.project_id", "done.id", DONE);
    let mut statements: Vec<String> = replacements.into_iter().map(|(_, statement)| statement).collect();
    // The project's version is that of its tokens too.
    statements.push(format!(
        "UPDATE projects AS p
         SET updated_at = greatest(clock_timestamp(), p.updated_at + interval '1 microsecond')
         FROM {DONE} WHERE p.{OWN} AND p.id = done.project_id
         RETURNING {PROJECT_ETAG}"
    ));
    statements
}
