//! Who may call: a caller whom AWS verified, or the holder of the configured token.

use std::fmt;

use lambda_http::RequestExt;
use lambda_http::http::header::AUTHORIZATION;
use lambda_http::request::RequestContext;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::{Config, Error, Platform, Request};

/// Says of a request that it is answered whoever sends it. A function declares it beside its handler, since only the
/// function knows which of its answers tell nothing.
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
    /// What is wrong with it.
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

    /// Takes the same time wherever the two differ, in their length too.
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

/// Lets a request in, or not.
///
/// | platform | `ACCESS_TOKEN` | let in |
/// |---|---|---|
/// | Lambda | set | whom AWS verified, or who sends the token |
/// | Lambda | not set | whom AWS verified |
/// | local | set | who sends the token |
/// | local | not set | everybody |
///
/// # Errors
/// 401.
pub(crate) fn authorize(config: &Config, request: &Request) -> Result<(), Error> {
    // An emulator's context is made of what its client sends.
    if config.platform == Platform::Lambda && is_verified_by_aws(request) {
        return Ok(());
    }
    match (&config.access_token, config.platform) {
        (None, Platform::Local) => Ok(()),
        (None, Platform::Lambda) => Err(Error::unauthorized("This service answers signed requests only.")
            .because(
                "the caller is not verified and there is no token to ask for: \
                 set the function URL's AuthType to AWS_IAM, or set ACCESS_TOKEN",
            )),
        (Some(token), _) => match bearer(request) {
            Some(presented) if token.is(presented) => Ok(()),
            Some(_) => Err(Error::unauthorized("The access token is not the right one.")),
            None => Err(Error::unauthorized("This service needs an access token (Authorization: Bearer).")),
        },
    }
}

/// Whether the function URL, being of AuthType AWS_IAM, checked a signature: only then has its event an IAM identity
/// (AWS Lambda Developer Guide, "Invoking Lambda function URLs", request payload format).
fn is_verified_by_aws(request: &Request) -> bool {
    match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => {
            context.authorizer.as_ref().is_some_and(|authorizer| authorizer.iam.is_some())
        }
        _ => false,
    }
}

/// The credentials of RFC 6750; the scheme's case does not count (RFC 9110, section 11.1).
fn bearer(request: &Request) -> Option<&str> {
    let (scheme, token) = request.headers().get(AUTHORIZATION)?.to_str().ok()?.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "canary-0123456789";

    #[test]
    fn a_token_is_told_from_others_of_its_length_and_of_another() {
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
    fn the_bearer_is_read_as_the_standards_write_it() {
        let read = |value: &str| {
            let mut request = Request::default();
            request.headers_mut().insert(AUTHORIZATION, value.parse().unwrap());
            bearer(&request).map(str::to_owned)
        };
        assert_eq!(read("Bearer abc").as_deref(), Some("abc"));
        assert_eq!(read("bearer  abc ").as_deref(), Some("abc"));
        assert_eq!(read("Basic abc"), None);
        assert_eq!(read("Bearer"), None);
        assert_eq!(bearer(&Request::default()), None);
    }
}
