//! The bodies of requests.

use lambda_http::Body;
use serde::{Deserialize, Deserializer};
use url::Url;
use uuid::Uuid;
use web::Error;

use crate::job::EXTRACTION_TYPES;

/// Bytes of a body without a document.
const MAX_BODY: usize = 64 * 1024;

/// Bytes of a job's result.
pub(crate) const MAX_RESULT: usize = 1024 * 1024;

/// Bytes of a body with a document: as much again for what stands around it, such as escapes and blanks.
const MAX_COMPLETION: usize = 2 * MAX_RESULT;

/// Characters of a source's address, as many as the column holds.
const MAX_URL: usize = 512;

/// Bytes of an error's text.
const MAX_ERROR: usize = 4_096;

/// Characters of a worker's name.
const MAX_WORKER: usize = 100;

/// The most attempts that a job may have.
const MAX_ATTEMPTS: i16 = 20;

/// The most jobs of one claim.
const MAX_CLAIMED: usize = 100;

/// How long a lease may be, in seconds.
const MAX_LEASE: i32 = 3_600;

/// How long it is where nobody says.
const LEASE: i32 = 60;

/// The most that a job may cost, in dollars; the column holds six digits before the point.
const MAX_COST: f64 = 999_999.0;

/// The most characters of that number: a tiny number has as many zeros, and Postgres takes 16,383 at most.
const MAX_COST_DIGITS: usize = 400;

/// The body of `POST jobs/`.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewJob {
    pub(crate) project_id: i32,
    /// Where a worker finds what it is to look at.
    pub(crate) source_url: String,
    pub(crate) extraction_type: String,
    /// How often the job may be claimed.
    #[serde(default = "three")]
    pub(crate) max_attempts: i16,
}

fn three() -> i16 {
    3
}

/// The body of `POST jobs/claim`.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Claim {
    /// Which types of jobs the worker takes.
    pub(crate) types: Vec<String>,
    /// The most jobs.
    pub(crate) max: usize,
    pub(crate) lease_seconds: i32,
    /// The worker's name for itself.
    pub(crate) worker: Option<String>,
}

impl Default for Claim {
    fn default() -> Self {
        let types = EXTRACTION_TYPES.map(str::to_owned).into();
        Self { types, max: 1, lease_seconds: LEASE, worker: None }
    }
}

/// The body of `POST jobs/<id>/heartbeat`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Heartbeat {
    pub(crate) lease_token: Uuid,
    /// How long the lease lasts from now on.
    #[serde(default = "lease")]
    pub(crate) lease_seconds: i32,
    /// In percent.
    #[serde(default)]
    pub(crate) progress: Option<i16>,
}

fn lease() -> i32 {
    LEASE
}

/// The body of `POST jobs/<id>/fail`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Failure {
    pub(crate) lease_token: Uuid,
    #[serde(alias = "error_message")]
    pub(crate) error: String,
    /// True if another attempt may succeed.
    #[serde(default = "yes")]
    pub(crate) retryable: bool,
}

fn yes() -> bool {
    true
}

/// The body of `POST jobs/<id>/complete`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Completion {
    pub(crate) lease_token: Uuid,
    /// A document of design tokens; none where there was nothing to find.
    #[serde(default, alias = "result", alias = "result_data")]
    pub(crate) tokens: Option<Box<serde_json::value::RawValue>>,
    /// A decimal number, in JSON a number or a text.
    #[serde(default, deserialize_with = "decimal")]
    pub(crate) cost_usd: Option<String>,
}

fn decimal<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Decimal {
        Text(String),
        Number(f64),
    }
    let decimal = Option::<Decimal>::deserialize(deserializer)?;
    Ok(decimal.map(|decimal| match decimal {
        Decimal::Text(text) => text,
        // Without an exponent, however small it is.
        Decimal::Number(number) => number.to_string(),
    }))
}

impl NewJob {
    /// Reads a request's body.
    ///
    /// # Errors
    /// 400 where it is not the JSON that is asked for, 413, 422 where a value is not allowed.
    pub(crate) fn read(body: &Body) -> Result<Self, Error> {
        let shape = "{\"project_id\": number, \"source_url\": text, \"extraction_type\": text}";
        let mut job: Self = parse(body, MAX_BODY, shape)?;
        job.source_url = job.source_url.trim().to_owned();
        if job.source_url.chars().count() > MAX_URL || !is_source(&job.source_url) {
            return Err(Error::unprocessable(
                "source_url must be an https, http or s3 address of at most 512 characters.",
            ));
        }
        check_types([job.extraction_type.as_str()])?;
        if !(1..=MAX_ATTEMPTS).contains(&job.max_attempts) {
            return Err(Error::unprocessable("max_attempts must be from 1 to 20."));
        }
        Ok(job)
    }
}

impl Claim {
    /// Reads a request's body; one that is empty claims one job of any type.
    ///
    /// # Errors
    /// Those of [`NewJob::read`].
    pub(crate) fn read(body: &Body) -> Result<Self, Error> {
        let text: &[u8] = body;
        if text.trim_ascii().is_empty() {
            return Ok(Self::default());
        }
        let shape = "{\"types\": [text], \"max\": number, \"lease_seconds\": number, \"worker\": text}, of \
                     which each may be left out";
        let claim: Self = parse(body, MAX_BODY, shape)?;
        if claim.types.is_empty() {
            return Err(Error::unprocessable("types must have one type, or be left out for all."));
        }
        check_types(claim.types.iter().map(String::as_str))?;
        if !(1..=MAX_CLAIMED).contains(&claim.max) {
            return Err(Error::unprocessable("max must be from 1 to 100."));
        }
        check_lease(claim.lease_seconds)?;
        let is_name = |name: &String| {
            (1..=MAX_WORKER).contains(&name.chars().count()) && !name.chars().any(char::is_control)
        };
        if !claim.worker.iter().all(is_name) {
            let detail = "worker must have from 1 to 100 characters, and no control characters.";
            return Err(Error::unprocessable(detail));
        }
        Ok(claim)
    }
}

impl Heartbeat {
    /// Reads a request's body.
    ///
    /// # Errors
    /// Those of [`NewJob::read`].
    pub(crate) fn read(body: &Body) -> Result<Self, Error> {
        let shape = "{\"lease_token\": uuid, \"lease_seconds\": number, \"progress\": number}, of which the \
                     last two may be left out";
        let heartbeat: Self = parse(body, MAX_BODY, shape)?;
        check_lease(heartbeat.lease_seconds)?;
        if !heartbeat.progress.iter().all(|percent| (0..=100).contains(percent)) {
            return Err(Error::unprocessable("progress must be from 0 to 100."));
        }
        Ok(heartbeat)
    }
}

impl Failure {
    /// Reads a request's body.
    ///
    /// # Errors
    /// Those of [`NewJob::read`].
    pub(crate) fn read(body: &Body) -> Result<Self, Error> {
        let shape = "{\"lease_token\": uuid, \"error\": text, \"retryable\": true or false}, of which the \
                     last may be left out";
        let failure: Self = parse(body, MAX_BODY, shape)?;
        if failure.error.trim().is_empty() || failure.error.len() > MAX_ERROR || failure.error.contains('\0')
        {
            return Err(Error::unprocessable("error must have from 1 to 4096 bytes, and no NUL."));
        }
        Ok(failure)
    }
}

impl Completion {
    /// Reads a request's body.
    ///
    /// # Errors
    /// Those of [`NewJob::read`]; 413 where the document has more than [`MAX_RESULT`] bytes.
    pub(crate) fn read(body: &Body) -> Result<Self, Error> {
        let shape = "{\"lease_token\": uuid, \"tokens\": a document of design tokens, \"cost_usd\": \
                     number}, of which the last two may be left out";
        let completion: Self = parse(body, MAX_COMPLETION, shape)?;
        if completion.tokens.as_ref().is_some_and(|document| document.get().len() > MAX_RESULT) {
            return Err(Error::too_large("The document is larger than 1 MiB."));
        }
        let is_cost = |text: &String| {
            let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
            is_plain
                && text.len() <= MAX_COST_DIGITS
                && text.parse().is_ok_and(|dollars: f64| (0.0..=MAX_COST).contains(&dollars))
        };
        if !completion.cost_usd.iter().all(is_cost) {
            return Err(Error::unprocessable("cost_usd must be a decimal number from 0 to 999999."));
        }
        Ok(completion)
    }
}

fn parse<T: for<'de> Deserialize<'de>>(body: &Body, max: usize, shape: &str) -> Result<T, Error> {
    let body: &[u8] = body;
    if body.len() > max {
        return Err(Error::too_large(format!("The body is larger than {} kB.", max / 1024)));
    }
    serde_json::from_slice(body).map_err(|problem| {
        Error::bad_request(format!("The body must be JSON: {shape}.")).with_source(problem)
    })
}

/// Returns true if a text is an address whose content a worker can fetch.
fn is_source(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| {
        matches!(url.scheme(), "https" | "http" | "s3") && url.host_str().is_some_and(|host| !host.is_empty())
    }) && !text.chars().any(char::is_control)
}

fn check_types<'a>(types: impl IntoIterator<Item = &'a str>) -> Result<(), Error> {
    match types.into_iter().all(|name| EXTRACTION_TYPES.contains(&name)) {
        true => Ok(()),
        false => Err(Error::unprocessable("A type of extraction is color, spacing, typography or all.")),
    }
}

fn check_lease(seconds: i32) -> Result<(), Error> {
    match (1..=MAX_LEASE).contains(&seconds) {
        true => Ok(()),
        false => Err(Error::unprocessable("lease_seconds must be from 1 to 3600.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status<T>(read: Result<T, Error>) -> u16 {
        read.map_or_else(|error| error.status().as_u16(), |_| 200)
    }

    #[test]
    fn a_source_is_an_address_over_https_http_or_s3() {
        let of = |url: &str| {
            let body = serde_json::json!({"project_id": 1, "source_url": url, "extraction_type": "color"});
            status(NewJob::read(&Body::from(body.to_string())))
        };
        let long = |length: usize| format!("https://x/{}", "é".repeat(length - 10));
        for url in ["https://example.com/a b.png", "http://localhost:1/x", "s3://bucket/key.png", &long(512)]
        {
            assert_eq!(of(url), 200, "{url}");
        }
        for url in [
            "",
            "x",
            "/x",
            "ftp://x/y",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "data:,x",
            "s3:///key",
            "https://",
            "https://x/\u{0}",
            &long(513),
        ] {
            assert_eq!(of(url), 422, "{url}");
        }
    }

    #[test]
    fn what_is_not_the_json_asked_for_is_400_and_a_value_that_is_not_allowed_422() {
        let job = |body: &str| status(NewJob::read(&Body::from(body)));
        for body in [
            "",
            "[]",
            "{}",
            r#"{"project_id": 1}"#,
            r#"{"project_id": "1", "source_url": "https://x/",
            "extraction_type": "all"}"#,
        ] {
            assert_eq!(job(body), 400, "{body}");
        }
        let with = |more: &str| job(&format!(r#"{{"project_id": 1, "source_url": "https://x/", {more}}}"#));
        assert_eq!(with(r#""extraction_type": "all", "max_attempts": 20"#), 200);
        assert_eq!(with(r#""extraction_type": "logo""#), 422);
        assert_eq!(with(r#""extraction_type": "all", "max_attempts": 0"#), 422);
        assert_eq!(with(r#""extraction_type": "all", "status": "completed""#), 400);

        let claim = |body: &str| status(Claim::read(&Body::from(body)));
        for body in
            ["", " ", "{}", r#"{"types": ["color"], "max": 100, "lease_seconds": 3600, "worker": "w"}"#]
        {
            assert_eq!(claim(body), 200, "{body}");
        }
        for body in [
            r#"{"types": []}"#,
            r#"{"types": ["x"]}"#,
            r#"{"max": 0}"#,
            r#"{"max": 101}"#,
            r#"{"lease_seconds": 0}"#,
            r#"{"lease_seconds": 3601}"#,
            r#"{"worker": ""}"#,
        ] {
            assert_eq!(claim(body), 422, "{body}");
        }
        assert_eq!(claim(r#"{"max": -1}"#), 400);
    }

    #[test]
    fn what_a_worker_reports_has_bounds() {
        let id = "01900000-0000-7000-8000-000000000000";
        let failure = |error: &str| {
            status(Failure::read(&Body::from(format!(r#"{{"lease_token": "{id}", "error": "{error}"}}"#))))
        };
        assert_eq!(failure("x"), 200);
        assert_eq!(failure(&"x".repeat(4_096)), 200);
        assert_eq!(failure(&"x".repeat(4_097)), 422);
        assert_eq!(failure(" "), 422);
        let heartbeat =
            |more: &str| status(Heartbeat::read(&Body::from(format!(r#"{{"lease_token": "{id}"{more}}}"#))));
        assert_eq!(heartbeat(""), 200);
        assert_eq!(heartbeat(r#", "progress": 100"#), 200);
        assert_eq!(heartbeat(r#", "progress": 101"#), 422);
        assert_eq!(status(Heartbeat::read(&Body::from(r#"{"lease_token": "x"}"#))), 400);
        let completion =
            |more: &str| status(Completion::read(&Body::from(format!(r#"{{"lease_token": "{id}"{more}}}"#))));
        for more in
            ["", r#", "tokens": {}"#, r#", "result": {}"#, r#", "cost_usd": 0.0125"#, r#", "cost_usd": "1""#]
        {
            assert_eq!(completion(more), 200, "{more}");
        }
        for number in ["0", "5", "0.0000125", "2.5e-7", "5e-324", "999999"] {
            assert_eq!(completion(&format!(r#", "cost_usd": {number}"#)), 200, "{number}");
        }
        let long = format!(r#", "cost_usd": "0.{}""#, "0".repeat(20_000));
        assert_eq!(completion(&long), 422);
        for more in
            [r#", "cost_usd": -1"#, r#", "cost_usd": "NaN""#, r#", "cost_usd": 1e9"#, r#", "cost_usd": """#]
        {
            assert_eq!(completion(more), 422, "{more}");
        }
        let large = format!(r#", "tokens": {{"$description": "{}"}}"#, "x".repeat(MAX_RESULT));
        assert_eq!(completion(&large), 413);
        assert_eq!(completion(r#", "tokens": {}, "result": {}"#), 400);
    }
}
