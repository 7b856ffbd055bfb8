//! Pages of functions for browsers. A page is one response that asks for nothing else, under a policy that
//! allows its own script and its own style alone.
//!
//! What pages share is here too: the style of their elements (`parts/base.css`), how texts from outside are
//! shown (`parts/view.js`), requests to the service with the token that it wants (`parts/service.js`), and
//! the dialog that asks for one (`parts/token.html`).

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use lambda_http::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use lambda_http::http::{self, HeaderName, Method};
use sha2::{Digest, Sha256};
use web::{Error, Request, Response, accept_of, preferred, segments};

const BASE: &str = include_str!("parts/base.css");
const SHARED: &str = concat!(include_str!("parts/view.js"), include_str!("parts/service.js"));
const TOKEN_DIALOG: &str = include_str!("parts/token.html");

const HTML: &str = "text/html";

/// A page, ready to be sent. It holds nothing of what is stored: its script asks for that.
#[derive(Debug)]
pub struct Page {
    html: String,
    policy: String,
}

impl Page {
    /// Makes a page of an index with the empty elements `<style></style>`,
    /// `<dialog id="token-dialog"></dialog>` and `<script type="module"></script>`, each once. The page's own
    /// style and script come after those that pages share.
    #[must_use]
    pub fn new(index: &str, style: &str, script: &str) -> Self {
        let (style, script) = (format!("{BASE}{style}"), format!("{SHARED}{script}"));
        let html = index
            .replacen("<style></style>", &format!("<style>{style}</style>"), 1)
            .replacen("<dialog id=\"token-dialog\"></dialog>\n", TOKEN_DIALOG, 1)
            .replacen(
                "<script type=\"module\"></script>",
                &format!("<script type=\"module\">{script}</script>"),
                1,
            );
        let policy = format!(
            "default-src 'none'; script-src {}; style-src {}; connect-src 'self'; img-src data:; base-uri \
             'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; \
             trusted-types 'none'; manifest-src 'self'",
            source(&script),
            source(&style)
        );
        Self { html, policy }
    }

    /// The page as an answer. In the index, `{{name}}` of each pair's name becomes its value, which is put in
    /// as it is.
    ///
    /// # Errors
    /// None that a valid page has.
    pub fn response(&self, values: &[(&str, &str)]) -> Result<Response, Error> {
        let body = values.iter().fold(self.html.clone(), |html, (name, value)| {
            html.replacen(&format!("{{{{{name}}}}}"), value, 1)
        });
        let headers: [(HeaderName, &str); 7] = [
            (CONTENT_TYPE, "text/html; charset=utf-8"),
            (CONTENT_SECURITY_POLICY, &self.policy),
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (REFERRER_POLICY, "no-referrer"),
            (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
            (CACHE_CONTROL, "no-store"),
            (VARY, "Accept"),
        ];
        let response = headers
            .into_iter()
            .fold(http::Response::builder(), |built, (name, value)| built.header(name, value));
        response.body(body.into()).map_err(Error::internal)
    }
}

/// An inline element's content as a policy allows it (Content Security Policy Level 3, section 2.3.1).
fn source(content: &str) -> String {
    format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(content)))
}

/// Returns whether a request is a browser's for the page: at the root, by a client that prefers HTML to JSON.
/// Ties, `*/*` and a missing header select JSON.
#[must_use]
pub fn is_asked_for(request: &Request) -> bool {
    let is_get = matches!(*request.method(), Method::GET | Method::HEAD);
    is_get
        && segments(request).is_empty()
        && preferred(accept_of(request), &["application/json", HTML]) == Some(HTML)
}
