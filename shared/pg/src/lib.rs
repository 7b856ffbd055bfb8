//! Connections to Postgres for functions and tools: the grammar of `DATABASE_URL`, TLS that is always
//! verified, dialing, and what each error means for the caller.
//!
//! The crate knows no Lambda and no pool. It is the only place that connects.

mod backoff;
mod capabilities;
mod connect;
mod dial;
mod error;
mod login;
#[cfg(feature = "probe")]
pub mod probe;
pub mod retry;
mod session;
mod stream;
mod tls;
mod url;

pub use backoff::Backoff;
pub use connect::{Connection, Connector, connect};
pub use error::{Class, Error, TlsFailure};
pub use pg_login::PipelinedLoginStream;
pub use session::{Login, Session};
pub use stream::{Overheard, Stream};
pub use url::{ChannelBinding, Host, Negotiation, Roots, TlsMode, Url, UrlError};
