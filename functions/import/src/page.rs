//! `GET import/` for a browser: a page to import with.

use std::sync::LazyLock;

use pages::Page;
use store::App;
use web::{Error, Platform, Response};

/// One script in the end, whose parts see each other; the last one sets it going.
const SCRIPT: &str = concat!(
    include_str!("page/job.js"),
    include_str!("page/icons.js"),
    include_str!("page/file.js"),
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

static PAGE: LazyLock<Page> =
    LazyLock::new(|| Page::new(include_str!("page/index.html"), include_str!("page/style.css"), SCRIPT));

/// The page.
pub(crate) fn page(app: &App) -> Result<Response, Error> {
    let max_body = match app.config().web.platform {
        Platform::Lambda => LAMBDA_MAX_BODY.min(app.config().import_max_bytes),
        Platform::Local => app.config().import_max_bytes,
    };
    PAGE.response(&[("max_upload_bytes", &max_body.to_string())])
}
