//! The response that a function URL's client gets for the function's JSON.

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::header::SET_COOKIE;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::InvokeError;

/// A response as the client sees it.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status.
    pub status: StatusCode,
    /// The headers, cookies among them.
    pub headers: HeaderMap,
    /// The body's bytes; an encoding that the function applied itself, such as gzip, is still there.
    pub body: Bytes,
}

/// Payload format 2.0, as far as `lambda_http` uses it: it always names a status.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    status_code: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    cookies: Vec<String>,
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

impl Response {
    pub(super) fn parse(json: &[u8]) -> Result<Self, InvokeError> {
        read(json).map_err(|error| InvokeError::Malformed(error.to_string()))
    }

    /// The value of a header; none where it is absent or not text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as text; bytes that are not UTF-8 show as replacement characters.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// Where it is not, with the body in the message.
    #[must_use]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {}", self.text()))
    }
}

fn read(json: &[u8]) -> anyhow::Result<Response> {
    let payload: Payload = serde_json::from_slice(json)?;
    let mut headers = HeaderMap::new();
    for (name, value) in payload.headers {
        headers.append(HeaderName::try_from(name)?, HeaderValue::try_from(value)?);
    }
    for cookie in payload.cookies {
        headers.append(SET_COOKIE, HeaderValue::try_from(cookie)?);
    }
    let text = payload.body.unwrap_or_default();
    let body = if payload.is_base64_encoded { BASE64_STANDARD.decode(text)? } else { text.into_bytes() };
    Ok(Response { status: StatusCode::from_u16(payload.status_code)?, headers, body: body.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base64_body_is_decoded_and_cookies_become_headers() {
        let json = br#"{"statusCode":201,"headers":{"location":"/x"},"multiValueHeaders":{},
            "body":"AP8=","isBase64Encoded":true,"cookies":["a=1","b=2"]}"#;
        let response = Response::parse(json).unwrap();
        assert_eq!(response.status, StatusCode::CREATED);
        assert_eq!(response.header("location"), Some("/x"));
        assert_eq!(&*response.body, [0, 255]);
        assert_eq!(response.headers.get_all(SET_COOKIE).iter().collect::<Vec<_>>(), ["a=1", "b=2"]);
    }

    #[test]
    fn json_without_a_status_is_malformed() {
        assert!(matches!(Response::parse(b"{}"), Err(InvokeError::Malformed(_))));
    }
}
