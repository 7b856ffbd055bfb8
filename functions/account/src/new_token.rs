//! The request for a new API token.

use auth::Scopes;
use lambda_http::Body;
use serde::Deserialize;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};
use web::Error;

/// The body of `POST account/tokens`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    name: String,
    scopes: Vec<String>,
    #[serde(default)]
    expires_at: Option<String>,
}

/// A token that may be made.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NewToken {
    /// From 1 to [`MAX_NAME`] characters.
    pub(crate) name: String,
    /// At least one.
    pub(crate) scopes: Scopes,
    /// In the future; none means that it lasts until it is revoked.
    pub(crate) expires_at: Option<OffsetDateTime>,
}

/// Bytes of a body; what it is to hold takes a few hundred.
const MAX_BODY: usize = 16 * 1024;

/// Characters of a name.
const MAX_NAME: usize = 100;

/// The furthest expiry of a token; one that is to last longer has no end.
const MAX_LIFE: Duration = Duration::days(366 * 10);

impl NewToken {
    /// Reads a request's body.
    ///
    /// # Errors
    /// 400 where it is not the JSON that is asked for, 413, 422 where a value is not allowed.
    pub(crate) fn read(body: &Body, now: OffsetDateTime) -> Result<Self, Error> {
        let body: &[u8] = body;
        if body.len() > MAX_BODY {
            return Err(Error::too_large("The body is larger than 16 kB."));
        }
        let wanted: Wanted = serde_json::from_slice(body).map_err(|problem| {
            let detail = "The body must be JSON: {\"name\": text, \"scopes\": [\"read\", \"write\", \
                          \"worker\"], \"expires_at\": a time or null}.";
            Error::bad_request(detail).with_source(problem)
        })?;
        let name = wanted.name.trim();
        if !(1..=MAX_NAME).contains(&name.chars().count()) || name.chars().any(char::is_control) {
            return Err(Error::unprocessable(
                "name must have from 1 to 100 characters, and none that controls.",
            ));
        }
        let scopes = Scopes::parse(wanted.scopes.iter().map(String::as_str)).ok();
        let scopes = scopes.filter(|scopes| !scopes.is_empty()).ok_or_else(|| {
            Error::unprocessable("scopes must be a list of at least one of read, write and worker.")
        })?;
        let expires_at = wanted.expires_at.map(|text| expiry(&text, now)).transpose()?;
        Ok(Self { name: name.to_owned(), scopes, expires_at })
    }
}

fn expiry(text: &str, now: OffsetDateTime) -> Result<OffsetDateTime, Error> {
    OffsetDateTime::parse(text, &Rfc3339).ok().filter(|at| *at > now && *at - now <= MAX_LIFE).ok_or_else(|| {
        Error::unprocessable(
            "expires_at must be a time of the next ten years, as 2027-01-31T12:00:00Z, or null for no end.",
        )
    })
}

#[cfg(test)]
mod tests {
    use auth::Scope;
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-11-29 12:00 UTC);

    fn read(body: &str) -> Result<NewToken, u16> {
        NewToken::read(&Body::Text(body.to_owned()), NOW).map_err(|error| error.status().as_u16())
    }

    #[test]
    fn a_token_has_a_name_scopes_and_perhaps_an_end() {
        let token =
            read(r#"{"name": " reader ", "scopes": ["read"], "expires_at": "2027-01-31T12:00:00+02:00"}"#);
        let expires_at = Some(datetime!(2027-01-31 10:00 UTC));
        assert_eq!(
            token,
            Ok(NewToken {
                name: "reader".to_owned(),
                scopes: [Scope::Read].into_iter().collect(),
                expires_at
            })
        );
        let endless = read(r#"{"name": "w", "scopes": ["read", "write", "worker"]}"#).unwrap();
        assert_eq!((endless.scopes, endless.expires_at), (Scopes::ALL, None));
        assert_eq!(
            read(r#"{"name": "w", "scopes": ["read"], "expires_at": null}"#).unwrap().expires_at,
            None
        );
    }

    #[test]
    fn what_is_not_the_json_asked_for_is_400_and_a_value_that_is_not_allowed_422() {
        for body in ["", "[]", "{}", r#"{"name": "a"}"#, r#"{"name": 1, "scopes": []}"#, "\u{0}"] {
            assert_eq!(read(body), Err(400), "{body}");
        }
        assert_eq!(read(r#"{"name": "a", "scopes": ["read"], "user_id": "x"}"#), Err(400));
        let long = "é".repeat(101);
        for (name, scopes, expires_at) in [
            ("", r#"["read"]"#, "null"),
            ("  ", r#"["read"]"#, "null"),
            (r"a\nb", r#"["read"]"#, "null"),
            (long.as_str(), r#"["read"]"#, "null"),
            ("a", "[]", "null"),
            ("a", r#"["Read"]"#, "null"),
            ("a", r#"["read", "admin"]"#, "null"),
            ("a", r#"["read"]"#, r#""2026-11-29T12:00:00Z""#),
            ("a", r#"["read"]"#, r#""2026-11-29""#),
            ("a", r#"["read"]"#, r#""2037-01-01T00:00:00Z""#),
            ("a", r#"["read"]"#, r#""9999-12-31T23:59:59-23:59""#),
        ] {
            let body = format!(r#"{{"name": "{name}", "scopes": {scopes}, "expires_at": {expires_at}}}"#);
            assert_eq!(read(&body), Err(422), "{body}");
        }
        assert_eq!(read(&" ".repeat(16 * 1024 + 1)), Err(413));
    }
}
