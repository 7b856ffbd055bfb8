//! A function under test: its handler with a database of its own, called as Lambda would call it.

use std::sync::Arc;

use lambda_http::Body;
use serde_json::Value;
use store::{App, Config};
use support::{Event, TestDatabase};
use web::{Error, IsPublic, Request, Response};

/// What a client sees of an answer.
pub(crate) struct Seen {
    pub(crate) status: u16,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: Value,
}

/// A database with an application on it.
pub(crate) struct Fixture {
    pub(crate) database: TestDatabase,
    pub(crate) app: Arc<App>,
}

impl Fixture {
    /// On a migrated database.
    pub(crate) fn new() -> Self {
        Self::with(support::database(), &[])
    }

    pub(crate) fn with(database: TestDatabase, variables: &[(&str, &str)]) -> Self {
        let app = app(&database.url(), variables);
        Self { database, app }
    }

    pub(crate) async fn db_test(&self, event: Event) -> Seen {
        call(&self.app, db_test::handle, event).await
    }

    pub(crate) async fn list_projects(&self, event: Event) -> Seen {
        call(&self.app, list_projects::handle, event).await
    }

    pub(crate) async fn import(&self, event: Event) -> Seen {
        call(&self.app, import::handle, event).await
    }

    pub(crate) async fn search(&self, event: Event) -> Seen {
        call(&self.app, search::handle, event).await
    }

    /// Runs a script on the database.
    pub(crate) async fn execute(&self, sql: &str) {
        self.database.client().await.batch_execute(sql).await.unwrap();
    }

    /// The first column of a query's only row, as text.
    pub(crate) async fn ask(&self, sql: &str) -> String {
        let row =
            self.database.client().await.query_one(&format!("SELECT ({sql})::text"), &[]).await.unwrap();
        row.get::<_, Option<String>>(0).unwrap_or_default()
    }
}

/// An application for a URL and further variables.
pub(crate) fn app(url: &str, variables: &[(&str, &str)]) -> Arc<App> {
    let config = Config::from_lookup(|name| {
        let url = ("DATABASE_URL", url);
        variables.iter().chain([&url]).find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned())
    });
    App::new(config.unwrap()).unwrap()
}

/// Calls a handler through everything that stands around it, by whoever may call it.
pub(crate) async fn call<F>(app: &Arc<App>, handle: impl FnOnce(Arc<App>, Request) -> F, event: Event) -> Seen
where
    F: Future<Output = Result<Response, Error>> + Send,
{
    call_as(app, handle, web::nothing_is_public, event).await
}

/// Calls a handler through everything that stands around it.
pub(crate) async fn call_as<F>(
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
    /// Asserts that the answer is the contract's problem+json of a status, and gives its detail.
    pub(crate) fn problem(&self, status: u16) -> &str {
        assert_eq!(self.status, status, "{}", self.body);
        assert_eq!(self.headers["content-type"], "application/problem+json");
        for field in ["type", "title", "detail", "request_id"] {
            assert!(self.body[field].as_str().is_some_and(|text| !text.is_empty()), "{field}: {}", self.body);
        }
        assert_eq!(self.body["status"], status);
        self.body["detail"].as_str().unwrap()
    }
}
