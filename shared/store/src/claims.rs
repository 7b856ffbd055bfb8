//! The claims about a caller, for the database.

use std::fmt::Write as _;

use auth::{Principal, Scope};
use db::{ClaimedSettings, Claims};
use postgres_protocol::escape::escape_literal;
use uuid::Uuid;
use web::{Caller, Request};

/// The organization to which everything belongs where nobody has set up others (migration V0027).
pub const DEFAULT_ORGANIZATION: Uuid = auth::DEFAULT_ORGANIZATION;

/// Returns the claims of transactions for a request, which needs this scope. If there are
/// `many_organizations`, and for an organization that is not `default`, they fail if row security does not
/// bind the role that the function logs in as.
///
/// A request that nobody had to authenticate for claims the organization `default` where that is the only
/// one, else nothing.
pub(crate) fn claims(request: &Request, scope: Scope, many_organizations: bool) -> Claims {
    let of = |principal: &Principal| {
        let claims = settings(principal);
        match many_organizations {
            true => Claims::made_by(format!("{}; {REQUIRE_ROW_SECURITY}", claims.commands())),
            false => claims,
        }
    };
    match Caller::from_request(request) {
        Some(Caller::ApiToken(sha256)) => {
            let (sha256, scope) = (bytea(sha256), scope.as_str());
            Claims::made_by(format!(
                "SELECT claim_api_token({sha256}, '{scope}'); SELECT require_row_security({})",
                !many_organizations
            ))
            .after(format!("SELECT note_api_token_use({sha256})"))
        }
        Some(Caller::User(principal)) => match sign_in(principal) {
            Some(statement) => of(principal).after(statement),
            None => of(principal),
        },
        None if many_organizations => {
            let nothing = ClaimedSettings::default().commands();
            Claims::made_by(format!("{nothing}; {REQUIRE_ROW_SECURITY}"))
        }
        Some(Caller::Operator) | None => of(&Principal::owner_of_default()),
    }
}

const REQUIRE_ROW_SECURITY: &str = "SELECT require_row_security(false)";

fn settings(principal: &Principal) -> Claims {
    let scopes: Vec<&str> = principal.scopes().iter().map(Scope::as_str).collect();
    let scopes = scopes.join(" ");
    let settings = ClaimedSettings {
        organization_id: Some(principal.organization().id),
        user_id: principal.user().map(|user| user.id),
        role: principal.role().as_str(),
        scopes: &scopes,
    };
    settings.claims()
}

/// The call that writes a user down, who has been verified.
fn sign_in(principal: &Principal) -> Option<String> {
    let user = principal.user()?;
    let organization = principal.organization();
    let text = |text: Option<&str>| text.map_or_else(|| "NULL".to_owned(), escape_literal);
    Some(format!(
        "SELECT sign_in('{}', {}, {}, {}, {}, '{}', {}, {}, '{}')",
        user.id,
        escape_literal(&user.issuer),
        escape_literal(&user.subject),
        text(user.email.as_deref()),
        text(user.name.as_deref()),
        organization.id,
        text(organization.name.as_deref()),
        organization.is_personal,
        principal.role().as_str(),
    ))
}

/// Bytes as a literal.
fn bytea(bytes: &[u8]) -> String {
    let mut literal = String::with_capacity(bytes.len() * 2 + 4);
    literal.push_str("'\\x");
    for byte in bytes {
        let _ = write!(literal, "{byte:02x}");
    }
    literal.push('\'');
    literal
}
