//! Code that functions share: their application (configuration and database), and the SQL that two of them
//! use.
//!
//! A function is a `handle(app, request)`, a rule for what of it is public, and a `main` that calls
//! [`web::serve`].

pub mod address;
mod app;
mod bookmark;
mod claims;
mod config;
pub mod folder_paths;
mod job_webhook;
pub mod locks;
mod project;
mod project_names;
pub mod scope;
pub mod search;
pub mod search_index;
pub mod token_rows;

pub use app::App;
pub use bookmark::Bookmark;
pub use claims::DEFAULT_ORGANIZATION;
pub use config::Config;
pub use job_webhook::JobWebhook;
pub use project::{PROJECT_ETAG, Project};
pub use project_names::project_names;
