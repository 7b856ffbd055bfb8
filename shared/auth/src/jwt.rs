//! One token against one key: its form, its signature, and the claims that say whether it holds. jsonwebtoken
//! verifies the signature, issuer and audience; the rest of the rules is here (RFC 7519, RFC 8725).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, Validation, decode};
use serde_json::{Map, Value};

use crate::json::UniqueObject;
use crate::jwks::{Key, MAX_KID_LENGTH};
use crate::{AuthConfig, AuthError, Credential, ErrorClass};

/// By how many seconds two clocks may differ.
const LEEWAY: i64 = 30;

/// Longest lifetime of a token, in seconds. A longer one should be an API token, which can be revoked.
const MAX_LIFE: i64 = 24 * 60 * 60;

/// The claims of a token.
pub(crate) type Claims = Map<String, Value>;

/// The header of a token, read before anything is verified: enough to choose its key.
#[derive(Debug)]
pub(crate) struct Header {
    pub(crate) key_id: Option<String>,
    algorithm: Algorithm,
}

const fn malformed(check: &'static str) -> AuthError {
    AuthError::new(ErrorClass::Malformed, check)
}

const fn untrusted(check: &'static str) -> AuthError {
    AuthError::new(ErrorClass::Untrusted, check)
}

const fn wrong_claims(check: &'static str) -> AuthError {
    AuthError::new(ErrorClass::WrongClaims, check)
}

impl Header {
    /// Reads the header of a token. What it says of keys beyond their id (`jku`, `jwk`, `x5u`, `x5c`) is
    /// ignored: keys come from the configured address alone.
    pub(crate) fn parse(token: &str) -> Result<Self, AuthError> {
        Credential::new(token)?;
        let parts: Vec<&str> = token.splitn(6, '.').collect();
        let header = match parts.as_slice() {
            [header, _, _] => header,
            [_, _, _, _, _] => return Err(untrusted("the token is encrypted (JWE)")),
            _ => return Err(malformed("the token does not have three parts")),
        };
        let header = URL_SAFE_NO_PAD.decode(header).map_err(|_| malformed("the header is not base64url"))?;
        let UniqueObject(header) = serde_json::from_slice(&header)
            .map_err(|_| malformed("the header is no JSON object, or has a member twice"))?;
        // `crit` and `b64` change how a token is verified (RFC 7515, RFC 7797), `enc` and `zip` how it is
        // read.
        if ["crit", "b64", "enc", "zip"].iter().any(|name| header.contains_key(*name)) {
            return Err(untrusted("the header has crit, b64, enc or zip"));
        }
        if header.contains_key("cty") {
            return Err(untrusted("the token holds another one (cty)"));
        }
        check_type(header.get("typ"))?;
        let algorithm = match header.get("alg").and_then(Value::as_str) {
            Some("EdDSA") => Algorithm::EdDSA,
            Some("ES256") => Algorithm::ES256,
            Some("RS256") => Algorithm::RS256,
            _ => return Err(untrusted("alg is none of EdDSA, ES256 and RS256")),
        };
        let key_id = match header.get("kid") {
            None => None,
            Some(Value::String(id)) if id.len() <= MAX_KID_LENGTH => Some(id.clone()),
            Some(_) => return Err(malformed("kid is not a text of at most 255 bytes")),
        };
        Ok(Self { key_id, algorithm })
    }
}

/// A token that says what it is must be an access token (RFC 9068, section 2.1) or a plain JWT; the prefix
/// `application/` may be left out (RFC 7515, section 4.1.9).
fn check_type(typ: Option<&Value>) -> Result<(), AuthError> {
    let Some(typ) = typ else { return Ok(()) };
    let typ = typ.as_str().unwrap_or_default().to_ascii_lowercase();
    match typ.strip_prefix("application/").unwrap_or(&typ) {
        "jwt" | "at+jwt" => Ok(()),
        _ => Err(wrong_claims("typ is neither JWT nor at+jwt")),
    }
}

/// Verifies a token by a key, at a time in seconds since 1970, and returns its claims and when it expires.
pub(crate) fn verify(
    token: &str,
    header: &Header,
    key: &Key,
    config: &AuthConfig,
    now: i64,
) -> Result<(Claims, i64), AuthError> {
    if header.algorithm != key.algorithm {
        return Err(untrusted("alg is not the key's"));
    }
    let mut validation = Validation::new(key.algorithm);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    validation.set_issuer(&[&config.issuer]);
    validation.set_audience(&[&config.audience]);
    // jsonwebtoken reads the system's clock; `check_times` takes the caller's.
    validation.validate_exp = false;
    validation.validate_nbf = false;
    let UniqueObject(claims) = decode(token, &key.decoding_key, &validation).map_err(refused)?.claims;

    // jsonwebtoken takes a list of issuers as well, which no issuer sends.
    if claims.get("iss").and_then(Value::as_str) != Some(&config.issuer) {
        return Err(wrong_claims("iss is another"));
    }
    if claims.get("sub").and_then(Value::as_str).is_none_or(str::is_empty) {
        return Err(wrong_claims("sub is empty"));
    }
    check_use(&claims)?;
    let expires = check_times(&claims, now)?;
    Ok((claims, expires))
}

fn refused(error: jsonwebtoken::errors::Error) -> AuthError {
    match error.kind() {
        ErrorKind::InvalidSignature => untrusted("the signature is wrong"),
        ErrorKind::InvalidIssuer => wrong_claims("iss is another"),
        ErrorKind::InvalidAudience => wrong_claims("aud is another"),
        ErrorKind::MissingRequiredClaim(_) | ErrorKind::InvalidClaimFormat(_) => {
            wrong_claims("exp, iss, aud or sub is missing or of another type")
        }
        ErrorKind::Base64(_) | ErrorKind::Json(_) | ErrorKind::Utf8(_) | ErrorKind::InvalidToken => {
            malformed("the token is not base64url of JSON objects, or has a member twice")
        }
        _ => untrusted("the token cannot be verified by its key"),
    }
}

/// Refuses tokens that some issuers sign with the same keys for another use: ID and refresh tokens of Cognito
/// (`token_use`) and Keycloak (`typ`), and sessions of Clerk that are not signed in yet (`sts`).
fn check_use(claims: &Claims) -> Result<(), AuthError> {
    let text = |name| claims.get(name).and_then(Value::as_str);
    if claims.contains_key("token_use") && text("token_use") != Some("access") {
        return Err(wrong_claims("token_use is not access"));
    }
    if text("typ").is_some_and(|typ| ["ID", "Refresh", "Offline", "Logout"].contains(&typ)) {
        return Err(wrong_claims("the token is an ID, refresh or logout token (typ)"));
    }
    if text("sts") == Some("pending") {
        return Err(wrong_claims("the session is pending (sts)"));
    }
    Ok(())
}

/// Checks when a token holds, and returns when it expires.
fn check_times(claims: &Claims, now: i64) -> Result<i64, AuthError> {
    let time = |name| claims.get(name).map(|value| seconds(value).ok_or(wrong_claims("a time is no number")));
    let expires = time("exp").ok_or(wrong_claims("exp is missing"))??;
    if expires.saturating_add(LEEWAY) <= now {
        return Err(AuthError::new(ErrorClass::Expired, "exp has passed"));
    }
    if expires > now + MAX_LIFE + LEEWAY {
        return Err(wrong_claims("exp is more than 24 hours ahead"));
    }
    for (name, check) in [("nbf", "nbf is ahead"), ("iat", "iat is ahead")] {
        if time(name).transpose()?.is_some_and(|time| time > now + LEEWAY) {
            return Err(AuthError::new(ErrorClass::NotYetValid, check));
        }
    }
    Ok(expires)
}

/// A NumericDate (RFC 7519, section 2), which may have a fraction.
fn seconds(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| {
        let time = value.as_f64()?;
        // Beyond that a float skips seconds, and no date lies there.
        (time.abs() < 1e15).then_some(time.floor() as i64)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn claims(value: Value) -> Claims {
        let Value::Object(claims) = value else { panic!("no object") };
        claims
    }

    const NOW: i64 = 1_800_000_000;

    #[test]
    fn times_are_compared_with_half_a_minute_of_leeway() {
        let check = |value| check_times(&claims(value), NOW).map_err(AuthError::class);
        assert_eq!(check(json!({ "exp": NOW - 29 })), Ok(NOW - 29));
        assert_eq!(check(json!({ "exp": NOW - 30 })), Err(ErrorClass::Expired));
        assert_eq!(check(json!({ "exp": 0 })), Err(ErrorClass::Expired));
        assert_eq!(check(json!({ "exp": -1 })), Err(ErrorClass::Expired));
        assert_eq!(check(json!({ "exp": NOW as f64 + 0.5 })), Ok(NOW));
        let day = NOW + 24 * 60 * 60;
        assert_eq!(check(json!({ "exp": day + 30 })), Ok(day + 30));
        assert_eq!(check(json!({ "exp": day + 31 })), Err(ErrorClass::WrongClaims));
        assert_eq!(check(json!({ "exp": i64::MAX })), Err(ErrorClass::WrongClaims));
        assert_eq!(check(json!({ "exp": i64::MIN })), Err(ErrorClass::Expired));
        for name in ["nbf", "iat"] {
            assert!(check(json!({ "exp": NOW + 60, name: NOW + 30 })).is_ok());
            assert_eq!(check(json!({ "exp": NOW + 60, name: NOW + 31 })), Err(ErrorClass::NotYetValid));
            assert_eq!(check(json!({ "exp": NOW + 60, name: "soon" })), Err(ErrorClass::WrongClaims));
        }
    }

    #[test]
    fn a_time_is_a_number_of_seconds() {
        for value in [json!("1800000000"), json!(null), json!(1e300), json!(u64::MAX), json!([NOW])] {
            assert_eq!(seconds(&value).filter(|time| *time < 1 << 60), None, "{value}");
        }
        assert_eq!(seconds(&json!(-0.5)), Some(-1));
    }

    #[test]
    fn only_access_tokens_and_plain_jwts_are_let_through() {
        for typ in ["JWT", "jwt", "at+jwt", "AT+JWT", "application/at+jwt", "application/jwt"] {
            assert!(check_type(Some(&json!(typ))).is_ok(), "{typ}");
        }
        for typ in ["dpop+jwt", "logout+jwt", "secevent+jwt", "id+jwt", "JWE", "", "jwt+at"] {
            assert!(check_type(Some(&json!(typ))).is_err(), "{typ}");
        }
        assert!(check_type(None).is_ok());
        assert!(check_type(Some(&json!(7))).is_err());
    }

    #[test]
    fn a_token_for_another_use_is_refused() {
        for good in [json!({}), json!({ "token_use": "access", "typ": "Bearer", "sts": "active" })] {
            assert!(check_use(&claims(good)).is_ok());
        }
        for bad in [
            json!({ "token_use": "id" }),
            json!({ "token_use": null }),
            json!({ "typ": "ID" }),
            json!({ "typ": "Refresh" }),
            json!({ "sts": "pending" }),
        ] {
            assert!(check_use(&claims(bad.clone())).is_err(), "{bad}");
        }
    }
}
