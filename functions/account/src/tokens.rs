//! `account/tokens`: a caller's API tokens. A token is shown once, when it is made; the database has its
//! SHA-256.

use std::sync::Arc;

use auth::ApiToken;
use db::{Connection, Timestamptz};
use lambda_http::Body;
use lambda_http::http::header::LOCATION;
use lambda_http::http::{HeaderValue, StatusCode};
use serde::Serialize;
use store::App;
use store::scope::OWN;
use time::OffsetDateTime;
use tokio_postgres::types::Type;
use uuid::Uuid;
use web::{Caller, Error, PathParams, Query, Request, Response, budget_of, json};

use crate::new_token::NewToken;

/// Maximum number of a user's tokens that are not revoked.
pub const MAX_TOKENS: i64 = 100;

#[derive(Serialize)]
struct List {
    tokens: Vec<Token>,
}

#[derive(Serialize)]
struct Token {
    id: Uuid,
    name: String,
    /// Start of the token, by which people tell tokens apart.
    prefix: String,
    scopes: Vec<String>,
    created_at: Timestamptz,
    expires_at: Option<Timestamptz>,
    last_used_at: Option<Timestamptz>,
    /// The token itself, in the answer that makes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

const COLUMNS: &str = "id, name, prefix, scopes, created_at, expires_at, last_used_at";

impl Token {
    /// Of [`COLUMNS`].
    fn from_row(row: &db::Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.try_get(0)?,
            name: row.try_get(1)?,
            prefix: row.try_get(2)?,
            scopes: row.try_get(3)?,
            created_at: row.try_get(4)?,
            expires_at: row.try_get(5)?,
            last_used_at: row.try_get(6)?,
            token: None,
        })
    }
}

/// The caller's own tokens that are not revoked.
fn own() -> String {
    format!("{OWN} AND user_id IS NOT DISTINCT FROM current_user_id() AND revoked_at IS NULL")
}

pub(crate) async fn list(app: Arc<App>, request: Request, _: PathParams) -> Result<Response, Error> {
    Query::read(&request, &[])?;
    let sql =
        &format!("SELECT {COLUMNS} FROM api_tokens WHERE {} ORDER BY id DESC LIMIT {MAX_TOKENS}", own());
    let find = |connection: Connection| async move { Ok(connection.query(sql, &[]).await?) };
    let rows = app.read(app.claims(&request), &budget_of(&request), find).await?;
    let tokens = rows.iter().map(Token::from_row).collect::<Result<_, _>>()?;
    json(StatusCode::OK, &List { tokens })
}

/// The result of making a token.
enum Made {
    Token(Box<Token>),
    ScopesMissing,
    TooMany,
}

pub(crate) async fn create(app: Arc<App>, request: Request, _: PathParams) -> Result<Response, Error> {
    Query::read(&request, &[])?;
    refuse_api_token(&request)?;
    let wanted = &NewToken::read(request.body(), OffsetDateTime::now_utc())?;
    let api_token = ApiToken::generate().map_err(Error::internal)?;
    let (id, shown) = (Uuid::now_v7(), &api_token);
    let make = |connection: Connection| async move { insert(&connection, id, wanted, shown).await };
    match app.write_idempotent(app.claims(&request), &budget_of(&request), make).await? {
        Made::Token(mut token) => {
            token.token = Some(api_token.expose().to_owned());
            let location = HeaderValue::try_from(format!("./tokens/{id}")).map_err(Error::internal)?;
            let mut response = json(StatusCode::CREATED, &token)?;
            response.headers_mut().insert(LOCATION, location);
            Ok(response)
        }
        Made::ScopesMissing => Err(Error::forbidden("A token cannot have more scopes than its maker.")),
        Made::TooMany => {
            let detail = format!("There are {MAX_TOKENS} tokens already: delete one that is not used.");
            Err(Error::conflict(detail))
        }
    }
}

/// A token that has leaked is to end when it is revoked, so it makes no others.
fn refuse_api_token(request: &Request) -> Result<(), Error> {
    match Caller::from_request(request) {
        Some(Caller::ApiToken(_)) => Err(Error::forbidden("An API token cannot make or delete tokens.")),
        _ => Ok(()),
    }
}

/// Makes a token; a second attempt finds what the first one committed.
async fn insert(
    connection: &Connection,
    id: Uuid,
    wanted: &NewToken,
    api_token: &ApiToken,
) -> Result<Made, Error> {
    let scopes: Vec<&str> = wanted.scopes.iter().map(auth::Scope::as_str).collect();
    let sha256 = api_token.sha256();
    let (sha256, prefix) = (&sha256[..], api_token.prefix());
    let sql = format!(
        "WITH checked AS (
             SELECT $4::text[] <@ string_to_array(current_setting('app.scopes'), ' ') AS has_scopes,
                    (SELECT count(*) FROM api_tokens WHERE {own} AND id <> $1) < {MAX_TOKENS} AS has_room
         ), made AS (
             INSERT INTO api_tokens
                 (organization_id, id, user_id, name, prefix, token_sha256, scopes, expires_at)
             SELECT current_organization(), $1, current_user_id(), $2, $3, $5, $4, $6 FROM checked
             WHERE has_scopes AND has_room
             ON CONFLICT (organization_id, id) DO NOTHING
             RETURNING {COLUMNS}
         ), there AS (
             SELECT * FROM made UNION ALL SELECT {COLUMNS} FROM api_tokens WHERE {own} AND id = $1
         )
         SELECT there.*, has_scopes FROM checked LEFT JOIN there ON true",
        own = own()
    );
    let params = [
        (&id as _, Type::UUID),
        (&wanted.name as _, Type::TEXT),
        (&prefix as _, Type::TEXT),
        (&scopes as _, Type::TEXT_ARRAY),
        (&sha256 as _, Type::BYTEA),
        (&wanted.expires_at as _, Type::TIMESTAMPTZ),
    ];
    let row = connection.query_one(&sql, &params).await?;
    Ok(match (row.try_get::<_, Option<Uuid>>(0)?, row.try_get(7)?) {
        (Some(_), _) => Made::Token(Box::new(Token::from_row(&row)?)),
        (None, true) => Made::TooMany,
        (None, false) => Made::ScopesMissing,
    })
}

pub(crate) async fn revoke(app: Arc<App>, request: Request, params: PathParams) -> Result<Response, Error> {
    let no_token = "There is no API token of this id.";
    let id: Uuid = params.value("id", no_token)?;
    Query::read(&request, &[])?;
    refuse_api_token(&request)?;
    // Whoever manages members may also end their tokens.
    let sql = &format!(
        "UPDATE api_tokens SET revoked_at = now()
         WHERE {OWN} AND id = $1 AND revoked_at IS NULL
           AND (user_id IS NOT DISTINCT FROM current_user_id()
                OR current_setting('app.role') IN ('owner', 'admin'))
         RETURNING id"
    );
    let revoke =
        |connection: Connection| async move { Ok(connection.query_opt(sql, &[(&id, Type::UUID)]).await?) };
    let budget = budget_of(&request);
    let revoked = app.write_idempotent(app.claims(&request), &budget, revoke).await?;
    // A first attempt whose answer was lost may have revoked it.
    if revoked.is_none() && budget.cost().retries == 0 {
        return Err(Error::not_found(no_token));
    }
    let mut response = Response::new(Body::Empty);
    *response.status_mut() = StatusCode::NO_CONTENT;
    Ok(response)
}
