//! The parts of a function that serving needs.

use auth::Verifier;

use crate::{Config, Error};

/// The state of a function that lives as long as its process, such as a pool of connections.
pub trait Application: Sized + Send + Sync + 'static {
    /// Makes it from the environment; `lookup` returns a variable's value. Nothing is connected yet.
    ///
    /// # Errors
    /// A variable is missing or wrong.
    fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, Error>;

    /// The part of its configuration that serving needs.
    fn config(&self) -> &Config;

    /// Returns the verifier of JWTs; `None` if no issuer is configured.
    fn verifier(&self) -> Option<&Verifier>;

    /// Returns whether no request came before this one, which is noted.
    fn is_first_request(&self) -> bool;

    /// Does ahead of the first request what that would wait for, in tasks of its own. The first request meets
    /// and reports a failure.
    fn warm_up(&self);

    /// Closes what is open, before the process ends.
    fn close(&self) -> impl Future<Output = ()> + Send;
}
