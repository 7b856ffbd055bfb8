//! `GET import/` for a browser: a page to import with, in one response that asks for nothing else.

use std::sync::LazyLock;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use lambda_http::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use lambda_http::http::{self, HeaderName, Method};
use sha2::{Digest, Sha256};
use store::App;
use web::{Error, Platform, Request, Response, accept_of, preferred, segments};

const INDEX: &str = include_str!("page/index.html");
const STYLE: &str = include_str!("page/style.css");
/// One script in the end, whose parts see each other; the last one sets it going.
const SCRIPT: &str = concat!(
    include_str!("page/view.js"),
    include_str!("page/icons.js"),
    include_str!("page/file.js"),
    include_str!("page/service.js"),
    include_str!("page/projects.js"),
    include_str!("page/result.js"),
    include_str!("page/earlier.js"),
    include_str!("page/undo.js"),
    include_str!("page/page.js"),
);

/// The largest body in bytes that reaches a function on Lambda: its event has 6,291,456 bytes at most, base64
/// makes four bytes of three, and 24 KiB are left for the event's other fields (AWS Lambda Developer Guide,
/// "Lambda quotas").
const LAMBDA_MAX_BODY: u64 = 4_700_000;

const HTML: &str = "text/html";

struct Page {
    html: String,
    policy: String,
}

static PAGE: LazyLock<Page> = LazyLock::new(|| Page {
    html: INDEX.replacen("<style></style>", &format!("<style>{STYLE}</style>"), 1).replacen(
        "<script type=\"module\"></script>",
        &format!("<script type=\"module\">{SCRIPT}</script>"),
        1,
    ),
    policy: format!(
        "default-src 'none'; script-src {}; style-src {}; connect-src 'self'; img-src data:; base-uri \
         'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; \
         trusted-types 'none'",
        source(SCRIPT),
        source(STYLE)
    ),
});

/// An inline element's content as a policy allows it (Content Security Policy Level 3, section 2.3.1).
fn source(content: &str) -> String {
    format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(content)))
}

/// Returns whether a request is a browser's for the page: at the root, by a client that prefers HTML to JSON.
/// Ties, `*/*` and a missing header select JSON.
pub(crate) fn is_asked_for(request: &Request) -> bool {
    let is_get = matches!(*request.method(), Method::GET | Method::HEAD);
    is_get
        && segments(request).is_empty()
        && preferred(accept_of(request), &["application/json", HTML]) == Some(HTML)
}

/// The page. It holds nothing of what is stored: its script asks for that, with a token where one is needed.
pub(crate) fn page(app: &App) -> Result<Response, Error> {
    let max_body = match app.config().web.platform {
        Platform::Lambda => LAMBDA_MAX_BODY.min(app.config().import_max_bytes),
        Platform::Local => app.config().import_max_bytes,
    };
    let body = PAGE.html.replacen("{{max_upload_bytes}}", &max_body.to_string(), 1).into();
    let headers: [(HeaderName, &str); 7] = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_SECURITY_POLICY, &PAGE.policy),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (CACHE_CONTROL, "no-store"),
        (VARY, "Accept"),
    ];
    let response =
        headers.into_iter().fold(http::Response::builder(), |built, (name, value)| built.header(name, value));
    response.body(body).map_err(Error::internal)
}
