//! Requests that no client should send: each is served, or refused with a reason, and the next one is served.

use serde_json::{Value, json};
use support::lambda::Lambda;
use support::{Event, binary};

/// Every function's binary, the streaming one included.
const FUNCTIONS: [&str; 7] = ["db-test", "list-projects", "import", "search", "export", "account", "jobs"];

/// One event for each way in which a query string, a path, a header or a body is not what it should be.
fn events() -> Vec<Value> {
    let mut events = Vec::new();
    let mut change = |pointer: &str, value: Value| {
        let mut event = Event::get("/").json();
        *event.pointer_mut(pointer).unwrap() = value;
        events.push(event);
    };
    let long = "x".repeat(40_000);
    let many = "a=1&".repeat(5_000);
    for query in [
        "q=a b",
        "q=\"a\"",
        "q=<script>",
        "q=a'b",
        "q=\u{1}\u{7f}\n",
        "q=é\u{202e}",
        "q=%",
        "q=%zz",
        "q=%00",
        "q=%ff%fe",
        "q=\u{0}",
        "q",
        "=",
        "&&&",
        "q=#?[]{}|\\^`",
        "limit=1%0A",
        "cursor=%00",
        &long,
        &many,
        "??",
        "q=\u{fffd}",
    ] {
        change("/rawQueryString", json!(query));
    }
    for path in ["", "x", "//", "/a b", "/\u{1}\n", "/é", "/%00", "/%", "/../..", "/?", "/<\">", &long] {
        change("/rawPath", json!(path));
    }
    for headers in [
        json!({"a b": "c"}),
        json!({"": "c"}),
        json!({"host": "a b<>"}),
        json!({"host": ""}),
        json!({"x": "a\r\nb: c"}),
        json!({"x": "\u{0}"}),
        json!({"x": "é\u{202e}"}),
        json!({"x": ["a", "b"]}),
        json!({"X": "a", "x": "b"}),
        json!({"authorization": "Bearer \u{1}"}),
        json!({"accept": "é"}),
        json!({"content-type": "multipart/form-data"}),
        json!(7),
        Value::Null,
    ] {
        change("/headers", headers);
    }
    change("/cookies", json!(["a=\n"]));
    for method in ["", "G T", "GÉT", "\n", &"M".repeat(10_000), "PATCH", "TRACE"] {
        change("/requestContext/http/method", json!(method));
    }
    change("/requestContext", Value::Null);
    change("/requestContext/http", Value::Null);
    change("/requestContext/authorizer", json!("x"));
    let mut damaged = Event::post("/").json();
    (damaged["body"], damaged["isBase64Encoded"]) = (json!("not base64"), json!(true));
    events.push(damaged);
    events.extend([json!({}), json!(null), json!([]), json!("x"), json!({"Records": []})]);
    events
}

#[tokio::test]
async fn no_request_ends_a_function_or_gets_an_opaque_error() {
    let database = support::database();
    let url = database.url();
    for name in FUNCTIONS {
        let function = Lambda::start(&binary(name), &[("DATABASE_URL", url.as_str())]).unwrap();
        for json in events() {
            let answer = function.invoke(&Event::get("/").replaced(json.clone())).await;
            let answer = answer.unwrap_or_else(|error| panic!("{name}: {error}: {json}"));
            let status = answer.status.as_u16();
            assert!(status < 500, "{name}: {status}: {json}");
            if status >= 400 && json["requestContext"]["http"]["method"] != "HEAD" {
                assert_eq!(answer.headers["content-type"], "application/problem+json", "{name}: {json}");
                assert_eq!(answer.json::<Value>()["status"], status, "{name}: {json}");
            }
        }
        assert!(!function.stderr().contains("panicked"), "{name}: {}", function.stderr());
        assert_eq!(function.invoke(&Event::get("/")).await.unwrap().status.as_u16(), 200, "{name}");
    }
}

#[tokio::test]
async fn a_stranger_with_a_malformed_query_is_turned_away_like_others() {
    let database = support::database();
    let url = database.url();
    for name in FUNCTIONS {
        let function = Lambda::start(&binary(name), &[("DATABASE_URL", url.as_str())]).unwrap();
        let event = Event::get("/?a=b c\"<>").unsigned();
        assert_eq!(function.invoke(&event).await.unwrap().status.as_u16(), 401, "{name}");
    }
}
