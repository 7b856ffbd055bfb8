//! The `Authorization` header: what a caller shows.

use std::fmt;

use http::HeaderMap;
use http::header::AUTHORIZATION;

use crate::{ApiToken, AuthError, ErrorClass};

/// The longest token in bytes; issuers keep theirs under 4 kB, the size of a cookie.
pub const MAX_TOKEN_LENGTH: usize = 8 * 1024;

/// The credential of a caller, of whichever kind. Its `Debug` output hides it. It shows itself nowhere.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Credential<'a>(&'a str);

/// The kind of a credential by its form. Nothing is verified yet.
#[derive(Clone, Debug)]
pub enum CredentialKind<'a> {
    /// An API token whose checksum is right.
    ApiToken(ApiToken),
    /// Something in parts, as a JWT is.
    Jwt(&'a str),
    /// Neither, such as the token of `ACCESS_TOKEN`.
    Other,
}

impl<'a> Credential<'a> {
    /// Reads the one `Authorization` header of a request, with the scheme `Bearer` (RFC 6750) or `Token`,
    /// which linkding's clients send; the scheme's case does not count (RFC 9110, section 11.1). Without the
    /// header there is no credential.
    ///
    /// # Errors
    /// Two headers, another scheme, no token or one with a blank, more than 8 kB. Function URLs join headers
    /// of one name by commas, so two of them are a token with a blank.
    pub fn from_headers(headers: &'a HeaderMap) -> Result<Option<Self>, AuthError> {
        let refuse = |check| Err(AuthError::new(ErrorClass::InvalidRequest, check));
        let mut values = headers.get_all(AUTHORIZATION).iter();
        let Some(value) = values.next() else { return Ok(None) };
        if values.next().is_some() {
            return refuse("there are two Authorization headers");
        }
        let Ok(text) = value.to_str() else {
            return refuse("the Authorization header is not visible ASCII");
        };
        let (scheme, token) = text.trim().split_once(' ').unwrap_or((text, ""));
        if !["bearer", "token"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
            return refuse("the scheme of the Authorization header is neither Bearer nor Token");
        }
        let token = token.trim_start();
        if token.is_empty() || token.contains([' ', '\t']) {
            return refuse("the Authorization header has no token, or several");
        }
        Self::new(token).map(Some)
    }

    /// A credential that came another way.
    ///
    /// # Errors
    /// It is longer than 8 kB.
    pub fn new(token: &'a str) -> Result<Self, AuthError> {
        if token.len() > MAX_TOKEN_LENGTH {
            return Err(AuthError::new(ErrorClass::Malformed, "the token is longer than 8 kB"));
        }
        Ok(Self(token))
    }

    /// The text, to compare it with a secret in constant time.
    #[must_use]
    pub fn expose(self) -> &'a str {
        self.0
    }

    /// Returns its kind, by its form.
    ///
    /// # Errors
    /// It begins as an API token does, and is none.
    pub fn kind(self) -> Result<CredentialKind<'a>, AuthError> {
        if self.0.starts_with(ApiToken::PREFIX) {
            ApiToken::parse(self.0).map(CredentialKind::ApiToken)
        } else if self.0.contains('.') {
            Ok(CredentialKind::Jwt(self.0))
        } else {
            Ok(CredentialKind::Other)
        }
    }
}

impl fmt::Debug for Credential<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credential(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(values: &[&str]) -> HeaderMap {
        values.iter().map(|value| (AUTHORIZATION, value.parse().unwrap())).collect()
    }

    fn read(values: &[&str]) -> Result<Option<String>, ErrorClass> {
        let headers = headers(values);
        let credential = Credential::from_headers(&headers).map_err(AuthError::class)?;
        Ok(credential.map(|credential| credential.expose().to_owned()))
    }

    #[test]
    fn a_token_is_read_as_the_standards_write_it() {
        for value in ["Bearer abc", "bearer  abc ", "BEARER abc", "Token abc", "token abc"] {
            assert_eq!(read(&[value]), Ok(Some("abc".to_owned())), "{value}");
        }
        assert_eq!(read(&[]), Ok(None));
    }

    #[test]
    fn what_is_not_one_token_is_refused() {
        for values in [
            &["Bearer a", "Bearer b"][..],
            &["Bearer a", "Bearer a"],
            &["Bearer a,Bearer b"],
            &["Bearer a, Bearer b"],
            &["Bearer a b"],
            &["Bearer a\tb"],
            &["Bearer"],
            &["Bearer "],
            &["Bearerabc"],
            &[""],
            &["Basic YTpi"],
            &["abc"],
            &["Bearer é"],
        ] {
            assert_eq!(read(values), Err(ErrorClass::InvalidRequest), "{values:?}");
        }
    }

    #[test]
    fn a_token_of_more_than_8_kb_is_refused_unread() {
        let of_length = |length| format!("Bearer {}", "a".repeat(length));
        assert!(read(&[&of_length(8192)]).is_ok());
        assert_eq!(read(&[&of_length(8193)]), Err(ErrorClass::Malformed));
    }

    #[test]
    fn the_kinds_are_told_apart_by_their_looks() {
        let kind = |text: &str| Credential(text).kind().map(|kind| format!("{kind:?}"));
        let api_token = ApiToken::generate().unwrap();
        assert_eq!(kind(api_token.expose()).unwrap(), "ApiToken(ApiToken(..))");
        assert_eq!(kind("e30.e30.x").unwrap(), "Jwt(\"e30.e30.x\")");
        assert_eq!(kind("0123456789abcdef").unwrap(), "Other");
        assert_eq!(kind("bl_short").unwrap_err().class(), ErrorClass::Untrusted);
    }

    #[test]
    fn a_credential_does_not_show_itself() {
        assert_eq!(format!("{:?}", Credential("canary")), "Credential(..)");
    }
}
