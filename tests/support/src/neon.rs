//! A stand-in for Neon's proxy in front of a real Postgres: it names endpoints by SNI, authenticates, wakes a
//! compute that has been suspended, and fails in Neon's own words.
//!
//! Source of texts and order of events: neondatabase/neon, `proxy/src`, as of 2025, and tries against a
//! running proxy.

mod client;
mod compute;
mod endpoint;
pub mod message;
mod scram;
mod session;
mod state;
mod wire;

use std::fmt;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use anyhow::{Context, Result};
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::background::Background;
use crate::certificates;
pub use crate::certificates::Validity;
use crate::postgres::Postgres;
use client::Acceptor;
use compute::Compute;
use scram::Secret;
use session::Gate;
use state::{Dismissal, State};

/// The endpoint that exists. Any other is answered like a wrong password, as Neon does.
pub const ENDPOINT: &str = "ep-test-123456";

/// Domain after the endpoint in a host name. The certificate covers `*.` of it, and 127.0.0.1 for clients
/// that send no SNI.
pub const DOMAIN: &str = "eu-central-1.aws.neon.tech";

/// The ways in which sessions end when a compute is suspended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Farewell {
    /// Postgres ends them: FATAL 57P01, then the end of the connection.
    Shutdown,
    /// The connection ends without a word. For one that does not even end, put a [`Proxy`](crate::Proxy)
    /// before this.
    Silent,
}

/// Attacks on logins by somebody who sits between a client and the proxy, with a certificate that the client
/// trusts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tampering {
    /// The offer of SCRAM-SHA-256-PLUS is taken away. The proxy itself knows that it made it.
    HideBinding,
    /// The server's signature is replaced by another, as by one who does not know the password.
    ForgeSignature,
    /// The server's signature is left out, as if there had been no need to prove anything.
    OmitSignature,
    /// Hangs up on a client that sends more than it was asked for, as an intermediary does that takes a login
    /// apart and expects its usual order.
    PunishHaste,
}

/// The proxy. Dropping it ends its sessions.
///
/// - TLS by request or direct, with or without ALPN, TLS 1.2 or later; a plain connection is refused.
/// - The endpoint comes from the SNI or from `options=endpoint%3D…`.
/// - SCRAM-SHA-256 and -PLUS, done here with the server's password, and bound to this proxy's own
///   certificate: bytes passed through could not be, as the server has another one. `n,,` works, `y,,` fails.
/// - AuthenticationOk and the server's signature come after the wake, together with the rest of the greeting;
///   what a client has sent meanwhile then reaches the compute.
/// - The session then passes through byte by byte, over verified TLS to the server. So do requests to cancel.
/// - A host whose endpoint ends in `-pooler` refuses settings among the startup's options. It pools nothing:
///   that is [`PgBouncer`](crate::PgBouncer)'s.
pub struct NeonProxy {
    port: u16,
    ca_file: PathBuf,
    user: &'static str,
    password: String,
    state: Arc<State>,
    dismissals: tokio::sync::mpsc::UnboundedSender<Dismissal>,
    _server: Background,
    _home: TempDir,
}

impl NeonProxy {
    /// Starts on a free port of 127.0.0.1, with the compute asleep and a wake that takes no time.
    ///
    /// # Errors
    /// There is no free port, no thread, or no folder for the certificate.
    pub fn start(server: &Postgres) -> Result<Self> {
        Self::start_with(server, Validity::Current)
    }

    /// The same, with a certificate that may be out of date.
    ///
    /// # Errors
    /// Those of [`NeonProxy::start`].
    pub fn start_with(server: &Postgres, validity: Validity) -> Result<Self> {
        let home = tempfile::Builder::new().prefix("branchline-neon-").tempdir()?;
        let wildcard = format!("*.{DOMAIN}");
        let certificates = certificates::generate_dated(&[&wildcard], validity)?;
        let ca_file = home.path().join("ca.pem");
        std::fs::write(&ca_file, &certificates.authority)?;

        let (user, password) = server.credentials();
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("binding a port")?;
        listener.set_nonblocking(true)?;
        let port = listener.local_addr()?.port();
        let state = Arc::new(State::default());
        let gate = Arc::new(Gate {
            acceptor: Acceptor::new(&certificates)?,
            secret: Secret::new(password)?,
            compute: Compute::new(&server.url("postgres"), password)?,
            state: Arc::clone(&state),
        });
        let (dismissals, received) = tokio::sync::mpsc::unbounded_channel();
        let background = Background::run("neon", move || async move {
            // Fails only outside a runtime.
            let Ok(listener) = TcpListener::from_std(listener) else { return };
            session::serve(listener, gate, received).await;
        })?;
        let password = password.to_owned();
        Ok(Self { port, ca_file, user, password, state, dismissals, _server: background, _home: home })
    }

    /// A connection URL of a database, with the password in it, for the compute itself.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        self.url_of_endpoint(ENDPOINT, database)
    }

    /// The same for the pooler.
    #[must_use]
    pub fn pooled_url(&self, database: &str) -> String {
        self.url_of_endpoint(&format!("{ENDPOINT}-pooler"), database)
    }

    /// The same for any endpoint, also for one that does not exist.
    #[must_use]
    pub fn url_of_endpoint(&self, endpoint: &str, database: &str) -> String {
        format!(
            "postgresql://{}:{}@{endpoint}.{DOMAIN}:{}/{database}?hostaddr=127.0.0.1&sslmode=require&sslrootcert={}",
            self.user,
            self.password,
            self.port,
            self.ca_file.display()
        )
    }

    /// The TCP port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The certificate authority that clients trust, in PEM.
    #[must_use]
    pub fn ca_file(&self) -> &Path {
        &self.ca_file
    }

    /// Sets how long the next wakes take. Clients that come while the compute wakes wait for the same wake.
    pub fn set_wake_time(&self, wake_time: Duration) {
        self.state.compute().wake_time = wake_time;
    }

    /// Suspends the compute: every session ends, and the next client wakes it. Gives how many sessions there
    /// were.
    pub fn suspend(&self, farewell: Farewell) -> usize {
        self.state.compute().awake_at = None;
        let (done, outcome) = mpsc::channel();
        // Both fail only once the server is gone, and it goes with us.
        let _ = self.dismissals.send(Dismissal { farewell, done });
        outcome.recv().unwrap_or_default()
    }

    /// Fails the next clients that would wake or reach the compute, as many as `count`, with a text of
    /// [`message`] or another.
    pub fn fail_next(&self, count: u32, message: &str) {
        self.state.compute().failures.extend((0..count).map(|_| message.to_owned()));
    }

    /// Sets how long those failures take to come: the real proxy tries for 3.2, 4.5 or 15 s itself.
    pub fn set_failure_time(&self, failure_time: Duration) {
        self.state.compute().failure_time = failure_time;
    }

    /// Sets how many sessions the compute takes; none is as many as the server takes.
    pub fn set_connection_limit(&self, limit: Option<usize>) {
        self.state.compute().connection_limit = limit;
    }

    /// Sets what becomes of logins from now on.
    pub fn tamper(&self, tampering: Option<Tampering>) {
        self.state.compute().tampering = tampering;
    }

    /// Returns how many times the compute was woken.
    #[must_use]
    pub fn wakes(&self) -> u32 {
        self.state.compute().wakes
    }

    /// Returns the number of clients that sent the right password, whatever followed.
    #[must_use]
    pub fn logins(&self) -> u32 {
        self.state.compute().logins
    }

    /// Returns the number of open sessions.
    #[must_use]
    pub fn sessions(&self) -> usize {
        self.state.session_count()
    }
}

impl fmt::Debug for NeonProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NeonProxy").field("port", &self.port).finish_non_exhaustive()
    }
}
