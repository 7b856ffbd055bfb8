//! One connection, from its acceptance to its end.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::{join, try_join};

use super::line::forward;
use super::traffic::Counter;
use super::{Cut, Delays};

/// The decision on a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Forward,
    Swallow,
    Cut(Cut),
}

/// Lives a connection's life. It ends when both sides have ended it, or by its fate.
pub(super) async fn live(
    mut client: TcpStream,
    target: SocketAddr,
    delays: Arc<Mutex<Delays>>,
    counter: Arc<Counter>,
    mut fate: watch::Receiver<Fate>,
) {
    let first = *fate.borrow();
    let mut server = match first {
        Fate::Forward => match TcpStream::connect(target).await {
            Ok(server) => Some(server),
            Err(_) => return end(client, None, Cut::Reset),
        },
        Fate::Swallow | Fate::Cut(_) => None,
    };
    loop {
        let decided = *fate.borrow_and_update();
        match (decided, &mut server) {
            (Fate::Cut(how), _) => return end(client, server, how),
            (Fate::Forward, Some(to)) => tokio::select! {
                forwarded = exchange(&mut client, to, &delays, &counter) => {
                    // A side that fails rather than ends has reset the connection, and the other is to see
                    // that.
                    return match forwarded {
                        Ok(()) => (),
                        Err(_) => end(client, server, Cut::Reset),
                    };
                }
                Ok(()) = fate.changed() => (),
            },
            (_, server) => tokio::select! {
                () = swallow(&mut client, server.as_mut(), &counter) => (),
                Ok(()) = fate.changed() => (),
            },
        }
    }
}

/// Forwards both directions to their ends.
async fn exchange(
    client: &mut TcpStream,
    server: &mut TcpStream,
    delays: &Mutex<Delays>,
    counter: &Counter,
) -> io::Result<()> {
    // Neither fails on a connected socket.
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let (client_reader, client_writer) = client.split();
    let (server_reader, server_writer) = server.split();
    let heard = AtomicBool::new(false);
    let delays = || *delays.lock().unwrap_or_else(PoisonError::into_inner);
    let to_server = || {
        let delays = delays();
        let handshake = if heard.load(Ordering::Relaxed) { Duration::ZERO } else { delays.round_trip() };
        handshake + delays.to_server
    };
    let to_client = || delays().to_client;
    let answered = |bytes| {
        heard.store(true, Ordering::Relaxed);
        counter.answered(bytes);
    };
    try_join!(
        forward(client_reader, server_writer, to_server, |bytes| counter.sent(bytes), |_| ()),
        forward(server_reader, client_writer, to_client, |_| (), answered),
    )?;
    Ok(())
}

/// Throws away whatever comes, and stays silent for ever.
async fn swallow(client: &mut TcpStream, server: Option<&mut TcpStream>, counter: &Counter) {
    let from_server = async {
        if let Some(server) = server {
            drain(server, |_| ()).await;
        }
    };
    join!(drain(client, |bytes| counter.sent(bytes)), from_server);
    std::future::pending().await
}

async fn drain(mut from: impl AsyncRead + Unpin, sent: impl Fn(usize)) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        sent(count);
    }
}

fn end(client: TcpStream, server: Option<TcpStream>, how: Cut) {
    for stream in [Some(client), server].into_iter().flatten() {
        if how == Cut::Reset {
            // A socket that lingers for no time at all is reset when it is closed (socket(7)).
            let _ = stream.set_zero_linger();
        }
        drop(stream);
    }
}
