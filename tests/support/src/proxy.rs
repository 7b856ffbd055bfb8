//! A TCP proxy that behaves like a network: it delays, cuts, loses and refuses. It looks into nothing that it
//! forwards, so TLS passes through it.

mod connection;
mod line;
mod round_trips;
mod server;
mod traffic;

use std::fmt;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::net::TcpSocket;
use url::Url;

use crate::background::Background;
pub use round_trips::round_trips;
use server::{Command, QueuedCommand, Server};
use traffic::Tally;
pub use traffic::Traffic;

/// The treatment of new connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// They are connected to the server. Where nothing listens there, they are reset: the proxy has accepted
    /// them by then.
    Forward,
    /// Nothing listens: connecting fails with `ECONNREFUSED`.
    Refuse,
    /// They are accepted, and whatever they send is thrown away.
    Swallow,
}

/// The ways to end an established connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// With a FIN to either side, as when a process ends.
    Close,
    /// With an RST to either side, as when a machine on the way has forgotten the connection.
    Reset,
}

/// The delays of bytes on their way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delays {
    /// From client to server.
    pub to_server: Duration,
    /// From server to client.
    pub to_client: Duration,
}

impl Delays {
    /// Half a round trip each way.
    #[must_use]
    pub fn from_round_trip(round_trip: Duration) -> Self {
        let half = round_trip / 2;
        Self { to_server: half, to_client: round_trip - half }
    }

    pub(crate) fn round_trip(self) -> Duration {
        self.to_server + self.to_client
    }
}

/// A proxy on 127.0.0.1 in front of a port of 127.0.0.1. Dropping it ends its connections.
///
/// Each direction is a delay line: every chunk of bytes arrives the set time after it was sent, however many
/// are on their way, so that latency does not limit bandwidth. Neither TCP's slow start nor a receive window
/// is imitated: a megabyte takes as many round trips as a byte.
///
/// The kernel accepts a connection at once, so TCP's own handshake does not cross the delay. Instead, what a
/// client sends before it has heard from the server is held back for one round trip, just as long as SYN and
/// SYN-ACK would have taken. Everything after `connect` is thus where it would be on a real network, where
/// the client speaks first.
pub struct Proxy {
    port: u16,
    delays: Arc<Mutex<Delays>>,
    tally: Arc<Tally>,
    orders: tokio::sync::mpsc::UnboundedSender<QueuedCommand>,
    // Keeps the port while nothing listens.
    _reserved: TcpSocket,
    _server: Background,
}

impl Proxy {
    /// Starts on a free port, forwarding at once and without delay.
    ///
    /// # Errors
    /// There is no free port, or no thread.
    pub fn start(server_port: u16) -> Result<Self> {
        let reserved = server::bind(0).context("reserving a port")?;
        let port = reserved.local_addr()?.port();
        let delays = Arc::new(Mutex::new(Delays::default()));
        let tally = Arc::new(Tally::default());
        let (orders, received) = tokio::sync::mpsc::unbounded_channel();
        let target = SocketAddrV4::new(Ipv4Addr::LOCALHOST, server_port).into();
        let server = Server::new(port, target, Arc::clone(&delays), Arc::clone(&tally));
        let background = Background::run("proxy", move || server.serve(received))?;
        let proxy = Self { port, delays, tally, orders, _reserved: reserved, _server: background };
        proxy.admit(Admission::Forward);
        Ok(proxy)
    }

    /// The port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The connection URL of a server, with the proxy's port in place of the server's.
    ///
    /// # Panics
    /// Where it is not a URL with a host.
    #[must_use]
    pub fn url(&self, url: &str) -> String {
        let mut url = Url::parse(url).unwrap_or_else(|error| panic!("not a URL: {error}"));
        assert!(url.set_port(Some(self.port)).is_ok(), "a URL without a host");
        url.into()
    }

    /// Sets how long bytes that are sent from now on are on their way. Bytes never overtake each other.
    pub fn set_delays(&self, delays: Delays) {
        *self.delays.lock().unwrap_or_else(PoisonError::into_inner) = delays;
    }

    /// Sets the delays to half of a round trip each.
    pub fn set_round_trip(&self, round_trip: Duration) {
        self.set_delays(Delays::from_round_trip(round_trip));
    }

    /// Decides on new connections from now on. Established ones stay as they are.
    pub fn admit(&self, admission: Admission) {
        self.order(Command::Admit(admission));
    }

    /// Ends every connection, with what is on its way; gives how many there were.
    pub fn cut(&self, how: Cut) -> usize {
        self.order(Command::Cut(how))
    }

    /// Turns every established connection into a black hole, until it is cut: nothing passes any more, in
    /// either direction, ends of connection included. Gives how many there are.
    ///
    /// The kernel of this machine still acknowledges what either side sends, so a TCP timeout does not
    /// notice.
    pub fn lose(&self) -> usize {
        self.order(Command::Lose)
    }

    /// All that has passed since the start, over all connections.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        self.tally.total()
    }

    /// The same for each connection, in the order in which they came.
    #[must_use]
    pub fn traffic_of_each(&self) -> Vec<Traffic> {
        self.tally.each()
    }

    /// Has a command carried out, and waits until it has been.
    fn order(&self, command: Command) -> usize {
        let (done, outcome) = mpsc::channel();
        // Both fail only once the server is gone, and it goes with us.
        let _ = self.orders.send(QueuedCommand { command, done });
        outcome.recv().unwrap_or_default()
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proxy").field("port", &self.port).finish_non_exhaustive()
    }
}
