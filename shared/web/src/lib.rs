//! HTTP on AWS Lambda: a function is a `handle(app, request)`, a rule for what of it is public, and a `main`
//! that calls [`serve`]. Around the handler are access, the request's budget, errors as
//! `application/problem+json`, logs and metrics.
//!
//! The crate knows no database: what a function works with is its [`Application`], and an error of that is
//! answered by its [`budget::FailureKind`].

mod accept;
mod access;
mod application;
mod conditional;
mod config;
mod deadline;
mod dispatch;
mod error;
mod event;
pub mod multipart;
mod paging;
mod prices;
mod request;
mod response;
mod routes;
mod serve;
mod settings;
mod stream;
pub mod telemetry;

pub use accept::{accept_of, preferred};
pub use access::{AccessToken, Caller, IsPublic, identify, nothing_is_public, wanted_scope};
pub use application::Application;
pub use budget::{Budget, RequestCost, milliseconds};
pub use conditional::{if_match, with_etag};
pub use config::{Config, Platform};
pub use deadline::budget_of;
pub use dispatch::{answer, answer_streaming};
pub use error::{Error, ErrorForm};
pub use lambda_http::Request;
pub use paging::{Page, PageRequest, decode_cursor, encode_cursor, limit, paginate};
pub use prices::Prices;
pub use request::{Query, segments};
pub use response::{Response, json};
pub use routes::{PathParams, Routes};
pub use serve::{AfterResponse, serve, serve_streaming};
pub use settings::{ConfigError, Settings};
pub use stream::{Chunks, StreamBody, StreamingResponse};
