//! Authenticates callers: JWTs of an issuer, API tokens, and what their holders may do. The crate knows no
//! database and no Lambda; its only I/O is to fetch the issuer's keys.
//!
//! - [`Credential`] reads the `Authorization` header and tells an API token from a JWT.
//! - [`ApiToken`] makes and reads API tokens; what they stand for is in the database, under their SHA-256.
//! - [`Verifier`] verifies JWTs by the keys that the issuer of [`AuthConfig`] publishes, and caches both.
//! - [`Principal`] is the result of either: user, organization, [`Role`] and [`Scopes`].
//! - [`AuthError`] is a refusal: its [`ErrorClass`] is for the caller, the check that failed for the log.
//!
//! ```
//! use branchline_auth::{ApiToken, Credential, CredentialKind, Principal, Role, Scope, Scopes};
//! use http::{HeaderMap, header::AUTHORIZATION};
//!
//! let token = ApiToken::generate()?;
//! let mut headers = HeaderMap::new();
//! headers.insert(AUTHORIZATION, format!("Bearer {}", token.expose()).parse()?);
//!
//! let credential = Credential::from_headers(&headers)?.ok_or("no credential")?;
//! let CredentialKind::ApiToken(read) = credential.kind()? else { return Err("no API token".into()) };
//! assert_eq!(read.sha256(), token.sha256());
//!
//! // What the database says of it: an admin made it, for programs that only read.
//! let organization = Principal::owner_of_default().organization().clone();
//! let scopes = Scopes::from_iter([Scope::Read]);
//! let principal = Principal::new(None, organization, Role::Admin, scopes);
//! assert!(principal.require(Scope::Read).is_ok());
//! let refused = principal.require(Scope::Write).unwrap_err().class();
//! assert_eq!(refused.status(), 403);
//! assert_eq!(refused.challenge(), r#"Bearer error="insufficient_scope", scope="write""#);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! ```no_run
//! use branchline_auth::{AuthConfig, Verifier};
//!
//! # type Lookup = fn(&str) -> Option<String>;
//! # async fn verify(lookup: Lookup, jwt: &str) -> Result<(), Box<dyn std::error::Error>> {
//! let config = AuthConfig::from_lookup(lookup)?.ok_or("no issuer is configured")?;
//! let verifier = Verifier::new(config);
//! verifier.warm_up();
//! let principal = verifier.verify(jwt).await?;
//! println!("{:?} in {}", principal.role(), principal.organization().id);
//! # Ok(())
//! # }
//! ```

mod api_token;
mod claim_path;
mod claims;
mod config;
mod credentials;
mod crypto;
mod error;
mod fetch;
mod json;
mod jwks;
mod jwt;
mod key_cache;
mod principal;
mod role;
mod scope;
mod verified_tokens;
mod verifier;

use std::sync::Arc;
use std::time::SystemTime;

pub use api_token::{ApiToken, ApiTokenLife};
pub use config::{AuthConfig, ConfigError};
pub use credentials::{Credential, CredentialKind, MAX_TOKEN_LENGTH};
pub use error::{AuthError, ErrorClass};
pub use fetch::{Fetch, FetchError, FetchedKeys, fetch_with, http_fetch};
pub use jwks::{KeySet, KeySetError, MAX_KEY_SET_LENGTH};
pub use principal::{DEFAULT_ORGANIZATION, Organization, Principal, User};
pub use role::Role;
pub use scope::{Scope, Scopes};
pub use verifier::Verifier;

/// Returns the time.
pub type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;
