//! Handlers under test: on a database of their own, called as Lambda would call them.

#![expect(clippy::unwrap_used, reason = "a helper that panics fails its test")]

mod bridge;
mod issuer;
mod pages;
mod plans;
mod sessions;
mod streaming;
mod webdriver;

use std::sync::Arc;

use lambda_http::Body;
use serde_json::Value;
use store::{App, Config};
use support::{Event, TestDatabase};
use web::{Error, IsPublic, Request, Response};

pub use bridge::Bridge;
pub use issuer::Issuer;
pub use pages::{BROWSER, accepting, assert_isolated, assert_page, between, has_node, run_scripts};
pub use sessions::{BUSY, count_connections, lock_tables, until_busy};
pub use streaming::{Streamed, call_streaming, start_streaming};
pub use webdriver::{Browser, with_browser};

/// The client's view of a response.
pub struct Seen {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: http::HeaderMap,
    /// The body, as text where it is not JSON.
    pub body: Value,
}

/// A database with an application on it.
pub struct Fixture {
    /// The database.
    pub database: TestDatabase,
    /// The application.
    pub app: Arc<App>,
}

impl Default for Fixture {
    fn default() -> Self {
        Self::new()
    }
}

impl Fixture {
    /// On a migrated database.
    #[must_use]
    pub fn new() -> Self {
        Self::with(support::database(), &[])
    }

    /// On this database, with these variables.
    #[must_use]
    pub fn with(database: TestDatabase, variables: &[(&str, &str)]) -> Self {
        let app = app(&database.url(), variables);
        Self { database, app }
    }

    /// One for the users of an issuer.
    #[must_use]
    pub fn of_users(issuer: &Issuer) -> Self {
        Self::with(support::database(), &issuer.variables().each_ref().map(|(name, value)| (*name, &**value)))
    }

    /// Calls a handler on it, by whoever may call it.
    pub async fn call<F>(&self, handle: impl FnOnce(Arc<App>, Request) -> F, event: Event) -> Seen
    where
        F: Future<Output = Result<Response, Error>> + Send,
    {
        call(&self.app, handle, event).await
    }

    /// Runs a script on the database.
    pub async fn execute(&self, sql: &str) {
        self.database.client().await.batch_execute(sql).await.unwrap();
    }

    /// The first column of a query's only row, as text.
    pub async fn ask(&self, sql: &str) -> String {
        let row =
            self.database.client().await.query_one(&format!("SELECT ({sql})::text"), &[]).await.unwrap();
        row.get::<_, Option<String>>(0).unwrap_or_default()
    }
}

/// An application for a URL and further variables. It logs in as functions do, also where the URL is the
/// superuser's.
#[must_use]
pub fn app(url: &str, variables: &[(&str, &str)]) -> Arc<App> {
    app_of(&support::function_url(url), variables)
}

/// An application that logs in as the owner of the tables, whom row security does not bind.
#[must_use]
pub fn app_as_owner(database: &TestDatabase, variables: &[(&str, &str)]) -> Arc<App> {
    app_of(&database.url(), variables)
}

fn app_of(url: &str, variables: &[(&str, &str)]) -> Arc<App> {
    let config = Config::from_lookup(|name| {
        let url = ("DATABASE_URL", url);
        variables.iter().chain([&url]).find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned())
    });
    App::new(config.unwrap()).unwrap()
}

/// The request of whoever holds this token.
#[must_use]
pub fn bearer(event: Event, token: &str) -> Event {
    event.header("authorization", &format!("Bearer {token}"))
}

/// Calls a handler through everything that stands around it, by whoever may call it.
pub async fn call<F>(app: &Arc<App>, handle: impl FnOnce(Arc<App>, Request) -> F, event: Event) -> Seen
where
    F: Future<Output = Result<Response, Error>> + Send,
{
    call_as(app, handle, web::nothing_is_public, event).await
}

/// Calls a handler through everything that stands around it.
pub async fn call_as<F>(
    app: &Arc<App>,
    handle: impl FnOnce(Arc<App>, Request) -> F,
    is_public: IsPublic,
    event: Event,
) -> Seen
where
    F: Future<Output = Result<Response, Error>> + Send,
{
    let response = web::answer(&Ok(Arc::clone(app)), handle, is_public, event.request()).await;
    let (parts, body) = response.into_parts();
    let text = match body {
        Body::Text(text) => text,
        Body::Binary(bytes) => String::from_utf8(bytes).unwrap(),
        _ => String::new(),
    };
    Seen {
        status: parts.status.as_u16(),
        headers: parts.headers,
        body: serde_json::from_str(&text).unwrap_or(Value::String(text)),
    }
}

impl Seen {
    /// Asserts that the answer is the contract's problem+json of a status, and returns its detail.
    pub fn problem(&self, status: u16) -> &str {
        assert_eq!(self.status, status, "{}", self.body);
        assert_eq!(self.headers["content-type"], "application/problem+json");
        for field in ["type", "title", "detail", "request_id"] {
            assert!(self.body[field].as_str().is_some_and(|text| !text.is_empty()), "{field}: {}", self.body);
        }
        assert_eq!(self.body["status"], status);
        self.body["detail"].as_str().unwrap()
    }
}
