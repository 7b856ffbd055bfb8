//! What functions share: their application (configuration and database), and the SQL that two of them use.
//!
//! A function is a `handle(app, request)`, a rule for what of it is public, and a `main` that calls
//! [`web::serve`].

mod app;
mod bookmark;
mod config;
pub mod locks;
mod principal;
pub mod scope;
pub mod search_index;

pub use app::App;
pub use bookmark::Bookmark;
pub use config::Config;
pub use principal::{DEFAULT_ORGANIZATION, Principal};
