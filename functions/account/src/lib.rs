//! Shows the caller, their API tokens, and the members of their organization.

mod me;
mod members;
mod new_token;
mod tokens;

use std::sync::Arc;

use store::App;
use web::{Error, Request, Response, Routes};

pub use tokens::MAX_TOKENS;

/// Answers a request.
///
/// # Errors
/// 400 and 422 for what is asked for, 401 and 403 for who asks, 404, 405; 409 where there are too many
/// tokens; 503 where the database cannot be reached.
pub async fn handle(app: Arc<App>, request: Request) -> Result<Response, Error> {
    Routes::new()
        .get("/", me::show)
        .get("/tokens", tokens::list)
        .post("/tokens", tokens::create)
        .delete("/tokens/{id:uuid}", tokens::revoke)
        .get("/members", members::list)
        .answer(app, request)
        .await
}
