//! The proxy's thread: it listens, and carries out commands.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::sync::{Arc, Mutex};

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use super::connection::{Fate, live};
use super::traffic::Tally;
use super::{Admission, Cut, Delays};

const BACKLOG: u32 = 1024;

pub(super) enum Command {
    Admit(Admission),
    Cut(Cut),
    Lose,
}

/// A command, and whom to tell that it has been carried out, with the number of connections it met.
pub(super) struct QueuedCommand {
    pub(super) command: Command,
    pub(super) done: std::sync::mpsc::Sender<usize>,
}

pub(super) struct Server {
    port: u16,
    target: SocketAddr,
    delays: Arc<Mutex<Delays>>,
    tally: Arc<Tally>,
    /// None while connections are refused.
    listener: Option<TcpListener>,
    first_fate: Fate,
    established: Vec<Established>,
}

struct Established {
    fate: watch::Sender<Fate>,
    life: JoinHandle<()>,
}

impl Server {
    /// A server that refuses until a test opens it.
    pub(super) fn new(port: u16, target: SocketAddr, delays: Arc<Mutex<Delays>>, tally: Arc<Tally>) -> Self {
        let (listener, first_fate, established) = (None, Fate::Forward, Vec::new());
        Self { port, target, delays, tally, listener, first_fate, established }
    }

    pub(super) async fn serve(mut self, mut orders: mpsc::UnboundedReceiver<QueuedCommand>) {
        loop {
            let accepted = async {
                match &self.listener {
                    Some(listener) => listener.accept().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                // Fails where the client has gone already.
                accepted = accepted => if let Ok((client, _)) = accepted {
                    self.establish(client);
                },
                order = orders.recv() => {
                    let Some(QueuedCommand { command, done }) = order else { return };
                    self.accept_waiting();
                    self.established.retain(|connection| !connection.life.is_finished());
                    let met = self.established.len();
                    self.carry_out(command).await;
                    // Fails where the proxy was dropped meanwhile.
                    let _ = done.send(met);
                }
            }
        }
    }

    async fn carry_out(&mut self, command: Command) {
        match command {
            Command::Admit(Admission::Refuse) => self.listener = None,
            Command::Admit(admission) => {
                self.first_fate = if admission == Admission::Swallow { Fate::Swallow } else { Fate::Forward };
                if self.listener.is_none() {
                    self.listener = bind(self.port).and_then(|socket| socket.listen(BACKLOG)).ok();
                }
            }
            Command::Lose => {
                for connection in &self.established {
                    connection.fate.send_replace(Fate::Swallow);
                }
            }
            Command::Cut(how) => {
                for connection in self.established.drain(..) {
                    connection.fate.send_replace(Fate::Cut(how));
                    // Fails only where it panicked.
                    let _ = connection.life.await;
                }
            }
        }
    }

    /// Accepts what the kernel has accepted before the command that comes next was given.
    fn accept_waiting(&mut self) {
        let Some(Ok(listener)) = self.listener.take().map(TcpListener::into_std) else { return };
        while let Ok((client, _)) = listener.accept() {
            let client = client.set_nonblocking(true).and_then(|()| TcpStream::from_std(client));
            if let Ok(client) = client {
                self.establish(client);
            }
        }
        self.listener = TcpListener::from_std(listener).ok();
    }

    fn establish(&mut self, client: TcpStream) {
        self.established.retain(|connection| !connection.life.is_finished());
        let (fate, changes) = watch::channel(self.first_fate);
        let (delays, counter) = (Arc::clone(&self.delays), self.tally.connection());
        let life = tokio::spawn(live(client, self.target, delays, counter, changes));
        self.established.push(Established { fate, life });
    }
}

/// A socket on a port, 0 being any. Several may have the port, of which one listens; while none does,
/// connecting is refused, and no other process gets the port.
pub(super) fn bind(port: u16) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.set_reuseport(true)?;
    socket.bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, port).into())?;
    Ok(socket)
}
