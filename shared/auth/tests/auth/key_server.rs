//! Keys over the network, from a server that behaves as a test wants.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};

use branchline_auth::{ErrorClass, Fetch, FetchError, fetch_with, http_fetch};
use http_client::SendError;
use native_tls::{Certificate, Identity, TlsAcceptor, TlsConnector};
use openssl::asn1::Asn1Time;
use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::x509::extension::{BasicConstraints, SubjectAlternativeName};
use openssl::x509::{X509, X509NameBuilder};
use serde_json::json;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::sleep;

use crate::issuer::{SigningKey, TestClock, claims, config};

/// The server's treatment of a request.
#[derive(Clone)]
enum Answer {
    Text(String),
    /// Bytes without end, at full speed.
    Endless,
    /// A byte each tenth of a second.
    Drip,
    Silence,
    HangUp,
}

fn ok(body: &str) -> Answer {
    Answer::Text(format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len()))
}

struct Server {
    address: SocketAddr,
    requests: Arc<AtomicUsize>,
}

async fn serve(answer: Answer, tls: Option<Identity>) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let requests = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&requests);
    let acceptor =
        tls.map(|identity| tokio_native_tls::TlsAcceptor::from(TlsAcceptor::new(identity).unwrap()));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (answer, count, acceptor) = (answer.clone(), Arc::clone(&count), acceptor.clone());
            tokio::spawn(async move {
                match acceptor {
                    None => respond(stream, answer, &count).await,
                    Some(acceptor) => {
                        if let Ok(stream) = acceptor.accept(stream).await {
                            respond(stream, answer, &count).await;
                        }
                    }
                }
            });
        }
    });
    Server { address, requests }
}

async fn respond(mut stream: impl AsyncRead + AsyncWrite + Unpin, answer: Answer, count: &AtomicUsize) {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        let Ok(byte) = stream.read_u8().await else { return };
        request.push(byte);
    }
    count.fetch_add(1, Ordering::SeqCst);
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    match answer {
        Answer::Text(text) => {
            let _ = stream.write_all(text.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
        Answer::Endless => {
            let chunk = format!("1000\r\n{}\r\n", " ".repeat(0x1000));
            let mut next = stream.write_all(head.as_bytes()).await;
            while next.is_ok() {
                next = stream.write_all(chunk.as_bytes()).await;
            }
        }
        Answer::Drip => {
            let mut next = stream.write_all(head.as_bytes()).await;
            while next.is_ok() {
                sleep(Duration::from_millis(100)).await;
                next = stream.write_all(b"1\r\n \r\n").await;
            }
        }
        Answer::Silence => sleep(Duration::from_secs(60)).await,
        Answer::HangUp => {}
    }
}

impl Server {
    fn url(&self, scheme: &str, host: &str) -> String {
        format!("{scheme}://{host}:{}/.well-known/jwks.json?v=1", self.address.port())
    }

    fn fetch(&self) -> Fetch {
        http_fetch(&config(&self.url("http", "127.0.0.1")))
    }
}

async fn fetch(answer: Answer) -> Result<usize, String> {
    let server = serve(answer, None).await;
    let fetched = server.fetch()().await;
    assert_eq!(server.requests.load(Ordering::SeqCst), 1);
    fetched.map(|fetched| fetched.body.len()).map_err(|error| error.to_string())
}

#[tokio::test]
async fn keys_are_fetched_by_one_request() {
    let body = json!({ "keys": [SigningKey::ed25519().jwk("a")] }).to_string();
    assert_eq!(fetch(ok(&body)).await, Ok(body.len()));
    let server = serve(
        Answer::Text(format!(
            "HTTP/1.1 200 OK\r\ncache-control: public, max-age=90\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )),
        None,
    )
    .await;
    let fetched = server.fetch()().await.unwrap();
    assert_eq!(fetched.max_age, Some(Duration::from_secs(90)));
}

#[tokio::test]
async fn a_response_that_is_no_200_is_refused_and_a_redirect_not_followed() {
    let other = serve(ok("{}"), None).await;
    for status in ["301 Moved Permanently", "302 Found", "307 Temporary Redirect"] {
        let location = other.url("http", "127.0.0.1");
        let text = format!("HTTP/1.1 {status}\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
        assert!(fetch(Answer::Text(text)).await.unwrap_err().contains(&status[..3]));
    }
    for status in ["204 No Content", "404 Not Found", "500 Internal Server Error", "503 Service Unavailable"]
    {
        let text = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
        assert!(fetch(Answer::Text(text)).await.unwrap_err().contains(&status[..3]));
    }
    assert_eq!(other.requests.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_huge_endless_or_torn_response_is_refused() {
    assert!(fetch(ok(&" ".repeat(64 * 1024 + 1))).await.is_err());
    assert!(fetch(ok(&" ".repeat(64 * 1024))).await.is_ok());
    assert!(fetch(Answer::Endless).await.is_err());
    assert!(fetch(Answer::HangUp).await.is_err());
    let torn = "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{";
    assert!(fetch(Answer::Text(torn.to_owned())).await.is_err());
    assert!(fetch(Answer::Text("SSH-2.0-x\r\n".to_owned())).await.is_err());
    let headers = format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "x".repeat(1 << 20));
    assert!(fetch(Answer::Text(headers)).await.is_err());
}

#[tokio::test]
async fn a_server_that_is_slow_costs_a_request_two_seconds_and_no_more() {
    let key = SigningKey::ed25519();
    let token = key.sign("a", &claims(json!({})));
    for answer in [Answer::Silence, Answer::Drip] {
        let server = serve(answer, None).await;
        let config = config(&server.url("http", "127.0.0.1"));
        let verifier = branchline_auth::Verifier::with(config, server.fetch(), TestClock::new().clock());
        let begun = Instant::now();
        let error = verifier.verify(&token).await.unwrap_err();
        assert_eq!(error.class(), ErrorClass::KeysUnavailable);
        let taken = begun.elapsed();
        assert!((Duration::from_secs(2)..Duration::from_secs(4)).contains(&taken), "{taken:?}");
    }
}

#[tokio::test]
async fn a_server_that_is_gone_is_an_error_at_once() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    assert!(matches!(http_fetch(&config(&url))().await, Err(FetchError::Send(SendError::Connect(_)))));
}

/// A certificate for a name, signed by itself.
fn certificate(name: &str) -> (Identity, Certificate) {
    let key = PKey::generate_ed25519().unwrap();
    let mut subject = X509NameBuilder::new().unwrap();
    subject.append_entry_by_text("CN", name).unwrap();
    let subject = subject.build();
    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    builder.set_subject_name(&subject).unwrap();
    builder.set_issuer_name(&subject).unwrap();
    builder.set_pubkey(&key).unwrap();
    builder.set_not_before(&Asn1Time::days_from_now(0).unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::days_from_now(1).unwrap()).unwrap();
    builder.append_extension(BasicConstraints::new().ca().build().unwrap()).unwrap();
    let names = SubjectAlternativeName::new().dns(name).build(&builder.x509v3_context(None, None)).unwrap();
    builder.append_extension(names).unwrap();
    builder.sign(&key, MessageDigest::null()).unwrap();
    let certificate = builder.build().to_pem().unwrap();
    let identity = Identity::from_pkcs8(&certificate, &key.private_key_to_pem_pkcs8().unwrap()).unwrap();
    (identity, Certificate::from_pem(&certificate).unwrap())
}

#[tokio::test]
async fn over_https_chain_and_name_are_verified() {
    let body = json!({ "keys": [SigningKey::ed25519().jwk("a")] }).to_string();
    let (identity, root) = certificate("localhost");
    let server = serve(ok(&body), Some(identity)).await;
    let trusting = move || TlsConnector::builder().add_root_certificate(root.clone()).build();
    let config = config(&server.url("https", "localhost"));
    let fetched = fetch_with(&config, trusting.clone())().await.unwrap();
    assert_eq!(fetched.body.len(), body.len());

    assert!(
        matches!(http_fetch(&config)().await, Err(FetchError::Send(SendError::Tls(_)))),
        "a chain that nobody trusts"
    );
    let other_name = crate::issuer::config(&server.url("https", "127.0.0.1"));
    assert!(
        matches!(fetch_with(&other_name, trusting)().await, Err(FetchError::Send(SendError::Tls(_)))),
        "another name"
    );
    assert_eq!(server.requests.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_token_is_verified_by_keys_from_a_server() {
    let key = SigningKey::rsa(2048);
    let body = json!({ "keys": [key.jwk("a")] }).to_string();
    let server = serve(ok(&body), None).await;
    let verifier = branchline_auth::Verifier::new(config(&server.url("http", "127.0.0.1")));
    verifier.warm_up();
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    let token = key.sign("a", &claims(json!({ "iat": now, "nbf": now, "exp": now + 60 })));
    assert_eq!(verifier.verify(&token).await.unwrap().user().unwrap().subject, "user|7");
    assert_eq!(server.requests.load(Ordering::SeqCst), 1);
}
