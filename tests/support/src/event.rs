//! Requests as a function URL delivers them: events for the real binary, and what `lambda_http` makes of them
//! for a handler in the test's own process.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use lambda_http::{Context, RequestExt};
use serde_json::{Value, json};
use url::form_urlencoded;
use uuid::Uuid;

/// A function's default time limit, in the template's order of magnitude.
const TIMEOUT: Duration = Duration::from_secs(30);
/// The example account of the AWS documentation.
const ACCOUNT: &str = "111122223333";
const HOST: &str = "branchline.lambda-url.eu-central-1.on.aws";

/// A request to a function URL of AuthType AWS_IAM, whose signature was checked: payload format 2.0 (AWS
/// Lambda Developer Guide, "Invoking Lambda function URLs").
#[derive(Clone, Debug)]
pub struct Event {
    method: http::Method,
    path: String,
    query: String,
    /// Names in lower case; a repeated header's values are joined by commas, as the service does.
    headers: BTreeMap<String, String>,
    body: Body,
    deadline: Deadline,
    signed: bool,
    replaced: Option<Value>,
}

#[derive(Clone, Debug)]
enum Body {
    None,
    Text(String),
    Base64(Bytes),
}

/// When the invocation has to be answered.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Deadline {
    /// This long after the function got it; the service then ends the function.
    After(Duration),
    /// At this moment, in milliseconds since 1970, whatever the clock says. Nothing is ended.
    At(u64),
}

impl Deadline {
    /// In milliseconds since 1970, for an invocation that the function gets now.
    pub(crate) fn epoch_ms(self) -> u64 {
        match self {
            Self::At(moment) => moment,
            Self::After(timeout) => {
                let since_epoch =
                    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
                u64::try_from((since_epoch + timeout).as_millis()).unwrap_or(u64::MAX)
            }
        }
    }
}

impl Event {
    /// A request without a body. `target` is path and query as they stand in the request line.
    #[must_use]
    pub fn new(method: http::Method, target: &str) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let headers = [("host", HOST), ("accept", "*/*"), ("x-forwarded-proto", "https")];
        Self {
            method,
            path: path.to_owned(),
            query: query.to_owned(),
            headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            body: Body::None,
            deadline: Deadline::After(TIMEOUT),
            signed: true,
            replaced: None,
        }
    }

    /// GET.
    #[must_use]
    pub fn get(target: &str) -> Self {
        Self::new(http::Method::GET, target)
    }

    /// POST without a body so far.
    #[must_use]
    pub fn post(target: &str) -> Self {
        Self::new(http::Method::POST, target)
    }

    /// DELETE.
    #[must_use]
    pub fn delete(target: &str) -> Self {
        Self::new(http::Method::DELETE, target)
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let values = self.headers.entry(name.to_ascii_lowercase()).or_default();
        if !values.is_empty() {
            values.push(',');
        }
        values.push_str(value);
        self
    }

    /// Leaves a header out that every event has.
    #[must_use]
    pub fn without_header(mut self, name: &str) -> Self {
        self.headers.remove(name);
        self
    }

    /// Sets a body that the event carries as text, as it does for text and JSON media types.
    #[must_use]
    pub fn text(mut self, body: impl Into<String>) -> Self {
        self.body = Body::Text(body.into());
        self
    }

    /// Sets a body that the event carries in base64, as it does for any other media type, curl's default
    /// included.
    #[must_use]
    pub fn binary(mut self, body: impl Into<Bytes>) -> Self {
        self.body = Body::Base64(body.into());
        self
    }

    /// Makes it a request to a function URL of AuthType NONE: nobody checked who sends it.
    #[must_use]
    pub fn unsigned(mut self) -> Self {
        self.signed = false;
        self
    }

    /// Gives the function this long to answer; 30 s where it is not called.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.deadline = Deadline::After(timeout);
        self
    }

    /// Sends this deadline, in milliseconds since 1970, and enforces none: cargo-lambda's emulator always
    /// sends 600000.
    #[must_use]
    pub fn deadline_ms(mut self, moment: u64) -> Self {
        self.deadline = Deadline::At(moment);
        self
    }

    /// Sends this JSON instead of the event's own, which no service would send so.
    #[must_use]
    pub fn replaced(mut self, json: Value) -> Self {
        self.replaced = Some(json);
        self
    }

    pub(crate) fn deadline(&self) -> Deadline {
        self.deadline
    }

    /// The event's JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        if let Some(json) = &self.replaced {
            return json.clone();
        }
        let (body, is_base64) = match &self.body {
            Body::None => (Value::Null, false),
            Body::Text(text) => (text.as_str().into(), false),
            Body::Base64(bytes) => (BASE64_STANDARD.encode(bytes).into(), true),
        };
        let cookies: Option<Vec<&str>> =
            self.headers.get("cookie").map(|cookies| cookies.split(';').map(str::trim).collect());
        json!({
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": self.path,
            "rawQueryString": self.query,
            "cookies": cookies,
            "headers": self.headers,
            "queryStringParameters": self.query_parameters(),
            "requestContext": {
                "accountId": if self.signed { ACCOUNT } else { "anonymous" },
                "apiId": "branchline",
                "authorizer": self.signed.then(|| json!({"iam": {
                    "accessKey": "AKIAIOSFODNN7EXAMPLE",
                    "accountId": ACCOUNT,
                    "callerId": "AIDACKCEVSQ6C2EXAMPLE",
                    "cognitoIdentity": null,
                    "principalOrgId": null,
                    "userArn": format!("arn:aws:iam::{ACCOUNT}:user/reader"),
                    "userId": "AIDACKCEVSQ6C2EXAMPLE",
                }})),
                "domainName": HOST,
                "domainPrefix": "branchline",
                "http": {
                    "method": self.method.as_str(),
                    "path": self.path,
                    "protocol": "HTTP/1.1",
                    "sourceIp": "203.0.113.7",
                    "userAgent": self.headers.get("user-agent"),
                },
                "requestId": Uuid::now_v7(),
                "routeKey": "$default",
                "stage": "$default",
                "time": "12/Mar/2020:19:03:58 +0000",
                "timeEpoch": 1_584_039_838_000_u64,
            },
            "body": body,
            "pathParameters": null,
            "isBase64Encoded": is_base64,
            "stageVariables": null,
        })
    }

    /// The request that a handler gets for this event, with the invocation's context and its deadline.
    ///
    /// # Panics
    /// Where `lambda_http` refuses the event: a test's mistake, such as a space in the path.
    #[must_use]
    pub fn request(&self) -> lambda_http::Request {
        let request = lambda_http::request::from_str(&self.json().to_string());
        let request = request.unwrap_or_else(|error| panic!("not an event: {error}"));
        let mut context = Context::default();
        context.request_id = Uuid::now_v7().to_string();
        context.deadline = self.deadline.epoch_ms();
        request.with_lambda_context(context)
    }

    /// Decoded, with the values of a repeated parameter joined by commas; none without a query.
    fn query_parameters(&self) -> Option<BTreeMap<String, String>> {
        let mut parameters: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(self.query.as_bytes()) {
            let values = parameters.entry(name.into_owned());
            values.and_modify(|values| *values = format!("{values},{value}")).or_insert(value.into_owned());
        }
        (!parameters.is_empty()).then_some(parameters)
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use lambda_http::Body;

    use super::*;

    #[test]
    fn the_request_has_the_events_method_path_query_and_headers() {
        let event =
            Event::delete("/0198-a?filename=a%20b&x=1&x=2").header("X-Kind", "a").header("x-kind", "b");
        let request = event.request();
        assert_eq!(request.method(), http::Method::DELETE);
        assert_eq!(request.raw_http_path(), "/0198-a");
        assert_eq!(request.uri().query(), Some("filename=a%20b&x=1&x=2"));
        assert_eq!(request.query_string_parameters().first("filename"), Some("a b"));
        assert_eq!(request.query_string_parameters().all("x"), Some(vec!["1", "2"]));
        assert_eq!(request.headers()["x-kind"], "a,b");
    }

    #[test]
    fn a_text_body_arrives_as_text_and_a_binary_one_as_its_bytes() {
        assert_eq!(*Event::get("/").request().body(), Body::Empty);
        assert_eq!(*Event::post("/").text("dé").request().body(), Body::Text("dé".to_owned()));
        assert_eq!(*Event::post("/").binary([0, 255].to_vec()).request().body(), Body::Binary(vec![0, 255]));
    }

    #[test]
    fn the_context_has_the_deadline() {
        let request = Event::get("/").timeout(Duration::from_secs(5)).request();
        let left = request.lambda_context().deadline().duration_since(SystemTime::now()).unwrap();
        assert!(left > Duration::from_secs(4) && left <= Duration::from_secs(5), "{left:?}");
        assert_eq!(Event::get("/").deadline_ms(600_000).request().lambda_context().deadline, 600_000);
    }
}
