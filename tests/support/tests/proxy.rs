//! The proxy as its users meet it, in front of a server that echoes.

#![expect(clippy::unwrap_used, reason = "a test panics where it fails")]

use std::io::{self, ErrorKind};
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use support::proxy::{Admission, Cut, Delays};
use support::{Proxy, round_trips};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::mpsc;
use tokio::time::timeout;

const MOMENT: Duration = Duration::from_millis(200);

/// A server that sends back what it gets, and tells how each connection to it ended.
struct Echo {
    port: u16,
    ends: mpsc::UnboundedReceiver<io::Result<()>>,
}

impl Echo {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (end, ends) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let end = end.clone();
                tokio::spawn(async move {
                    let outcome = echo(stream).await;
                    // Fails where the test is over.
                    let _ = end.send(outcome);
                });
            }
        });
        Self { port, ends }
    }

    async fn end(&mut self) -> io::Result<()> {
        timeout(Duration::from_secs(10), self.ends.recv()).await.unwrap().unwrap()
    }
}

async fn echo(mut stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let (mut reader, mut writer) = stream.split();
    tokio::io::copy(&mut reader, &mut writer).await?;
    writer.shutdown().await
}

async fn connect(proxy: &Proxy) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", proxy.port())).await.unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

async fn ask(stream: &mut TcpStream) {
    let mut answer = [0; 4];
    stream.write_all(b"ping").await.unwrap();
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"ping");
}

/// Returns whether nothing comes for a moment, no end either.
async fn is_silent(stream: &mut TcpStream) -> bool {
    timeout(MOMENT, stream.read_u8()).await.is_err()
}

async fn read_error(stream: &mut TcpStream) -> ErrorKind {
    timeout(Duration::from_secs(10), stream.read_u8()).await.unwrap().unwrap_err().kind()
}

#[tokio::test]
async fn bytes_arrive_as_they_were_sent_and_are_counted() {
    let mut echo = Echo::start().await;
    let proxy = Proxy::start(echo.port).unwrap();
    let sent: Vec<u8> = (0..3_000_000_u32).map(|n| n.to_le_bytes()[n as usize % 3]).collect();
    let (mut reader, mut writer) = connect(&proxy).await.into_split();
    let writing = async {
        writer.write_all(&sent).await.unwrap();
        writer.shutdown().await.unwrap();
    };
    let mut got = Vec::new();
    let ((), read) = tokio::join!(writing, reader.read_to_end(&mut got));
    assert_eq!(read.unwrap(), sent.len());
    assert!(got == sent, "what came back differs");
    echo.end().await.unwrap();
    let traffic = proxy.traffic();
    assert_eq!((traffic.connections, traffic.to_server, traffic.to_client), (1, 3_000_000, 3_000_000));
}

#[tokio::test]
async fn a_session_over_verified_tls_passes_through() {
    let database = support::empty_database();
    let proxy = Proxy::start(database.server().port()).unwrap();
    for parameters in ["", "&sslnegotiation=direct", "&channel_binding=require"] {
        let url = pg::Url::parse(&(proxy.url(&database.url()) + parameters)).unwrap();
        assert_eq!(url.port(), proxy.port());
        let (client, connection) = pg::connect(&url).await.unwrap();
        tokio::spawn(connection);
        let row = client.query_one("select current_database()", &[]).await.unwrap();
        assert_eq!(row.get::<_, &str>(0), database.name());
    }
}

#[tokio::test]
async fn each_direction_has_its_own_delay_which_may_change() {
    let echo = Echo::start().await;
    let proxy = Proxy::start(echo.port).unwrap();
    let mut stream = connect(&proxy).await;
    ask(&mut stream).await;
    let (slow, none) = (Duration::from_millis(150), Duration::ZERO);
    for delays in [Delays { to_server: slow, to_client: none }, Delays { to_server: none, to_client: slow }] {
        proxy.set_delays(delays);
        let begun = Instant::now();
        ask(&mut stream).await;
        assert!(begun.elapsed() >= slow);
    }
    proxy.set_delays(Delays { to_server: 100 * slow, to_client: none });
    proxy.set_delays(Delays::default());
    let begun = Instant::now();
    ask(&mut stream).await;
    assert!(begun.elapsed() < 100 * slow);
}

#[tokio::test]
async fn latency_does_not_limit_bandwidth() {
    let echo = Echo::start().await;
    let proxy = Proxy::start(echo.port).unwrap();
    let (mut reader, mut writer) = connect(&proxy).await.into_split();
    proxy.set_round_trip(Duration::from_secs(1));
    let begun = Instant::now();
    let writing = async {
        for _ in 0..64 {
            writer.write_all(&[7; 65_536]).await.unwrap();
        }
        writer.shutdown().await.unwrap();
    };
    let mut got = Vec::new();
    let ((), read) = tokio::join!(writing, reader.read_to_end(&mut got));
    assert_eq!(read.unwrap(), 64 * 65_536);
    // Two round trips, TCP's own included; one chunk at a time it would be a minute.
    assert!(begun.elapsed() >= Duration::from_secs(2));
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn the_slope_counts_round_trips_and_tcps_own_with_a_new_connection() {
    let echo = Echo::start().await;
    let proxy = Proxy::start(echo.port).unwrap();
    let cold = round_trips(&proxy, async || {
        let mut stream = connect(&proxy).await;
        ask(&mut stream).await;
        ask(&mut stream).await;
    });
    assert_eq!(cold.await.round(), 3.0);

    let mut stream = connect(&proxy).await;
    ask(&mut stream).await;
    let begun = proxy.traffic();
    let warm = round_trips(&proxy, async || {
        for _ in 0..4 {
            ask(&mut stream).await;
        }
    });
    assert_eq!(warm.await.round(), 4.0);
    // Six runs of four questions.
    assert_eq!(proxy.traffic().flights - begun.flights, 24);

    let neither = round_trips(&proxy, async || tokio::time::sleep(Duration::from_millis(5)).await);
    assert_eq!(neither.await.round(), 0.0);
}

#[tokio::test]
async fn what_is_sent_in_one_go_is_one_flight() {
    let echo = Echo::start().await;
    let proxy = Proxy::start(echo.port).unwrap();
    proxy.set_round_trip(Duration::from_millis(200));
    let mut stream = connect(&proxy).await;
    for _ in 0..5 {
        stream.write_all(b"x").await.unwrap();
    }
    let mut answers = [0; 5];
    stream.read_exact(&mut answers).await.unwrap();
    assert_eq!(proxy.traffic().flights, 1);
}

#[tokio::test]
async fn refused_connections_fail_at_once_and_established_ones_go_on() {
    let echo = Echo::start().await;
    let proxy = Proxy::start(echo.port).unwrap();
    let mut established = connect(&proxy).await;
    proxy.admit(Admission::Refuse);
    for _ in 0..3 {
        let refused = TcpStream::connect(("127.0.0.1", proxy.port())).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    }
    ask(&mut established).await;
    proxy.admit(Admission::Forward);
    ask(&mut connect(&proxy).await).await;
}

#[tokio::test]
async fn swallowed_connections_are_accepted_and_hear_nothing() {
    let echo = Echo::start().await;
    let proxy = Proxy::start(echo.port).unwrap();
    let mut established = connect(&proxy).await;
    ask(&mut established).await;
    proxy.admit(Admission::Swallow);
    let mut swallowed = connect(&proxy).await;
    swallowed.write_all(b"ping").await.unwrap();
    assert!(is_silent(&mut swallowed).await);
    ask(&mut established).await;
    proxy.admit(Admission::Forward);
    assert!(is_silent(&mut swallowed).await, "it stays what it was when it came");
    ask(&mut connect(&proxy).await).await;
}

#[tokio::test]
async fn a_cut_is_seen_by_both_sides_as_what_it_is() {
    let mut echo = Echo::start().await;
    let proxy = Proxy::start(echo.port).unwrap();
    let mut stream = connect(&proxy).await;
    ask(&mut stream).await;
    assert_eq!(proxy.cut(Cut::Close), 1);
    assert_eq!(read_error(&mut stream).await, ErrorKind::UnexpectedEof);
    echo.end().await.unwrap();

    let mut stream = connect(&proxy).await;
    ask(&mut stream).await;
    assert_eq!(proxy.cut(Cut::Reset), 1);
    assert_eq!(read_error(&mut stream).await, ErrorKind::ConnectionReset);
    assert_eq!(echo.end().await.unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert_eq!(proxy.cut(Cut::Reset), 0);
}

#[tokio::test]
async fn a_lost_connection_passes_nothing_on_not_even_its_end() {
    let mut echo = Echo::start().await;
    let proxy = Proxy::start(echo.port).unwrap();
    let mut stream = connect(&proxy).await;
    ask(&mut stream).await;
    assert_eq!(proxy.lose(), 1);
    stream.write_all(b"ping").await.unwrap();
    assert!(is_silent(&mut stream).await);
    ask(&mut connect(&proxy).await).await;
    echo.end().await.unwrap();

    drop(stream);
    assert!(timeout(MOMENT, echo.ends.recv()).await.is_err(), "the server heard of its client's end");
    assert_eq!(proxy.cut(Cut::Close), 1);
    echo.end().await.unwrap();
}

#[tokio::test]
async fn a_dead_server_resets_its_clients() {
    // Keeps the port, and does not listen.
    let nobody = TcpSocket::new_v4().unwrap();
    nobody.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    let proxy = Proxy::start(nobody.local_addr().unwrap().port()).unwrap();
    for _ in 0..100 {
        // A reset that is faster than we are is met by connecting already: its outcome is asked for a moment
        // later.
        let met = match TcpStream::connect((Ipv4Addr::LOCALHOST, proxy.port())).await {
            Ok(mut stream) => read_error(&mut stream).await,
            Err(error) => error.kind(),
        };
        assert_eq!(met, ErrorKind::ConnectionReset);
    }
}

#[tokio::test]
async fn a_proxy_that_is_gone_takes_its_connections_along() {
    let mut echo = Echo::start().await;
    let proxy = Proxy::start(echo.port).unwrap();
    let port = proxy.port();
    let mut stream = connect(&proxy).await;
    ask(&mut stream).await;
    drop(proxy);
    assert_eq!(read_error(&mut stream).await, ErrorKind::UnexpectedEof);
    echo.end().await.unwrap();
    let refused = TcpStream::connect(("127.0.0.1", port)).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
}
