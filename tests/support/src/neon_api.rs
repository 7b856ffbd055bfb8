//! A stand-in for Neon's API v2, whose branches are real databases: `CREATE DATABASE … TEMPLATE` on the local
//! Postgres.
//!
//! Its answers have the fields that the API's OpenAPI document requires. A test can make it refuse, to lose a
//! request or its answer, to be slow, to go away for good, and to let operations fail or never end.

mod answer;
mod databases;
mod faults;
mod routes;
mod server;
mod state;

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::background::Background;
use crate::postgres::Postgres;

pub use faults::{Fate, Fault};
pub use state::Exchange;
use state::State;

/// A running stand-in with one project. Its databases live on a test's server and end with it.
#[derive(Debug)]
pub struct NeonApi {
    shared: Arc<Shared>,
    port: u16,
    _server: Background,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    postgres: &'static Postgres,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl NeonApi {
    /// Starts with a default branch `main`, which is this database of the server.
    ///
    /// # Errors
    /// No port is free.
    pub fn start(postgres: &'static Postgres, database: &str) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let port = listener.local_addr()?.port();
        let shared = Arc::new(Shared { state: Mutex::new(State::new(database)), postgres });
        let serving = Arc::clone(&shared);
        let server = Background::run("Neon's API", move || server::serve(listener, serving))?;
        Ok(Self { shared, port, _server: server })
    }

    /// Returns the value for `--api-host`.
    #[must_use]
    pub fn host(&self) -> String {
        format!("http://127.0.0.1:{}/api/v2", self.port)
    }

    /// The project's id.
    #[must_use]
    pub fn project(&self) -> String {
        self.shared.state().project.clone()
    }

    /// The key that it takes.
    #[must_use]
    pub fn key(&self) -> String {
        self.shared.state().key.clone()
    }

    /// The names of the branches that there are, in the order of their making.
    #[must_use]
    pub fn branches(&self) -> Vec<String> {
        self.shared.state().branches.iter().map(|branch| branch.name.clone()).collect()
    }

    /// The names of the snapshots that there are.
    #[must_use]
    pub fn snapshots(&self) -> Vec<String> {
        self.shared.state().snapshots.iter().map(|snapshot| snapshot.name.clone()).collect()
    }

    /// The database that a branch is.
    #[must_use]
    pub fn database(&self, branch: &str) -> Option<String> {
        let state = self.shared.state();
        state.branches.iter().find(|one| one.name == branch).map(|one| one.database.clone())
    }

    /// The requests so far, as `POST branches`: method, and path below the project.
    #[must_use]
    pub fn requests(&self) -> Vec<String> {
        self.shared.state().requests.clone()
    }

    /// The requests that were served, with their answers, in order.
    #[must_use]
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.shared.state().exchanges.clone()
    }

    /// Sets the number of branches that the project's plan allows.
    pub fn set_branch_limit(&self, limit: usize) {
        self.shared.state().branch_limit = limit;
    }

    /// Sets the number of snapshots that the project's plan keeps.
    pub fn set_snapshot_limit(&self, limit: usize) {
        self.shared.state().snapshot_limit = limit;
    }

    /// Returns whether branches can be deleted for good.
    pub fn set_hard_delete(&self, is_there: bool) {
        self.shared.state().has_hard_delete = is_there;
    }

    /// The names of the deleted branches that could be recovered.
    #[must_use]
    pub fn recoverable(&self) -> Vec<String> {
        self.shared.state().recoverable.clone()
    }

    /// When each snapshot is to be deleted, in the order of their making.
    #[must_use]
    pub fn snapshot_expiries(&self) -> Vec<Option<String>> {
        self.shared.state().snapshots.iter().map(|snapshot| snapshot.expires.clone()).collect()
    }

    /// Lets every branch have another database, which its list names and nothing serves.
    pub fn add_database(&self, name: &str) {
        self.shared.state().further_databases.push(name.to_owned());
    }

    /// Sets the fate of future operations of one kind, such as `timeline_archive`, which a snapshot takes.
    pub fn set_fate_of(&self, action: &str, fate: Fate) {
        self.shared.state().fates.insert(action.to_owned(), fate);
    }

    /// Sets a fault of the next request of a form, once, such as `POST branches/*/snapshot`.
    pub fn fault_at(&self, request: &str, fault: Fault) {
        self.shared.state().faults_at.push_back((request.to_owned(), fault));
    }

    /// Sets the fate of future operations.
    pub fn set_fate(&self, fate: Fate) {
        self.shared.state().fate = fate;
    }

    /// Sets the faults of the next requests, one each; those after them are served.
    pub fn fault(&self, faults: impl IntoIterator<Item = Option<Fault>>) {
        let mut state = self.shared.state();
        state.faults = faults.into_iter().collect();
        state.is_gone = false;
    }

    /// Serves so many more requests and then none any more.
    pub fn go_away_after(&self, requests: usize) {
        self.fault(std::iter::repeat_n(None, requests));
        self.shared.state().is_gone = true;
    }

    /// Serves all requests again.
    pub fn come_back(&self) {
        self.fault([]);
    }
}
