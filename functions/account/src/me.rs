//! `GET account/`: who is calling, for which organization, and what they may do.

use std::sync::Arc;

use lambda_http::http::StatusCode;
use serde::Serialize;
use store::App;
use uuid::Uuid;
use web::{Error, PathParams, Query, Request, Response, budget_of, json};

#[derive(Serialize)]
struct Answer {
    /// Null for whoever runs the deployment, who is nobody in particular.
    user: Option<User>,
    organization: Organization,
    role: String,
    scopes: Vec<String>,
}

#[derive(Serialize)]
struct User {
    id: Uuid,
    email: Option<String>,
    name: Option<String>,
}

#[derive(Serialize)]
struct Organization {
    id: Uuid,
    slug: String,
    name: String,
}

/// The claims are the transaction's, so that they are right for an API token as well, which only the database
/// knows.
const SELECT: &str = "SELECT u.id, u.email, u.name, o.id, o.slug, o.name, current_setting('app.role'),
        string_to_array(current_setting('app.scopes'), ' ')
    FROM organizations AS o
    LEFT JOIN users AS u ON u.id = current_user_id()
    WHERE o.id = current_organization()";

pub(crate) async fn show(app: Arc<App>, request: Request, _: PathParams) -> Result<Response, Error> {
    Query::read(&request, &[])?;
    let find = |connection: db::Connection| async move { Ok(connection.query_opt(SELECT, &[]).await?) };
    let row = app.read(app.claims(&request), &budget_of(&request), find).await?;
    let row = row.ok_or_else(|| Error::internal("the organization that is claimed is not there"))?;
    let user = match row.try_get::<_, Option<Uuid>>(0)? {
        Some(id) => Some(User { id, email: row.try_get(1)?, name: row.try_get(2)? }),
        None => None,
    };
    let answer = Answer {
        user,
        organization: Organization { id: row.try_get(3)?, slug: row.try_get(4)?, name: row.try_get(5)? },
        role: row.try_get(6)?,
        scopes: row.try_get(7)?,
    };
    json(StatusCode::OK, &answer)
}
