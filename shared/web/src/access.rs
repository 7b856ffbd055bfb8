//! Finds out who is calling: a caller whom AWS verified, the holder of the configured token or of an API
//! token, or a user with a JWT.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use auth::{AuthError, Credential, CredentialKind, ErrorClass, Principal, Scope, Verifier};
use lambda_http::RequestExt;
use lambda_http::http::Method;
use lambda_http::http::header::{HOST, ORIGIN};
use lambda_http::http::uri::Authority;
use lambda_http::request::RequestContext;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::{Application, Config, Error, Platform, Request};

/// Returns whether a request needs no authentication. A function declares it beside its handler, since only
/// the function knows which of its answers tell nothing.
pub type IsPublic = fn(&Request) -> bool;

/// The [`IsPublic`] of a function without such requests.
#[must_use]
pub fn nothing_is_public(_: &Request) -> bool {
    false
}

/// A shorter token can be guessed; `openssl rand -hex 16` writes 32 characters.
const MIN_LENGTH: usize = 16;

/// The token of `ACCESS_TOKEN`. Only its SHA-256 is kept, so that nothing can show it.
#[derive(Clone)]
pub struct AccessToken([u8; 32]);

impl AccessToken {
    /// Reads a token as it is configured. Blanks around it, such as a secret's last line end, do not count.
    ///
    /// # Errors
    /// The problem of the credential.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        let token = text.trim();
        if token.is_empty() {
            return Err("is empty: give it a token, or leave the variable out");
        }
        if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("has a character that no header can carry: use visible ASCII without blanks");
        }
        if token.len() < MIN_LENGTH {
            return Err("is shorter than 16 characters: openssl rand -hex 16 makes a good one");
        }
        Ok(Self(digest(token)))
    }

    /// Constant-time comparison, independent of content and length.
    fn is(&self, presented: &str) -> bool {
        self.0.ct_eq(&digest(presented)).into()
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessToken(..)")
    }
}

fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}

/// The sender of a request, as far as the request tells.
#[derive(Clone, Debug)]
pub enum Caller {
    /// Whoever runs the deployment: the holder of `ACCESS_TOKEN`, an IAM identity, or anybody where nothing
    /// is asked for, on a developer's machine.
    Operator,
    /// A user, whom the issuer of a JWT vouches for.
    User(Arc<Principal>),
    /// The holder of the API token with this SHA-256. What it stands for, the database knows.
    ApiToken([u8; 32]),
}

impl Caller {
    /// The caller of a request; none where nobody had to say who they are.
    #[must_use]
    pub fn from_request(request: &Request) -> Option<&Self> {
        request.extensions().get()
    }
}

/// Returns the use that a request makes of the service.
#[must_use]
pub fn wanted_scope(request: &Request) -> Scope {
    match *request.method() {
        Method::GET | Method::HEAD | Method::OPTIONS => Scope::Read,
        _ => Scope::Write,
    }
}

/// Finds out who sent a request.
///
/// | platform | `ACCESS_TOKEN`, `AUTH_…` | let in |
/// |---|---|---|
/// | Lambda | not set | whom AWS verified, or who sends an API token |
/// | local | not set | everybody, once [`admit`] has let the request in; an API token is heeded |
/// | local | set | who sends the token of `ACCESS_TOKEN`, an API token or a JWT of the issuer |
/// | Lambda | set | these, and whom AWS verified |
///
/// # Errors
/// 401; 403 where a user's role does not allow what is asked for. What an API token allows is found out where
/// it is looked up.
pub(crate) async fn authenticate(
    config: &Config,
    verifier: Option<&Verifier>,
    request: &Request,
) -> Result<Caller, Error> {
    // An emulator's context is made of what its client sends. AWS verifies the very header that tokens
    // travel in.
    if config.platform == Platform::Lambda && is_verified_by_aws(request) {
        return Ok(Caller::Operator);
    }
    let is_open = config.platform == Platform::Local && !config.asks_for_token();
    let credential = match Credential::from_headers(request.headers()) {
        Ok(credential) => credential,
        Err(_) if is_open => return Ok(Caller::Operator),
        Err(refusal) => return Err(Error::denied(refusal)),
    };
    let Some(credential) = credential else {
        return if is_open { Ok(Caller::Operator) } else { Err(no_credential(config)) };
    };
    if config.access_token.as_ref().is_some_and(|token| token.is(credential.expose())) {
        return Ok(Caller::Operator);
    }
    match (credential.kind().map_err(Error::denied)?, verifier) {
        (CredentialKind::ApiToken(token), _) => Ok(Caller::ApiToken(token.sha256())),
        (CredentialKind::Jwt(token), Some(verifier)) => {
            let principal = verifier.verify(token).await.map_err(Error::denied)?;
            principal.require(wanted_scope(request)).map_err(Error::denied)?;
            Ok(Caller::User(principal))
        }
        _ if is_open => Ok(Caller::Operator),
        _ if config.auth.is_some() => Err(Error::denied(UNKNOWN_TOKEN)),
        _ if config.access_token.is_some() => {
            Err(Error::unauthorized("The access token is not the right one."))
        }
        _ => Err(no_credential(config)),
    }
}

/// Finds out who sent a request that its function declares public, since it answers refusals in a form of its
/// own, and notes that in the request as is done for all others.
///
/// # Errors
/// 401; 403 where a user's role does not allow what is asked for.
pub async fn identify<A: Application>(app: &A, request: &mut Request) -> Result<(), Error> {
    if Caller::from_request(request).is_none() {
        let caller = authenticate(app.config(), app.verifier(), request).await?;
        request.extensions_mut().insert(caller);
    }
    Ok(())
}

const UNKNOWN_TOKEN: AuthError =
    AuthError::new(ErrorClass::Untrusted, "it is neither the access token, nor an API token, nor a JWT");

fn no_credential(config: &Config) -> Error {
    if config.auth.is_none() && config.access_token.is_some() {
        return Error::unauthorized("This service needs an access token (Authorization: Bearer).");
    }
    if config.auth.is_some() {
        return Error::denied(AuthError::new(
            ErrorClass::MissingCredentials,
            "there is no Authorization header",
        ));
    }
    Error::unauthorized("This service answers signed requests and API tokens only.").with_source(
        "the caller is not verified and there is no token to ask for: set the function URL's AuthType to \
         AWS_IAM, or set ACCESS_TOKEN or AUTH_JWKS_URL, AUTH_ISSUER and AUTH_AUDIENCE",
    )
}

/// Refuses what other web pages send to a function that asks for no token, which is one on a developer's
/// machine: a browser takes them there, and the emulator lets every origin read the answers. Nothing is
/// exempt, public or not.
///
/// - A page whose name its owner has rebound to loopback sends that name as Host.
/// - A page of another origin sends its own as Origin, with every POST and DELETE and with each GET whose
///   answer it may read; the rest of its requests are recognized by `Sec-Fetch-Site` (W3C, Fetch Metadata
///   Request Headers). A link that a person follows is let in.
///
/// # Errors
/// 403.
pub(crate) fn admit(config: &Config, request: &Request) -> Result<(), Error> {
    if config.platform != Platform::Local || config.asks_for_token() {
        return Ok(());
    }
    let header = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap_or("?"));
    let host = header(HOST.as_str());
    if host.is_some_and(|host| !is_ours(host)) {
        return Err(Error::forbidden(
            "Without an access token this service answers at localhost only: set ACCESS_TOKEN to use another \
             name.",
        ));
    }
    let is_own = |origin: &str| {
        let authority = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
        authority.zip(host).is_some_and(|(authority, host)| authority.eq_ignore_ascii_case(host))
    };
    let is_foreign = match header(ORIGIN.as_str()) {
        Some(origin) => !is_own(origin),
        None => matches!(header("sec-fetch-site"), Some("cross-site" | "same-site")) && !is_a_link(request),
    };
    if is_foreign {
        return Err(Error::forbidden("Without an access token this service answers its own page only."));
    }
    Ok(())
}

/// Returns whether a host name leads nowhere but to this machine. The names of function URLs, of which AWS is
/// the only owner, are those of recorded events, which `cargo lambda invoke` sends.
fn is_ours(host: &str) -> bool {
    let Ok(authority) = host.parse::<Authority>() else {
        return false;
    };
    if authority.as_str().contains('@') {
        return false;
    }
    let name = authority.host().to_ascii_lowercase();
    if let Ok(address) = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
        return address.is_loopback();
    }
    let name = name.strip_suffix('.').unwrap_or(&name);
    name == "localhost"
        || name.ends_with(".localhost")
        || (name.contains(".lambda-url.") && name.ends_with(".on.aws"))
}

/// Returns whether a person has followed a link, which shows the answer to nobody else.
fn is_a_link(request: &Request) -> bool {
    let says = |name: &str, value: &str| request.headers().get(name).is_some_and(|found| found == value);
    matches!(*request.method(), Method::GET | Method::HEAD)
        && says("sec-fetch-mode", "navigate")
        && says("sec-fetch-dest", "document")
}

/// Returns whether the function URL, being of AuthType AWS_IAM, checked a signature: only then has its event
/// an IAM identity (AWS Lambda Developer Guide, "Invoking Lambda function URLs", request payload format).
fn is_verified_by_aws(request: &Request) -> bool {
    match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => {
            context.authorizer.as_ref().is_some_and(|authorizer| authorizer.iam.is_some())
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "canary-0123456789";

    #[test]
    fn a_token_differs_from_others_of_its_length_and_of_another() {
        let token = AccessToken::parse(&format!(" {TOKEN}\n")).unwrap();
        assert!(token.is(TOKEN));
        for other in ["", "canary-0123456780", "canary-012345678", "canary-01234567890", "Canary-0123456789"]
        {
            assert!(!token.is(other), "{other}");
        }
    }

    #[test]
    fn a_token_that_protects_nothing_is_refused() {
        for text in ["", "  \n", "short", "fifteen-letters", "sixteen letters!", "sixteen-lettérs!"] {
            assert!(AccessToken::parse(text).is_err(), "{text}");
        }
        assert!(AccessToken::parse("sixteen-letters!").is_ok());
    }

    #[test]
    fn a_token_shows_itself_nowhere() {
        let shown = format!("{:?}", AccessToken::parse(TOKEN).unwrap());
        assert_eq!(shown, "AccessToken(..)");
    }

    #[test]
    fn a_host_is_ours_where_nobody_else_can_name_it() {
        for host in [
            "localhost",
            "localhost:9000",
            "LocalHost:1",
            "localhost.",
            "import.localhost:9000",
            "127.0.0.1",
            "127.0.0.1:9000",
            "127.9.9.9:1",
            "[::1]",
            "[::1]:9000",
            "x1y2.lambda-url.eu-central-1.on.aws",
        ] {
            assert!(is_ours(host), "{host}");
        }
        for host in [
            "",
            "evil.example",
            "evil.example:9000",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "localhostx",
            "0.0.0.0:9000",
            "192.168.0.7:9000",
            "[::]:9000",
            "[fe80::1]",
            "10.0.0.1",
            "localhost@evil.example",
            "evil.example@localhost",
            "localhost,evil.example",
            "localhost evil.example",
            "on.aws",
            "evil.on.aws",
            "2130706433",
            "0x7f000001",
            "http://localhost:9000",
            "localhost:9000/x",
            "?",
            "é",
        ] {
            assert!(!is_ours(host), "{host}");
        }
    }
}
