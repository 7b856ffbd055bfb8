//! The role that functions log in as: row security binds it, as it binds a deployed function's.

use anyhow::Result;
use url::Url;

use crate::postgres::{Postgres, USER};

/// A member of `branchline_app`, with the superuser's password.
pub(crate) const FUNCTION_ROLE: &str = "branchline_function";

/// The URL of the role that functions log in as, from one of the superuser, whichever proxy it leads to.
/// Other users' stay as they are.
///
/// # Panics
/// Where it is not a URL with a host.
#[must_use]
pub fn function_url(url: &str) -> String {
    let Ok(mut parsed) = Url::parse(url) else { return url.to_owned() };
    if parsed.username() != USER {
        return url.to_owned();
    }
    assert!(parsed.set_username(FUNCTION_ROLE).is_ok(), "a URL without a host");
    parsed.into()
}

/// Makes the role unless it is there. Its group may be made before the migration that makes it otherwise.
///
/// # Errors
/// The server cannot be reached, or refuses.
pub async fn create_function_role(server: &Postgres) -> Result<()> {
    let (client, connection) = pg::connect(&pg::Url::parse(&server.url("postgres"))?).await?;
    tokio::spawn(connection);
    let password = server.credentials().1;
    // The password is hexadecimal.
    let sql = format!(
        "DO $$ BEGIN
             IF to_regrole('branchline_app') IS NULL THEN CREATE ROLE branchline_app NOLOGIN; END IF;
             IF to_regrole('{FUNCTION_ROLE}') IS NULL THEN
                 CREATE ROLE {FUNCTION_ROLE} LOGIN IN ROLE branchline_app PASSWORD '{password}';
             END IF;
         END $$"
    );
    Ok(client.batch_execute(&sql).await?)
}
