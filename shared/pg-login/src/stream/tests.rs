//! The stream between a driver that is played here and a server that is played here. The tests with real
//! servers are elsewhere.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::message::{auth, tag};
use postgres_protocol::authentication::sasl::ChannelBinding as Gs2;

const STARTUP: &[u8] = b"\0\0\0\x11\0\x03\0\0user\0me\0\0";
const PROOF: &[u8] = b"p\0\0\0\x09proof";
const QUERY: &[u8] = b"Q\0\0\0\x0dSELECT 1\0";

impl Transport for TcpStream {
    fn is_tls(&self) -> bool {
        true
    }

    fn tls_server_end_point(&self) -> Option<Vec<u8>> {
        None
    }
}

/// A stream, its caller's end, and the server's end.
async fn stream(since: SystemTime) -> (PipelinedLoginStream<TcpStream>, PendingLogin, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (client, server) =
        tokio::join!(TcpStream::connect(listener.local_addr().unwrap()), listener.accept());
    let mut scram = ScramSha256::new(b"password", Gs2::unsupported());
    let nonce = std::str::from_utf8(scram.message()).unwrap().split_once("r=").unwrap().1.to_owned();
    scram.update(format!("r={nonce}x,s=c2FsdA==,i=1").as_bytes()).unwrap();
    let server_first = ServerFirst {
        stream: client.unwrap(),
        received: BytesMut::new(),
        scram,
        client_final: BytesMut::from(PROOF),
        since,
    };
    let (stream, pending) = PipelinedLoginStream::pipelined(server_first);
    (stream, pending, server.unwrap().0)
}

/// The driver's startup, and the greeting that it receives.
async fn start(stream: &mut PipelinedLoginStream<TcpStream>) {
    // In pieces, as a stream may take them.
    for piece in STARTUP.chunks(3) {
        stream.write_all(piece).await.unwrap();
    }
    stream.flush().await.unwrap();
    let mut greeting = [0; AUTHENTICATION_OK.len() + READY_FOR_QUERY.len()];
    stream.read_exact(&mut greeting).await.unwrap();
    assert_eq!(greeting, [&AUTHENTICATION_OK[..], &READY_FOR_QUERY].concat()[..]);
}

fn authentication(code: i32, data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(8 + data.len()).unwrap();
    [&[tag::AUTHENTICATION][..], &length.to_be_bytes(), &code.to_be_bytes(), data].concat()
}

#[tokio::test]
async fn the_proof_waits_for_a_statement_and_travels_with_it() {
    let (mut stream, pending, mut server) = stream(SystemTime::now()).await;
    start(&mut stream).await;
    stream.write_all(QUERY).await.unwrap();
    stream.flush().await.unwrap();
    let mut heard = vec![0; PROOF.len() + QUERY.len()];
    server.read_exact(&mut heard).await.unwrap();
    assert_eq!(heard, [PROOF, QUERY].concat(), "and no startup packet");
    assert!(matches!(*pending.progress.borrow(), Progress::Pending));
}

#[tokio::test]
async fn what_leaves_without_a_statement_asks_nothing_of_the_server() {
    let (mut stream, _pending, mut server) = stream(SystemTime::now()).await;
    start(&mut stream).await;
    stream.write_all(&TERMINATE).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut heard = Vec::new();
    server.read_to_end(&mut heard).await.unwrap();
    assert!(heard.is_empty(), "{heard:?}");
}

#[tokio::test]
async fn a_login_that_was_begun_before_a_long_freeze_is_not_finished() {
    let (mut stream, pending, mut server) = stream(SystemTime::now() - MAX_DELAY * 2).await;
    start(&mut stream).await;
    assert_eq!(stream.write_all(QUERY).await.unwrap_err().kind(), io::ErrorKind::TimedOut);
    drop(stream);
    assert!(matches!(*pending.progress.borrow(), Progress::Lost));
    let mut heard = Vec::new();
    server.read_to_end(&mut heard).await.unwrap();
    assert!(heard.is_empty(), "{heard:?}");
}

#[tokio::test]
async fn rows_of_a_server_that_has_not_proven_itself_are_not_handed_out() {
    let row = [b'D', 0, 0, 0, 6, 0, 0].to_vec();
    let greeted = [authentication(auth::OK, &[]), READY_FOR_QUERY.to_vec(), row.clone()].concat();
    let forged = [authentication(auth::SASL_FINAL, b"v=AAAA"), greeted.clone()].concat();
    for said in [row, greeted, forged, READY_FOR_QUERY.to_vec()] {
        let (mut stream, pending, mut server) = stream(SystemTime::now()).await;
        start(&mut stream).await;
        stream.write_all(QUERY).await.unwrap();
        stream.flush().await.unwrap();
        server.write_all(&said).await.unwrap();
        let mut heard = Vec::new();
        let error = stream.read_to_end(&mut heard).await.unwrap_err();
        assert_eq!((error.kind(), heard.as_slice()), (io::ErrorKind::InvalidData, &[][..]));
        assert!(matches!(*pending.progress.borrow(), Progress::Unproven(_)));
    }
}

#[tokio::test]
async fn a_refusal_reaches_the_driver_and_whoever_waits() {
    let refusal = b"E\0\0\0\x14SFATAL\0C28P01\0\0\0";
    let (mut stream, pending, mut server) = stream(SystemTime::now()).await;
    start(&mut stream).await;
    pending.release.send(()).unwrap();
    server.write_all(refusal).await.unwrap();
    let mut received = vec![0; refusal.len()];
    stream.read_exact(&mut received).await.unwrap();
    assert_eq!(received, refusal);
    assert!(
        matches!(&*pending.progress.borrow(), Progress::Refused(response) if response.as_ref() == refusal)
    );
}
