//! From the event of a function URL to a request.
//!
//! `lambda_http` can do it too, but it builds a request with `expect`: a blank or a quote in the query
//! string, a host that is none or a damaged base64 body panics. Here each of these is served or is an error,
//! since all of them are the caller's to choose.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::header::COOKIE;
use http::uri::PathAndQuery;
use http::{HeaderValue, Uri};
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use lambda_http::aws_lambda_events::query_map::QueryMap;
use lambda_http::request::RequestContext;
use lambda_http::{Body, Context, RequestExt};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use crate::dispatch::malformed;
use crate::{Error, Request};

/// The most bytes of path and query string together. Function URLs take less; every parameter here has its
/// own, lower bound.
const MAX_TARGET: usize = 32 * 1024;

/// Characters that must be encoded in a path or query (RFC 3986, section 3.3), besides those that are not
/// ASCII. A `%` stays: what has been encoded is not encoded again.
const ENCODED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// The request of an event, or what stands for one that is none and is answered 400.
pub(crate) fn request(event: &[u8], context: Context) -> Request {
    read(event).unwrap_or_else(malformed).with_lambda_context(context)
}

/// Reads an event in payload format 2.0 (AWS Lambda Developer Guide, "Invoking Lambda function URLs").
///
/// # Errors
/// 400: it is no HTTP request, its path and query are longer than 32 KiB, or its body is said to be base64
/// and is not.
fn read(event: &[u8]) -> Result<Request, Error> {
    let event: ApiGatewayV2httpRequest = serde_json::from_slice(event).map_err(|problem| {
        Error::bad_request("This is not a well-formed HTTP request: its method, a header or its text is not.")
            .with_source(problem)
    })?;
    let raw_path = event.raw_path.unwrap_or_default();
    let raw_query = event.raw_query_string.unwrap_or_default();
    if raw_path.len().saturating_add(raw_query.len()) > MAX_TARGET {
        let detail = format!("Path and query string are longer than {MAX_TARGET} bytes together.");
        return Err(Error::bad_request(detail));
    }

    let mut request = Request::new(body(event.body, event.is_base64_encoded)?);
    *request.uri_mut() = uri(&raw_path, &raw_query)?;
    *request.method_mut() = event.request_context.http.method.clone();
    *request.headers_mut() = event.headers;
    if let Some(cookies) = event.cookies.filter(|cookies| !cookies.is_empty()) {
        let cookies = HeaderValue::try_from(cookies.join("; "))
            .map_err(|problem| Error::bad_request("A cookie is not well-formed.").with_source(problem))?;
        request.headers_mut().insert(COOKIE, cookies);
    }
    // Of the query string itself, as the event's parsed one is lossy: it joins repeated values by commas.
    let parameters = raw_query.parse::<QueryMap>().unwrap_or_default();
    Ok(request
        .with_raw_http_path(&raw_path)
        .with_query_string_parameters(parameters)
        .with_request_context(RequestContext::ApiGatewayV2(event.request_context)))
}

fn body(text: Option<String>, is_base64: bool) -> Result<Body, Error> {
    match text {
        None => Ok(Body::Empty),
        Some(text) if is_base64 => BASE64_STANDARD.decode(text).map(Body::Binary).map_err(|problem| {
            Error::bad_request("The body is marked as base64 and is not base64.").with_source(problem)
        }),
        Some(text) => Ok(Body::Text(text)),
    }
}

fn uri(path: &str, query: &str) -> Result<Uri, Error> {
    let mut target = String::with_capacity(path.len() + query.len() + 2);
    if !path.starts_with('/') {
        target.push('/');
    }
    // A path's question mark is a character of it, not the query's beginning.
    target.push_str(&utf8_percent_encode(path, ENCODED).to_string().replace('?', "%3F"));
    if !query.is_empty() {
        target.push('?');
        target.extend(utf8_percent_encode(query, ENCODED));
    }
    PathAndQuery::try_from(target)
        .map(Uri::from)
        .map_err(|problem| Error::bad_request("Path and query string are no address.").with_source(problem))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::{Body, Error, MAX_TARGET, Request, RequestExt};

    fn event() -> Value {
        json!({
            "rawPath": "/a",
            "rawQueryString": "",
            "headers": {"host": "branchline.example"},
            "requestContext": {"http": {"method": "GET", "path": "/a"}},
        })
    }

    fn read(event: &Value) -> Result<Request, Error> {
        super::read(event.to_string().as_bytes())
    }

    #[test]
    fn a_query_string_that_is_no_uri_is_encoded_and_its_parameters_stay_what_they_are() {
        let mut event = event();
        event["rawQueryString"] = json!("q=a \"b\" <c>&x=é#%zz&y=%&z=a+b&z=\u{1}");
        let request = read(&event).unwrap();
        assert_eq!(request.uri(), "/a?q=a%20%22b%22%20%3Cc%3E&x=%C3%A9%23%zz&y=%&z=a+b&z=%01");
        let parameters = request.query_string_parameters();
        let of = |name: &str| parameters.all(name);
        assert_eq!(of("q"), Some(vec!["a \"b\" <c>"]));
        assert_eq!((of("x"), of("y")), (Some(vec!["é#%zz"]), Some(vec!["%"])));
        assert_eq!(of("z"), Some(vec!["a b", "\u{1}"]));
    }

    #[test]
    fn a_path_keeps_its_segments_whatever_they_hold() {
        let mut event = event();
        for (raw, uri) in [
            ("", "/"),
            ("a", "/a"),
            ("//x", "//x"),
            ("/a b?c", "/a%20b%3Fc"),
            ("/\u{0}\n\u{202e}", "/%00%0A%E2%80%AE"),
        ] {
            event["rawPath"] = json!(raw);
            let request = read(&event).unwrap();
            assert_eq!((request.raw_http_path(), request.uri().to_string().as_str()), (raw, uri));
        }
    }

    #[test]
    fn a_host_that_is_none_is_a_header_like_others() {
        let mut event = event();
        for host in ["", "a b", "<>", "[::1", "é", "a:b:c"] {
            event["headers"]["host"] = json!(host);
            assert_eq!(read(&event).unwrap().headers()["host"].as_bytes(), host.as_bytes());
        }
    }

    #[test]
    fn an_event_that_is_no_request_is_refused() {
        let mut events = vec![json!(null), json!({}), json!([]), json!({"Records": []})];
        for (pointer, value) in [
            ("/requestContext", json!(null)),
            ("/requestContext/http/method", json!("G T")),
            ("/headers", json!({"a b": "c"})),
            ("/headers", json!({"a": "b\nc"})),
            ("/rawPath", json!(["x"])),
            ("/rawQueryString", json!("x".repeat(MAX_TARGET))),
        ] {
            let mut event = event();
            *event.pointer_mut(pointer).unwrap() = value;
            events.push(event);
        }
        let mut event = event();
        (event["body"], event["isBase64Encoded"]) = (json!("no base64!"), json!(true));
        events.push(event.clone());
        event["body"] = json!("YQ");
        events.push(event);
        for event in events {
            assert_eq!(read(&event).err().map(|error| error.status().as_u16()), Some(400), "{event}");
        }
        for event in [&b""[..], b"{", b"\xff", br#"{"body":"\ud800"}"#] {
            assert_eq!(super::read(event).err().unwrap().status(), 400);
        }
    }

    #[test]
    fn a_body_is_text_or_the_bytes_of_its_base64() {
        let mut event = event();
        assert_eq!(*read(&event).unwrap().body(), Body::Empty);
        event["body"] = json!("YQ==");
        assert_eq!(*read(&event).unwrap().body(), Body::Text("YQ==".to_owned()));
        event["isBase64Encoded"] = json!(true);
        assert_eq!(*read(&event).unwrap().body(), Body::Binary(b"a".to_vec()));
    }

    proptest! {
        #[test]
        fn whatever_path_and_query_hold_they_make_a_request(
            path in any::<String>(), query in any::<String>(),
        ) {
            let mut event = event();
            (event["rawPath"], event["rawQueryString"]) = (json!(path), json!(query));
            let request = read(&event).unwrap();
            prop_assert_eq!(request.raw_http_path(), path);
        }

        #[test]
        fn whatever_an_event_holds_it_is_read_or_refused(
            pointer in prop::sample::select(vec![
                "/rawPath", "/rawQueryString", "/headers/host", "/requestContext/http/method", "/headers",
            ]),
            text in any::<String>(),
            name in any::<String>(),
        ) {
            let mut event = event();
            *event.pointer_mut(pointer).unwrap() =
                if pointer == "/headers" { json!({ name: text }) } else { json!(text) };
            if let Err(error) = read(&event) {
                prop_assert_eq!(error.status().as_u16(), 400);
            }
        }
    }
}
